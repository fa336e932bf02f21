"""The benchmarks can be started: each part is there and imports what it measures against."""

from importlib import import_module

import pytest

from bench.__main__ import ALONE, PARTS


@pytest.mark.parametrize("part", [*PARTS, *ALONE])
def test_a_part_can_be_measured(part):
    assert callable(import_module(f"bench.{part}").measure)

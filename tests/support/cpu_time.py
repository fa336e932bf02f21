"""A bound on the time that a piece of work takes, in seconds of this process's CPU: other load does not count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import process_time


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail if the block takes more CPU."""
    began = process_time()
    yield
    spent = process_time() - began
    assert spent <= seconds, f"took {spent:.3f} s of CPU, more than {seconds} s"

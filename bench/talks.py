"""How many of the frozen talks end in the right facts, and why the others do not."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import blind_talks  # the player of the tests


def measure(*, script: bool = False) -> None:
    """Print each talk with what is wrong about it, then the figures."""
    results = [one for voice in blind_talks.VOICES for one in blind_talks.play(voice)]
    print(blind_talks.table(results, script=script))

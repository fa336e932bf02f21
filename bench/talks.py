"""How many of the frozen talks end in the right facts, and why the others do not."""

from __future__ import annotations

import sys

import blind_talks


def measure() -> None:
    """Print each talk with what is wrong about it, with `--script` all that was said, then the figures of each set."""
    for folder in blind_talks.SETS:
        results = [one for voice in blind_talks.VOICES for one in blind_talks.play(voice, folder)]
        print(f"{folder.name}:\n{blind_talks.table(results, script='--script' in sys.argv)}")

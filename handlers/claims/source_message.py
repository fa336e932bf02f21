"""Which of a customer's messages says most: the one that a problem without words of its own came from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.messages.patterns import pattern_of

NUMBERS = pattern_of(r"[A-Za-z-]*\d[A-Za-z\d-]*", re.ASCII)  # order numbers, phone tails, counts
LEAST = 4  # letters: "你好" and "尾号2231" tell nothing


def telling(said: Sequence[Sequence[str]]) -> str:
    """Return the ISO time of the longest message ([ISO time, text]) besides its numbers; "" when none says anything."""
    lengths = {at: sum(map(str.isalpha, NUMBERS.sub("", text))) for at, text in said}
    best = max(lengths, key=lambda at: lengths[at], default="")
    return best if lengths.get(best, 0) >= LEAST else ""

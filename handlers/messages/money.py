"""Money: refunds by share, rounded half up, and sums as text."""

from __future__ import annotations

from fractions import Fraction


def part_of(sum_: int, part: Fraction) -> int:
    """Return a part of a sum in 分, rounded half up."""
    return (sum_ * part + Fraction(1, 2)).__floor__()


def refund(paid: int, part: Fraction, already: int = 0) -> int:
    """Return the sum in 分 for a share of a line, rounded half up, never more than is left of what was paid."""
    return max(0, min(part_of(paid, part), paid - already))


def money(fen: int, language: str) -> str:
    """Return a sum as text: "39.80" in Chinese sentences, which add 元 themselves, and "¥39.80" elsewhere."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{'' if language == 'zh' else '¥'}{yuan}.{rest:02d}"

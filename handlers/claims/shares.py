"""Which part of its order line a problem claims: the share of the sum, and how a summary shows it."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from handlers.claims.claim import Problem, amount
from handlers.claims.portions import LOOSE, pieces, portion
from storage.orders import OrderLine

CONTAINERS = frozenset("盒份箱袋包瓶罐桶组板件提把捆篮筐杯") | {
    "box", "boxes", "bag", "bags", "bottle", "bottles", "pack", "packs", "tray", "trays", "can", "cans",
    "carton", "cartons", "jar", "jars", "tin", "tins", "tub", "tubs", "cup", "cups", "bunch", "bunches", "packet",
    "packets", "portion", "portions", "unit", "units", "item", "items", "crate", "crates", "punnet", "punnets", "pint",
    "pints", "head", "heads", "piece", "pieces", "pc", "pcs",
}  # fmt: skip


@lru_cache(maxsize=4096)
def parts(line: OrderLine) -> tuple[Fraction, str] | None:
    """Return how many counted parts the whole line has, and their unit: (30, "枚"); None where nothing is counted."""
    counted = pieces(line.item, line.spec, line.unit, line.quantity)
    # a line counted in its own unit has no smaller parts
    return counted if counted and counted[0] != Fraction(str(line.quantity)) else None


@lru_cache(maxsize=4096)  # a summary asks for the same share a dozen times
def share_of(problem: Problem, line: OrderLine) -> Fraction | None:
    """Return the share of the line's paid sum; None when unknown, impossible, or open to two readings."""
    if problem.quantity in ("all", "half"):
        return Fraction(1) if problem.quantity == "all" else Fraction(1, 2)
    count = amount(problem)
    if count is None or count <= 0:
        return None
    if problem.share:
        return count if count <= 1 else None
    told_share = portion(count, problem.unit, item=line.item, spec=line.spec, unit=line.unit, quantity=line.quantity)
    whole = Fraction(str(line.quantity))
    if told_share is None and problem.unit.lower() in CONTAINERS and count <= whole:
        # people call a 份 a 盒; where the parts bear that name, the portion above has counted them
        counted = parts(line)
        return count / whole if not counted or counted[1] != problem.unit else None
    return told_share


def left_open(problem: Problem, line: OrderLine) -> bool:
    """Return whether a question is useless: nobody can say, or the line does not count it (5个 of 5斤)."""
    if problem.unsure:
        return True
    return problem.unit in LOOSE and amount(problem) is not None and parts(line) is None and line.unit not in LOOSE


def told(problem: Problem, line: OrderLine) -> tuple[str, str, str]:
    """Return (number, total, unit) for a summary: ("7", "30", "枚"); shares as ("1/3", "", "")."""
    share, count, counted = share_of(problem, line), amount(problem), parts(line)
    if share is None or problem.share or problem.quantity == "half":
        return (str(share or ""), "", "")
    whole = Fraction(str(line.quantity))
    if counted and count is not None and count / counted[0] == share:
        return (plain(count), plain(counted[0]), counted[1])
    if count is None or count / whole == share:
        return (plain(share * whole), plain(whole), line.unit or problem.unit)
    return (f"{plain(count)}{problem.unit}", "", "")


def plain(number: Fraction) -> str:
    """Return a number as people write it: 2, 2.5, 1/3."""
    if number.denominator == 1:
        return str(number.numerator)
    as_float = float(number)
    return f"{as_float:g}" if Fraction(str(as_float)) == number else str(number)

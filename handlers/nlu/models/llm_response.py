"""A second reader's answer: read strictly against the question, and ignored where it does not fit."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import inf, isfinite
from typing import Any

from handlers.messages.codes import REMEDIES, SEVERITIES
from handlers.nlu.models.llm_overlay import Opinion, Told
from handlers.nlu.models.llm_prompt import Passage, orders_of
from storage.orders import Order, OrderLine

FENCE = "```"
CLAIMS = 8  # of one passage
AMOUNTS = ("all", "half")
MOST = 999  # of a quantity whose line is unknown
DIGITS = 18  # of a whole number; one with more fits nothing, and a very long one would spoil the whole answer


class Unusable(Exception):
    """The answer, or a passage of it, is not what was asked for."""


def opinions(answer: str, passages: Sequence[Passage], problems: Collection[str]) -> dict[int, Opinion]:
    """Return the opinions by the passage's place, from 0; `problems` are the policy's codes.

    An answer that is no JSON of the shape is ignored as a whole; a passage with a foreign order or line, an
    unknown code or too large a quantity is left out, the others count. Keys that were not asked for are ignored.
    """
    try:
        rows = _listed(_object(_parsed(answer)), "passages")
        numbers = [_number(_object(row).get("passage"), len(passages)) for row in rows]
    except Unusable:
        return {}
    if len(set(numbers)) != len(numbers) or None in numbers:
        return {}
    orders, found = orders_of(passages), {}
    for number, row in zip(numbers, rows, strict=True):
        try:
            found[(number or 0) - 1] = _opinion(row, passages[(number or 0) - 1], orders, problems)
        except Unusable:
            continue
    return found


def _parsed(answer: str) -> Any:
    plain = answer.strip()
    if plain.startswith(FENCE) and plain.endswith(FENCE):
        plain = plain[len(FENCE) : -len(FENCE)].removeprefix("json")
    try:
        return json.loads(plain, parse_constant=_no_number, parse_int=_whole)
    except (ValueError, RecursionError):
        raise Unusable from None


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= DIGITS else inf


def _no_number(name: str) -> None:
    raise ValueError(name)


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unusable
    return value


def _listed(row: Mapping[str, Any], key: str) -> list[Any]:
    value = row.get(key)
    if not isinstance(value, list):
        raise Unusable
    return value


def _opinion(row: Any, passage: Passage, orders: Sequence[Order], problems: Collection[str]) -> Opinion:
    told = _listed(_object(row), "claims")
    severity = row.get("severity") or "normal"
    if len(told) > CLAIMS or severity not in SEVERITIES:
        raise Unusable
    claims = [_told(_object(one), passage, orders, problems) for one in told]
    return Opinion(claims=tuple(dict.fromkeys(claims)), severity=severity)


def _told(one: Mapping[str, Any], passage: Passage, orders: Sequence[Order], problems: Collection[str]) -> Told:
    order_at = _number(one.get("order"), len(orders))
    order = orders[order_at - 1] if order_at else None
    if order is not None and all(fit.order_no != order.order_no for fit in passage.fits):
        raise Unusable
    line_at = _number(one.get("line"), len(order.lines) if order else 0)
    line = order.lines[line_at - 1] if order and line_at else None
    return Told(
        order_no=order.order_no if order else None,
        line_no=line.line_no if line else None,
        problem=_code(one.get("problem"), problems),
        quantity=_quantity(one.get("quantity"), line),
        remedy=_code(one.get("remedy"), REMEDIES),
    )


def _number(value: Any, most: int) -> int | None:
    """Read a place from 1 to `most`; None stays None."""
    if value is None:
        return None
    if type(value) is not int or not 0 < value <= most:  # True is no place
        raise Unusable
    return value


def _code(value: Any, known: Collection[str]) -> str | None:
    if value is not None and (not isinstance(value, str) or value not in known):
        raise Unusable
    return value


def _quantity(value: Any, line: OrderLine | None) -> Fraction | str | None:
    if value is None or value in AMOUNTS:
        return None if value is None else str(value)
    if type(value) not in (int, float) or not isfinite(value) or value <= 0:
        raise Unusable
    count = Fraction(str(value)).limit_denominator(1000)
    if not 0 < count <= (Fraction(str(line.quantity)) if line else MOST):
        raise Unusable
    return count

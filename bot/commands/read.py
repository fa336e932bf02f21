"""`claimdesk read`: JSON lines in, what the bot understands of each message out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Protocol, TextIO

from handlers.nlu.lists.reader import ListReading, read_list
from handlers.nlu.lists.segment_claims import IDLE, has
from handlers.nlu.reading import ReadClaim, Reading
from handlers.nlu.reading import read as read_message
from handlers.nlu.text.lexicon import ORDER_PATTERNS, Lexicon, compile_words
from handlers.nlu.text.weights import Learned
from storage.orders import Order, OrderLine

BACK, ASKS = "takes a claim back", "asks how a matter stands"


class Second(Protocol):
    """A second reader: returns a reading with what it added to the same text."""

    def message(self, text: str, orders: Sequence[Order], reading: Reading, lexicon: Lexicon, today: date) -> Reading:
        """Return the reading of a message with what was added."""

    def listing(
        self, text: str, orders: Sequence[Order], reading: ListReading, lexicon: Lexicon, today: date
    ) -> ListReading:
        """Return the reading of a leader's list with what was added."""


def orders_from(rows: Iterable[Mapping[str, Any]]) -> list[Order]:
    """Return orders of the command's input schema; an order without a number gets one that nobody types."""
    return [
        Order(
            order_no=str(row.get("order_no") or f"\0{place}"),
            participate_no=str(row.get("pickup_no") or ""),
            buyer_name=str(row.get("customer") or ""),
            buyer_phone=str(row.get("phone") or ""),
            lines=tuple(
                OrderLine(
                    line_no=at,
                    sku=str(line.get("sku") or ""),
                    item=str(line.get("item") or ""),
                    unit=str(line.get("unit") or ""),
                    quantity=float(line.get("qty") or 1),
                    paid=0,
                )
                for at, line in enumerate(row.get("lines") or (), start=1)
            ),
        )
        for place, row in enumerate(rows)
    ]


def _quantity(value: Fraction | str | None) -> float | int | str | None:
    if not isinstance(value, Fraction):
        return value
    return int(value) if value.denominator == 1 else round(float(value), 4)


def _claim(claim: ReadClaim, *, other: bool) -> dict[str, Any]:
    order_no = None if claim.order_no and claim.order_no.startswith("\0") else claim.order_no
    return {
        "line": claim.line,
        "pickup_no": claim.pickup_no,
        "customer": claim.customer,
        "phone_tail": claim.phone_tail,
        "order_no": order_no,
        "sku": claim.sku,
        "quantity": _quantity(claim.quantity),
        "unit": claim.unit,
        "problems": list(claim.problems) or (["other"] if other else []),
        "remedy": claim.remedy,
        "received": claim.received,
        "certain": claim.certain,
        "withdrawn": claim.withdrawn,
        "evidence": dict(claim.evidence),
    }


def _answer(asked: Mapping[str, Any], claims: Sequence[ReadClaim], **rest: Any) -> dict[str, Any]:
    lines_with_problems = {claim.line for claim in claims if claim.problems}
    rows = [_claim(claim, other=claim.line not in lines_with_problems and not claim.withdrawn) for claim in claims]
    return {"id": asked.get("id"), **rest, "claims": rows}


def answer(
    asked: Mapping[str, Any], lexicon: Lexicon, *, leader: bool, today: date, second: Second | None = None
) -> dict[str, Any]:
    """Return one answer line; facts that belong to no item are a claim of their own."""
    text = str(asked.get("text") or "")
    orders = orders_from(asked.get("orders") or ())
    if leader:
        found = read_list(text, orders, lexicon, today=today)
        found = second.listing(text, orders, found, lexicon, today) if second else found
        ignored = [{"line": one.line, "text": one.text, "why": one.why} for one in found.ignored]
        standing = [one for one in found.claims if not (one.withdrawn or (one.question and not one.problems))]
        lines = dict(enumerate(text.splitlines(), start=1))
        ignored += [
            {"line": one.line, "text": lines[one.line], "why": BACK if one.withdrawn else ASKS}
            for one in found.claims
            if one not in standing
        ]
        answered = _answer(asked, standing, severity=found.severity, signals=list(found.signals))
        return {**answered, "ignored": ignored}
    reading = read_message(text, orders, lexicon, today=today)
    reading = second.message(text, orders, reading, lexicon, today) if second else reading
    claims = reading.claims
    facts = reading.remedies or reading.pickup_numbers or reading.order_numbers or reading.phone_tails
    if not (reading.remedies or reading.signals or any(one.problems for one in claims)) and has(lexicon, IDLE, text):
        claims = ()  # 草莓很甜 names an item and claims nothing
    elif not claims and (facts or reading.customer or reading.signals):
        claims = (reading.person(),)
    answered = _answer(asked, claims, severity=reading.severity, signals=list(reading.signals))
    return {**answered, "remedies": list(reading.remedies), "withdrawn": reading.withdrawn, "ignored": []}


def _lines(
    lines_in: TextIO, lines_out: TextIO, lexicon: Lexicon, *, leader: bool, today: date, second: Second | None
) -> int:
    refused = 0
    for number, line in enumerate(lines_in, start=1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            if not isinstance(asked, dict):
                raise ValueError("each line must be a JSON object")
            result = answer(asked, lexicon, leader=leader, today=today, second=second)
        except (ValueError, TypeError, AttributeError) as error:
            refused += 1
            result = {"error": f"Line {number} is not the JSON that is expected ({error}): see docs/reading.md."}
        lines_out.write(json.dumps(result, ensure_ascii=False) + "\n")
        lines_out.flush()
    return 1 if refused else 0


def read(
    lines_in: TextIO,
    lines_out: TextIO,
    *,
    leader: bool,
    policy_words: Mapping[str, Any],
    order_patterns: Sequence[str] = ORDER_PATTERNS,
    learned: Learned | None = None,
    today: date,
    second: Second | None = None,
) -> int:
    """Answer each line as it comes with a policy's `[words]`, `[orders] patterns` and weights.

    Return the exit code: 0 if all lines could be answered, 1 if some were no JSON object of the schema.
    """
    lexicon = compile_words(policy_words, order_patterns, learned)
    return _lines(lines_in, lines_out, lexicon, leader=leader, today=today, second=second)

"""The command `claimdesk recoveries add`: money that came back from a supplier or carrier, on the lines it is for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TextIO

from bot.commands.accounting.chargeback import Refused, gathered, party_of, period
from handlers.costs import chargebacks
from handlers.messages import ticket_numbers
from handlers.messages.money import money
from handlers.orders import cells
from handlers.orders.texts import Unclear
from handlers.policy.policy import Policy
from storage import events, ticket_lines, tickets
from storage.database import Tx
from storage.money.chargebacks import Side

Write = Callable[[Callable[[Tx], Any]], Any]
ACTOR = "recoveries"
LONGEST = 64  # characters of a reference


def add(
    name: str,
    amount: str,
    reference: str,
    *,
    ticket: str = "",
    line: int = 0,
    days: tuple[str, str] = ("", ""),
    write: Write,
    policy: Policy,
    now: datetime,
    samples: bool = False,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Book what came back: on one line, or shared over the lines of a period by what is open of each.

    The same reference once more changes nothing. Return 0, 1 where it was not booked, 2 where a value cannot be read.
    """
    out, err = out or sys.stdout, err or sys.stderr

    def book(tx: Tx) -> str:
        party = party_of(tx, name, samples=samples)
        sum_ = _amount(amount)
        if not 0 < len(reference) <= LONGEST:
            raise Refused(f"a reference has 1 to {LONGEST} characters", 2)
        if ticket:
            parts = _on_ticket(tx, party, ticket, line, sum_)
        elif all(days):
            parts = chargebacks.shares(sum_, gathered(tx, name, period(*days), policy, samples=samples).rows)
        else:
            raise Refused("say what it is for: --ticket NO, or the period by --from and --to", 2)
        if not parts:
            raise Refused("none of the lines of this period cost anything", 1)
        result = chargebacks.book(tx, party, parts, reference, actor=ACTOR, at=now)
        if result == "differs":
            raise Refused(f"another sum is booked with the reference {reference}", 1)
        if result == "known":
            return f"{reference} was booked before; nothing changed"
        for (no, number), part in parts.items():
            data = {"line": number, "amount": part, "party": party.kind, "name": party.name, "reference": reference}
            events.add(tx, no, "recovered", data, actor=ACTOR, at=now)
        return f"{money(sum_, 'zh')} from the {party.kind} {party.name} booked on {_count(len(parts))}"

    try:
        print(write(book), file=out)
    except Refused as refused:
        print(f"claimdesk: {refused}.", file=err)
        return refused.code
    return 0


def _count(lines: int) -> str:
    return "1 line" if lines == 1 else f"{lines} lines"


def _amount(text: str) -> int:
    """Read yuan; a sum below 0 takes back what was booked. Raises Refused."""
    sign = -1 if text.startswith("-") else 1
    try:
        found = cells.money(text.removeprefix("-"))
    except Unclear as unclear:
        raise Refused(f"the amount {unclear}", 2) from None
    if not found:
        raise Refused("the amount is zero", 2)
    return sign * found


def _on_ticket(tx: Tx, party: Side, ticket: str, line: int, sum_: int) -> Mapping[tuple[str, int], int]:
    number = ticket_numbers.parse(ticket)
    found = tickets.get(tx, number) if number else None
    if found is None:
        raise Refused(f"no ticket {ticket}: numbers look like CD-7K3M9Q", 1)
    lines = [one for one in ticket_lines.of_ticket(tx, found.no) if line in (0, one.line)]
    if len(lines) != 1:
        why = f"{found.no} has no line {line}" if line else f"{found.no} has {len(lines)} lines; name one by --line"
        raise Refused(why, 1)
    order, place = tickets.order_of(tx, found), lines[0].order_line_no
    goods = [one for one in order.lines if place in (None, one.line_no)] if order else []
    if party.name not in {getattr(one, party.kind) for one in goods}:
        raise Refused(f"{found.no} line {lines[0].line} is not about goods of the {party.kind} {party.name}", 1)
    return {(found.no, lines[0].line): sum_}

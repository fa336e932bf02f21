"""The commands `claimdesk tickets list` and `show`: what is stored of tickets, for operators."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from fractions import Fraction
from typing import Any

from bot.commands.reporting.layout import columns
from handlers.messages import ticket_numbers
from storage import clocks, events, evidence, ticket_lines, tickets
from storage.database import Tx
from storage.desk import corrections
from storage.fulfilment import shipments
from storage.money import costs
from storage.ticket_lines import Line
from storage.tickets import Ticket

Read = Callable[[Callable[[Tx], Any]], Any]
Write = Callable[[str], object]
NEWEST = 200


def list_tickets(*, read: Read, write: Write = print) -> int:
    """Print the newest tickets, one line each; return exit code 0."""
    rows: list[list[str]] = read(lambda tx: [_row(tx, ticket) for ticket in tickets.recent(tx, limit=NEWEST)])
    if not rows:
        write("there are no tickets yet")
    for line in columns(rows):
        write(line)
    return 0


def _row(tx: Tx, ticket: Ticket) -> list[str]:
    lines = ticket_lines.of_ticket(tx, ticket.no)
    items = ", ".join(f"{line.item} {_quantity(line)}".strip() for line in lines)
    made = f"{ticket.created_at:%Y-%m-%d %H:%MZ}"
    late = "late" if ticket.late else ""
    return [
        ticket.no, ticket.state, ticket.severity, late, made, ticket.order_no or "-", ticket.owner_name or "-", items,
    ]  # fmt: skip


def show(no: str, *, as_json: bool, read: Read, write: Write = print) -> int:
    """Print one ticket in full, as text or JSON; return exit code 1 when no ticket has this number."""
    number = ticket_numbers.parse(no)
    found: dict[str, Any] | None = read(lambda tx: whole(tx, number)) if number else None
    if found is None:
        write(f"no ticket {no}: numbers look like CD-7K3M9Q; `claimdesk tickets list` lists them")
        return 1
    if as_json:
        write(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for line in _text(found):
            write(line)
    return 0


def whole(tx: Tx, no: str) -> dict[str, Any] | None:
    """Return a ticket with all that is stored of it as JSON values; money in 分."""
    ticket = tickets.get(tx, no)
    if ticket is None:
        return None
    pieces = [one for side in ("customer", "staff") for one in evidence.of_ticket(tx, no, side=side)]
    return {
        **_plain(asdict(ticket)),
        "order": ticket.order_no,
        "lines": [_line(line) for line in ticket_lines.of_ticket(tx, no)],
        "evidence": [_plain(asdict(piece)) for piece in pieces],
        "shipments": [_plain(asdict(one)) for one in shipments.of_ticket(tx, no).values()],
        "complainants": [asdict(party) for party in tickets.parties(tx, no)],
        "clocks": [_plain(asdict(clock)) for clock in clocks.of_ticket(tx, no)],
        "corrections": [_plain(asdict(one)) for one in corrections.of_ticket(tx, no)],
        "costs": [_plain(asdict(cost)) for cost in costs.of_ticket(tx, no)],
        "events": [_plain(asdict(event)) for event in events.of_ticket(tx, no)],
    }


def _line(line: Line) -> dict[str, Any]:
    """Return a line with `quantity` as a number (six places) and `sum` as granted, else as wished, in 分."""
    granted = line.state in (*ticket_lines.GRANTED, "offered")
    number = round(float(Fraction(line.quantity)), 6) if line.quantity else None
    return {
        **_plain(asdict(line)),
        "quantity": int(number) if number is not None and number.is_integer() else number,
        "quantity_exact": line.quantity,
        "sum": line.amount if granted else line.wish_amount,
    }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}


def _quantity(line: Line) -> str:
    return f"{line.quantity}{line.unit}"


def _text(found: Mapping[str, Any]) -> Iterator[str]:
    owner = f", owner {found['owner_name']}" if found["owner_name"] else ""
    late = ", LATE" if found["late"] else ""
    yield f"{found['no']}  {found['state']}, {found['severity']}{late}{owner}"
    yield f"order     {found['order'] or 'not known'}"
    for line in found["lines"]:
        yield f"line {line['line']}    {_described(line)}"
    for one in found["shipments"]:
        yield f"shipment  line {one['line']} {one['direction']}  {_journey(one)}"
    for piece in found["evidence"]:
        what = " ".join(part for part in (piece["kind"], piece["side"], piece["state"], piece["verdict"]) if part)
        yield f"evidence  {what}  {piece['media_key']}".rstrip()
    for clock in found["clocks"]:
        ended = "breached" if clock["breached_at"] else "stopped" if clock["stopped_at"] else "running"
        yield f"clock     {clock['name']}  due {clock['due_at']}  {ended}"
    for one in found["corrections"]:
        place = f"line {one['line']} " if one["line"] else ""
        change = f"{one['was'] or '-'} -> {one['now'] or '-'}"
        yield f"corrected {place}{one['field']}  {change}  by {one['by']}  at {one['at']}"
    for cost in found["costs"]:
        yield f"cost      {_costed(cost)}"
    if found["costs"]:
        yield f"cost      {sum(cost['amount'] for cost in found['costs']) / 100:.2f} in all"
    for event in found["events"]:
        data = json.dumps(event["data"], ensure_ascii=False) if event["data"] else ""
        yield f"event     {event['at']}  {event['actor']}  {event['kind']}  {data}".rstrip()


def _journey(one: Mapping[str, Any]) -> str:
    parcel = " ".join(part for part in (one["carrier"], one["tracking"]) if part)
    steps = [f"{key} {one[f'{key}_at']}" for key in ("promised", "sent", "received") if one[f"{key}_at"]]
    return "  ".join(part for part in (parcel, one["address"], *steps) if part)


def _costed(cost: Mapping[str, Any]) -> str:
    line = f"line {cost['line']}" if cost["line"] else ""
    who = f"{cost['party']} {cost['name']}".rstrip() if cost["name"] else ""
    parts = (cost["at"], line, cost["kind"], f"{cost['amount'] / 100:.2f}", who, cost["reference"], cost["note"])
    return "  ".join(part for part in (*parts, cost["actor"]) if part)


def _described(line: Mapping[str, Any]) -> str:
    sum_ = "" if line["sum"] is None else f"{line['sum'] / 100:.2f}"
    amount = f"{line['quantity_exact']}{line['unit']}" if line["quantity_exact"] else "quantity not known"
    parts = [line["item"] or "item not known", amount, line["problem"], line["state"]]
    cause = f"cause {line['cause']}" if line["cause"] else ""
    return "  ".join(part for part in [*parts, line["remedy"] or line["wish"], sum_, cause] if part)

"""The board and the lists of the desk: short rows with numbers, grouped, in pages that a phone shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.context import TurnContext
from handlers.messages.models import Button
from handlers.tickets import desk_outbox, lifecycle, notices
from storage import ticket_lines, tickets
from storage.database import Tx
from storage.desk import queue
from storage.tickets import Ticket

PAGE = 10  # tickets on the board, and on a page of a list
GROUPED = 5  # waiting tickets from which on rows are grouped under headings
NUMBERS = 5  # buttons in a row
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ITEMS, PROBLEM = 10, 8  # characters of a row's goods and of its problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The queue at a glance, or a list that was asked for."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()


def board(tx: Tx, desk: str, context: TurnContext) -> Board:
    """Draw a desk's board: how many wait, the first of them in order, and [Take next].

    It has one button: a chat that shows the button of a pinned message beside it keeps it on screen always.
    """
    desk_outbox.speak(context.policy)
    lines = [_head(tx, desk), *_rows(tx, desk, 0, context)]
    more = queue.counts(tx, desk)["waiting"] - PAGE
    if more > 0:
        lines.append(desk_outbox.say("board_more", count=more))
    return Board(text="\n".join(lines), buttons=((desk_outbox.button("act_next", "next"),),))


def page(tx: Tx, desk: str, number: int, context: TurnContext) -> Board:
    """Draw a page of the queue with a button for each of its tickets, and one for the next page."""
    pages = max(1, -(-queue.counts(tx, desk)["waiting"] // PAGE))
    number = min(max(1, number), pages)
    shown = queue.waiting(tx, desk, limit=PAGE, skip=(number - 1) * PAGE)
    lines = [_head(tx, desk), *_rows(tx, desk, (number - 1) * PAGE, context)]
    if pages > 1:
        lines.append(desk_outbox.say("page_of", number=number, pages=pages))
    first = (number - 1) * PAGE + 1
    many = shown if len(shown) > 1 or pages > 1 else []  # one alone is the next one
    rows_ = numbered([(str(first + place), f"pick:{ticket.no}:next") for place, ticket in enumerate(many)])
    turn = [
        desk_outbox.button(key, f"list:{other}")
        for key, other in (("page_before", number - 1), ("page_after", number + 1))
        if 1 <= other <= pages
    ]
    return Board(text="\n".join(lines), buttons=(*rows_, *([tuple(turn)] if turn else [])))


def numbered(made: Sequence[tuple[str, str]]) -> tuple[tuple[Button, ...], ...]:
    """Return the numbers of rows as buttons; `made` is pairs of label and tap."""
    every = [Button(label=label, tap=tap) for label, tap in made]
    return tuple(tuple(every[at : at + NUMBERS]) for at in range(0, len(every), NUMBERS))


def _head(tx: Tx, desk: str) -> str:
    counts = queue.counts(tx, desk)
    late = desk_outbox.say("board_late", count=counts["late"]) if counts["late"] else ""
    return desk_outbox.say("board_head", **{**counts, "late": late})


def _rows(tx: Tx, desk: str, skip: int, context: TurnContext) -> list[str]:
    """Return the rows of a page; many are under headings that say how many of each kind there are."""
    ranks = queue.by_rank(tx, desk)
    grouped = sum(ranks.values()) > GROUPED
    made, last = [], -1
    for place, ticket in enumerate(queue.waiting(tx, desk, limit=PAGE, skip=skip), skip + 1):
        if grouped and ticket.rank != last:
            made.append(desk_outbox.say(f"group_{lifecycle.RANKS[ticket.rank]}", count=ranks.get(ticket.rank, 0)))
            last = ticket.rank
        made.append(f"{place}. {row(tx, ticket, context, marked=not grouped)}")
    return made


def row(tx: Tx, ticket: Ticket, context: TurnContext, *, marked: bool = True) -> str:
    """Return a waiting ticket in one short line: mark, number, goods, problem, how long it waits, and if it is late."""
    parts = [_what(tx, ticket, context, marked=marked)]
    parts.append(_waited(context.now - (ticket.filed_at or ticket.created_at)))
    late = ticket.late or (ticket.due_at and ticket.due_at < context.now)
    return " · ".join(parts) + (" " + desk_outbox.say("late") if late else "")


def found_row(tx: Tx, ticket: Ticket, context: TurnContext) -> str:
    """Return a ticket of a list in two short lines: what it is about, then whose it is and its state."""
    order = tickets.order_of(tx, ticket)
    pickup = desk_outbox.say("pickup_no", number=order.participate_no) if order and order.participate_no else ""
    state = desk_outbox.say(f"state_{ticket.state}")
    owner = ticket.owner_name or ""
    late = desk_outbox.say("late") if ticket.late else ""
    about = (pickup, order.buyer_name if order else "", state, owner, late)
    return f"{_what(tx, ticket, context, marked=True)}\n　{' · '.join(part for part in about if part)}"


def _what(tx: Tx, ticket: Ticket, context: TurnContext, *, marked: bool) -> str:
    policy = notices.policy_of(tx, ticket, context)
    lines = ticket_lines.of_ticket(tx, ticket.no)
    items = list(dict.fromkeys(line.item for line in lines if line.item)) or [desk_outbox.say("item_unknown")]
    goods = _cut(items[0], ITEMS) + (desk_outbox.say("and_more", count=len(items) - 1) if len(items) > 1 else "")
    labels = [policy.label(line.problem, desk_outbox.language()) for line in lines if line.problem]
    mark = "appeal" if ticket.state == "appealed" else lifecycle.RANKS[ticket.rank]
    sign = desk_outbox.say(f"mark_{mark}") if marked or mark == "appeal" else ""
    return " ".join(filter(None, (f"{sign}{ticket.no}", goods, _cut(labels[0], PROBLEM) if labels else "")))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _waited(span: timedelta) -> str:
    """Return a wait in its largest unit."""
    units: Mapping[str, timedelta] = {"waits_days": DAY, "waits_hours": HOUR}
    for key, unit in units.items():
        if span >= 2 * unit:
            return desk_outbox.say(key, count=span // unit)
    return desk_outbox.say("waits", minutes=max(0, span // MINUTE))

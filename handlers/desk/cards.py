"""What the desk sees: a ticket's card with all that a decision needs, and the board of those that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from handlers.context import TurnContext
from handlers.desk import actions
from handlers.desk.views import card_lines
from handlers.messages.models import Button
from handlers.tickets import desk_outbox, lifecycle, medical_papers, notices
from handlers.tickets.clocks import PAGES
from storage import clocks, evidence, ticket_lines
from storage.database import Tx
from storage.desk import queue
from storage.evidence import Evidence
from storage.tickets import Ticket

LONGEST = 3500  # characters of a card: a chat platform takes 4096, and what is added needs room
SHOWN = 10  # tickets on the board
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A ticket for the agents: plain text, buttons in rows, media by key; `mentions` are to be called by name."""

    ticket_no: str
    text: str
    buttons: tuple[tuple[Button, ...], ...]
    photos: tuple[str, ...]
    captions: tuple[str, ...]
    voice: tuple[str, ...]
    severity: str
    state: str
    mentions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The queue at a glance."""

    text: str
    buttons: tuple[tuple[Button, ...], ...]


def card(tx: Tx, ticket_no: str, context: TurnContext) -> Card:
    """Draw a ticket's card from its rows. Raises LookupError for a number that is not there."""
    ticket = lifecycle.must(tx, ticket_no)
    pieces = [piece for piece in evidence.of_ticket(tx, ticket_no) if piece.media_key]
    photos = [piece for piece in pieces if medical_papers.on_sheet(piece)]
    text = "\n".join(card_lines.all_lines(tx, ticket, context))
    called = desk_outbox.agents(tx, ticket.desk) if _pages(tx, ticket) else []
    return Card(
        ticket_no=ticket_no,
        text=text if len(text) <= LONGEST else text[: LONGEST - 1] + "…",
        buttons=actions.buttons(tx, ticket, context),
        photos=tuple(piece.media_key for piece in photos),
        captions=tuple(_caption(piece, place) for place, piece in enumerate(photos, 1)),
        voice=tuple(piece.media_key for piece in pieces if piece.kind == "voice"),
        severity=ticket.severity,
        state=ticket.state,
        mentions=tuple((member.user_id, member.name) for member in called),
    )


def _pages(tx: Tx, ticket: Ticket) -> bool:
    return ticket.owner_id is None and bool(clocks.running(tx, ticket.no, PAGES))


def _caption(piece: Evidence, place: int) -> str:
    return str(place) if piece.verdict in ("", "good") else desk_outbox.say(f"verdict_{piece.verdict}", place=place)


def board(tx: Tx, desk: str, context: TurnContext) -> Board:
    """Draw a desk's board: how many wait, the first of them in order, and [Take next]."""
    counts = queue.counts(tx, desk)
    waiting = queue.waiting(tx, desk, limit=SHOWN)
    lines = [desk_outbox.say("board_head", **counts)]
    lines += [desk_outbox.say(f"board_{name}", count=counts[name]) for name in ("safety", "late") if counts[name]]
    lines += [row(tx, ticket, context) for ticket in waiting]
    if counts["waiting"] > len(waiting):
        lines.append(desk_outbox.say("board_more", count=counts["waiting"] - len(waiting)))
    return Board(text="\n".join(lines), buttons=((desk_outbox.button("act_next", "next"),),))


def row(tx: Tx, ticket: Ticket, context: TurnContext) -> str:
    """Tell a ticket in one line."""
    policy = notices.policy_of(tx, ticket, context)
    lines = ticket_lines.of_ticket(tx, ticket.no)
    items = "、".join(dict.fromkeys(line.item for line in lines if line.item)) or desk_outbox.say("item_unknown")
    problems = "、".join(
        dict.fromkeys(policy.label(line.problem, desk_outbox.LANGUAGE) for line in lines if line.problem)
    )
    mark = "appeal" if ticket.state == "appealed" else ("special" if ticket.rank == 2 else ticket.severity)
    parts = [f"{desk_outbox.say(f'mark_{mark}')}{ticket.no}", items, problems]
    parts.append(desk_outbox.say("waits", minutes=(context.now - (ticket.filed_at or ticket.created_at)) // MINUTE))
    if ticket.due_at:
        parts.append(desk_outbox.say("due", when=desk_outbox.moment(ticket.due_at, policy, context.now)))
    if ticket.late or (ticket.due_at and ticket.due_at < context.now):
        parts.append(desk_outbox.say("late"))
    return " · ".join(part for part in parts if part)

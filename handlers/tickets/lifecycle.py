"""The life of a ticket and of its lines: which state may follow which, and who made the change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.context import TurnContext
from storage import conversations, events, ticket_lines, tickets
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket

NEXT: Mapping[str, frozenset[str]] = {
    "queued": frozenset({"assigned", "waiting_customer", "decided", "resolved", "closed", "withdrawn"}),
    "assigned": frozenset({"queued", "waiting_customer", "decided", "resolved", "closed", "withdrawn"}),
    "waiting_customer": frozenset({"queued", "assigned", "decided", "resolved", "closed", "withdrawn"}),
    "decided": frozenset({"resolved", "closed", "appealed", "assigned", "queued"}),
    "resolved": frozenset({"decided", "closed", "appealed", "assigned", "queued"}),
    "closed": frozenset({"appealed", "assigned", "queued"}),
    "appealed": frozenset({"decided", "withdrawn"}),
    "withdrawn": frozenset(),
}
LINE_NEXT: Mapping[str, frozenset[str]] = {
    "open": frozenset({"offered", "approved", "refused", "goods_awaited", "owed", "done", "withdrawn"}),
    "offered": frozenset({"open", "offered", "approved", "refused", "goods_awaited", "owed", "done", "withdrawn"}),
    "approved": frozenset({"owed", "done", "open"}),
    "goods_awaited": frozenset({"approved", "owed", "done", "open", "withdrawn"}),
    "owed": frozenset({"done", "open"}),
    "refused": frozenset({"open"}),
    "done": frozenset({"open", "owed"}),  # owed: what was booked as paid was not
    "withdrawn": frozenset(),
}
UNDECIDED = frozenset({"open", "offered"})
ENDED = frozenset({"done", "refused", "withdrawn"})
DECIDABLE = frozenset({"queued", "assigned", "waiting_customer", "appealed"})
AFTER = frozenset({"decided", "resolved", "closed"})
RANKS = ("safety", "major", "special", "normal")  # the first served first; "special" is of a special group
DESKS: Mapping[str, str] = {"sandbox": "sandbox"}  # every other channel's tickets go to the agents' group
DESK = "telegram"


class WrongState(Exception):
    """A change was tried that the life of a ticket does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who makes a change: `actor` for the log, `name` for people."""

    actor: str
    name: str = ""


BOT = By(actor="bot")
CLOCK = By(actor="clock")


def agent(desk: str, user: str, name: str) -> By:
    """Return an agent as the actor."""
    return By(actor=f"agent:{desk}:{user}", name=name)


def customer(tx: Tx, conversation_id: int) -> By:
    """Return the customer or leader of a conversation as the actor."""
    talk = conversations.by_id(tx, conversation_id)
    role = "leader" if talk.leader_id is not None else "customer"
    return By(actor=f"{role}:{talk.channel}:{talk.account}", name=talk.customer_name or talk.leader_name or talk.name)


def desk_of(channel: str) -> str:
    """Return the desk that sees a channel's tickets."""
    return DESKS.get(channel, DESK)


def rank(severity: str, special: Collection[str]) -> int:
    """Return the queue's first key: 0 safety, 1 major, 2 special group, 3 the rest."""
    return RANKS.index("special" if severity == "normal" and special else severity)


def must(tx: Tx, no: str) -> Ticket:
    """Return a ticket that has to be there. Raises LookupError."""
    ticket = tickets.get(tx, no)
    if ticket is None:
        raise LookupError(f"no ticket {no}")
    return ticket


def of_party(tx: Tx, no: str, conversation_id: int) -> Ticket | None:
    """Return a ticket for a conversation that takes part in it; None for anyone else: a tap can be forged."""
    heard = any(party.conversation_id == conversation_id for party in tickets.parties(tx, no))
    return tickets.get(tx, no) if heard else None


def log(tx: Tx, no: str, kind: str, by: By, context: TurnContext, **data: Any) -> None:
    """Record an event of a ticket, now."""
    named = {"name": by.name, **data} if by.name else data
    events.add(tx, no, kind, named, actor=by.actor, at=context.now)


def move(tx: Tx, no: str, state: str, **values: Any) -> None:
    """Set a ticket's state, and other columns with it. Raises WrongState."""
    now_in = must(tx, no).state
    if state != now_in and state not in NEXT[now_in]:
        raise WrongState(f"{no}: {now_in} -> {state}")
    tickets.change(tx, no, state=state, **values)


def move_line(tx: Tx, line: Line, state: str, **values: Any) -> None:
    """Set a ticket line's state, and other columns with it. Raises WrongState."""
    if state not in LINE_NEXT[line.state]:
        raise WrongState(f"{line.ticket_no} line {line.line}: {line.state} -> {state}")
    ticket_lines.change(tx, line.ticket_no, line.line, state=state, **values)


def outcome(lines: Iterable[Line]) -> str:
    """Return the state that the lines lead to: "resolved", "decided", or "" while one waits for a decision."""
    states = {line.state for line in lines}
    if not states or states & UNDECIDED:
        return ""
    return "resolved" if states <= ENDED else "decided"


def waits(tx: Tx, no: str) -> str:
    """Return a ticket to its owner, else to the queue; return the state."""
    ticket = must(tx, no)
    if ticket.state == "appealed":
        return ticket.state
    state = "assigned" if ticket.owner_id else "queued"
    move(tx, no, state)
    return state


def deciders(lines: Iterable[Line]) -> frozenset[str]:
    """Return the actors who decided lines before."""
    return frozenset(line.decided_by for line in lines if line.decided_by)

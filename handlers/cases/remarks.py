"""More of a customer for a ticket that is there: words, photos, voice, or the wish to speak to a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.cases import answers, leader_review, recording, rewishing
from handlers.messages import phones
from handlers.tickets import clocks, desk_mail, notices, papers, queueing, tickets, warnings
from handlers.tools import Tools
from storage import clocks as clock_rows
from storage import evidence as pieces
from storage import ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked:
    """What became of a remark: `owned` when an agent reads it (the bot stays silent), `taken` pieces of evidence."""

    no: str
    state: str
    owned: bool
    taken: int


def remark(
    tx: Tx,
    ticket_no: str,
    *,
    conversation_id: int,
    at: datetime,
    text: str,
    evidence: Sequence[int],
    tools: Tools,
    severity: str = "normal",
    signals: tuple[str, ...] = (),
    special: tuple[str, ...] = (),
    wish: str = "",
) -> Remarked:
    """Take more words, photos or voice to a ticket; they reach the owner, or the card. Severity may only rise."""
    ticket = tickets.must(tx, ticket_no)
    if wish:
        rewishing.rewish(tx, ticket_no, wish, conversation_id=conversation_id, at=at, tools=tools)
    if text:
        words = [at.isoformat(), text]
        if words not in map(list, ticket.said):  # its draft may have brought them already
            rows.change(tx, ticket_no, said=[*map(list, ticket.said), words])
    taken = pieces.link(tx, ticket_no, ids=evidence) if evidence else 0
    papers.arrived(tx, ticket, evidence, tools)
    by = tickets.customer(tx, conversation_id)
    tickets.log(tx, ticket_no, "said", by, tools, text=text, evidence=list(evidence))
    if recording.rise(tx, ticket_no, severity, signals, special, tools):
        queueing.show_risen(tx, ticket_no, tools)
    warnings.book(tx, ticket)
    if ticket.owner_id is not None:
        _to_owner(tx, ticket, by, text, evidence, tools)
    if ticket.state == "waiting_customer":
        answered(tx, ticket, tools, brought=bool(evidence))
    leader_review.remarked(tx, ticket_no, by, text, tools)
    desk_mail.refresh(tx, ticket_no, tools)
    now = tickets.must(tx, ticket_no)
    return Remarked(no=ticket_no, state=now.state, owned=now.owner_id is not None, taken=taken)


def _to_owner(tx: Tx, ticket: Ticket, by: tickets.By, text: str, evidence: Sequence[int], tools: Tools) -> None:
    """Bring the words under the card at once; media that are still being fetched follow by themselves."""
    known = [piece for piece in (pieces.get(tx, one) for one in evidence) if piece and not piece.restricted]
    found = [piece for piece in known if piece.media_key]
    if text or found:
        words = desk_mail.say("relayed", no=ticket.no, name=by.name, text=phones.covered(text))
        desk_mail.relay(tx, ticket, words, tools, media=[(piece.kind, piece.media_key) for piece in found])
    if not clock_rows.running(tx, ticket.no, ["handoff_idle"]):
        clocks.start(tx, ticket.no, "handoff_idle", notices.policy_of(tx, ticket, tools), tools)


def answered(tx: Tx, ticket: Ticket, tools: Tools, *, brought: bool) -> None:
    """The customer's turn is over, unless an offer still waits for a yes or photos are still owed."""
    lines = ticket_lines.of_ticket(tx, ticket.no)
    owes = ticket.owner_id is None and not clock_rows.get(tx, ticket.no, "decision_due") and ticket.filed_at is not None
    if (owes and not brought) or all(line.state != "open" for line in lines):
        return
    clocks.stop(tx, ticket.no, ["idle_close"], tools)
    tickets.waits(tx, ticket.no)
    if owes:
        queueing.promise(tx, tickets.must(tx, ticket.no), tools)


def call(tx: Tx, ticket_no: str, tools: Tools) -> None:
    """Bring a person to a ticket because the customer asks for one (人工): its owner, or whoever takes the card."""
    ticket = tickets.must(tx, ticket_no)
    if ticket.state in tickets.AFTER:
        answers.reopen(tx, ticket, tickets.BOT, tools)
    elif ticket.owner_id is not None:
        answers.tell_owner(tx, ticket, "called", tools)
    elif not ticket.raised:
        rows.change(tx, ticket_no, raised=True, why="human")
        tickets.log(tx, ticket_no, "raised", tickets.BOT, tools, why="human")
        tickets.waits(tx, ticket_no)
        if not clock_rows.running(tx, ticket_no, clocks.TO_ANSWER):
            policy = notices.policy_of(tx, ticket, tools)
            for name in queueing.human_clocks(ticket):
                clocks.start(tx, ticket_no, name, policy, tools)
            clocks.refresh(tx, ticket_no)
        desk_mail.card(tx, ticket_no, tools)
        desk_mail.board(tx, ticket.desk, tools)

"""The actions of the desk as a table: which states, who may, what a tap and what a reply to its question do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from handlers.desk import choices, correcting, linking, picking, relaying, ruling
from handlers.desk.deeds import Deed, Told
from handlers.messages.messages import Button
from handlers.messages.remedies import money
from handlers.tickets import desk_mail, notices, papers, tickets
from handlers.tools import Tools
from storage import evidence, ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket

OPEN = frozenset(rows.OPEN)
ALL = OPEN | tickets.AFTER
FREE = frozenset(rows.UNPICKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action. `owner`: only the owner or a supervisor; `row`: its row on the card, 0 for none."""

    run: Callable[[Deed], Told]
    states: frozenset[str]
    words: Callable[[Deed], Told] | None = None  # completes it by a reply to its question
    owner: bool = True
    strictly: bool = False  # the owner alone, no supervisor
    row: int = 0


ACTIONS: Mapping[str, Action] = {
    "pick": Action(run=picking.pick, states=OPEN, owner=False),
    "approve": Action(run=ruling.approve, states=OPEN, row=1),
    "change": Action(run=ruling.change, words=ruling.change_words, states=OPEN, row=1),
    "refuse": Action(run=ruling.refuse, words=ruling.refuse_words, states=OPEN, row=1),
    "ask": Action(run=relaying.ask_customer, words=relaying.ask_words, states=ALL, row=2),
    "note": Action(run=relaying.note, words=relaying.note_words, states=ALL, owner=False, row=2),
    "phone": Action(run=relaying.phone, states=ALL, strictly=True, row=2),
    "correct": Action(run=correcting.correct, words=correcting.correct_words, states=OPEN, row=2),
    "order": Action(run=linking.order, words=linking.order_words, states=OPEN, row=2),
    "papers": Action(run=papers.show, states=ALL, row=3),
    "medical": Action(run=papers.mark, words=papers.mark_words, states=ALL, row=3),
    "unlock": Action(run=linking.unlock, states=ALL, row=3),
    "hand": Action(run=picking.hand, words=picking.hand_by_name, states=OPEN, row=3),
    "boss": Action(run=picking.boss, states=OPEN, owner=False, row=3),
    "close": Action(run=relaying.close, words=relaying.close_words, states=ALL, row=3),
}


# a button that could only be answered with "not possible" is not shown
HIDDEN: Mapping[str, Callable[[Ticket, list[Line]], bool]] = {
    "approve": lambda ticket, lines: not lines,
    "change": lambda ticket, lines: not lines and ticket.order_no is None,
    "refuse": lambda ticket, lines: not lines,
    "phone": lambda ticket, lines: ticket.order_no is None,
    "order": lambda ticket, lines: ticket.order_no is not None,
    "medical": lambda ticket, lines: ticket.severity == "normal" and not ticket.signals,
    "unlock": lambda ticket, lines: ticket.why != "locked",
    "close": lambda ticket, lines: bool(lines) and ticket.filed_at is not None,
}


def buttons(tx: Tx, ticket: Ticket, tools: Tools) -> tuple[tuple[Button, ...], ...]:
    """Give a card's buttons: [Pick up] while nobody has it, else one for each action that its state allows."""
    if ticket.owner_id is None:
        return ((desk_mail.button("act_pick", f"pick:{ticket.no}"),),) if ticket.state in FREE else ()
    rows_ = []
    for row in (1, 2, 3):
        names = [name for name, action in ACTIONS.items() if action.row == row and ticket.state in action.states]
        found = [_button(tx, ticket, name, tools) for name in names]
        rows_.append(tuple(button for button in found if button))
    if "boss" in ticket.warnings and ticket.state in OPEN:
        rows_.append((desk_mail.button("act_pick", f"pick:{ticket.no}"),))
    return tuple(row for row in rows_ if row)


def _button(tx: Tx, ticket: Ticket, name: str, tools: Tools) -> Button | None:
    lines = [one for one in ticket_lines.of_ticket(tx, ticket.no) if one.state in tickets.UNDECIDED]
    if name in HIDDEN and HIDDEN[name](ticket, lines):
        return None
    if name in papers.ABOUT and not any(map(papers.ABOUT[name], evidence.of_ticket(tx, ticket.no))):
        return None
    label = _approval(tx, ticket, lines, tools) if name == "approve" else desk_mail.say(f"act_{name}")
    return Button(label=label, tap=f"{name}:{ticket.no}") if label else None


def _approval(tx: Tx, ticket: Ticket, lines: list[Line], tools: Tools) -> str:
    """Label the approval with what it grants: the sum, else the remedies; "" when a line has no wish."""
    policy = notices.policy_of(tx, ticket, tools)
    rulings = [choices.wished(tx, ticket, line, policy) for line in lines]
    if None in rulings or not choices.by_one_tap(ticket, rulings):
        return ""
    known = [ruling for ruling in rulings if ruling]
    sum_ = sum(ruling.amount for ruling in known)
    others = dict.fromkeys(desk_mail.remedy(ruling.remedy) for ruling in known if not ruling.amount)
    parts = [money(sum_, desk_mail.LANGUAGE)] if sum_ else []
    return " ".join([desk_mail.say("act_approve"), *parts, *others])

"""The actions of the desk as a table: which states, who may, what a tap and what a reply to its question do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from handlers.context import TurnContext
from handlers.desk import assignment, medical_papers, options, order_link, photo_doubts, relay, replies, rulings
from handlers.desk.correcting import corrections
from handlers.desk.request import ActionRequest, Answer
from handlers.desk.views import customer_words
from handlers.messages.models import Button
from handlers.messages.money import money
from handlers.tickets import desk_outbox, lifecycle, notices
from storage import evidence, ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket

OPEN = frozenset(rows.OPEN)
ALL = OPEN | lifecycle.AFTER
EVERY = ALL | {"withdrawn"}
FREE = frozenset(rows.UNPICKED)
QUIET = frozenset({"resolved", "closed", "withdrawn"})  # where an agent may begin a talk of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action. `owner`: only the owner or a supervisor; `row`: its row on the card, 0 for none."""

    run: Callable[[ActionRequest], Answer]
    states: frozenset[str]
    words: Callable[[ActionRequest], Answer] | None = None  # completes it by a reply to its question
    owner: bool = True
    strictly: bool = False  # the owner alone, no supervisor
    row: int = 0


ACTIONS: Mapping[str, Action] = {
    "pick": Action(run=assignment.pick, states=OPEN, owner=False),
    "approve": Action(run=rulings.approve, states=OPEN, row=1),
    "change": Action(run=rulings.change, words=rulings.change_words, states=OPEN, row=1),
    "refuse": Action(run=rulings.refuse, words=rulings.refuse_words, states=OPEN, row=1),
    "ask": Action(run=relay.ask_customer, words=relay.ask_words, states=ALL, row=2),
    "note": Action(run=relay.note, words=relay.note_words, states=ALL, owner=False, row=2),
    "phone": Action(run=relay.phone, states=ALL, strictly=True, row=2),
    "correct": Action(run=corrections.correct, words=corrections.correct_words, states=OPEN, row=2),
    "order": Action(run=order_link.order, words=order_link.order_words, states=OPEN, row=2),
    "words": Action(run=relay.words, states=ALL, owner=False, row=2),
    "compare": Action(run=photo_doubts.compare, states=ALL, owner=False, row=3),
    "one_more": Action(run=photo_doubts.one_more, states=OPEN, row=3),
    "papers": Action(run=medical_papers.show, states=ALL, row=3),
    "medical": Action(run=medical_papers.mark, words=medical_papers.mark_words, states=ALL, row=3),
    "unlock": Action(run=order_link.unlock, states=ALL, row=3),
    "hand": Action(run=assignment.hand, words=assignment.hand_by_name, states=OPEN, row=3),
    "boss": Action(run=assignment.boss, states=OPEN, owner=False, row=3),
    "close": Action(run=relay.close, words=relay.close_words, states=ALL, row=3),
    # buttons of questions and lists, not of cards
    "show": Action(run=relay.show, states=EVERY, owner=False),
    "sure": Action(run=rulings.sure, words=rulings.sure_words, states=OPEN),
    "say": Action(run=replies.say, words=replies.held_reply, states=ALL, owner=False),
    "decide": Action(run=replies.decide, states=OPEN, owner=False),
}


# a button that could only be answered with "not possible" is not shown
HIDDEN: Mapping[str, Callable[[Ticket, list[Line]], bool]] = {
    "approve": lambda ticket, lines: not lines,
    "change": lambda ticket, lines: not lines and ticket.order_no is None,
    "refuse": lambda ticket, lines: not lines,
    "phone": lambda ticket, lines: ticket.order_no is None,
    "order": lambda ticket, lines: ticket.order_no is not None,
    "compare": lambda ticket, lines: not photo_doubts.reused(ticket),
    "one_more": lambda ticket, lines: not photo_doubts.doubted(ticket),
    "words": lambda ticket, lines: not customer_words.hidden(ticket),
    "medical": lambda ticket, lines: ticket.severity == "normal" and not ticket.signals,
    "unlock": lambda ticket, lines: ticket.why != "locked",
    "close": lambda ticket, lines: bool(lines) and ticket.filed_at is not None,
}


def buttons(tx: Tx, ticket: Ticket, context: TurnContext) -> tuple[tuple[Button, ...], ...]:
    """Return a card's buttons: [Pick up] while nobody has it, else one for each action that its state allows."""
    talk = ((desk_outbox.button("act_talk", f"talk:{ticket.no}"),),) if ticket.state in QUIET else ()
    if ticket.owner_id is None:
        return ((desk_outbox.button("act_pick", f"pick:{ticket.no}"),),) if ticket.state in FREE else talk
    rows_ = []
    for row in (1, 2, 3):
        names = [name for name, action in ACTIONS.items() if action.row == row and ticket.state in action.states]
        found = [_button(tx, ticket, name, context) for name in names]
        rows_.append(tuple(button for button in found if button))
    if "boss" in ticket.warnings and ticket.state in OPEN:
        rows_.append((desk_outbox.button("act_pick", f"pick:{ticket.no}"),))
    return (*(row for row in rows_ if row), *talk)


def _button(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> Button | None:
    lines = [one for one in ticket_lines.of_ticket(tx, ticket.no) if one.state in lifecycle.UNDECIDED]
    if name in HIDDEN and HIDDEN[name](ticket, lines):
        return None
    if name in medical_papers.ABOUT and not any(map(medical_papers.ABOUT[name], evidence.of_ticket(tx, ticket.no))):
        return None
    label = _approval(tx, ticket, lines, context) if name == "approve" else desk_outbox.say(f"act_{name}")
    return Button(label=label, tap=f"{name}:{ticket.no}") if label else None


def _approval(tx: Tx, ticket: Ticket, lines: list[Line], context: TurnContext) -> str:
    """Label the approval with what it grants: the sum, else the remedies; "" when a line has no wish."""
    policy = notices.policy_of(tx, ticket, context)
    wished_rulings = [options.wished(tx, ticket, line, policy) for line in lines]
    if None in wished_rulings or not options.by_one_tap(ticket, wished_rulings):
        return ""
    known = [ruling for ruling in wished_rulings if ruling]
    sum_ = sum(ruling.amount for ruling in known)
    others = dict.fromkeys(desk_outbox.remedy(ruling.remedy) for ruling in known if not ruling.amount)
    parts = [money(sum_, desk_outbox.language())] if sum_ else []
    return " ".join([desk_outbox.say("act_approve"), *parts, *others])

"""The actions of the desk as a table: which states, who may, what a tap and what a reply to its question do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from handlers.cases import photo_lines
from handlers.context import TurnContext
from handlers.desk import (
    assignment,
    granting,
    medical_papers,
    options,
    order_link,
    photo_doubts,
    redelivery,
    relay,
    replies,
    rulings,
)
from handlers.desk.correcting import causes, corrections
from handlers.desk.fulfilling import paying, shipping
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
DECIDING, GOODS, TALKING, LEADING = 1, 2, 3, 4  # rows of a card: GOODS, what is handed over
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
    free: bool = False  # anyone may where nobody owns the ticket: the bot decided it


ACTIONS: Mapping[str, Action] = {
    "pick": Action(run=assignment.pick, states=OPEN, owner=False),
    "approve": Action(run=rulings.approve, states=OPEN, row=DECIDING),
    "change": Action(run=rulings.change, words=rulings.change_words, states=OPEN, row=DECIDING),
    "refuse": Action(run=rulings.refuse, words=rulings.refuse_words, states=OPEN, row=DECIDING),
    "paid": Action(run=paying.paid, words=paying.paid_words, states=ALL, row=GOODS, free=True),
    "arranged": Action(run=shipping.arranged, words=shipping.arranged_words, states=ALL, owner=False, row=GOODS),
    "sent": Action(run=shipping.sent, words=shipping.sent_words, states=ALL, owner=False, row=GOODS),
    "goods_in": Action(run=shipping.goods_in, states=ALL, owner=False, row=GOODS),
    "coupon": Action(run=shipping.coupon, words=shipping.coupon_words, states=ALL, owner=False, row=GOODS),
    "ask": Action(run=relay.ask_customer, words=relay.ask_words, states=ALL, row=TALKING),
    "note": Action(run=relay.note, words=relay.note_words, states=ALL, owner=False, row=TALKING),
    "phone": Action(run=relay.phone, states=ALL, strictly=True, row=TALKING),
    "correct": Action(run=corrections.correct, words=corrections.correct_words, states=OPEN, row=TALKING),
    "order": Action(run=order_link.order, words=order_link.order_words, states=OPEN, row=TALKING),
    "words": Action(run=relay.words, states=ALL, owner=False, row=TALKING),
    "compare": Action(run=photo_doubts.compare, states=ALL, owner=False, row=LEADING),
    "one_more": Action(run=photo_doubts.one_more, states=OPEN, row=LEADING),
    "papers": Action(run=medical_papers.show, states=ALL, row=LEADING),
    "medical": Action(run=medical_papers.mark, words=medical_papers.mark_words, states=ALL, row=LEADING),
    "unlock": Action(run=order_link.unlock, states=ALL, row=LEADING),
    "hand": Action(run=assignment.hand, words=assignment.hand_by_name, states=OPEN, row=LEADING),
    "cause": Action(run=causes.choose, states=lifecycle.AFTER, row=LEADING),
    "boss": Action(run=assignment.boss, states=OPEN, owner=False, row=LEADING),
    "close": Action(run=relay.close, words=relay.close_words, states=ALL, row=LEADING),
    # buttons of questions and lists, not of cards
    "address": Action(run=rulings.change, words=granting.address_words, states=OPEN),
    "unpaid": Action(run=paying.unpaid, states=ALL, owner=False),
    "show": Action(run=relay.show, states=EVERY, owner=False),
    "sure": Action(run=rulings.sure, words=rulings.sure_words, states=OPEN),
    "say": Action(run=replies.say, words=replies.held_reply, states=ALL, owner=False),
    "decide": Action(run=replies.decide, states=OPEN, owner=False),
    "resend": Action(run=redelivery.resend, states=EVERY, owner=False),
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

# what a button says by the lines of the ticket; "" where there is nothing to do
LABELS: Mapping[str, Callable[[list[Line]], str]] = {"paid": paying.label}


def buttons(tx: Tx, ticket: Ticket, context: TurnContext) -> tuple[tuple[Button, ...], ...]:
    """Return a card's buttons: [Pick up] while nobody has it, else one for each action that its state allows."""
    talk = ((desk_outbox.button("act_talk", f"talk:{ticket.no}"),),) if ticket.state in QUIET else ()
    if ticket.owner_id is None:
        pick = ((desk_outbox.button("act_pick", f"pick:{ticket.no}"),),) if ticket.state in FREE else ()
        free = [name for name, action in ACTIONS.items() if action.free or (action.row == GOODS and not action.owner)]
        return (*pick, *_rows(tx, ticket, context, free), *talk)
    rows_ = _rows(tx, ticket, context, list(ACTIONS))
    if "boss" in ticket.warnings and ticket.state in OPEN:
        rows_.append((desk_outbox.button("act_pick", f"pick:{ticket.no}"),))
    return (*rows_, *talk)


def _rows(tx: Tx, ticket: Ticket, context: TurnContext, names: Sequence[str]) -> list[tuple[Button, ...]]:
    """Return the buttons of these actions in the rows of a card, those that its state allows."""
    every = ticket_lines.of_ticket(tx, ticket.no)
    found: dict[int, list[Button]] = {}
    for name in names:
        action = ACTIONS[name]
        if action.row and ticket.state in action.states and (one := _button(tx, ticket, name, every, context)):
            found.setdefault(action.row, []).append(one)
    rows_ = []
    for number in sorted(found):
        rows_ += options.packed(found[number]) if number == GOODS else [found[number]]
    return [tuple(row) for row in rows_]


def _button(tx: Tx, ticket: Ticket, name: str, every: list[Line], context: TurnContext) -> Button | None:
    lines = [one for one in every if one.state in lifecycle.UNDECIDED]
    if name in HIDDEN and HIDDEN[name](ticket, lines):
        return None
    if name in shipping.SHOWN and not shipping.shown(tx, ticket, name):
        return None
    if name == "cause" and not notices.policy_of(tx, ticket, context).causes:
        return None
    if name in medical_papers.ABOUT and not any(map(medical_papers.ABOUT[name], evidence.of_ticket(tx, ticket.no))):
        return None
    if name in LABELS:
        label = LABELS[name](every)
    else:
        label = _approval(tx, ticket, lines, context) if name == "approve" else desk_outbox.say(f"act_{name}")
    return Button(label=label, tap=f"{name}:{ticket.no}") if label else None


def _approval(tx: Tx, ticket: Ticket, lines: list[Line], context: TurnContext) -> str:
    """Label the approval with what it grants: the sum, else the remedies, and which lines where one has no wish.

    Which coupon it is, where the policy has several, is asked.
    """
    policy = notices.policy_of(tx, ticket, context)
    wished_rulings = [options.wished(tx, ticket, line, policy) for line in lines]
    waits = photo_lines.waiting(ticket, lines, evidence.of_ticket(tx, ticket.no), policy)
    wished_rulings = [None if one in waits else ruling for one, ruling in zip(lines, wished_rulings, strict=True)]
    pairs = [(one, ruling) for one, ruling in zip(lines, wished_rulings, strict=True) if one not in waits]
    open_ = {line.wish for line, ruling in pairs if ruling is None and line.wish == "compensation"}
    some = [str(line.line) for line, ruling in pairs if ruling or line.wish == "compensation"]
    if not some or not options.by_one_tap(ticket, lines):
        return ""
    known = [ruling for ruling in wished_rulings if ruling]
    sum_ = sum(ruling.amount for ruling in known)
    codes = dict.fromkeys([*(ruling.remedy for ruling in known if not ruling.amount), *open_])
    others = [desk_outbox.remedy(code) for code in codes]
    parts = [money(sum_, desk_outbox.language())] if sum_ else []
    only = [desk_outbox.say("approve_lines", lines="、".join(some))] if len(some) < len(lines) else []
    return " ".join([desk_outbox.say("act_approve"), *parts, *others, *only])

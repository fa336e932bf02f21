"""Money confirmed at the desk: which line was paid, by which reference; a supervisor may take it back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.fulfilment import payments
from handlers.fulfilment.payments import Booking, Confirmation
from handlers.messages.models import Button
from handlers.messages.money import money
from handlers.messages.patterns import pattern_of
from handlers.tickets import desk_outbox
from storage import ticket_lines
from storage.ticket_lines import Line

ALL = "all"  # the mark of all lines together
NONE = "none"  # the mark of a payment without reference
REFERENCE = pattern_of(r"(?=\S*\d)[\w\-./:#]{4,64}", re.ASCII)


def label(lines: Sequence[Line]) -> str:
    """Return the button of a card: the sum that is owed with it; "" when none is."""
    sum_ = sum(line.money_owed for line in lines)
    return f"{desk_outbox.say('act_paid')} {money(sum_, desk_outbox.language())}" if sum_ else ""


def paid(request: ActionRequest) -> Answer:
    """Ask which line was paid, then once for the reference; the argument is LINE or all, then none."""
    mark, _, reference = request.argument.partition(":")
    owed = _owed(request)
    if not owed:
        return told("nothing_to_pay", alert=True, no=request.no)
    if not mark and len(owed) > 1:
        ask(request, "paid", "ask_paid_line", buttons=_choices(request, owed), items=_items(owed))
        return Answer()
    meant = owed if mark in ("", ALL) else [line for line in owed if str(line.line) == mark]
    if not meant:
        return told("nothing_to_pay", alert=True, no=request.no)
    if reference == NONE:
        return _book(request, meant, "")
    without = desk_outbox.button("no_reference", f"paid:{request.no}:{_mark(meant, owed)}:{NONE}")
    ask(request, "paid", "ask_paid", buttons=[[without]], argument=_mark(meant, owed), sum=_sum(meant))
    return Answer()


def paid_words(request: ActionRequest) -> Answer:
    """Book a payment by the reference in a reply; before it a line's number may stand, where several are owed."""
    words = unicodedata.normalize("NFKC", request.words).strip()
    owed = _owed(request)
    mark = request.argument.partition(":")[0]
    first, _, rest = words.partition(" ")
    if not mark and rest and first in {str(line.line) for line in owed}:
        mark, words = first, rest.strip()
    meant = owed if mark in ("", ALL) else [line for line in owed if str(line.line) == mark]
    if not meant:
        return told("nothing_to_pay", alert=True, no=request.no)
    if words.casefold() in desk_outbox.spoken("words_no_reference"):
        return _book(request, meant, "")
    if not REFERENCE.fullmatch(words):
        return told("no_such_reference", alert=True)
    return _book(request, meant, words)


def _owed(request: ActionRequest) -> list[Line]:
    return [line for line in ticket_lines.of_ticket(request.tx, request.no) if line.money_owed]


def _mark(meant: Sequence[Line], owed: Sequence[Line]) -> str:
    return ALL if len(meant) == len(owed) else str(meant[0].line)


def _sum(lines: Sequence[Line]) -> str:
    return money(sum(line.money_owed for line in lines), desk_outbox.language())


def _items(lines: Sequence[Line]) -> str:
    return "、".join(f"{line.line}. {line.item} {_sum([line])}" for line in lines)


def _choices(request: ActionRequest, owed: Sequence[Line]) -> list[list[Button]]:
    every = desk_outbox.button("all_lines", f"paid:{request.no}:{ALL}", sum=_sum(owed))
    rows = [
        [Button(label=f"{line.line}. {line.item} {_sum([line])}", tap=f"paid:{request.no}:{line.line}")]
        for line in owed
    ]
    return [[every], *rows]


def _book(request: ActionRequest, lines: Sequence[Line], reference: str) -> Answer:
    """Book the lines one after the other as one payment, and say in the thread what was booked."""
    whole = len(lines) == len(_owed(request))
    one = Confirmation(
        ticket_no=request.no,
        amount=sum(line.money_owed for line in lines),
        paid_at=request.context.now,
        reference=reference,
        line=None if whole else lines[0].line,
    )
    booking = payments.paid(request.tx, one, request.by, request.context)
    if booking.result != "paid":
        return _refused(request, booking, reference)
    named = reference or desk_outbox.say("no_reference")
    text = desk_outbox.say("paid_booked", no=request.no, name=request.by.name, sum=_sum(lines), reference=named)
    numbers = ",".join(map(str, booking.lines))
    undo = desk_outbox.button("act_unpaid", f"unpaid:{request.no}:{numbers}")
    desk_outbox.note(request.tx, request.ticket, text, request.context, buttons=[[undo]])
    return told("paid_told", no=request.no)


def _refused(request: ActionRequest, booking: Booking, reference: str) -> Answer:
    if booking.result == "reference_used":
        return told("reference_used", alert=True, reference=reference, other=booking.other)
    return told("nothing_to_pay", alert=True, no=request.no)


def unpaid(request: ActionRequest) -> Answer:
    """Take back what was booked by mistake: for a supervisor, as the customer is told that it was wrong."""
    if not request.supervisor:
        return told("unpaid_by_boss", alert=True)
    numbers = {int(one) for one in request.argument.split(",") if one.isdecimal()}
    sum_ = payments.take_back(request.tx, request.ticket, numbers, request.by, request.context)
    if not sum_:
        return told("stale", alert=True)
    text = desk_outbox.say(
        "paid_taken_back", no=request.no, name=request.by.name, sum=money(sum_, desk_outbox.language())
    )
    desk_outbox.note(request.tx, request.ticket, text, request.context)
    return told("paid_told_back", no=request.no)

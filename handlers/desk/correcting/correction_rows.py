"""How a correction is stored: the row, the event in the log, and what follows for sum, warnings and severity."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from handlers.cases import recording
from handlers.claims import claim as claims
from handlers.claims import list_draft, lookup
from handlers.claims.summary import line_of
from handlers.desk.request import ActionRequest, Answer, told
from handlers.desk.views import card_lines
from handlers.messages.codes import SEVERITIES, strongest
from handlers.messages.money import refund
from handlers.tickets import desk_outbox, lifecycle, notices, queue_entry, warnings
from handlers.tickets.decisions import MONEY
from storage import conversations, ticket_lines
from storage import tickets as rows
from storage.desk import corrections
from storage.orders import Order
from storage.ticket_lines import Line

FIELDS = ("problem", "item", "quantity")
COLUMNS = ("order_line_no", "item", "problem", "also", "quantity", "unit", "share", "wish_amount", "heard_at")
CLOSED = ("refused", "withdrawn")


def order_of(request: ActionRequest) -> Order | None:
    """Return the order of a ticket."""
    return rows.order_of(request.tx, request.ticket)


def described(line: Line, request: ActionRequest) -> str:
    """Return a line as it is: "草莓 2盒 腐烂变质"."""
    policy = notices.policy_of(request.tx, request.ticket, request.context)
    item = line.item or desk_outbox.say("item_unknown")
    return " ".join(part for part in (item, card_lines.quantity(line), card_lines.problems(line, policy)) if part)


def differences(before: Line, after: Line) -> frozenset[str]:
    """Return the fields in which two lines differ."""
    return frozenset(field for field in FIELDS if corrections.value(before, field) != corrections.value(after, field))


def summed(request: ActionRequest, line: Line) -> Line:
    """Return a line with the sum of its share: of what other claims on the same item have left."""
    if line.wish not in MONEY or line.order_line_no is None:
        return line
    order = order_of(request)
    bought = line_of(order, line.order_line_no)
    if order is None or bought is None or not line.share:
        return replace(line, wish_amount=None)
    taken = lookup.claimed(request.tx, order, but=request.no).get(line.order_line_no, Fraction(0))
    for one in ticket_lines.of_ticket(request.tx, request.no):
        if one.line != line.line and one.order_line_no == line.order_line_no and one.share:
            taken += Fraction(one.share) if one.state not in CLOSED else 0
    left = max(Fraction(0), 1 - taken)
    return replace(line, wish_amount=refund(bought.paid, min(Fraction(line.share), left)))


def record(request: ActionRequest, before: Line, after: Line, fields: Collection[str]) -> Answer:
    """Store a corrected line with a row and an event for each field, and redraw card and board."""
    tx, no, context = request.tx, request.no, request.context
    ticket_lines.change(tx, no, after.line, **{name: getattr(after, name) for name in COLUMNS})
    heard = [after.heard_at] if after.heard_at else _all_said(request)
    for field in FIELDS:
        if field in fields:
            shown = [one.item if field == "item" else _text(one, field) for one in (before, after)]
            _keep(request, after.line, field, [corrections.value(one, field) for one in (before, after)], shown, heard)
    notes = [_warning(one) for one in _warn(request)]
    if after.quantity and not after.share and after.order_line_no is not None and "item" in fields:
        notes.append(desk_outbox.say("correct_number_next"))
    if level := _risen(request, before, after):
        recording.rise(tx, no, level, (), (), context)
        queue_entry.show_risen(tx, no, context)
        notes.append(desk_outbox.say("risen", no=no, severity=desk_outbox.say(f"severity_{level}")))
    desk_outbox.refresh(tx, no, context)
    text = desk_outbox.say("corrected", no=no, what=described(after, request))
    return Answer(text="\n".join([text, *notes]), alert=bool(notes))


def _text(line: Line, field: str) -> str:
    return card_lines.quantity(line) if field == "quantity" and line.quantity else corrections.value(line, field)


def _all_said(request: ActionRequest) -> list[datetime]:
    return [datetime.fromisoformat(at) for at, _ in request.ticket.said]


def _keep(
    request: ActionRequest, line: int | None, field: str, values: list[str], shown: list[str], heard: list[datetime]
) -> None:
    """Record a correction: codes and numbers in the row, names and amounts in the log."""
    was, now = values
    keys = corrections.messages(request.tx, request.no, heard)
    corrections.add(
        request.tx,
        request.no,
        line=line,
        field=field,
        was=was,
        now=now,
        messages=keys,
        by=request.by.actor,
        at=request.context.now,
    )
    about = {} if line is None else {"line": line}
    lifecycle.log(
        request.tx,
        request.no,
        "corrected",
        request.by,
        request.context,
        **about,
        field=field,
        was=shown[0],
        now=shown[1],
    )


def _warn(request: ActionRequest) -> list[str]:
    """Warn as filing does of what is claimed twice or beyond what was bought; return what is new."""
    known = list(request.ticket.warnings)
    again = [warnings.AGAIN] if _claimed_again(request) else []
    if warnings.AGAIN in known and not again:
        rows.change(request.tx, request.no, warnings=[one for one in known if one != warnings.AGAIN])
    return [one for one in warnings.record(request.tx, request.ticket, *again) if one not in known]


def _claimed_again(request: ActionRequest) -> bool:
    """Return whether another ticket claims the same problem of the same item and waits for its decision."""
    mine = {
        (line.order_line_no, line.problem)
        for line in ticket_lines.of_ticket(request.tx, request.no)
        if line.state in lifecycle.UNDECIDED
    }
    others = ticket_lines.on_order(request.tx, request.ticket.order_no) if request.ticket.order_no else []
    return any(
        one.ticket_no != request.no and one.state in lifecycle.UNDECIDED and (one.order_line_no, one.problem) in mine
        for one in others
    )


def _warning(warning: str) -> str:
    code, _, value = warning.partition(":")
    return desk_outbox.say(f"warn_{code}", value=value)


def _risen(request: ActionRequest, before: Line, after: Line) -> str:
    """Return the severity that the policy takes a line to be now, if a correction made it worse than its ticket is."""
    was, now = (_severity(request, line) for line in (before, after))
    least = strongest(was, request.ticket.severity)
    return now if strongest(least, now) != least else ""


def _severity(request: ActionRequest, line: Line) -> str:
    policy = notices.policy_of(request.tx, request.ticket, request.context)
    bought = line_of(order_of(request), line.order_line_no)
    others = [one for one in ticket_lines.of_ticket(request.tx, request.no) if one.line != line.line]
    sum_ = sum(one.wish_amount or 0 for one in (line, *others))
    tags, groups = bought.tags if bought else (), request.ticket.special
    codes = line.codes or ("",)
    return strongest(*(policy.severity(code, tags=tags, groups=groups, sum_=sum_) for code in codes))


def grade(request: ActionRequest, level: str) -> Answer:
    """Set how serious a ticket is: worse by any owner, milder by a supervisor alone."""
    ticket, tx = request.ticket, request.tx
    if ticket.owner_id is None or level not in SEVERITIES:
        return told("pick_first" if ticket.owner_id is None else "stale", alert=True, no=request.no)
    was, now = SEVERITIES.index(ticket.severity), SEVERITIES.index(level)
    if was == now:
        return told("correct_nothing", alert=True, what=desk_outbox.say(f"severity_{level}"))
    if now < was and not request.supervisor:
        return told("correct_by_boss", alert=True)
    place = lifecycle.rank(level, ticket.special)
    rows.change(tx, request.no, severity=level, rank=min(place, ticket.rank) if now > was else place)
    _keep(request, None, "severity", [ticket.severity, level], [ticket.severity, level], _all_said(request))
    if now > was:
        queue_entry.show_risen(tx, request.no, request.context)
    else:
        _calm(request, level)
    desk_outbox.refresh(tx, request.no, request.context)
    return told("corrected", no=request.no, what=desk_outbox.say(f"severity_{level}"))


def _calm(request: ActionRequest, level: str) -> None:
    """Give the draft that goes on filling the ticket the same severity; only later words raise it again."""
    found = conversations.by_id(request.tx, request.ticket.conversation_id)
    talk = claims.from_json(found.talk)
    drafts = tuple(replace(one, severity=level) if one.ticket_no == request.no else one for one in talk.claims)
    talk = replace(talk, claims=drafts)
    pasted = list_draft.of(talk)
    for line in pasted.lines if pasted else ():
        if pasted and line.ticket_no == request.no:
            pasted = pasted.with_line(replace(line, severity=level))
            talk = list_draft.keep(talk, pasted)
    conversations.save(request.tx, found.id, claims.to_json(talk), now=request.context.now)

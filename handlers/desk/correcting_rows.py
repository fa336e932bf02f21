"""How a correction is kept: the row, the step in the log, and what follows for sum, warnings and severity."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from handlers.cases import recording
from handlers.claims import claim as claims
from handlers.claims import leader_list, lookup
from handlers.claims.summary import line_of
from handlers.desk import card_lines
from handlers.desk.deeds import Deed, Told, told
from handlers.messages.codes import SEVERITIES
from handlers.messages.remedies import refund
from handlers.tickets import desk_mail, notices, queueing, tickets, warnings
from handlers.tickets.decisions import MONEY
from storage import conversations, orders, ticket_lines
from storage import tickets as rows
from storage.desk import corrections
from storage.orders import Order
from storage.ticket_lines import Line

FIELDS = ("problem", "item", "quantity")
COLUMNS = ("order_line_no", "item", "problem", "also", "quantity", "unit", "share", "wish_amount", "heard_at")
CLOSED = ("refused", "withdrawn")


def order_of(deed: Deed) -> Order | None:
    """Give the order of a ticket."""
    return orders.by_number(deed.tx, deed.ticket.order_no, sample=None) if deed.ticket.order_no else None


def described(line: Line, deed: Deed) -> str:
    """Tell a line as it stands: "草莓 2盒 腐烂变质"."""
    policy = notices.policy_of(deed.tx, deed.ticket, deed.tools)
    item = line.item or desk_mail.say("item_unknown")
    return " ".join(part for part in (item, card_lines.quantity(line), card_lines.problems(line, policy)) if part)


def differences(before: Line, after: Line) -> frozenset[str]:
    """Name the fields in which two lines differ."""
    return frozenset(field for field in FIELDS if corrections.value(before, field) != corrections.value(after, field))


def summed(deed: Deed, line: Line) -> Line:
    """Let a line's sum follow its share: of what other claims on the same item have left."""
    if line.wish not in MONEY or line.order_line_no is None:
        return line
    bought = line_of(order_of(deed), line.order_line_no)
    if bought is None or not line.share:
        return replace(line, wish_amount=None)
    taken = lookup.claimed(deed.tx, deed.ticket.order_no or "", but=deed.no).get(line.order_line_no, Fraction(0))
    for one in ticket_lines.of_ticket(deed.tx, deed.no):
        if one.line != line.line and one.order_line_no == line.order_line_no and one.share:
            taken += Fraction(one.share) if one.state not in CLOSED else 0
    left = max(Fraction(0), 1 - taken)
    return replace(line, wish_amount=refund(bought.paid, min(Fraction(line.share), left)))


def book(deed: Deed, before: Line, after: Line, fields: Collection[str]) -> Told:
    """Keep a corrected line with a row and a step for each field, and let card and board follow."""
    tx, no, tools = deed.tx, deed.no, deed.tools
    ticket_lines.change(tx, no, after.line, **{name: getattr(after, name) for name in COLUMNS})
    heard = [after.heard_at] if after.heard_at else _all_said(deed)
    for field in FIELDS:
        if field in fields:
            shown = [one.item if field == "item" else _text(one, field) for one in (before, after)]
            _keep(deed, after.line, field, [corrections.value(one, field) for one in (before, after)], shown, heard)
    notes = [_warning(one) for one in _warn(deed)]
    if after.quantity and not after.share and after.order_line_no is not None and "item" in fields:
        notes.append(desk_mail.say("correct_number_next"))
    if level := _risen(deed, before, after):
        recording.rise(tx, no, level, (), (), tools)
        queueing.show_risen(tx, no, tools)
        notes.append(desk_mail.say("risen", no=no, severity=desk_mail.say(f"severity_{level}")))
    desk_mail.refresh(tx, no, tools)
    text = desk_mail.say("corrected", no=no, what=described(after, deed))
    return Told(text="\n".join([text, *notes]), alert=bool(notes))


def _text(line: Line, field: str) -> str:
    return card_lines.quantity(line) if field == "quantity" and line.quantity else corrections.value(line, field)


def _all_said(deed: Deed) -> list[datetime]:
    return [datetime.fromisoformat(at) for at, _ in deed.ticket.said]


def _keep(deed: Deed, line: int | None, field: str, values: list[str], shown: list[str], heard: list[datetime]) -> None:
    """Write a correction down: codes and numbers in the row, names and amounts in the log."""
    was, now = values
    keys = corrections.messages(deed.tx, deed.no, heard)
    corrections.add(
        deed.tx, deed.no, line=line, field=field, was=was, now=now, messages=keys, by=deed.by.actor, at=deed.tools.now
    )
    about = {} if line is None else {"line": line}
    tickets.log(deed.tx, deed.no, "corrected", deed.by, deed.tools, **about, field=field, was=shown[0], now=shown[1])


def _warn(deed: Deed) -> list[str]:
    """Warn as filing does of what is claimed twice or beyond what was bought; give what is new."""
    known = list(deed.ticket.warnings)
    again = [warnings.AGAIN] if _claimed_again(deed) else []
    if warnings.AGAIN in known and not again:
        rows.change(deed.tx, deed.no, warnings=[one for one in known if one != warnings.AGAIN])
    return [one for one in warnings.book(deed.tx, deed.ticket, *again) if one not in known]


def _claimed_again(deed: Deed) -> bool:
    """Tell whether another ticket claims the same problem of the same item and waits for its decision."""
    mine = {
        (line.order_line_no, line.problem)
        for line in ticket_lines.of_ticket(deed.tx, deed.no)
        if line.state in tickets.UNDECIDED
    }
    others = ticket_lines.on_order(deed.tx, deed.ticket.order_no) if deed.ticket.order_no else []
    return any(
        one.ticket_no != deed.no and one.state in tickets.UNDECIDED and (one.order_line_no, one.problem) in mine
        for one in others
    )


def _warning(warning: str) -> str:
    code, _, value = warning.partition(":")
    return desk_mail.say(f"warn_{code}", value=value)


def _risen(deed: Deed, before: Line, after: Line) -> str:
    """Give the severity that the policy takes a line to be now, if a correction made it worse than its ticket is."""
    was, now = (_severity(deed, line) for line in (before, after))
    worse = SEVERITIES.index(now) > max(SEVERITIES.index(was), SEVERITIES.index(deed.ticket.severity))
    return now if worse else ""


def _severity(deed: Deed, line: Line) -> str:
    policy = notices.policy_of(deed.tx, deed.ticket, deed.tools)
    bought = line_of(order_of(deed), line.order_line_no)
    others = [one for one in ticket_lines.of_ticket(deed.tx, deed.no) if one.line != line.line]
    sum_ = sum(one.wish_amount or 0 for one in (line, *others))
    tags, groups = bought.tags if bought else (), deed.ticket.special
    codes = line.codes or ("",)
    found = (policy.severity(code, tags=tags, groups=groups, sum_=sum_) for code in codes)
    return max(found, key=SEVERITIES.index)


def grade(deed: Deed, level: str) -> Told:
    """Say how serious a ticket is: worse by whoever has it, milder by a supervisor alone."""
    ticket, tx = deed.ticket, deed.tx
    if ticket.owner_id is None or level not in SEVERITIES:
        return told("pick_first" if ticket.owner_id is None else "stale", alert=True, no=deed.no)
    was, now = SEVERITIES.index(ticket.severity), SEVERITIES.index(level)
    if was == now:
        return told("correct_nothing", alert=True, what=desk_mail.say(f"severity_{level}"))
    if now < was and not deed.supervisor:
        return told("correct_by_boss", alert=True)
    place = tickets.rank(level, ticket.special)
    rows.change(tx, deed.no, severity=level, rank=min(place, ticket.rank) if now > was else place)
    _keep(deed, None, "severity", [ticket.severity, level], [ticket.severity, level], _all_said(deed))
    if now > was:
        queueing.show_risen(tx, deed.no, deed.tools)
    else:
        _calm(deed, level)
    desk_mail.refresh(tx, deed.no, deed.tools)
    return told("corrected", no=deed.no, what=desk_mail.say(f"severity_{level}"))


def _calm(deed: Deed, level: str) -> None:
    """Let the draft that goes on filling the ticket be as serious; only what is said from now on raises it again."""
    found = conversations.by_id(deed.tx, deed.ticket.conversation_id)
    talk = claims.from_json(found.talk)
    drafts = tuple(replace(one, severity=level) if one.ticket_no == deed.no else one for one in talk.claims)
    talk = replace(talk, claims=drafts)
    pasted = leader_list.of(talk)
    for line in pasted.lines if pasted else ():
        if pasted and line.ticket_no == deed.no:
            pasted = pasted.with_line(replace(line, severity=level))
            talk = leader_list.keep(talk, pasted)
    conversations.save(deed.tx, found.id, claims.to_json(talk), now=deed.tools.now)

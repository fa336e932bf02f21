"""How a decision is told to the customer: what, by which rule, until when, and what may be answered."""

from __future__ import annotations

from collections.abc import Collection

from handlers.messages import wording
from handlers.messages.messages import Button
from handlers.messages.remedies import money
from handlers.policy.policy import pick
from handlers.tickets import notices, tickets
from handlers.tools import Tools
from storage import events, ticket_lines
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket

GRANTED = frozenset(ticket_lines.GRANTED)


def tell(tx: Tx, no: str, decided: Collection[int], tools: Tools, *, was_appeal: bool = False, rule: str = "") -> None:
    """Tell the customer what was decided on these lines of a ticket, kind by kind."""
    ticket = tickets.must(tx, no)
    lines = ticket_lines.of_ticket(tx, no)
    mine = [line for line in lines if line.line in decided]
    whole = not any(line.state in tickets.UNDECIDED for line in lines)
    if granted := [line for line in mine if line.state in GRANTED]:
        _granted(tx, ticket, granted, tools, was_appeal=was_appeal, rule=rule, ask=whole)
    if offered := [line for line in mine if line.state == "offered"]:
        _offered(tx, ticket, offered, tools)
    if refused := [line for line in mine if line.state == "refused"]:
        _refused(tx, ticket, refused, tools, final=was_appeal)


def remedy(tx: Tx, ticket: Ticket, line: Line, tools: Tools) -> str:
    """Name a line's remedy with its sums, as "退款 69.00 元 + 5.00 元券"."""
    parts = []
    if line.amount:
        parts.append(notices.words(tx, ticket, "notice.refund_of", tools, sum=money(line.amount, ticket.language)))
    elif line.remedy != "compensation" or not line.coupon:
        parts.append(wording.say(ticket.language, f"remedy.{line.remedy}"))
    if line.coupon:
        parts.append(notices.words(tx, ticket, "notice.coupon_of", tools, sum=money(line.coupon, ticket.language)))
    return " + ".join(parts)


def _granted(
    tx: Tx, ticket: Ticket, lines: list[Line], tools: Tools, *, was_appeal: bool, rule: str, ask: bool
) -> None:
    stars = notices.survey(tx, ticket, tools) if ask else ()
    what = [_one(tx, ticket, line, tools) for line in lines]
    said = list(dict.fromkeys(line.reason for line in lines if line.reason and is_told(tx, line)))
    key = "notice.granted_after_appeal" if was_appeal else "notice.granted"
    notices.tell(
        tx,
        ticket,
        key,
        tools,
        buttons=stars,
        decision=_briefly(tx, ticket, lines, tools),
        what=notices.listed(tx, ticket, what, tools),
        words="".join(notices.words(tx, ticket, "notice.words", tools, words=words) for words in said),
        rule=_rule(tx, ticket, lines, rule, tools),
        ask=notices.words(tx, ticket, "notice.ask", tools) if stars else "",
    )


def _briefly(tx: Tx, ticket: Ticket, lines: list[Line], tools: Tools) -> str:
    return notices.listed(tx, ticket, list(dict.fromkeys(remedy(tx, ticket, line, tools) for line in lines)), tools)


def is_told(tx: Tx, line: Line) -> bool:
    """Tell whether a line's reason was meant for the customer: inner reasons are kept in the log alone."""
    logged = [event for event in events.of_ticket(tx, line.ticket_no) if event.data.get("line") == line.line]
    return bool(logged and any(event.data.get("words") == line.reason for event in logged))


def _one(tx: Tx, ticket: Ticket, line: Line, tools: Tools) -> str:
    what = remedy(tx, ticket, line, tools)
    policy = notices.policy_of(tx, ticket, tools)
    if line.refund_due_at:
        span = wording.span(policy.clocks["refund_due"], ticket.language)
        due = notices.day(tx, ticket, line.refund_due_at, tools)
        return notices.words(tx, ticket, "notice.line_refund", tools, item=line.item, what=what, span=span, due=due)
    if line.state == "owed" and line.remedy != "compensation" and "exchange_due" in policy.clocks:
        span = wording.span(policy.clocks["exchange_due"], ticket.language)
        return notices.words(tx, ticket, "notice.line_owed", tools, item=line.item, what=what, span=span)
    return notices.words(tx, ticket, "notice.line_plain", tools, item=line.item, what=what)


# which of the policy's rules a remedy rests on when the agent names none
RESTS_ON = {"refund": "M1", "partial_refund": "M1", "return_refund": "M1"}


def _rule(tx: Tx, ticket: Ticket, lines: list[Line], rule: str, tools: Tools) -> str:
    """Cite the standard that was used (R042): the agent's rule, else the policy's for this remedy or problem."""
    policy = notices.policy_of(tx, ticket, tools)
    code = rule or RESTS_ON.get(lines[0].remedy, "")
    if code in policy.rules:
        text = pick(policy.rules[code].labels, ticket.language)
        return notices.words(tx, ticket, "notice.rule", tools, code=code, text=text)
    label = policy.label(lines[0].problem, ticket.language)
    return notices.words(tx, ticket, "notice.standard", tools, label=label)


def _offered(tx: Tx, ticket: Ticket, lines: list[Line], tools: Tools) -> None:
    what = [notices.words(tx, ticket, "notice.line_plain", tools, item=line.item, what=remedy(tx, ticket, line, tools))
            for line in lines]  # fmt: skip
    said = list(dict.fromkeys(line.reason for line in lines if line.reason and is_told(tx, line)))
    words = "".join(notices.words(tx, ticket, "notice.words", tools, words=one) for one in said)
    row = tuple(notices.button(tx, ticket, f"notice.offer_{a}", f"offer:{ticket.no}:{a}", tools) for a in ("yes", "no"))
    notices.tell(
        tx,
        ticket,
        "notice.offer",
        tools,
        buttons=(row,),
        decision=notices.words(tx, ticket, "notice.brief_offer", tools, what=_briefly(tx, ticket, lines, tools)),
        what=notices.listed(tx, ticket, what, tools),
        words=words,
    )


def _refused(tx: Tx, ticket: Ticket, lines: list[Line], tools: Tools, *, final: bool) -> None:
    items = notices.listed(tx, ticket, list(dict.fromkeys(line.item for line in lines)), tools)
    reason = notices.listed(tx, ticket, list(dict.fromkeys(line.reason for line in lines)), tools)
    policy, brief = notices.policy_of(tx, ticket, tools), notices.words(tx, ticket, "notice.brief_refused", tools)
    if final or "appeal_window" not in policy.clocks:
        notices.tell(tx, ticket, "notice.refused_finally", tools, decision=brief, items=items, reason=reason)
        return
    span = wording.span(policy.clocks["appeal_window"], ticket.language)
    row: tuple[Button, ...] = (notices.button(tx, ticket, "notice.appeal", f"appeal:{ticket.no}", tools),)
    notices.tell(
        tx, ticket, "notice.refused", tools, buttons=(row,), decision=brief, items=items, reason=reason, span=span
    )

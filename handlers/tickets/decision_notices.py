"""The notice of a decision: what was decided, by which rule, until when, and what the customer may answer."""

from __future__ import annotations

from collections.abc import Collection

from handlers.context import TurnContext
from handlers.messages import texts
from handlers.messages.models import Button
from handlers.messages.money import money
from handlers.policy.policy import pick
from handlers.tickets import lifecycle, notices, returns
from storage import events, ticket_lines
from storage.database import Tx
from storage.ticket_lines import Line
from storage.tickets import Ticket

GRANTED = frozenset(ticket_lines.GRANTED)


def tell(
    tx: Tx, no: str, decided: Collection[int], context: TurnContext, *, was_appeal: bool = False, rule: str = ""
) -> None:
    """Inform the customer what was decided on these lines of a ticket, kind by kind."""
    ticket = lifecycle.must(tx, no)
    lines = ticket_lines.of_ticket(tx, no)
    mine = [line for line in lines if line.line in decided]
    ended = lifecycle.outcome(lines) == "resolved"  # else satisfaction is asked when money and goods have come
    if granted := [line for line in mine if line.state in GRANTED]:
        _granted(tx, ticket, granted, context, was_appeal=was_appeal, rule=rule, ask=ended)
    if offered := [line for line in mine if line.state == "offered"]:
        _offered(tx, ticket, offered, context)
    if refused := [line for line in mine if line.state == "refused"]:
        _refused(tx, ticket, refused, context, final=was_appeal)


def remedy(tx: Tx, ticket: Ticket, line: Line, context: TurnContext) -> str:
    """Return a line's remedy with its sums, as "退款 69.00 元 + 5.00 元券"."""
    parts = []
    if line.amount:
        key = "notice.return_refund_of" if line.remedy == "return_refund" else "notice.refund_of"
        parts.append(notices.words(tx, ticket, key, context, sum=money(line.amount, ticket.language)))
        if line.freight:
            freight = money(line.freight, ticket.language)
            parts[-1] += notices.words(tx, ticket, "notice.with_freight", context, freight=freight)
    elif line.remedy != "compensation" or not line.coupon:
        parts.append(texts.say(ticket.language, f"remedy.{line.remedy}"))
    if line.coupon:
        parts.append(coupon(tx, ticket, line, context))
    return " + ".join(parts)


def coupon(tx: Tx, ticket: Ticket, line: Line, context: TurnContext) -> str:
    """Return a line's coupon by its value and its name in the policy."""
    known = notices.policy_of(tx, ticket, context).coupons.get(line.coupon_kind)
    name = pick(known.label, ticket.language) if known else ""
    name = name or notices.words(tx, ticket, "notice.coupon_name", context)
    return notices.words(tx, ticket, "notice.coupon_of", context, sum=money(line.coupon, ticket.language), label=name)


def coupon_where(tx: Tx, ticket: Ticket, line: Line, context: TurnContext) -> str:
    """Return the sentence on where a line's coupon holds; "" when the policy does not say."""
    known = notices.policy_of(tx, ticket, context).coupons.get(line.coupon_kind)
    where = pick(known.where, ticket.language).rstrip("。.") if known else ""
    return notices.words(tx, ticket, "notice.coupon_where", context, where=where) if where else ""


def _granted(
    tx: Tx, ticket: Ticket, lines: list[Line], context: TurnContext, *, was_appeal: bool, rule: str, ask: bool
) -> None:
    stars = notices.survey(tx, ticket, context) if ask else ()
    what = [_one(tx, ticket, line, context) for line in lines]
    said = list(dict.fromkeys(line.reason for line in lines if line.reason and is_told(tx, line)))
    back = returns.awaited(lines)
    how = [returns.how(tx, ticket, back, context)] if back else []
    how += dict.fromkeys(coupon_where(tx, ticket, line, context) for line in lines if line.coupon_code)
    key = "notice.granted_after_appeal" if was_appeal else "notice.granted"
    notices.tell(
        tx,
        ticket,
        key,
        context,
        buttons=stars,
        decision=_briefly(tx, ticket, lines, context),
        what=notices.listed(tx, ticket, what, context),
        words="".join(how + [notices.words(tx, ticket, "notice.words", context, words=words) for words in said]),
        rule=_rule(tx, ticket, lines, rule, context),
        ask=notices.words(tx, ticket, "notice.ask", context) if stars else "",
    )


def _briefly(tx: Tx, ticket: Ticket, lines: list[Line], context: TurnContext) -> str:
    return notices.listed(tx, ticket, list(dict.fromkeys(remedy(tx, ticket, line, context) for line in lines)), context)


def is_told(tx: Tx, line: Line) -> bool:
    """Return whether a line's reason was meant for the customer: internal reasons are kept in the log alone."""
    logged = [event for event in events.of_ticket(tx, line.ticket_no) if event.data.get("line") == line.line]
    return bool(logged and any(event.data.get("words") == line.reason for event in logged))


def _one(tx: Tx, ticket: Ticket, line: Line, context: TurnContext) -> str:
    what = remedy(tx, ticket, line, context)
    policy = notices.policy_of(tx, ticket, context)
    if line.refund_due_at:
        span = texts.span(policy.clocks["refund_due"], ticket.language)
        due = notices.day(tx, ticket, line.refund_due_at, context)
        return notices.words(tx, ticket, "notice.line_refund", context, item=line.item, what=what, span=span, due=due)
    if line.goods_owed and "exchange_due" in policy.clocks:
        span = texts.span(policy.clocks["exchange_due"], ticket.language)
        return notices.words(tx, ticket, "notice.line_owed", context, item=line.item, what=what, span=span)
    if line.coupon_owed and not line.amount:
        return notices.words(tx, ticket, "notice.line_coupon_later", context, item=line.item, what=what)
    if line.coupon_code:
        what += notices.words(tx, ticket, "notice.coupon_code", context, code=line.coupon_code)
    return notices.words(tx, ticket, "notice.line_plain", context, item=line.item, what=what)


# which of the policy's rules a remedy rests on when the agent names none
RESTS_ON = {"refund": "M1", "partial_refund": "M1"}


def _rule(tx: Tx, ticket: Ticket, lines: list[Line], rule: str, context: TurnContext) -> str:
    """Return the standard that was used: the agent's rule, else the policy's for this remedy or problem."""
    policy = notices.policy_of(tx, ticket, context)
    code = rule or RESTS_ON.get(lines[0].remedy, "")
    if code in policy.rules:
        text = pick(policy.rules[code], ticket.language)
        return notices.words(tx, ticket, "notice.rule", context, code=code, text=text)
    label = policy.label(lines[0].problem, ticket.language)
    return notices.words(tx, ticket, "notice.standard", context, label=label)


def _offered(tx: Tx, ticket: Ticket, lines: list[Line], context: TurnContext) -> None:
    what = [
        notices.words(tx, ticket, "notice.line_plain", context, item=line.item, what=remedy(tx, ticket, line, context))
        for line in lines
    ]
    said = list(dict.fromkeys(line.reason for line in lines if line.reason and is_told(tx, line)))
    words = "".join(notices.words(tx, ticket, "notice.words", context, words=one) for one in said)
    if any(line.remedy == "return_refund" for line in lines):
        freight = notices.policy_of(tx, ticket, context).returns.freight
        words += notices.words(tx, ticket, f"notice.offer_return_{freight}", context)
    row = tuple(
        notices.button(tx, ticket, f"notice.offer_{a}", f"offer:{ticket.no}:{a}", context) for a in ("yes", "no")
    )
    notices.tell(
        tx,
        ticket,
        "notice.offer",
        context,
        buttons=(row,),
        decision=notices.words(tx, ticket, "notice.brief_offer", context, what=_briefly(tx, ticket, lines, context)),
        what=notices.listed(tx, ticket, what, context),
        words=words,
    )


def _refused(tx: Tx, ticket: Ticket, lines: list[Line], context: TurnContext, *, final: bool) -> None:
    items = notices.listed(tx, ticket, list(dict.fromkeys(line.item for line in lines)), context)
    reason = notices.listed(tx, ticket, list(dict.fromkeys(line.reason for line in lines)), context)
    policy, brief = notices.policy_of(tx, ticket, context), notices.words(tx, ticket, "notice.brief_refused", context)
    if final or "appeal_window" not in policy.clocks:
        notices.tell(tx, ticket, "notice.refused_finally", context, decision=brief, items=items, reason=reason)
        return
    span = texts.span(policy.clocks["appeal_window"], ticket.language)
    row: tuple[Button, ...] = (notices.button(tx, ticket, "notice.appeal", f"appeal:{ticket.no}", context),)
    notices.tell(
        tx, ticket, "notice.refused", context, buttons=(row,), decision=brief, items=items, reason=reason, span=span
    )

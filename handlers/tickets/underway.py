"""Goods on their way and coupons to come, as the answer to 进度 tells them."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.context import TurnContext
from handlers.tickets import clocks, decision_notices, notices, returns
from storage.database import Tx
from storage.fulfilment import shipments
from storage.fulfilment.shipments import BACK, OUT, Shipment
from storage.ticket_lines import Line
from storage.tickets import Ticket

CLOCKS = ("exchange_due",)  # what these promise is told here


def told(tx: Tx, ticket: Ticket, lines: Sequence[Line], context: TurnContext) -> list[str]:
    """Return one part of a sentence for each line that has something on its way, or a coupon to come."""
    wanted = [line for line in lines if line.goods_owed or line.coupon_owed or line.state == "goods_awaited"]
    known = shipments.of_ticket(tx, ticket.no) if wanted else {}
    found = []
    for line in wanted:
        if line.goods_owed:
            found.append(_out(tx, ticket, line, known.get((line.line, OUT)), context))
        if line.state == "goods_awaited":
            found.append(_back(tx, ticket, line, known.get((line.line, BACK)), context))
        if line.coupon_owed:
            coupon = decision_notices.coupon(tx, ticket, line, context)
            found.append(notices.words(tx, ticket, "notice.way_coupon", context, coupon=coupon))
    return [part for part in found if part]


def parcel(tx: Tx, ticket: Ticket, one: Shipment, context: TurnContext) -> str:
    """Return a parcel in brackets; "" when nothing is known of it."""
    what = returns.parcel(tx, ticket, one, context)
    return notices.words(tx, ticket, "notice.around", context, what=what) if what else ""


def what(tx: Tx, ticket: Ticket, lines: Sequence[Line], context: TurnContext) -> str:
    """Return lines for the customer by what they are given: 草莓补发，鸡蛋换货."""
    parts = [
        notices.words(
            tx,
            ticket,
            "notice.line_plain",
            context,
            item=line.item,
            what=decision_notices.remedy(tx, ticket, line, context),
        )
        for line in lines
    ]
    return notices.listed(tx, ticket, parts, context)


def _out(tx: Tx, ticket: Ticket, line: Line, one: Shipment | None, context: TurnContext) -> str:
    given = what(tx, ticket, [line], context)
    if one and one.sent_at:
        when, around = notices.moment(tx, ticket, one.sent_at, context), parcel(tx, ticket, one, context)
        return notices.words(tx, ticket, "notice.way_sent", context, what=given, when=when, parcel=around)
    promised = one.promised_at if one else None
    due = promised or clocks.due_of(tx, ticket.no, "exchange_due")
    if due is None:
        return given
    key = "notice.way_arranged" if promised else "notice.way_due"
    return notices.words(tx, ticket, key, context, what=given, when=notices.moment(tx, ticket, due, context))


def _back(tx: Tx, ticket: Ticket, line: Line, one: Shipment | None, context: TurnContext) -> str:
    if one and one.sent_at:
        around = parcel(tx, ticket, one, context)
        return notices.words(tx, ticket, "notice.way_back", context, item=line.item, parcel=around)
    due = clocks.due_of(tx, ticket.no, "return_by")
    when = notices.day(tx, ticket, due, context) if due else ""
    return notices.words(tx, ticket, "notice.way_return", context, item=line.item, when=when) if when else ""

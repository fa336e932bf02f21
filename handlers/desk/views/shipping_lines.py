"""What a card shows of goods on their way, either way, and of coupons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers.desk import options
from handlers.messages import texts
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox
from storage import ticket_lines
from storage.database import Tx
from storage.fulfilment import shipments
from storage.fulfilment.shipments import BACK, OUT, Shipment
from storage.ticket_lines import GOODS, Line


def lines(tx: Tx, no: str, policy: Policy, now: datetime) -> Iterator[str]:
    """Yield one line for each shipment of a ticket's lines, and one for each coupon."""
    known = shipments.of_ticket(tx, no)
    for line in ticket_lines.of_ticket(tx, no):
        if (one := known.get((line.line, OUT))) and (told := _out(line, one, policy, now)):
            yield told
        if (one := known.get((line.line, BACK))) and (told := _back(line, one, policy, now)):
            yield told
        if line.coupon and line.state in ticket_lines.GRANTED:
            yield _coupon(line, policy)


def _parcel(one: Shipment) -> str:
    carrier = texts.say(desk_outbox.language(), f"notice.carrier_{one.carrier}") if one.carrier else ""
    what = " ".join(part for part in (carrier, one.tracking) if part)
    return desk_outbox.say("around", what=what) if what else ""


def _out(line: Line, one: Shipment, policy: Policy, now: datetime) -> str:
    values = {"item": line.item, "what": desk_outbox.remedy(line.remedy) if line.remedy else "", "parcel": _parcel(one)}
    if one.sent_at is None:
        if one.promised_at is None or not line.goods_owed:
            return ""
        return desk_outbox.say("ship_promised", when=desk_outbox.moment(one.promised_at, policy, now), **values)
    when = desk_outbox.moment(one.sent_at, policy, now)
    if one.received_at:
        return desk_outbox.say("ship_came", **values)
    if line.state == "open":
        return desk_outbox.say("ship_missing", when=when, **values)
    if line.state == "done" and line.remedy in GOODS:
        return desk_outbox.say("ship_assumed", **values)
    return desk_outbox.say("ship_sent", when=when, **values)


def _back(line: Line, one: Shipment, policy: Policy, now: datetime) -> str:
    if one.received_at:
        when = desk_outbox.moment(one.received_at, policy, now)
        return desk_outbox.say("back_in", item=line.item, when=when, parcel=_parcel(one))
    if line.state != "goods_awaited":
        return ""
    if one.sent_at:
        when = desk_outbox.moment(one.sent_at, policy, now)
        return desk_outbox.say("back_sent", item=line.item, when=when, parcel=_parcel(one))
    return desk_outbox.say("back_awaited", item=line.item, address=one.address)


def _coupon(line: Line, policy: Policy) -> str:
    what = options.coupon_label(policy, line.coupon_kind, line.coupon)
    if line.issued_at is None:
        return desk_outbox.say("coupon_is_owed", item=line.item, what=what)
    code = desk_outbox.say("around", what=line.coupon_code) if line.coupon_code else ""
    return desk_outbox.say("coupon_is_issued", item=line.item, what=what, code=code)

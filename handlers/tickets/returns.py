"""Goods that are to come back: where to, who pays, until when, and what the customer is told of it."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.context import TurnContext
from handlers.messages import texts
from handlers.messages.money import money
from handlers.policy.policy import Policy
from handlers.policy.values import pick
from handlers.tickets import clocks, notices
from storage.database import Tx
from storage.fulfilment import shipments
from storage.fulfilment.shipments import BACK, Shipment
from storage.ticket_lines import Line
from storage.tickets import Ticket


def begin(tx: Tx, ticket: Ticket, line: Line, policy: Policy, context: TurnContext) -> None:
    """Await a line's goods: the clock begins, nothing is known to be sent yet; the address is the policy's or kept."""
    known = shipments.of_ticket(tx, ticket.no).get((line.line, BACK))
    place = known.address if known and known.address else pick(policy.returns.address, ticket.language)
    shipments.put(tx, ticket.no, line.line, BACK, **{**shipments.NOTHING_YET, "address": place})
    clocks.start(tx, ticket.no, "return_by", policy, context)


def address(tx: Tx, ticket: Ticket, line: Line, policy: Policy) -> str:
    """Return where a line's goods go back to; "" while nobody said it."""
    known = shipments.of_ticket(tx, ticket.no).get((line.line, BACK))
    return (known.address if known else "") or pick(policy.returns.address, ticket.language)


def awaited(lines: Sequence[Line]) -> list[Line]:
    """Return the lines whose goods are awaited back."""
    return [line for line in lines if line.state == "goods_awaited"]


def how(tx: Tx, ticket: Ticket, lines: Sequence[Line], context: TurnContext) -> str:
    """Return what a customer who sends these lines back has to do: place, freight, deadline, number; and the money."""
    policy = notices.policy_of(tx, ticket, context)
    due = clocks.due_of(tx, ticket.no, "return_by")
    places = dict.fromkeys(address(tx, ticket, line, policy) for line in lines)
    freight = notices.words(tx, ticket, f"notice.freight_{policy.returns.freight}", context)
    when = notices.day(tx, ticket, due, context) if due else ""
    sent_to = notices.listed(tx, ticket, [place for place in places if place], context)
    key = "notice.return_to" if sent_to else "notice.return_somewhere"
    where = notices.words(tx, ticket, key, context, address=sent_to, when=when, freight=freight)
    span = texts.span(policy.clocks["refund_due"], ticket.language)
    sum_ = money(sum(line.amount for line in lines), ticket.language)
    return where + notices.words(tx, ticket, "notice.return_then", context, span=span, sum=sum_)


def parcel(tx: Tx, ticket: Ticket, one: Shipment, context: TurnContext) -> str:
    """Return a parcel as the customer reads it: 顺丰 SF1234567890; "" when nothing is known of it."""
    carrier = notices.words(tx, ticket, f"notice.carrier_{one.carrier}", context) if one.carrier else ""
    return " ".join(part for part in (carrier, one.tracking) if part)

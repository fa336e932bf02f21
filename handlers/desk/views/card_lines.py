"""The lines of a card: order and buyer, each claimed line, the customer's words, warnings, promises, decisions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction

from handlers.cases import photo_lines, recording
from handlers.context import TurnContext
from handlers.desk import options
from handlers.desk.correcting import causes
from handlers.desk.views import cost_line, customer_words, shipping_lines
from handlers.messages import phone_numbers
from handlers.messages.money import money
from handlers.policy.policy import Policy, pick
from handlers.tickets import desk_outbox, leader_statements, notices
from storage import clocks, events, evidence, orders, sites, ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.desk import search
from storage.events import Event
from storage.orders import Order, OrderLine
from storage.ticket_lines import Line
from storage.tickets import Ticket

PROMISES = ("major_human_response", "human_first_response", "review_notice", "decision_due", "appeal_final",
            "exchange_due", "return_by", "refund_due")  # fmt: skip
DECISIONS = ("approved", "offered", "refused")
MONEY = ("paid", "payment_undone")
LOTS_FROM = 1  # the lot matters for safety and major
LOT_WITHIN = timedelta(days=14)  # how far back other tickets of the same lot are named
LOT_SHOWN = 3


def head(ticket: Ticket) -> str:
    """Return the heading: severity or appeal, number, state, owner."""
    mark = "head_appeal" if ticket.state == "appealed" else f"head_{ticket.severity}"
    if ticket.rank == 2 and mark == "head_normal":
        mark = "head_special"
    state = desk_outbox.say(
        f"state_{ticket.state}" if ticket.owner_id or ticket.state != "appealed" else "state_queued"
    )
    owner = desk_outbox.say("owner", name=ticket.owner_name) if ticket.owner_name else ""
    late = desk_outbox.say("late") if ticket.late else ""
    return " · ".join(part for part in (desk_outbox.say(mark), ticket.no, state, owner, late) if part)


def why(ticket: Ticket, policy: Policy) -> Iterator[str]:
    """Return why a person is called, and the special group of the buyer."""
    if ticket.raised and ticket.filed_at is None:
        yield desk_outbox.say(f"why_{ticket.why}")
    groups = [
        pick(policy.special[code].label, desk_outbox.language()) for code in ticket.special if code in policy.special
    ]
    if groups:
        yield desk_outbox.say("special", groups="、".join(groups))


def bought(tx: Tx, ticket: Ticket, order: Order | None, policy: Policy, now: datetime) -> Iterator[str]:
    """Return order and buyer, the phone masked, and how often the buyer claimed before."""
    if order is None:
        yield desk_outbox.say("order_unknown")
        if ticket.site_no:
            yield _site(tx, ticket.site_no, sample=orders.sampled(ticket.desk))
        return
    parts = [order.order_no]
    if order.participate_no:
        parts.append(desk_outbox.say("pickup_no", number=order.participate_no))
    if order.site_no:
        parts.append(_site(tx, order.site_no, sample=order.sample))
    if order.delivered_at:
        parts.append(desk_outbox.say("delivered", when=desk_outbox.moment(order.delivered_at, policy, now)))
    yield desk_outbox.say("order", parts=" · ".join(parts))
    earlier = rows.earlier_of(tx, ticket)
    before = desk_outbox.say("earlier", count=earlier) if earlier else ""
    yield " · ".join(part for part in (order.buyer_name, phone_numbers.masked(order.buyer_phone), before) if part)


def _site(tx: Tx, number: str, *, sample: bool) -> str:
    """Return a pickup site with its leaders."""
    leaders = sites.leaders_at(tx, number, sample=sample)
    return desk_outbox.say("site_led", site=number, leaders="、".join(leaders)) if leaders else number


def claimed(tx: Tx, ticket: Ticket, order: Order | None, policy: Policy) -> Iterator[str]:
    """Return each claimed line, and no other line of the order: item, quantity, problem, wish with its sum, state."""
    bought_lines = {line.line_no: line for line in order.lines} if order else {}
    lines, pieces = ticket_lines.of_ticket(tx, ticket.no), evidence.of_ticket(tx, ticket.no)
    counts, waits = photo_lines.shown(pieces), photo_lines.waiting(ticket, lines, pieces, policy)
    for line in lines:
        one = bought_lines.get(line.order_line_no) if line.order_line_no else None
        name = line.item or desk_outbox.say("item_unknown")
        if one and one.spec and one.spec not in name:
            name = f"{name} {one.spec}"
        amount = quantity(line) + (desk_outbox.say("of", total=_whole(line, one)) if one else "")
        parts = [name, amount, problems(line, policy), line.detail]
        parts.append(_wish(tx, ticket, line))
        if one and one.lot_no and ticket.rank <= LOTS_FROM:
            parts.append(desk_outbox.say("lot", lot=one.lot_no))
        if count := counts[line.order_line_no] if line.order_line_no is not None else 0:
            parts.append(desk_outbox.say("line_photos", count=count))
        elif line in waits:
            parts.append(desk_outbox.say("line_photos_wait"))
        parts.append(_state(line))
        parts.append(desk_outbox.say("cause", cause=causes.label(policy, line.cause)) if line.cause else "")
        yield f"{line.line}. " + " · ".join(part for part in parts if part)


def same_lot(tx: Tx, ticket: Ticket, order: Order | None, now: datetime) -> Iterator[str]:
    """Yield which other tickets are about goods of the same lots: where one is bad, more may be."""
    claimed_lines = {line.order_line_no for line in ticket_lines.of_ticket(tx, ticket.no)}
    lots = {line.lot_no for line in (order.lines if order else ()) if line.line_no in claimed_lines and line.lot_no}
    found = search.same_lot(tx, ticket, lots, since=now - LOT_WITHIN, limit=LOT_SHOWN + 1)
    if found:
        names = "、".join(found[:LOT_SHOWN]) + ("…" if len(found) > LOT_SHOWN else "")
        yield desk_outbox.say("same_lot", lot="、".join(sorted(lots)), names=names)


def problems(line: Line, policy: Policy) -> str:
    """Return a line's problem types, the one that decides first."""
    return "、".join(policy.label(code, desk_outbox.language()) for code in line.codes)


def quantity(line: Line) -> str:
    """Return a line's quantity: "2盒", "1/3", or that it is unknown."""
    if not line.quantity:
        return desk_outbox.say("quantity_unknown")
    value = Fraction(line.quantity)
    if not line.unit or value.denominator == 1:
        return f"{value}{line.unit}"
    return f"{float(value):g}{line.unit}"


def _whole(line: Line, bought: OrderLine) -> str:
    """Return what a quantity is part of, in its own unit: 7个 are of 30个, though one 板 was bought."""
    if line.quantity and line.share and line.quantity != line.share:
        whole = Fraction(line.quantity) / Fraction(line.share)
        if whole.denominator == 1:
            return f"{whole}{line.unit or bought.unit}"
    return f"{bought.quantity:g}{bought.unit}"


def _wish(tx: Tx, ticket: Ticket, line: Line) -> str:
    sum_ = options.worth(tx, ticket, line)
    worth = money(sum_, desk_outbox.language()) if sum_ else ""
    if not line.wish:
        return desk_outbox.say("no_wish_yet", sum=worth) if worth else ""
    wanted = " ".join(part for part in (desk_outbox.remedy(line.wish), worth) if part)
    return desk_outbox.say("wish", wish=wanted)


def _state(line: Line) -> str:
    if line.state == "open":
        return ""
    given = [desk_outbox.remedy(line.remedy)] if line.remedy else []
    given += [money(line.amount, desk_outbox.language())] if line.amount else []
    given += [desk_outbox.say("coupon", sum=money(line.coupon, desk_outbox.language()))] if line.coupon else []
    return " ".join([desk_outbox.say(f"line_{line.standing}"), *given])


def proof(tx: Tx, ticket: Ticket) -> str:
    """Return the number of pieces of evidence by kind, and what is still to come or lost."""
    pieces = evidence.of_ticket(tx, ticket.no)
    parts = []
    for kind in ("photo", "video", "voice", "document"):
        some = [piece for piece in pieces if piece.kind == kind and not piece.restricted]
        if some:
            seconds = sum(piece.seconds or 0 for piece in some)
            length = desk_outbox.say("seconds", seconds=seconds) if seconds else ""
            parts.append(desk_outbox.say("proof", kind=desk_outbox.say(f"kind_{kind}"), count=len(some)) + length)
    if apart := sum(piece.restricted for piece in pieces):
        parts.append(desk_outbox.say("proof", kind=desk_outbox.say("papers"), count=apart))
    missing = {state: sum(piece.state == state for piece in pieces) for state in ("pending", "refused", "gone")}
    parts += [desk_outbox.say(f"proof_{state}", count=count) for state, count in missing.items() if count]
    if exchanged := sum(piece.verdict == evidence.REPLACED for piece in pieces):
        parts.append(desk_outbox.say("proof_replaced", count=exchanged))
    return " · ".join(parts)


def warned(ticket: Ticket) -> Iterator[str]:
    """Return the warnings; a reused photo names its earlier ticket."""
    for warning in ticket.warnings:
        code, _, value = warning.partition(":")
        yield desk_outbox.say(f"warn_{code}", value=value)


def promised(tx: Tx, ticket: Ticket, policy: Policy, now: datetime) -> str:
    """Return what has to be kept until when, and what is late."""
    parts = []
    for clock in clocks.running(tx, ticket.no, PROMISES):
        late = desk_outbox.say("late") if clock.breached_at or clock.due_at < now else ""
        parts.append(desk_outbox.say(f"clock_{clock.name}", when=desk_outbox.moment(clock.due_at, policy, now)) + late)
    return " · ".join(parts)


def decided(tx: Tx, ticket: Ticket, policy: Policy, now: datetime) -> Iterator[str]:
    """Return the earlier decisions with who, what and why, and the notes."""
    for event in events.of_ticket(tx, ticket.no):
        when = desk_outbox.moment(event.at, policy, now)
        name = event.data.get("name") or desk_outbox.say("bot")
        if event.kind in DECISIONS:
            yield desk_outbox.say("decision", when=when, name=name, what=_decision(event))
        elif event.kind == "noted":
            yield desk_outbox.say("noted_by", when=when, name=name, text=event.data["text"])
        elif event.kind == "corrected":
            yield desk_outbox.say("corrected_by", when=when, name=name, **_corrected(event, policy))
        elif event.kind in MONEY:
            yield _money(event, policy)
        elif event.kind == "followed":
            what = desk_outbox.say(f"name_{event.data['clock']}")
            yield desk_outbox.say("followed", when=when, name=name, what=what)
        elif event.kind == recording.SECOND_READING:
            yield recording.aided_line(event, when)


def _money(event: Event, policy: Policy) -> str:
    """Return what was paid and when, or that it was taken back."""
    data = event.data
    sum_ = money(data["amount"], desk_outbox.language())
    others = {"payouts": desk_outbox.say("payouts"), "order_system": desk_outbox.say("order_system")}
    name = data.get("name") or others.get(event.actor, event.actor)
    if event.kind == "payment_undone":
        when = desk_outbox.moment(event.at, policy, event.at)
        return desk_outbox.say("unpaid_on", when=when, name=name, sum=sum_)
    paid_at = datetime.fromisoformat(data["paid_at"])
    when = desk_outbox.moment(paid_at, policy, event.at)
    reference = data["reference"] or desk_outbox.say("no_reference")
    return desk_outbox.say("paid_on", when=when, sum=sum_, reference=reference, name=name)


def _corrected(event: Event, policy: Policy) -> dict[str, str]:
    """Return what was corrected, and from what to what."""
    data = event.data

    def named(value: str) -> str:
        if data["field"] == "severity":
            return desk_outbox.say(f"severity_{value}")
        if data["field"] == "problem":
            value = "、".join(policy.label(code, desk_outbox.language()) for code in value.split())
        return value or desk_outbox.say("nothing")

    what = desk_outbox.say(f"field_{data['field']}")
    place = f"{data['line']}. " if "line" in data else ""
    return {"what": place + what, "was": named(data["was"]), "now": named(data["now"])}


def _decision(event: Event) -> str:
    data = event.data
    parts = [desk_outbox.say(f"line_{event.kind}")]
    if data.get("remedy"):
        parts.append(desk_outbox.remedy(data["remedy"]))
    if data.get("amount"):
        parts.append(money(data["amount"], desk_outbox.language()))
    if data.get("coupon"):
        parts.append(desk_outbox.say("coupon", sum=money(data["coupon"], desk_outbox.language())))
    why_ = "；".join(data[key] for key in ("words", "reason") if data.get(key))
    return " ".join(parts) + (f"：{why_}" if why_ else "")


def others(tx: Tx, ticket: Ticket) -> str:
    """Return who else complained."""
    parties = rows.parties(tx, ticket.no)
    names = [desk_outbox.say(f"role_{party.role}", name=party.name) for party in parties]
    lead = [name for name, party in zip(names, parties, strict=True) if party.role == "leader"]
    named = names if len(parties) > 1 else lead
    return desk_outbox.say("complainants", names="、".join(named)) if named else ""


def all_lines(tx: Tx, ticket: Ticket, context: TurnContext) -> Iterator[str]:
    """Yield a card's lines from top to bottom; empty ones are left out."""
    policy = notices.policy_of(tx, ticket, context)
    order = rows.order_of(tx, ticket)
    yield head(ticket)
    yield from why(ticket, policy)
    yield from bought(tx, ticket, order, policy, context.now)
    yield from claimed(tx, ticket, order, policy)
    yield from same_lot(tx, ticket, order, context.now)
    yield from customer_words.lines(ticket, policy)
    yield from filter(None, [proof(tx, ticket), others(tx, ticket)])
    yield from warned(ticket)
    yield from leader_statements.lines(tx, ticket.no, policy, context.now)
    yield from filter(None, [promised(tx, ticket, policy, context.now)])
    yield from shipping_lines.lines(tx, ticket.no, policy, context.now)
    yield from decided(tx, ticket, policy, context.now)
    yield from filter(None, [cost_line.spent(tx, ticket)])

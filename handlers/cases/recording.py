"""How a draft's facts become the rows of a ticket: its columns, lines, wishes, words and evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from handlers.claims import claim as claims
from handlers.claims.claim import Claim
from handlers.claims.shares import parts
from handlers.context import TurnContext
from handlers.messages.codes import strongest
from handlers.messages.ticket_numbers import draw
from handlers.tickets import desk_outbox, lifecycle, warnings
from storage import events, evidence, ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.desk import corrections
from storage.events import Event, Step
from storage.orders import Order
from storage.ticket_lines import Line
from storage.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingLine:
    """One problem to be filed; `share` of the order line's paid sum, `amount` in 分 that the wish comes to."""

    problem: claims.Problem
    item: str
    order_line_no: int | None = None
    share: Fraction | None = None
    wish: str = ""
    amount: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A draft with everything known around it, to be filed or raised."""

    claim: Claim
    conversation_id: int
    channel: str
    account: str
    order: Order | None = None
    customer_id: int | None = None
    leader_id: int | None = None
    language: str = "zh"
    lines: tuple[FilingLine, ...] = ()
    site: str = ""  # the pickup site whose code the conversation came by; that of the order goes before
    desk: str = ""  # which desk sees it, when not the channel's own
    quiet: bool = False  # one of many lines: it waits on the board unless it is serious

    @property
    def role(self) -> str:
        """Return as whom the conversation complains."""
        return "leader" if self.leader_id is not None else "buyer"

    @property
    def by(self) -> lifecycle.By:
        """Return the person who files, for the log."""
        kind = "leader" if self.leader_id is not None else "customer"
        return lifecycle.By(actor=f"{kind}:{self.channel}:{self.account}")


def create(tx: Tx, filing: Filing, context: TurnContext, *, why: str = "", then: Step) -> str:
    """Store a new ticket with a number nobody has; return the number.

    It is a filed one unless it says `why` it was raised; `then` is the step that says so in its log.
    """
    claim = filing.claim
    values: dict[str, Any] = {
        "claim_id": claim.id,
        "state": "queued",
        "desk": filing.desk or lifecycle.desk_of(filing.channel),
        "raised": bool(why),
        "why": why,
        "conversation_id": filing.conversation_id,
        "leader_id": filing.leader_id,
        "language": filing.language,
        "policy_hash": context.policy.hash,
        "severity": claim.severity,
        "rank": lifecycle.rank(claim.severity, claim.special),
        "priority": context.policy.precedence(claim.special),
        "signals": list(claim.signals),
        "special": list(claim.special),
        "said": [list(item) for item in claim.uttered],
        "warnings": warnings.of_people(claim.special, context.policy),
        "reported_at": claims.drafted_time(claim.opened_at) or context.now,
        "filed_at": None if why else context.now,
        "created_at": context.now,
        "updated_at": context.now,
        **_order(filing),
    }
    while not rows.add(tx, no=(no := draw(context.random)), **values):
        pass
    rows.join(tx, no, filing.conversation_id, role=filing.role, at=context.now)
    reported = {"at": values["reported_at"].isoformat(), "claim": claim.id}
    steps = [Step(kind="reported", actor=filing.by.actor, at=context.now, data=reported)]
    events.add_all(tx, no, [*steps, *_wishes(filing, context), *_aided(claim.aided, (), context), then], first=True)
    for number, wanted in enumerate(filing.lines, start=1):
        add_line(tx, no, filing, wanted, number=number)
    link_evidence(tx, no, filing)
    return no


def _wishes(filing: Filing, context: TurnContext, *, known: int = 0) -> list[Step]:
    """Return the wishes of a draft after the first `known` ones as steps of the log."""
    return [
        Step(kind="wish", actor=filing.by.actor, at=claims.drafted_time(at) or context.now, data={"remedy": wish})
        for at, wish in filing.claim.wishes[known:]
    ]


def link_evidence(tx: Tx, no: str, filing: Filing) -> None:
    """Put the draft's pieces to a ticket, with the goods that they show."""
    evidence.link(tx, no, claim_id=filing.claim.id, ids=[photo.id for photo in filing.claim.photos])
    if len({line.order_line_no for line in filing.lines}) > 1:
        evidence.place(tx, {photo.id: photo.line_no for photo in filing.claim.photos if photo.line_no is not None})


def _order(filing: Filing) -> dict[str, Any]:
    order = filing.order
    found: dict[str, Any] = {"site_no": filing.site} if filing.site else {}
    if order is not None:
        found = {"order_no": order.order_no, "site_no": order.site_no}
    if filing.customer_id is not None:
        found["customer_id"] = filing.customer_id
    return found


def update(tx: Tx, ticket: Ticket, filing: Filing, context: TurnContext) -> bool:
    """Update a raised ticket from its draft; return True when it became more serious."""
    if _given_elsewhere(tx, ticket, filing):
        filing = replace(filing, order=None, lines=())  # what was given stays with the order that paid it
    bought = _order(filing)
    if filing.order is None and ticket.order_no:
        bought.pop("site_no", None)  # an agent found the order meanwhile
    said = [*map(list, ticket.said), *(list(item) for item in filing.claim.uttered if list(item) not in _lists(ticket))]
    rows.change(tx, ticket.no, said=said, language=filing.language, updated_at=context.now, **bought)
    risen = rise(tx, ticket.no, filing.claim.severity, filing.claim.signals, filing.claim.special, context)
    keep(tx, ticket.no, filing, context)
    return risen


def _given_elsewhere(tx: Tx, ticket: Ticket, filing: Filing) -> bool:
    """Return whether a draft moved to another order after something was granted on the ticket's."""
    if filing.order is None or ticket.order_no in (None, filing.order.order_no):
        return False
    return any(line.state in ticket_lines.GRANTED for line in ticket_lines.of_ticket(tx, ticket.no))


def _lists(ticket: Ticket) -> list[list[str]]:
    return [list(item) for item in ticket.said]


def rise(
    tx: Tx, no: str, severity: str, signals: tuple[str, ...], special: tuple[str, ...], context: TurnContext
) -> bool:
    """Make a ticket more serious, never less; return True when it did. One that now deserves its card gets it."""
    ticket = lifecycle.must(tx, no)
    policy = context.policy_of(tx, ticket.policy_hash)
    worst = strongest(ticket.severity, severity)
    found: dict[str, Any] = {
        "severity": worst,
        "signals": list(dict.fromkeys([*ticket.signals, *signals])),
        "special": list(dict.fromkeys([*ticket.special, *special])),
    }
    place = min(ticket.rank, lifecycle.rank(worst, found["special"]))
    found["priority"] = max(ticket.priority, policy.precedence(found["special"]))
    found["warnings"] = list(dict.fromkeys([*ticket.warnings, *warnings.of_people(special, policy)]))
    rows.change(tx, no, rank=place, **found)
    if place < ticket.rank and worst == ticket.severity and not desk_outbox.has_card(tx, ticket):
        desk_outbox.card(tx, no, context)
    if worst != ticket.severity:
        lifecycle.log(tx, no, "severity", lifecycle.BOT, context, severity=worst, signals=list(signals))
    return worst != ticket.severity


def keep(tx: Tx, no: str, filing: Filing, context: TurnContext) -> None:
    """Store what the draft has by now: lines, every wish, evidence."""
    sync_lines(tx, no, filing)
    happened = events.of_ticket(tx, no)
    wishes = _wishes(filing, context, known=sum(event.kind == "wish" for event in happened))
    if steps := [*wishes, *_aided(filing.claim.aided, happened, context)]:
        events.add_all(tx, no, steps)
    link_evidence(tx, no, filing)


def sync_lines(tx: Tx, no: str, filing: Filing) -> None:
    """Make the undecided lines those of the draft; a decided one is not changed."""
    left = ticket_lines.of_ticket(tx, no)
    put_right = corrections.as_read(tx, no) if left else {}
    for wanted in filing.lines:
        same = next((line for line in left if _same(line, wanted, put_right.get(line.line, {}))), None)
        if same is None:
            add_line(tx, no, filing, wanted)
            continue
        left.remove(same)
        if same.state == "open":
            values = columns(filing.order, wanted)
            if same.line in put_right:  # an agent knows better than the draft: only the wish is the customer's own
                wished = (same.wish, same.wish_amount) if same.wish == wanted.wish else (wanted.wish, None)
                values = dict(zip(("wish", "wish_amount"), wished, strict=True))
            ticket_lines.change(tx, no, same.line, **values)
    for line in left:
        if line.state == "open" and line.line not in put_right:
            ticket_lines.remove(tx, no, line.line)


def _same(line: Line, wanted: FilingLine, read: Mapping[str, str]) -> bool:
    """Return whether a line is the wanted one, as it is or as it was first read."""
    item = "" if wanted.order_line_no is None else str(wanted.order_line_no)
    here = {(corrections.value(line, "item"), line.problem)}
    if read:
        was = read.get("problem", line.problem).split()
        here.add((read.get("item", corrections.value(line, "item")), was[0] if was else ""))
    return (item, wanted.problem.problem) in here


def add_line(tx: Tx, no: str, filing: Filing, wanted: FilingLine, *, number: int = 0) -> None:
    """Add one line to a ticket; without a number it becomes the last one."""
    ticket_lines.add(tx, no, number=number, state="open", **columns(filing.order, wanted))


def columns(order: Order | None, wanted: FilingLine) -> dict[str, Any]:
    """Return a line's columns: "all" becomes the ordered quantity, "half" and shares stay fractions."""
    problem = wanted.problem
    bought = next((line for line in order.lines if line.line_no == wanted.order_line_no), None) if order else None
    quantity, unit = problem.quantity, "" if problem.share else problem.unit
    if quantity == "all":
        quantity, unit = (str(Fraction(str(bought.quantity))), bought.unit) if bought else ("", "")
    elif quantity == "half":
        quantity, unit = "1/2", ""
    elif quantity and not problem.share and not unit and bought:
        counted = parts(bought)
        of_parts = counted is not None and wanted.share == Fraction(quantity) / counted[0]
        unit = counted[1] if counted and of_parts else bought.unit
    return {
        "order_line_no": wanted.order_line_no,
        "item": wanted.item,
        "problem": problem.problem,
        "quantity": quantity,
        "unit": unit,
        "share": "" if wanted.share is None else str(wanted.share),
        "detail": wanted.detail or problem.received,
        "wish": wanted.wish,
        "wish_amount": wanted.amount,
        "also": " ".join(problem.also),
        "heard_at": claims.drafted_time(problem.at),
    }


SECOND_READING = "second_reading"


def note_aided(tx: Tx, no: str, aided: Sequence[str], context: TurnContext) -> None:
    """Record what is new; `aided` as in Claim: "problem=late", "quantity=2"."""
    if steps := _aided(aided, events.of_ticket(tx, no), context):
        events.add_all(tx, no, steps)


def _aided(aided: Sequence[str], happened: Sequence[Event], context: TurnContext) -> list[Step]:
    """Return the step that names what of this is new, if anything is."""
    known = {what for event in happened if event.kind == SECOND_READING for what in event.data["read"]}
    fresh = [what for what in aided if what not in known]
    by = lifecycle.BOT.actor
    return [Step(kind=SECOND_READING, actor=by, at=context.now, data={"read": fresh})] if fresh else []


def aided_line(event: Event, when: str) -> str:
    """Return for the desk which parts those are."""
    parts = dict.fromkeys(what.partition("=")[0] for what in event.data["read"])
    named = [desk_outbox.say(f"aided_{part}") for part in parts]
    return desk_outbox.say("second_reading", when=when, parts="、".join(named))

"""How a draft becomes a ticket: filed by the customer's yes, raised without it, or joined to an existing one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from handlers.cases import conflicting_claims, customer_answers, leader_review, recording
from handlers.cases.recording import Filing
from handlers.cases.remarks import answered
from handlers.claims.claim import drafted_time
from handlers.claims.slot_filling import CONDITION
from handlers.context import TurnContext
from handlers.tickets import auto_approval, clocks, desk_outbox, lifecycle, queue_entry, warnings
from storage import events, evidence, ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.events import Step
from storage.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What the customer may be told of a filed ticket; `amount` in 分 and `refund_due` when approved at once."""

    no: str
    state: str
    joined: bool = False
    added: bool = False  # as further lines of a ticket of one's own
    approved: bool = False
    amount: int = 0
    notice_at: datetime | None = None  # promised review notice
    human_at: datetime | None = None  # promised first human answer
    refund_due: datetime | None = None


def file(tx: Tx, filing: Filing, context: TurnContext) -> Filed:
    """File the draft that the customer confirmed; the same draft twice gives the same ticket.

    It completes the raised ticket of the draft, or joins an undecided one on the same order line and problem.
    """
    claim = filing.claim
    known = rows.by_claim(tx, claim.id) or (rows.get(tx, claim.ticket_no) if claim.ticket_no else None)
    if known and known.filed_at:
        return told(tx, known.no)
    if filing.order is not None:
        rows.lock_order(tx, filing.order.order_no)
    if known is None:
        if same := _same(tx, filing, mine=True):
            return _join(tx, same, filing, context)
        return _complete(tx, recording.create(tx, filing, context, then=_filed(filing, context)), filing, context)
    more = [warning for warning in (warnings.AGAIN,) if _same(tx, filing, but=known.no)]
    recording.update(tx, known, filing, context)
    warnings.record(tx, known, *more)
    rows.change(tx, known.no, filed_at=context.now)
    events.add_all(tx, known.no, [_filed(filing, context)])
    return _complete(tx, known.no, filing, context)


def _filed(filing: Filing, context: TurnContext) -> Step:
    claim = filing.claim
    sum_ = sum(line.amount or 0 for line in filing.lines)
    data = {"sum": sum_, "retakes": claim.retakes, "waived": claim.photos_waived}
    return Step(kind="filed", actor=filing.by.actor, at=context.now, data=data)


def _same(tx: Tx, filing: Filing, but: str = "", *, mine: bool = False) -> Ticket | None:
    """Return the undecided ticket that claims the same already; `mine`: or one that this buyer filed on the order."""
    if filing.order is None:
        return None
    wanted = {(line.order_line_no, line.problem.problem) for line in filing.lines}
    # what one calls rotten the other may call crushed
    wanted |= {(line, code) for line, problem in wanted if line and problem in CONDITION for code in CONDITION}

    def own(ticket: Ticket) -> bool:
        by = filing.customer_id is not None and ticket.customer_id == filing.customer_id
        unlike = "safety" in (ticket.severity, filing.claim.severity) or ticket.leader_id is not None
        return by and filing.leader_id is None and ticket.filed_at is not None and not unlike

    found = rows.undecided_on(tx, filing.order.order_no, wanted, own if mine else lambda ticket: False)
    return found if found and found.no != but else None


def _join(tx: Tx, ticket: Ticket, filing: Filing, context: TurnContext) -> Filed:
    """Add the person who files to the existing ticket; what is new in the draft is added to it."""
    rows.join(tx, ticket.no, filing.conversation_id, role=filing.role, at=context.now)
    known = ticket_lines.of_ticket(tx, ticket.no)
    conflicting_claims.record(tx, ticket, filing, known, context.policy_of(tx, ticket.policy_hash))
    have = [line for line in known if line.state != "withdrawn"]
    other = (filing.leader_id is None) != (ticket.leader_id is None)
    fresh = [line for line in filing.lines if conflicting_claims.same(line, have, loosely=other) is None]
    for line in fresh:
        recording.add_line(tx, ticket.no, filing, line)
    words = [list(item) for item in filing.claim.uttered]
    rows.change(tx, ticket.no, said=[*map(list, ticket.said), *words])
    recording.link_evidence(tx, ticket.no, filing)
    lifecycle.log(tx, ticket.no, "joined", filing.by, context, claim=filing.claim.id, role=filing.role)
    if recording.rise(tx, ticket.no, filing.claim.severity, filing.claim.signals, filing.claim.special, context):
        queue_entry.show_risen(tx, ticket.no, context)
    warnings.record(tx, ticket, *["late_claim"] * bool(filing.claim.late_reason))
    if ticket.state == "waiting_customer":
        answered(tx, ticket, context, brought=bool(filing.claim.photos))
    if fresh and ticket.owner_id is not None:
        customer_answers.tell_owner(tx, ticket, "lines_added", context)
    if filing.role == "leader":
        leader_review.vouched(tx, ticket.no, lifecycle.customer(tx, filing.conversation_id), context)
    desk_outbox.refresh(tx, ticket.no, context)
    return replace(told(tx, ticket.no, joined=True), added=len(fresh) == len(filing.lines))


def _complete(tx: Tx, no: str, filing: Filing, context: TurnContext) -> Filed:
    claim, ticket = filing.claim, lifecycle.must(tx, no)
    policy = context.policy_of(tx, ticket.policy_hash)
    clocks.met(tx, no, "acceptance", policy, context, since=drafted_time(claim.submit_at) or context.now)
    noted = ["late_claim"] * bool(claim.late_reason) + ["photos_waived"] * claim.photos_waived
    ticket = replace(ticket, warnings=warnings.store(tx, ticket, *noted, order=filing.order))
    if _owes_photos(tx, ticket, filing, context):
        lifecycle.move(tx, no, "waiting_customer")
        clocks.start(tx, no, "idle_close", policy, context)
        clocks.refresh(tx, no)
        queue_entry.show_new(tx, lifecycle.must(tx, no), context, known=ticket.raised, quiet=filing.quiet)
        return told(tx, no)
    if leader_review.begin(tx, ticket, context):
        return told(tx, no)
    queue_entry.promise(tx, ticket, context)
    if auto_approval.grant(tx, ticket, context):
        desk_outbox.refresh(tx, no, context)
        return told(tx, no)
    queue_entry.show_new(tx, ticket, context, known=ticket.raised, quiet=filing.quiet)
    return told(tx, no, state=ticket.state)


def _owes_photos(tx: Tx, ticket: Ticket, filing: Filing, context: TurnContext) -> bool:
    """Return whether photos are still to come: a leader may file without them."""
    if filing.claim.photos_waived or ticket.owner_id is not None or ticket.rank < 2:
        return False
    wanted = warnings.photos_wanted(tx, ticket, context.policy_of(tx, ticket.policy_hash))
    usable = [piece for piece in evidence.of_ticket(tx, ticket.no) if piece.kind in ("photo", "video")]
    return bool(filing.leader_id is not None and wanted and not usable)


def raise_ticket(tx: Tx, filing: Filing, *, why: str, context: TurnContext) -> str:
    """Call a person: a ticket with what is known, its card at once; the same draft fills the one it has.

    `why`: safety, human, misses, not_found, special, voice, locked.
    """
    if why == "safety":
        filing = replace(filing, claim=replace(filing.claim, severity="safety"))
    claim = filing.claim
    known = rows.by_claim(tx, claim.id) or (rows.get(tx, claim.ticket_no) if claim.ticket_no else None)
    if known is not None:
        fill(tx, known.no, filing, context)
        return known.no
    then = Step(kind="raised", actor=filing.by.actor, at=context.now, data={"why": why})
    no = recording.create(tx, filing, context, why=why, then=then)
    ticket = lifecycle.must(tx, no)
    warnings.store(tx, ticket, order=filing.order)
    early = queue_entry.comes_first(ticket)
    clocks.start_first(tx, no, queue_entry.human_clocks(ticket), context.policy, context, early=early)
    clocks.refresh(tx, no)
    queue_entry.show_new(tx, ticket, context)
    return no


def fill(tx: Tx, ticket_no: str, filing: Filing, context: TurnContext) -> None:
    """Update the raised ticket of a draft: facts, photos, words."""
    ticket = lifecycle.must(tx, ticket_no)
    if ticket.filed_at is not None:
        return
    if recording.update(tx, ticket, filing, context):
        queue_entry.show_risen(tx, ticket_no, context)
    warnings.record(tx, ticket)
    desk_outbox.refresh(tx, ticket_no, context)


def told(tx: Tx, no: str, *, joined: bool = False, state: str = "") -> Filed:
    """Return what the customer may be told of a ticket; its state is read unless it is given."""
    lines = ticket_lines.of_ticket(tx, no)
    approved = bool(lines) and all(line.decided_by == lifecycle.BOT.actor for line in lines)
    dues = [line.refund_due_at for line in lines if line.refund_due_at]
    running = clocks.dues(tx, no)
    return Filed(
        no=no,
        state=state or lifecycle.must(tx, no).state,
        joined=joined,
        approved=approved,
        amount=sum(line.amount for line in lines) if approved else 0,
        notice_at=next((due for name, due in running if name == "review_notice"), None),
        human_at=next((due for name, due in running if name in clocks.TO_ANSWER), None),
        refund_due=max(dues) if approved and dues else None,
    )

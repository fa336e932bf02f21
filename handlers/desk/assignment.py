"""Assignment of tickets: picked up with one winner, handed over, handed back, a supervisor called."""

from __future__ import annotations

from handlers.cases import appeals
from handlers.context import TurnContext
from handlers.desk import photo_doubts
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.messages.models import Button
from handlers.tickets import clocks, desk_outbox, lifecycle, notices, paging, warnings
from handlers.tickets.lifecycle import By
from storage import people
from storage import tickets as rows
from storage.database import Tx
from storage.desk import queue
from storage.tickets import Ticket

NEXT = "next"  # the argument of a pick-up from the board
NOT_NEXT = 20  # how far down the queue [Take next] looks for one that this agent may take


def pick(request: ActionRequest) -> Answer:
    """Make the agent the owner: one winner; the loser is told who it is."""
    if request.owns:
        return told("yours_already", no=request.no)
    if name := appeals.barred(request.tx, request.ticket, request.by.actor):
        return told("not_your_appeal", alert=True, no=request.no, name=name)
    if request.supervisor and "boss" in request.ticket.warnings:
        return _take_over(request)
    if not rows.pick_up(request.tx, request.no, user=request.user, name=request.by.name, now=request.context.now):
        return _lost(request)
    _picked(request)
    photo_doubts.show_new(request)
    return told("picked", no=request.no)


def _lost(request: ActionRequest) -> Answer:
    ticket = lifecycle.must(request.tx, request.no)
    if ticket.owner_name:
        return told("taken", alert=True, no=request.no, name=ticket.owner_name)
    return told("not_open", alert=True, no=request.no, state=desk_outbox.say(f"state_{ticket.state}"))


def _picked(request: ActionRequest) -> None:
    tx, no, context = request.tx, request.no, request.context
    ticket = lifecycle.must(tx, no)
    if ticket.state == "queued":
        lifecycle.move(tx, no, "assigned")
    same = appeals.same_reviewer(tx, ticket, request.by.actor)
    lifecycle.log(tx, no, "picked", request.by, context, **({"same_reviewer": True} if same else {}))
    paging.end(tx, no, context)
    clocks.stop(tx, no, ["major_human_response"], context)
    _announce(request, ticket)
    if desk_outbox.has_card(tx, request.ticket) and request.argument != NEXT:
        desk_outbox.refresh(tx, no, context)
        return
    # the agent who takes the next one from the board gets the card as the newest message
    desk_outbox.card(tx, no, context)
    desk_outbox.board(tx, ticket.desk, context)


def _announce(request: ActionRequest, ticket: Ticket) -> None:
    """Inform a customer who waits for a person that there is one; others hear with the first word or decision."""
    if ticket.why == "talk":
        return  # the agent writes first
    if ticket.state == "appealed" or not (ticket.raised or ticket.rank < lifecycle.rank("normal", ["special"])):
        return
    key = "picked_safety" if ticket.severity == "safety" else "picked"
    notices.tell(request.tx, ticket, f"notice.{key}", request.context, name=request.by.name)
    if not ticket.answered_at:
        rows.change(request.tx, request.no, answered_at=request.context.now)
    clocks.stop(request.tx, request.no, clocks.TO_ANSWER, request.context)


def _take_over(request: ActionRequest) -> Answer:
    ticket, tx = request.ticket, request.tx
    taken = rows.take_over(
        tx, request.no, from_user=ticket.owner_id, user=request.user, name=request.by.name, now=request.context.now
    )
    if not taken:
        return _lost(request)
    rows.change(tx, request.no, warnings=[one for one in ticket.warnings if one != "boss"])
    if ticket.state == "queued":
        lifecycle.move(tx, request.no, "assigned")
    lifecycle.log(tx, request.no, "taken_over", request.by, request.context, was=ticket.owner_name or "")
    paging.end(tx, request.no, request.context)
    clocks.stop(tx, request.no, ["major_human_response"], request.context)
    desk_outbox.card(tx, request.no, request.context)
    desk_outbox.board(tx, ticket.desk, request.context)
    photo_doubts.show_new(request)
    return told("picked", no=request.no)


def take_next(tx: Tx, desk: str, user: str, by: By, context: TurnContext, *, supervisor: bool) -> Answer:
    """Give the agent the first waiting ticket that this agent may take."""
    for ticket in queue.waiting(tx, desk, limit=NOT_NEXT):
        if appeals.barred(tx, ticket, by.actor):
            continue
        answer = take(tx, ticket, desk, user, by, context, supervisor=supervisor)
        if lifecycle.must(tx, ticket.no).owner_id == user:
            return answer
    return told("queue_empty")


def take(tx: Tx, ticket: Ticket, desk: str, user: str, by: By, context: TurnContext, *, supervisor: bool) -> Answer:
    """Give the agent a ticket of the board that was named by its row."""
    request = ActionRequest(
        tx=tx, ticket=ticket, desk=desk, user=user, by=by, supervisor=supervisor, context=context, argument=NEXT
    )
    return pick(request)


def hand(request: ActionRequest) -> Answer:
    """Hand a ticket to a colleague, or back to the queue; the first owner stays in its log as follower."""
    if not request.argument:
        ask(request, "hand", "ask_hand", buttons=_colleagues(request))
        return Answer()
    if request.argument == "queue":
        return _back(request)
    member = next((one for one in people.staff_of(request.tx, request.desk) if one.user_id == request.argument), None)
    if member is None:
        return told("no_such_colleague", alert=True)
    return _give(request, member.user_id, member.name)


def hand_by_name(request: ActionRequest) -> Answer:
    """Complete a hand-over by a colleague's name as a reply."""
    words = request.words.strip().lstrip("@")
    named = [one for one in people.staff_of(request.tx, request.desk) if one.name == words]
    if len(named) != 1:
        return _back(request) if words in desk_outbox.spoken("words_queue") else told("no_such_colleague", alert=True)
    return _give(request, named[0].user_id, named[0].name)


def _colleagues(request: ActionRequest) -> list[list[Button]]:
    others = [one for one in people.staff_of(request.tx, request.desk) if one.user_id != request.ticket.owner_id]
    rows_ = [[Button(label=one.name, tap=f"hand:{request.no}:{one.user_id}")] for one in others]
    return [*rows_, [desk_outbox.button("to_queue", f"hand:{request.no}:queue")]]


def _give(request: ActionRequest, user: str, name: str) -> Answer:
    heir = lifecycle.agent(request.desk, user, name)
    if barred := appeals.barred(request.tx, request.ticket, heir.actor):
        return told("not_your_appeal", alert=True, no=request.no, name=barred)
    owner = request.ticket.owner_id
    if not rows.take_over(request.tx, request.no, from_user=owner, user=user, name=name, now=request.context.now):
        return _lost(request)
    if request.ticket.state == "queued":
        lifecycle.move(request.tx, request.no, "assigned")
    lifecycle.log(request.tx, request.no, "handed", request.by, request.context, to=name)
    text = desk_outbox.say("handed", no=request.no, by=request.by.name, name=name)
    desk_outbox.note(request.tx, request.ticket, text, request.context, mentions=[(user, name)])
    desk_outbox.refresh(request.tx, request.no, request.context)
    return told("handed_to", no=request.no, name=name)


def _back(request: ActionRequest) -> Answer:
    rows.change(request.tx, request.no, owner_id=None, owner_name=None, owned_at=None)
    if request.ticket.state == "assigned":
        lifecycle.move(request.tx, request.no, "queued")
    lifecycle.log(request.tx, request.no, "returned", request.by, request.context)
    clocks.stop(request.tx, request.no, ["handoff_idle"], request.context)
    policy = notices.policy_of(request.tx, request.ticket, request.context)
    if request.ticket.severity == "safety":
        paging.begin(request.tx, request.no, policy, request.context)
    desk_outbox.refresh(request.tx, request.no, request.context)
    return told("returned", no=request.no)


def boss(request: ActionRequest) -> Answer:
    """Call the supervisors to a ticket; one of them may take it over."""
    warnings.record(request.tx, request.ticket, "boss")
    lifecycle.log(request.tx, request.no, "boss", request.by, request.context)
    whom = desk_outbox.supervisors(request.tx, request.ticket.desk)
    text = desk_outbox.say("boss_wanted", no=request.no, name=request.by.name)
    desk_outbox.page(request.tx, request.ticket, text, whom, request.context)
    desk_outbox.refresh(request.tx, request.no, request.context)
    return told("boss_called" if whom else "no_boss", alert=not whom, no=request.no)

"""Who has a ticket: picking up with one winner, handing over, handing back, calling a supervisor."""

from __future__ import annotations

from handlers.cases import appeals
from handlers.desk.deeds import Deed, Told, ask, told
from handlers.messages.messages import Button
from handlers.tickets import clocks, desk_mail, notices, paging, tickets, warnings
from handlers.tickets.tickets import By
from handlers.tools import Tools
from storage import people
from storage import tickets as rows
from storage.database import Tx
from storage.desk import queue
from storage.tickets import Ticket

NEXT = "next"  # the argument of a pick-up from the board
NOT_NEXT = 20  # how far down the queue [Take next] looks for one that this agent may take


def pick(deed: Deed) -> Told:
    """Make the agent the owner: one winner; the loser is told who (DESIGN 5)."""
    if deed.owns:
        return told("yours_already", no=deed.no)
    if name := appeals.barred(deed.tx, deed.ticket, deed.by.actor):
        return told("not_your_appeal", alert=True, no=deed.no, name=name)
    if deed.supervisor and "boss" in deed.ticket.warnings:
        return _take_over(deed)
    if not rows.pick_up(deed.tx, deed.no, user=deed.user, name=deed.by.name, now=deed.tools.now):
        return _lost(deed)
    _picked(deed)
    return told("picked", no=deed.no)


def _lost(deed: Deed) -> Told:
    ticket = tickets.must(deed.tx, deed.no)
    if ticket.owner_name:
        return told("taken", alert=True, no=deed.no, name=ticket.owner_name)
    return told("not_open", alert=True, no=deed.no, state=desk_mail.say(f"state_{ticket.state}"))


def _picked(deed: Deed) -> None:
    tx, no, tools = deed.tx, deed.no, deed.tools
    ticket = tickets.must(tx, no)
    if ticket.state == "queued":
        tickets.move(tx, no, "assigned")
    same = appeals.same_reviewer(tx, ticket, deed.by.actor)
    tickets.log(tx, no, "picked", deed.by, tools, **({"same_reviewer": True} if same else {}))
    paging.end(tx, no, tools)
    clocks.stop(tx, no, ["major_human_response"], tools)
    _announce(deed, ticket)
    if desk_mail.has_card(tx, deed.ticket) and deed.argument != NEXT:
        desk_mail.refresh(tx, no, tools)
        return
    # whoever takes the next one from the board gets the card as the newest message
    desk_mail.card(tx, no, tools)
    desk_mail.board(tx, ticket.desk, tools)


def _announce(deed: Deed, ticket: Ticket) -> None:
    """Tell a customer who waits for a person that there is one; others hear with the first word or the decision."""
    if ticket.state == "appealed" or not (ticket.raised or ticket.rank < tickets.rank("normal", ["special"])):
        return
    key = "picked_safety" if ticket.severity == "safety" else "picked"
    notices.tell(deed.tx, ticket, f"notice.{key}", deed.tools, name=deed.by.name)
    if not ticket.answered_at:
        rows.change(deed.tx, deed.no, answered_at=deed.tools.now)
    clocks.stop(deed.tx, deed.no, clocks.TO_ANSWER, deed.tools)


def _take_over(deed: Deed) -> Told:
    ticket, tx = deed.ticket, deed.tx
    taken = rows.take_over(
        tx, deed.no, from_user=ticket.owner_id, user=deed.user, name=deed.by.name, now=deed.tools.now
    )
    if not taken:
        return _lost(deed)
    rows.change(tx, deed.no, warnings=[one for one in ticket.warnings if one != "boss"])
    if ticket.state == "queued":
        tickets.move(tx, deed.no, "assigned")
    tickets.log(tx, deed.no, "taken_over", deed.by, deed.tools, was=ticket.owner_name or "")
    paging.end(tx, deed.no, deed.tools)
    clocks.stop(tx, deed.no, ["major_human_response"], deed.tools)
    desk_mail.card(tx, deed.no, deed.tools)
    desk_mail.board(tx, ticket.desk, deed.tools)
    return told("picked", no=deed.no)


def take_next(tx: Tx, desk: str, user: str, by: By, tools: Tools, *, supervisor: bool) -> Told:
    """Give the agent the first waiting ticket that the agent may take."""
    for ticket in queue.waiting(tx, desk, limit=NOT_NEXT):
        if appeals.barred(tx, ticket, by.actor):
            continue
        deed = Deed(
            tx=tx, ticket=ticket, desk=desk, user=user, by=by, supervisor=supervisor, tools=tools, argument=NEXT
        )
        answer = pick(deed)
        if tickets.must(tx, ticket.no).owner_id == user:
            return answer
    return told("queue_empty")


def hand(deed: Deed) -> Told:
    """Hand a ticket to a colleague, or back to the queue; the first owner stays in its log as follower (R083)."""
    if not deed.argument:
        ask(deed, "hand", "ask_hand", buttons=_colleagues(deed))
        return Told()
    if deed.argument == "queue":
        return _back(deed)
    member = next((one for one in people.staff_of(deed.tx, deed.desk) if one.user_id == deed.argument), None)
    if member is None:
        return told("no_such_colleague", alert=True)
    return _give(deed, member.user_id, member.name)


def hand_by_name(deed: Deed) -> Told:
    """Complete a hand-over by a colleague's name as a reply."""
    words = deed.words.strip().lstrip("@")
    named = [one for one in people.staff_of(deed.tx, deed.desk) if one.name == words]
    if len(named) != 1:
        return _back(deed) if words in desk_mail.say("words_queue").split() else told("no_such_colleague", alert=True)
    return _give(deed, named[0].user_id, named[0].name)


def _colleagues(deed: Deed) -> list[list[Button]]:
    others = [one for one in people.staff_of(deed.tx, deed.desk) if one.user_id != deed.ticket.owner_id]
    rows_ = [[Button(label=one.name, tap=f"hand:{deed.no}:{one.user_id}")] for one in others]
    return [*rows_, [desk_mail.button("to_queue", f"hand:{deed.no}:queue")]]


def _give(deed: Deed, user: str, name: str) -> Told:
    heir = tickets.agent(deed.desk, user, name)
    if barred := appeals.barred(deed.tx, deed.ticket, heir.actor):
        return told("not_your_appeal", alert=True, no=deed.no, name=barred)
    owner = deed.ticket.owner_id
    if not rows.take_over(deed.tx, deed.no, from_user=owner, user=user, name=name, now=deed.tools.now):
        return _lost(deed)
    if deed.ticket.state == "queued":
        tickets.move(deed.tx, deed.no, "assigned")
    tickets.log(deed.tx, deed.no, "handed", deed.by, deed.tools, to=name)
    text = desk_mail.say("handed", no=deed.no, by=deed.by.name, name=name)
    desk_mail.note(deed.tx, deed.ticket, text, deed.tools, mentions=[(user, name)])
    desk_mail.refresh(deed.tx, deed.no, deed.tools)
    return told("handed_to", no=deed.no, name=name)


def _back(deed: Deed) -> Told:
    rows.change(deed.tx, deed.no, owner_id=None, owner_name=None, owned_at=None)
    if deed.ticket.state == "assigned":
        tickets.move(deed.tx, deed.no, "queued")
    tickets.log(deed.tx, deed.no, "returned", deed.by, deed.tools)
    clocks.stop(deed.tx, deed.no, ["handoff_idle"], deed.tools)
    policy = notices.policy_of(deed.tx, deed.ticket, deed.tools)
    if deed.ticket.severity == "safety":
        paging.begin(deed.tx, deed.no, policy, deed.tools)
    desk_mail.refresh(deed.tx, deed.no, deed.tools)
    return told("returned", no=deed.no)


def boss(deed: Deed) -> Told:
    """Call the supervisors to a ticket; one of them may take it over (R069)."""
    warnings.book(deed.tx, deed.ticket, "boss")
    tickets.log(deed.tx, deed.no, "boss", deed.by, deed.tools)
    whom = desk_mail.supervisors(deed.tx, deed.ticket.desk)
    text = desk_mail.say("boss_wanted", no=deed.no, name=deed.by.name)
    desk_mail.page(deed.tx, deed.ticket, text, whom, deed.tools)
    desk_mail.refresh(deed.tx, deed.no, deed.tools)
    return told("boss_called" if whom else "no_boss", alert=not whom, no=deed.no)

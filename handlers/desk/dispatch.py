"""One act of one agent: a tap, a command or a reply, led to the action it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from handlers.cases import appeals
from handlers.context import TurnContext
from handlers.desk import assignment, cards, manual_entry, relay
from handlers.desk.actions import ACTIONS, Action
from handlers.desk.request import ActionRequest, Answer, told
from handlers.messages import cleaning, ticket_numbers
from handlers.messages.models import DeskInbound
from handlers.tickets import desk_outbox, lifecycle, notices
from handlers.tickets.lifecycle import By
from storage import events, people
from storage import tickets as rows
from storage.database import Tx
from storage.desk import desk_messages, queue
from storage.tickets import Ticket

ANSWERED = frozenset({"card", "relay", "page", "topic", "question"})  # words under a mere note stay in the house
DECIDING = frozenset({"approve", "change", "refuse", "correct"})


def act(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    """Do what a member of the staff tapped, wrote or replied; say what that one is told at once."""
    inbound = cleaning.staff(inbound)
    if inbound.kind == "left":
        people.left(tx, inbound.desk, inbound.user, context.now)
        return Answer()
    role = "supervisor" if inbound.supervisor else "agent"
    people.seen(tx, inbound.desk, inbound.user, inbound.name, role, context.now)
    context = desk_outbox.collecting(context)
    answer = KINDS.get(inbound.kind, _nothing)(tx, inbound, context)
    desk_outbox.redraw(tx, context)
    return answer


def _nothing(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    return Answer()


def _by(inbound: DeskInbound) -> By:
    return lifecycle.agent(inbound.desk, inbound.user, inbound.name)


def _deed(tx: Tx, inbound: DeskInbound, ticket: Ticket, context: TurnContext, **more: Any) -> ActionRequest:
    return ActionRequest(
        tx=tx,
        ticket=ticket,
        desk=inbound.desk,
        user=inbound.user,
        by=_by(inbound),
        supervisor=inbound.supervisor,
        context=context,
        media=inbound.media,
        **more,
    )


def _tap(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    name, _, rest = inbound.tap.partition(":")
    if name == "next":
        return _next(tx, inbound, context)
    no, _, argument = rest.partition(":")
    action = ACTIONS.get(name)
    ticket = _ticket(tx, inbound, no)
    if action is None or ticket is None:
        return told("stale", alert=True)
    return _run(action, name, action.run, _deed(tx, inbound, ticket, context, argument=argument))


def _ticket(tx: Tx, inbound: DeskInbound, no: str) -> Ticket | None:
    """Return a ticket that this desk sees."""
    rows.hold(tx, no)
    ticket = rows.get(tx, no)
    return ticket if ticket and ticket.desk == inbound.desk else None


def _run(action: Action, name: str, run: Callable[[ActionRequest], Answer], request: ActionRequest) -> Answer:
    """Let an action run if the ticket's state and the agent's part allow it."""
    ticket = request.ticket
    if ticket.state not in action.states:
        state = desk_outbox.say(f"state_{ticket.state}")
        return told("wrong_state", alert=True, no=ticket.no, state=state, action=desk_outbox.say(f"act_{name}"))
    if action.owner and not (request.owns or (request.supervisor and not action.strictly)):
        if ticket.owner_name:
            return told("not_yours", alert=True, no=ticket.no, name=ticket.owner_name)
        return told("pick_first", alert=True, no=ticket.no)
    if name in DECIDING and (barred := appeals.barred(request.tx, ticket, request.by.actor)):
        return told("not_your_appeal", alert=True, no=ticket.no, name=barred)
    return run(request)


def _reply(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    """A reply to a question completes its action; to a card or relayed words it goes to the customer."""
    message = desk_messages.find(tx, inbound.desk, inbound.reply_to) if inbound.reply_to else None
    numbers = [message.ticket_no] if message and message.ticket_no else ticket_numbers.find(inbound.quoted)
    ticket = _ticket(tx, inbound, numbers[0]) if numbers and numbers[0] else None
    if ticket is None:
        return told("no_ticket_meant", alert=True) if inbound.text or inbound.media else Answer()
    if message and message.kind not in ANSWERED:
        return told("reply_to_card", alert=True, no=ticket.no)
    question = message.data if message and message.kind == "question" else _asked(tx, ticket, inbound.quoted)
    request = _deed(tx, inbound, ticket, context, words=inbound.text.strip())
    action = ACTIONS.get(question.get("action", ""))
    if action is None or action.words is None:
        return relay.relay(request)
    request = replace(request, argument=question.get("argument", ""), given=question.get("given", ""))
    return _run(action, question["action"], action.words, request)


def _asked(tx: Tx, ticket: Ticket, quoted: str) -> Mapping[str, Any]:
    """Find the question that a quoted text is, when the message's id is not known."""
    plain = " ".join(quoted.split())
    asked = [event.data for event in events.of_ticket(tx, ticket.no) if event.kind == "question"]
    return next((data for data in reversed(asked) if plain and " ".join(data["text"].split()) == plain), {})


def _command(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    name, _, argument = inbound.text.strip().lstrip("/").partition(" ")
    run = COMMANDS.get(name.partition("@")[0].lower())
    return run(tx, replace(inbound, text=argument.strip()), context) if run else told("commands")


def _queue(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    desk_outbox.board(tx, inbound.desk, context)
    return Answer(text=cards.board(tx, inbound.desk, context).text)


def _next(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    return assignment.take_next(tx, inbound.desk, inbound.user, _by(inbound), context, supervisor=inbound.supervisor)


def _mine(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    mine = queue.owned_by(tx, inbound.desk, inbound.user)
    if not mine:
        return told("mine_none")
    return Answer(
        text="\n".join([desk_outbox.say("mine", count=len(mine)), *(cards.row(tx, one, context) for one in mine)])
    )


def _show(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    no = ticket_numbers.parse(inbound.text)
    ticket = _ticket(tx, inbound, no) if no else None
    if ticket is None:
        return told("no_such_ticket", alert=True, number=inbound.text or "?")
    desk_outbox.card(tx, ticket.no, context)
    return Answer()


def _stats(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    day = notices.midnight(context)
    figures = {**queue.counts(tx, inbound.desk), **queue.since(tx, inbound.desk, day)}
    return Answer(text=desk_outbox.say("stats", **figures))


def _new(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    return manual_entry.new(tx, inbound, _by(inbound), context)


KINDS: Mapping[str, Callable[[Tx, DeskInbound, TurnContext], Answer]] = {
    "tap": _tap,
    "reply": _reply,
    "command": _command,
}
COMMANDS: Mapping[str, Callable[[Tx, DeskInbound, TurnContext], Answer]] = {
    "queue": _queue,
    "next": _next,
    "mine": _mine,
    "ticket": _show,
    "new": _new,
    "stats": _stats,
}

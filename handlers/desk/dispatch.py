"""One act of one agent: a tap, a command or a reply, led to the action it means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from handlers.cases import appeals
from handlers.context import TurnContext
from handlers.desk import commands, manual_entry, outreach, replies
from handlers.desk.actions import ACTIONS, Action
from handlers.desk.request import ActionRequest, Answer, told
from handlers.messages import cleaning
from handlers.messages.models import DeskInbound
from handlers.policy import calendar
from handlers.tickets import desk_outbox, lifecycle
from handlers.tickets.lifecycle import By
from storage import conversations, people
from storage.database import Tx
from storage.desk import desk_messages
from storage.tickets import Ticket

DECIDING = frozenset({"approve", "change", "refuse", "correct", "sure", "decide", "address"})


def act(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    """Carry out what a member of the staff tapped, wrote or replied; return the immediate answer."""
    inbound = cleaning.staff(inbound)
    desk_outbox.speak(context.policy)
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
        key=inbound.key,
        **more,
    )


def _plain(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    """Carry out what is a command in plain words; tell once a day that other words in the group reach no customer."""
    if command := commands.plain(inbound.text):
        return commands.carry_out(tx, replace(inbound, text=command), context)
    day = inbound.at.astimezone(calendar.zone(context.policy)).date()
    key = f"hint:{inbound.desk}:{inbound.user}:{day}"
    fresh = not inbound.reply_to and conversations.note(tx, key, at=inbound.at, kind="desk", text="")
    return told("hint_plain") if fresh else Answer()


def _tap(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    name, _, rest = inbound.tap.partition(":")
    if name in WITHOUT_TICKET:
        return WITHOUT_TICKET[name](tx, inbound, rest, context)
    no, _, argument = rest.partition(":")
    action = ACTIONS.get(name)
    ticket = commands.ticket_of(tx, inbound, no)
    if action is None or ticket is None:
        return told("stale", alert=True)
    message = desk_messages.find(tx, inbound.desk, inbound.reply_to) if inbound.reply_to else None
    asked = message.data if message and message.kind == "question" else {}
    request = _deed(tx, inbound, ticket, context, argument=argument, place=inbound.reply_to, asked=asked)
    return _run(action, name, action.run, request)


def _run(action: Action, name: str, run: Callable[[ActionRequest], Answer], request: ActionRequest) -> Answer:
    """Let an action run if the ticket's state and the agent's part allow it."""
    ticket = request.ticket
    if ticket.state not in action.states:
        state = desk_outbox.say(f"state_{ticket.state}")
        return told("wrong_state", alert=True, no=ticket.no, state=state, action=desk_outbox.say(f"act_{name}"))
    free = action.free and ticket.owner_id is None
    if action.owner and not (free or request.owns or (request.supervisor and not action.strictly)):
        if ticket.owner_name:
            return told("not_yours", alert=True, no=ticket.no, name=ticket.owner_name)
        return told("pick_first", alert=True, no=ticket.no)
    if name in DECIDING and (barred := appeals.barred(request.tx, ticket, request.by.actor)):
        return told("not_your_appeal", alert=True, no=ticket.no, name=barred)
    return run(request)


def _reply(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    """Answer a reply: one to a question completes its action, one to a card or relayed words goes to the customer."""
    message = desk_messages.find(tx, inbound.desk, inbound.reply_to) if inbound.reply_to else None
    if replies.to_list(inbound, message) and (command := commands.row_meant(inbound.text)):
        return commands.carry_out(tx, replace(inbound, text=command), context)
    unclear = replies.unclear(tx, inbound, message, context)
    if unclear is not None:
        return unclear
    ticket = lifecycle.must(tx, replies.tickets_meant(tx, inbound, message)[0])
    if message and message.kind not in replies.ANSWERED:
        return told("reply_to_card", alert=True, no=ticket.no)
    if inbound.edits:
        return replies.edited(_deed(tx, inbound, ticket, context, words=inbound.text.strip()), inbound.edits)
    question = replies.question_of(tx, ticket, message, inbound.quoted)
    request = _deed(tx, inbound, ticket, context, words=inbound.text.strip(), place=inbound.reply_to, asked=question)
    action = ACTIONS.get(question.get("action", ""))
    if action is None or action.words is None:
        return replies.converse(request)
    request = replace(request, argument=question.get("argument", ""), given=question.get("given", ""))
    return _run(action, question["action"], action.words, request)


def _next(tx: Tx, inbound: DeskInbound, rest: str, context: TurnContext) -> Answer:
    return commands.take_next(tx, replace(inbound, text=""), context)


def _talk(tx: Tx, inbound: DeskInbound, rest: str, context: TurnContext) -> Answer:
    return outreach.tapped(tx, inbound, rest, _by(inbound), context)


def _order_chosen(tx: Tx, inbound: DeskInbound, rest: str, context: TurnContext) -> Answer:
    return manual_entry.chosen(tx, inbound, rest, _by(inbound), context)


# buttons of lists and of questions that are about no ticket yet
WITHOUT_TICKET: Mapping[str, Callable[[Tx, DeskInbound, str, TurnContext], Answer]] = {
    "next": _next,
    "list": commands.turn_page,
    "talk": _talk,
    "new": _order_chosen,
}
KINDS: Mapping[str, Callable[[Tx, DeskInbound, TurnContext], Answer]] = {
    "tap": _tap,
    "reply": _reply,
    "command": commands.carry_out,
    "text": _plain,
}

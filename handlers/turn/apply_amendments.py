"""Carrying out what a customer changes of a filed ticket, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from handlers.cases import amendments
from handlers.cases.amendments import Amended
from handlers.claims.claim import Claim
from handlers.claims.outcomes import Amend
from handlers.claims.summary import item_name, line_of, offer, problem_text
from handlers.messages.models import Button, Reply
from handlers.tickets import lifecycle
from handlers.turn.execution import Execution
from storage import tickets
from storage.orders import Order
from storage.ticket_lines import Line


def amend(execution: Execution, act: Amend) -> None:
    """Change the lines; say what they are now. Of a ticket that an agent has only the desk hears."""
    ticket = tickets.get(execution.tx, act.ticket_no)
    if ticket is None:
        return
    spoken = execution.turn_input.found.order
    order = spoken if spoken and spoken.order_no == ticket.order_no else execution.order_of(ticket.order_no or "")
    done = amendments.amend(
        execution.tx,
        act.ticket_no,
        act.changes,
        conversation_id=execution.turn_input.found.conversation.id,
        order=order,
        text=act.text,
        context=execution.context,
    )
    if ticket.owner_id is not None and ticket.state in lifecycle.DECIDABLE:
        return
    voice, no = execution.voice, act.ticket_no
    if done.changed:
        known = voice.say("talk.comma").join(_told(execution, line, order) for line in done.changed)
        execution.tell("amended", no=no, facts=known, offer=_offer(execution, done, order))
    if done.dropped and done.ended:
        execution.tell("withdrawn", no=no)
    elif done.dropped:
        execution.tell("line_dropped", no=no, items=_names(execution, done.dropped, order))
    if done.over:
        execution.tell("amend_over", no=no, items=_names(execution, done.over, order, whole=True))
    if done.late:
        key = "amend_late" if any(line.state not in lifecycle.UNDECIDED for line in done.late) else "amend_with_person"
        text = voice.say(f"talk.{key}", no=no, items=_names(execution, done.late, order))
        appeal = Button(label=voice.say("talk.appeal"), tap=f"appeal:{no}")
        settled = ticket.state in lifecycle.AFTER
        execution.replies.append(Reply(text=text, buttons=((appeal,),) if settled else ()))


def _told(execution: Execution, line: Line, order: Order | None) -> str:
    return problem_text(amendments.problem_of(line), order, execution.voice)


def _offer(execution: Execution, done: Amended, order: Order | None) -> str:
    """Return what the changed lines come to, where the bot may name it."""
    problems = tuple(amendments.problem_of(line) for line in done.changed)
    return offer(Claim(id="", problems=problems), order, done.claimed, execution.voice)


def _names(execution: Execution, lines: Sequence[Line], order: Order | None, *, whole: bool = False) -> str:
    """Return the items of lines, with how many were bought of each."""
    voice, names = execution.voice, []
    for line in lines:
        bought = line_of(order, line.order_line_no)
        name = item_name(bought) if bought else line.item or voice.label(line.problem)
        if whole and bought:
            count = Fraction(str(bought.quantity))
            name = voice.say("talk.bought", item=name, count=f"{float(count):g}", unit=voice.unit(bought.unit)).strip()
        names.append(name)
    return voice.say("talk.comma").join(dict.fromkeys(names))

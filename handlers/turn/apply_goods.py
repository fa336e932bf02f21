"""What customers say of goods on their way, carried out: numbers, returns, and where new goods are."""

from __future__ import annotations

from dataclasses import replace

from handlers.cases import remarks
from handlers.claims.outcomes import Returning, Underway
from handlers.fulfilment import goods, goods_back
from handlers.messages.models import Reply
from handlers.nlu.text.parcels import Parcel
from handlers.tickets import lifecycle, notices
from handlers.turn.execution import Execution


def returning(execution: Execution, act: Returning) -> None:
    """Carry out a customer's step in a return; of a return that is over the state is told."""
    tx, context = execution.tx, execution.context
    talk = execution.turn_input.found.conversation.id
    ticket = lifecycle.of_party(tx, act.ticket_no, talk)
    if ticket is None:
        return
    execution.talk = replace(execution.talk, ticket_no=ticket.no)
    lines = goods_back.awaited(tx, ticket.no)
    if act.step == "more":
        goods_back.extend(tx, ticket, act.until, conversation_id=talk, context=context)
    elif act.step == "no":
        goods_back.give_up(tx, ticket, conversation_id=talk, context=context)
    elif not lines:
        settled = notices.words(tx, ticket, "notice.back_settled", context, no=ticket.no)
        execution.replies.append(Reply(text=settled))
    elif act.step == "sent":
        parcel = Parcel(number=act.number, carrier=act.carrier)
        at = execution.turn_input.inbound.at
        goods_back.noted(tx, ticket, parcel, act.text, conversation_id=talk, at=at, context=context)
    else:
        told = goods_back.told(tx, ticket, lines, context)
        execution.replies.append(Reply(text=told.strip()))


def underway(execution: Execution, act: Underway) -> None:
    """Say how far new goods are, and let the ticket have the question."""
    tx, context = execution.tx, execution.context
    conversation = execution.turn_input.found.conversation
    ticket = lifecycle.of_party(tx, act.ticket_no, conversation.id)
    if ticket is None:
        return
    at = execution.turn_input.inbound.at
    remarks.remark(tx, ticket.no, conversation_id=conversation.id, at=at, text=act.text, evidence=(), context=context)
    told = goods.where(tx, ticket, context)
    parts = [told, execution.voice.say("talk.where_to") if act.where else ""]
    execution.replies.append(Reply(text=execution.voice.join(parts)))

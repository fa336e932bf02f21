"""What follows when a piece of evidence was fetched: the bot decides, asks once more, or marks it."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.messages.models import Reply
from handlers.messages.texts import languages, say
from handlers.tickets import auto_approval, clocks, desk_outbox, lifecycle, notices, warnings
from handlers.tickets.photos import compared_photos
from storage import conversations, events, evidence, ticket_lines
from storage.database import Tx
from storage.evidence import Evidence
from storage.tickets import Ticket


def examined(tx: Tx, evidence_id: int, context: TurnContext) -> None:
    """Continue a ticket whose piece of evidence came back; its row has the result.

    A piece from the staff goes to the customer. One of a draft without ticket is handled by the dialogue.
    """
    piece = evidence.get(tx, evidence_id)
    if piece is None or piece.ticket_no is None:
        return
    ticket = lifecycle.must(tx, piece.ticket_no)
    if piece.side == "staff":
        _deliver(tx, ticket, piece, context)
        return
    lifecycle.log(tx, ticket.no, "examined", lifecycle.BOT, context, evidence=piece.id, state=piece.state,
                verdict=piece.verdict)  # fmt: skip
    warnings.record(tx, ticket)
    if auto_approval.grant(tx, lifecycle.must(tx, ticket.no), context, tell=True):
        desk_outbox.refresh(tx, ticket.no, context)
        return
    if ticket.owner_id is not None and piece.restricted:
        desk_outbox.note(tx, ticket, desk_outbox.say("papers_came", no=ticket.no), context)
    elif ticket.owner_id is not None and piece.media_key:
        name = lifecycle.customer(tx, piece.conversation_id).name
        words = desk_outbox.say("relayed_media", no=ticket.no, name=name, kind=desk_outbox.say(f"kind_{piece.kind}"))
        desk_outbox.relay(tx, ticket, words, context, media=[(piece.kind, piece.media_key)])
    elif _ask_again(tx, ticket, context):
        _request(tx, ticket, context)
    if ticket.owner_id is not None:
        compared_photos.show_new(tx, ticket, context)
    desk_outbox.refresh(tx, ticket.no, context)


def _ask_again(tx: Tx, ticket: Ticket, context: TurnContext) -> bool:
    """Return whether the customer is asked for a better photo: once per claim, never while an agent has the ticket."""
    if ticket.state != "queued" or ticket.owner_id is not None or ticket.filed_at is None or ticket.raised:
        return False
    photos = [piece for piece in evidence.of_ticket(tx, ticket.no) if piece.kind == "photo"]
    good = sum(warnings.is_good(piece) for piece in photos)
    policy = notices.policy_of(tx, ticket, context)
    if any(piece.state == "pending" for piece in photos) or not any(warnings.is_bad(piece) for piece in photos):
        return False
    if good >= warnings.photos_wanted(tx, ticket, policy):
        return False
    filed = next((event.data for event in events.of_ticket(tx, ticket.no) if event.kind == "filed"), {})
    asked = filed.get("retakes", 0) + events.happened(tx, ticket.no, "asked_photo")
    return not filed.get("waived") and asked < policy.media.retakes


def _request(tx: Tx, ticket: Ticket, context: TurnContext) -> None:
    item = next((line.item for line in ticket_lines.of_ticket(tx, ticket.no)), "")
    lifecycle.move(tx, ticket.no, "waiting_customer")
    lifecycle.log(tx, ticket.no, "asked_photo", lifecycle.BOT, context)
    clocks.start(tx, ticket.no, "idle_close", notices.policy_of(tx, ticket, context), context)
    notices.tell(tx, ticket, "notice.better_photo", context, item=item)


def _deliver(tx: Tx, ticket: Ticket, piece: Evidence, context: TurnContext) -> None:
    if not piece.media_key:
        kind = desk_outbox.say(f"kind_{piece.kind}")
        desk_outbox.note(tx, ticket, desk_outbox.say("media_lost", no=ticket.no, kind=kind), context)
        return
    notices.post(tx, ticket, Reply(text="", media=((piece.kind, piece.media_key),)), context)


def tell_many(tx: Tx, conversation_id: int, context: TurnContext) -> None:
    """Inform the sender of very many files, in the talk's language: the rest is looked at later."""
    talk = conversations.by_id(tx, conversation_id).talk
    known = str(talk.get("language", "")) if isinstance(talk, Mapping) else ""
    text = say(known or languages()[0], "files.later")
    mailboxes.to_customer(tx, conversation_id, Reply(text=text), now=context.now)

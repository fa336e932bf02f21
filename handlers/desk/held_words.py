"""Words of an agent that wait: nothing goes to a customer before the agent has said to whom, or as what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from handlers.context import TurnContext
from handlers.desk.request import ActionRequest, Answer, told
from handlers.messages import mailboxes
from handlers.messages.models import DeskInbound, Media
from handlers.tickets import desk_outbox
from storage import ticket_lines
from storage.database import Tx
from storage.desk import desk_messages

WHICH = "which"  # the question to whom words go
MOST = 12  # tickets with a button each
SHORT = 60  # characters of the held words in a question


def which(tx: Tx, inbound: DeskInbound, numbers: Sequence[str], context: TurnContext) -> Answer:
    """Ask to which of several tickets a reply belongs; its words and media wait with the question."""
    chosen = list(numbers)[:MOST]
    if not chosen:
        return told("no_ticket_meant", alert=True)
    text = desk_outbox.say("ask_which", name=inbound.name, text=shortened(inbound.text, inbound.media))
    payload = {
        "text": text,
        "buttons": [[[_label(tx, no), f"say:{no}"]] for no in chosen],
        "question": {
            "action": WHICH,
            "user": inbound.user,
            "tickets": chosen,
            **kept(inbound.text, inbound.media, inbound.key),
        },
    }
    mailboxes.to_desk(tx, inbound.desk, "", "note", payload, now=context.now)
    return told("held", alert=True)


def _label(tx: Tx, no: str) -> str:
    items = dict.fromkeys(line.item for line in ticket_lines.of_ticket(tx, no) if line.item)
    return " ".join([no, *items])


def kept(words: str, media: Sequence[Media], key: str) -> dict[str, Any]:
    """Return words and media of a message as the question that holds them stores them."""
    return {"words": words.strip(), "media": [asdict(one) for one in media], "key": key}


def shortened(words: str, media: Sequence[Media]) -> str:
    """Return the beginning of held words, or the kind of what is held."""
    plain = " ".join(words.split())
    if not plain and media:
        return desk_outbox.say(f"kind_{media[0].kind}")
    return plain if len(plain) <= SHORT else plain[: SHORT - 1] + "…"


def release(request: ActionRequest, go_on: Callable[[ActionRequest], Answer]) -> Answer:
    """Let held words go on, once, for the agent who wrote them; `go_on` is handed them as a reply of their own."""
    asked = request.asked
    if "words" not in asked:
        return told("stale", alert=True)
    if asked.get("user") != request.user:
        return told("not_your_words", alert=True)
    if asked.get("done"):
        return told("held_done", alert=True)
    media = tuple(Media(**one) for one in asked.get("media", ()))
    key = str(asked.get("key", request.key))
    answer = go_on(replace(request, words=str(asked["words"]), media=media, key=key, argument=""))
    if not answer.alert:
        _done(request, asked)
    return answer


def _done(request: ActionRequest, asked: Mapping[str, Any]) -> None:
    ticket_no = None if asked.get("action") == WHICH else request.no
    data = {**asked, "done": True}
    desk_messages.keep(
        request.tx, request.desk, request.place, kind="question", at=request.context.now, ticket_no=ticket_no, data=data
    )

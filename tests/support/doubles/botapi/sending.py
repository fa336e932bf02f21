"""Methods that put a new message into a chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import keyboards, render
from .calls import Call
from .chats import Chat, GroupChat, Message
from .errors import bad, wrong
from .markup import read_text, units
from .media import album, caption_of, file_of
from .values import Json
from .world import World

TEXT_LIMIT = 4096
REPLY_FIELDS = frozenset(
    {
        "message_id",
        "chat_id",
        "allow_sending_without_reply",
        "quote",
        "quote_parse_mode",
        "quote_entities",
        "quote_position",
        "checklist_task_id",
        "poll_option_id",
        "ephemeral_message_id",
    }
)
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def text_of(source: Json) -> tuple[str, list[Json]]:
    """Return text and entities; 1-4096 units after parsing."""
    text, entities = read_text(str(source.get("text") or ""), source.get("parse_mode"), source.get("entities"))
    if not text:
        raise wrong("message text is empty")
    if units(text) > TEXT_LIMIT:
        raise wrong("message is too long")
    return text, entities


def thread_of(chat: Chat, call: Call) -> int | None:
    """Return the topic a call names; threads of chats without topics are ignored, as the platform does."""
    thread = call.params.get("message_thread_id")
    if not thread or not isinstance(chat, GroupChat) or not chat.forum:
        return None
    topic = chat.topics.get(thread)
    if topic is None or topic.deleted:
        raise bad("message thread not found")
    if topic.closed and not chat.member(call.bot).may("can_manage_topics"):
        raise bad("TOPIC_CLOSED")
    return int(thread)


def replied(world: World, chat: Chat, call: Call) -> Message | None:
    """Return the message replied to; one that never existed is the caller's error, a deleted one is normal."""
    given = call.params.get("reply_parameters")
    if not given:
        return None
    if not isinstance(given, dict):
        raise wrong("object expected as reply parameters")
    if odd := set(given) - REPLY_FIELDS:
        raise wrong(f"reply parameters have undocumented fields: {', '.join(sorted(odd))}")
    found = chat.find(given.get("message_id"))
    if found is not None or given.get("allow_sending_without_reply"):
        return found
    known = any(message.id == given.get("message_id") for message in chat.log)
    raise (bad if known else wrong)("message to be replied not found")


def put(world: World, call: Call, **fields: object) -> Message:
    """Check where and how, then post; a reply into a topic stays in it."""
    chat = world.reach(call.bot, call.params["chat_id"])
    thread = thread_of(chat, call)
    reply = replied(world, chat, call)
    if isinstance(chat, GroupChat) and chat.forum and thread is None and reply is not None:
        thread = reply.thread
    markup = keyboards.check(call.params.get("reply_markup"))
    message = world.new_message(chat, call.bot, thread=thread, reply_to=reply, markup=markup, **fields)
    return world.post(message)


def shown(world: World, call: Call, message: Message) -> Json:
    return render.message(world.files, call.bot, message)


def send_message(world: World, call: Call) -> Json:
    text, entities = text_of(call.params)
    return shown(world, call, put(world, call, text=text, entities=entities))


def send_medium(kind: str) -> Callable[[World, Call], Json]:
    def send(world: World, call: Call) -> Json:
        text, entities = caption_of(call.params)
        world.reach(call.bot, call.params["chat_id"])
        file = file_of(world, call, kind, call.params.get(kind))
        file.duration = file.duration or call.params.get("duration") or 0
        return shown(world, call, put(world, call, kind=kind, file=file, text=text, entities=entities))

    return send


def send_media_group(world: World, call: Call) -> list[Json]:
    world.reach(call.bot, call.params["chat_id"])
    items = album(world, call)
    name = str(13_000_000_000 + world.serial())
    return [
        shown(world, call, put(world, call, kind=file.kind, file=file, text=text, entities=entities, album=name))
        for file, text, entities in items
    ]


def send_location(world: World, call: Call) -> Json:
    place = {name: call.params[name] for name in ("latitude", "longitude")}
    return shown(world, call, put(world, call, kind="location", extra={"location": place}))


def send_contact(world: World, call: Call) -> Json:
    names = ("phone_number", "first_name", "last_name")
    contact = {name: call.params[name] for name in names if call.params.get(name)}
    return shown(world, call, put(world, call, kind="contact", extra={"contact": contact}))


def source_of(world: World, call: Call, what: str) -> Message:
    chat = world.reach(call.bot, call.params["from_chat_id"])
    message = chat.find(call.params["message_id"])
    if message is None or message.kind == "service":
        raise bad(f"message to {what} not found")
    return message


def forward_message(world: World, call: Call) -> Json:
    source = source_of(world, call, "forward")
    origin = source.extra.get("forward_origin") or {
        "type": "user",
        "date": int(source.at.timestamp()),
        "sender_user": render.account(source.sender),
    }
    extra = {**source.extra, "forward_origin": origin}
    return shown(
        world,
        call,
        put(world, call, kind=source.kind, file=source.file, text=source.text, entities=source.entities, extra=extra),
    )


def copy_message(world: World, call: Call) -> Json:
    source = source_of(world, call, "copy")
    text, entities = caption_of(call.params) if "caption" in call.params else (source.text, source.entities)
    extra = {key: value for key, value in source.extra.items() if key != "forward_origin"}
    copied = put(world, call, kind=source.kind, file=source.file, text=text, entities=entities, extra=extra)
    return {"message_id": copied.id}


def send_chat_action(world: World, call: Call) -> bool:
    chat = world.reach(call.bot, call.params["chat_id"])
    thread_of(chat, call)
    if call.params["action"] not in ACTIONS:
        raise wrong("wrong parameter action in request")
    return True


def weight(call: Call) -> int:
    """Return how many messages a call sends: an album counts each."""
    media = call.params.get("media")
    return len(media) if call.method == "sendMediaGroup" and isinstance(media, list) else 1


SENDING: dict[str, Callable[[World, Call], Any]] = {
    "sendMessage": send_message,
    **{
        f"send{kind.title()}": send_medium(kind) for kind in ("photo", "document", "video", "voice", "audio", "sticker")
    },
    "sendMediaGroup": send_media_group,
    "sendLocation": send_location,
    "sendContact": send_contact,
    "forwardMessage": forward_message,
    "copyMessage": copy_message,
    "sendChatAction": send_chat_action,
}

"""Methods that change, delete or pin what stands already, and answers to taps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from . import keyboards
from .calls import Call
from .chats import Chat, GroupChat, Message
from .errors import bad, wrong
from .markup import units
from .media import caption_of, input_media
from .sending import shown, text_of
from .values import File, Json
from .world import World

ANSWER_LIMIT = 200
DELETABLE = timedelta(hours=48)
UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


def editable(world: World, call: Call) -> Message:
    if not call.params.get("chat_id") or not call.params.get("message_id"):
        raise wrong("message identifier is not specified")
    chat = world.reach(call.bot, call.params["chat_id"])
    message = chat.find(call.params["message_id"])
    if message is None:
        raise bad("message to edit not found")
    if message.sender is not call.bot or message.kind == "service":
        raise bad("message can't be edited")
    return message


def apply(world: World, call: Call, message: Message, text: str, entities: list[Json], file: File | None) -> Json:
    """Make the edit or refuse one that changes nothing; without `reply_markup` the keyboard goes."""
    markup = keyboards.check(call.params.get("reply_markup"), inline_only=True)
    if (text, entities, file, markup) == (message.text, message.entities, message.file, message.markup):
        raise bad(UNCHANGED)
    message.earlier_texts.append(message.text)
    if message.markup is not None:
        message.earlier_markups.append(message.markup)
    message.text, message.entities, message.file, message.markup = text, entities, file, markup
    message.kind = file.kind if file else message.kind
    message.edited_at = world.now()
    return shown(world, call, message)


def edit_text(world: World, call: Call) -> Json:
    message = editable(world, call)
    if message.kind != "text":
        raise bad("there is no text in the message to edit")
    text, entities = text_of(call.params)
    return apply(world, call, message, text, entities, None)


def edit_caption(world: World, call: Call) -> Json:
    message = editable(world, call)
    if message.file is None or message.kind == "sticker":
        raise bad("there is no caption in the message to edit")
    text, entities = caption_of(call.params)
    return apply(world, call, message, text, entities, message.file)


def edit_markup(world: World, call: Call) -> Json:
    message = editable(world, call)
    return apply(world, call, message, message.text, message.entities, message.file)


def edit_media(world: World, call: Call) -> Json:
    message = editable(world, call)
    if message.kind not in ("photo", "video", "document", "audio", "text"):
        raise bad("message can't be edited")
    file, text, entities = input_media(world, call, call.params["media"])
    return apply(world, call, message, text, entities, file)


def check_deletable(world: World, call: Call, chat: Chat, message: Message) -> None:
    alien = isinstance(chat, GroupChat) and message.sender is not call.bot
    if alien and isinstance(chat, GroupChat) and not chat.member(call.bot).may("can_delete_messages"):
        raise bad("message can't be deleted")
    if world.now() - message.at > DELETABLE and not alien:
        raise bad("message can't be deleted for everyone")


def delete_message(world: World, call: Call) -> bool:
    chat = world.reach(call.bot, call.params["chat_id"])
    message = chat.find(call.params["message_id"])
    if message is None:
        raise bad("message to delete not found")
    check_deletable(world, call, chat, message)
    message.deleted = True
    return True


def delete_messages(world: World, call: Call) -> bool:
    ids = call.params["message_ids"]
    if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
        raise wrong("too many message identifiers specified" if ids else "message identifiers are not specified")
    chat = world.reach(call.bot, call.params["chat_id"])
    found = [message for message in map(chat.find, ids) if message is not None]
    for message in found:
        check_deletable(world, call, chat, message)
    for message in found:
        message.deleted = True
    return True


def pinnable(world: World, call: Call) -> Chat:
    chat = world.reach(call.bot, call.params["chat_id"])
    if isinstance(chat, GroupChat) and not chat.member(call.bot).may("can_pin_messages"):
        raise bad("not enough rights to manage pinned messages in the chat")
    return chat


def pin(world: World, call: Call) -> bool:
    chat = pinnable(world, call)
    message = chat.find(call.params["message_id"])
    if message is None:
        raise bad("message to pin not found")
    if not message.pinned:
        message.pinned = True
        world.service(chat, call.bot, {"pinned_message": message}, thread=message.thread)
    return True


def unpin(world: World, call: Call) -> bool:
    chat = pinnable(world, call)
    message_id = call.params.get("message_id")
    message = chat.find(message_id) if message_id else next(iter(reversed(chat.pinned)), None)
    if message is None:
        raise bad("message to unpin not found")
    message.pinned = False
    return True


def unpin_all(world: World, call: Call) -> bool:
    for message in pinnable(world, call).pinned:
        if call.params.get("message_thread_id") in (None, message.thread):
            message.pinned = False
    return True


def answer_tap(world: World, call: Call) -> bool:
    """Expires `world.tap_answer_within` seconds after the tap."""
    text = call.params.get("text") or ""
    if units(text) > ANSWER_LIMIT:
        raise wrong("MESSAGE_TOO_LONG")
    tap = world.taps.get(str(call.params["callback_query_id"]))
    if tap is None or tap.bot is not call.bot or world.clock() - tap.at > world.tap_answer_within:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if not tap.answered:
        tap.answered, tap.text, tap.url = True, text, call.params.get("url")
        tap.alert = bool(call.params.get("show_alert"))
    return True


def react(world: World, call: Call) -> bool:
    chat = world.reach(call.bot, call.params["chat_id"])
    if chat.find(call.params["message_id"]) is None:
        raise bad("message to react not found")
    return True


EDITING: dict[str, Callable[[World, Call], Any]] = {
    "editMessageText": edit_text,
    "editMessageCaption": edit_caption,
    "editMessageReplyMarkup": edit_markup,
    "editMessageMedia": edit_media,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "pinChatMessage": pin,
    "unpinChatMessage": unpin,
    "unpinAllChatMessages": unpin_all,
    "unpinAllForumTopicMessages": unpin_all,
    "answerCallbackQuery": answer_tap,
    "setMessageReaction": react,
}

"""How accounts, chats, messages and members look in JSON to one bot."""

from __future__ import annotations

from .bots import Bot
from .chats import Chat, GroupChat, Member, Message, Private
from .files import Files
from .values import ANONYMOUS, Account, File, Json


def account(who: Account) -> Json:
    shown = {
        "id": who.id,
        "is_bot": who.is_bot,
        "first_name": who.name,
        "username": who.username,
        "language_code": who.language_code,
    }
    return {key: value for key, value in shown.items() if value is not None}


def chat(of: Chat, chat_id: int | None = None) -> Json:
    """`chat_id`: the id at that time, for messages from before a group's upgrade."""
    if isinstance(of, Private):
        shown = {"id": of.id, "type": "private", "first_name": of.person.name, "username": of.person.username}
        return {key: value for key, value in shown.items() if value is not None}
    assert isinstance(of, GroupChat)
    old = chat_id is not None and chat_id != of.id
    shown = {"id": of.id if chat_id is None else chat_id, "type": "group" if old else of.kind, "title": of.title}
    return {**shown, "is_forum": True} if of.forum and not old else shown


def message(files: Files, bot: Bot, of: Message, *, with_reply: bool = True) -> Json:
    """Return the Message object; a reply's own reply is left out, as the platform does."""
    shown: Json = {"message_id": of.id, "date": int(of.at.timestamp()), "chat": chat(of.chat, of.chat_id)}
    shown["from"] = account(ANONYMOUS if of.anonymous else of.sender)
    if of.anonymous:
        shown["sender_chat"] = chat(of.chat, of.chat_id)
    if of.edited_at:
        shown["edit_date"] = int(of.edited_at.timestamp())
    if of.album:
        shown["media_group_id"] = of.album
    shown.update(place(of))
    shown.update(content(files, bot, of))
    for field, value in of.extra.items():
        shown[field] = message(files, bot, value, with_reply=False) if isinstance(value, Message) else value
    if (of.markup or {}).get("inline_keyboard"):
        shown["reply_markup"] = of.markup
    if with_reply and (quoted := quoted_by(of)) is not None and not quoted.deleted:
        shown["reply_to_message"] = message(files, bot, quoted, with_reply=False)
    return shown


def place(of: Message) -> Json:
    """Return thread fields: the topic in a forum, the root of the reply chain in other supergroups."""
    assert isinstance(of.chat, Chat)
    if of.thread is not None:
        return {"message_thread_id": of.thread, "is_topic_message": True}
    if of.chat.kind != "supergroup" or of.reply_to is None:
        return {}
    root = of.reply_to
    while root.reply_to is not None:
        root = root.reply_to
    return {} if isinstance(of.chat, GroupChat) and of.chat.forum else {"message_thread_id": root.id}


def quoted_by(of: Message) -> Message | None:
    """Return what it replies to; a topic's plain message "replies" to the line that opened the topic."""
    if of.reply_to is not None or of.thread is None or not isinstance(of.chat, GroupChat):
        return of.reply_to
    topic = of.chat.topics.get(of.thread)
    return None if topic is None or topic.root is of else topic.root


def content(files: Files, bot: Bot, of: Message) -> Json:
    marked = [entity_for(of, each) for each in of.entities]
    if of.file is None:
        if of.kind != "text":
            return {}
        return {"text": of.text, **({"entities": marked} if marked else {})}
    shown: Json = {of.file.kind: medium(files, bot, of.file)}
    if of.text:
        shown["caption"] = of.text
        if marked:
            shown["caption_entities"] = marked
    return shown


def entity_for(of: Message, entity: Json) -> Json:
    if entity["type"] != "text_mention" or "user_id" not in entity:
        return entity
    members = of.chat.members if isinstance(of.chat, GroupChat) else {}
    known = members.get(entity["user_id"])
    who = known.account if known else Account(id=entity["user_id"], name="?")
    return {**{key: value for key, value in entity.items() if key != "user_id"}, "user": account(who)}


def medium(files: Files, bot: Bot, file: File) -> Json | list[Json]:
    shown: Json = {"file_id": files.id_for(bot, file), "file_unique_id": files.unique_id(file), "file_size": file.size}
    if file.kind == "photo":
        small = files.thumb(file)
        return [
            {
                "file_id": files.id_for(bot, small),
                "file_unique_id": files.unique_id(small),
                "file_size": small.size,
                "width": small.width,
                "height": small.height,
            },
            {**shown, "width": file.width, "height": file.height},
        ]
    if file.kind in ("video", "sticker"):
        shown.update(width=file.width or 512, height=file.height or 512)
    if file.kind == "sticker":
        return {**shown, "type": "regular", "is_animated": False, "is_video": False, "emoji": file.name}
    if file.kind in ("voice", "video", "audio"):
        shown["duration"] = file.duration
    if file.name and file.kind != "voice":
        shown["file_name"] = file.name
    return {**shown, "mime_type": file.mime}


def member(of: Member) -> Json:
    shown: Json = {"user": account(of.account), "status": of.status}
    if of.status == "creator":
        shown["is_anonymous"] = of.anonymous
    elif of.status == "administrator":
        shown.update(of.rights, is_anonymous=of.anonymous)
    elif of.status == "kicked":
        shown["until_date"] = 0
    if of.admin and of.title:
        shown["custom_title"] = of.title
    return shown

"""Methods about a chat itself: who is in it, its topics, leaving it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import render
from .bots import Bot
from .calls import Call
from .chats import GroupChat, Member, Topic
from .errors import bad, wrong
from .values import Account, Json
from .world import World

TOPIC_NAME_LIMIT = 128
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


def get_chat(world: World, call: Call) -> Json:
    chat = world.reach(call.bot, call.params["chat_id"])
    full = {
        **render.chat(chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(GIFTS, False),
    }
    if chat.pinned:
        full["pinned_message"] = render.message(world.files, call.bot, chat.pinned[-1], with_reply=False)
    return full


def get_administrators(world: World, call: Call) -> list[Json]:
    """Return the people who are administrators, and the asking bot; other bots only on request."""
    group = world.reach(call.bot, call.params["chat_id"])
    if not isinstance(group, GroupChat):
        raise bad("there are no administrators in the private chat")
    every = bool(call.params.get("return_bots"))
    return [
        render.member(each)
        for each in group.admins
        if every or not isinstance(each.account, Bot) or each.account is call.bot
    ]


def get_member(world: World, call: Call) -> Json:
    chat = world.reach(call.bot, call.params["chat_id"])
    who: Account | None = world.people.get(call.params["user_id"]) or next(
        (bot for bot in world.bots.values() if bot.id == call.params["user_id"]), None
    )
    if who is None:
        raise bad("user not found")
    return render.member(chat.member(who) if isinstance(chat, GroupChat) else Member(account=who))


def count_members(world: World, call: Call) -> int:
    chat = world.reach(call.bot, call.params["chat_id"])
    return sum(each.present for each in chat.members.values()) if isinstance(chat, GroupChat) else 2


def leave(world: World, call: Call) -> bool:
    group = world.group_of(call.bot, call.params["chat_id"])
    member = group.member(call.bot)
    old = render.member(member)
    member.status, member.rights = "left", {}
    world.member_changed(group, call.bot, old, member)
    return True


def forum(world: World, call: Call, refusal: str) -> GroupChat:
    group = world.group_of(call.bot, call.params["chat_id"])
    if not group.forum:
        raise bad("the chat is not a forum")
    if not group.member(call.bot).may("can_manage_topics"):
        raise bad(refusal)
    return group


def topic_of(world: World, call: Call) -> tuple[GroupChat, Topic]:
    group = forum(world, call, "not enough rights to manage topics")
    topic = group.topics.get(call.params["message_thread_id"])
    if topic is None or topic.deleted:
        raise bad("message thread not found")
    return group, topic


def check_name(name: str) -> str:
    if not 1 <= len(name) <= TOPIC_NAME_LIMIT:
        raise wrong("topic name must be 1-128 characters")
    return name


def open_topic(world: World, group: GroupChat, by: Account, name: str) -> Topic:
    """Return the topic's id, which is the id of the service message that opens it."""
    root = world.new_message(
        group, by, kind="service", extra={"forum_topic_created": {"name": name, "icon_color": 7322096}}
    )
    root.thread = root.id
    topic = Topic(id=root.id, name=name, root=root)
    group.topics[topic.id] = topic
    world.post(root)
    return topic


def close_topic(world: World, group: GroupChat, by: Account, topic: Topic, closed: bool) -> None:
    topic.closed = closed
    told = "forum_topic_closed" if closed else "forum_topic_reopened"
    world.service(group, by, {told: {}}, thread=topic.id)


def delete_topic(group: GroupChat, topic: Topic) -> None:
    """Gone with all its messages; the platform tells bots nothing of it."""
    topic.deleted = True
    for message in group.log:
        if message.thread == topic.id:
            message.deleted = True


def create_forum_topic(world: World, call: Call) -> Json:
    group = forum(world, call, "not enough rights to create a topic")
    topic = open_topic(world, group, call.bot, check_name(str(call.params["name"])))
    return {"message_thread_id": topic.id, "name": topic.name, "icon_color": 7322096}


def edit_forum_topic(world: World, call: Call) -> bool:
    group, topic = topic_of(world, call)
    name = check_name(str(call.params.get("name") or topic.name))
    if name == topic.name and not call.params.get("icon_custom_emoji_id"):
        raise bad("TOPIC_NOT_MODIFIED")
    topic.name = name
    world.service(group, call.bot, {"forum_topic_edited": {"name": name}}, thread=topic.id)
    return True


def close_forum_topic(world: World, call: Call) -> bool:
    return switch_topic(world, call, closed=True)


def reopen_forum_topic(world: World, call: Call) -> bool:
    return switch_topic(world, call, closed=False)


def switch_topic(world: World, call: Call, *, closed: bool) -> bool:
    group, topic = topic_of(world, call)
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    close_topic(world, group, call.bot, topic, closed)
    return True


def delete_forum_topic(world: World, call: Call) -> bool:
    group, topic = topic_of(world, call)
    if not group.member(call.bot).may("can_delete_messages"):
        raise bad("not enough rights to delete a topic")
    delete_topic(group, topic)
    return True


def needs_admin(world: World, call: Call) -> bool:
    group = world.group_of(call.bot, call.params["chat_id"])
    if not group.member(call.bot).admin:
        raise bad("CHAT_ADMIN_REQUIRED")
    return True


GOVERNING: dict[str, Callable[[World, Call], Any]] = {
    "getChat": get_chat,
    "getChatAdministrators": get_administrators,
    "getChatMember": get_member,
    "getChatMemberCount": count_members,
    "leaveChat": leave,
    "promoteChatMember": needs_admin,
    "banChatMember": needs_admin,
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "closeForumTopic": close_forum_topic,
    "reopenForumTopic": reopen_forum_topic,
    "deleteForumTopic": delete_forum_topic,
}

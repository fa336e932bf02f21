"""The four kinds of forward_origin, for forwards of things said elsewhere."""

from __future__ import annotations

from datetime import datetime

from . import render
from .chats import GroupChat
from .values import Account, Json


def from_user(who: Account, at: datetime, *, hidden: bool = False) -> Json:
    """Return a person whose account the forward names, unless they hide it."""
    if hidden:
        return from_hidden(who.name, at)
    return {"type": "user", "date": int(at.timestamp()), "sender_user": render.account(who)}


def from_hidden(name: str, at: datetime) -> Json:
    """Return a person of whom the forward shows only a name."""
    return {"type": "hidden_user", "date": int(at.timestamp()), "sender_user_name": name}


def from_group(group: GroupChat, at: datetime, signature: str = "") -> Json:
    """Return an anonymous administrator of a group."""
    origin = {"type": "chat", "date": int(at.timestamp()), "sender_chat": render.chat(group)}
    return {**origin, "author_signature": signature} if signature else origin


def from_channel(
    title: str, at: datetime, *, channel_id: int = -1001999999999, message_id: int = 7, signature: str = ""
) -> Json:
    """Return a post of a channel."""
    origin = {
        "type": "channel",
        "date": int(at.timestamp()),
        "message_id": message_id,
        "chat": {"id": channel_id, "type": "channel", "title": title},
    }
    return {**origin, "author_signature": signature} if signature else origin

"""Private chats and groups: members, topics, the messages in them and taps on their buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .bots import Bot
from .values import Account, Button, File, Json, rows_of

ADMIN_RIGHTS = {
    "can_be_edited": False,
    "can_manage_chat": True,
    "can_change_info": True,
    "can_delete_messages": True,
    "can_invite_users": True,
    "can_restrict_members": True,
    "can_pin_messages": True,
    "can_manage_topics": True,
    "can_promote_members": False,
    "can_manage_video_chats": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
    "can_send_welcome_messages": False,
}
GONE = frozenset({"left", "kicked"})


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """A message as a person sees it; `text` is also the caption of a medium."""

    chat: Chat
    chat_id: int
    id: int
    at: datetime
    sender: Account
    anonymous: bool = False
    kind: str = "text"
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    file: File | None = None
    extra: Json = field(default_factory=dict)
    album: str | None = None
    reply_to: Message | None = None
    thread: int | None = None
    markup: Json | None = None
    earlier_markups: list[Json] = field(default_factory=list)
    earlier_texts: list[str] = field(default_factory=list)
    edited_at: datetime | None = None
    deleted: bool = False
    pinned: bool = False

    @property
    def caption(self) -> str:
        return self.text if self.file else ""

    @property
    def photo(self) -> bytes | None:
        return self.file.data if self.file and self.file.kind == "photo" else None

    @property
    def data(self) -> bytes | None:
        return self.file.data if self.file else None

    @property
    def edits(self) -> int:
        return len(self.earlier_texts)

    @property
    def buttons(self) -> list[list[Button]]:
        return rows_of(self.markup)

    @property
    def labels(self) -> list[str]:
        return [button.text for row in self.buttons for button in row]

    def __repr__(self) -> str:
        return f"<{self.kind} {self.chat_id}/{self.id} {self.sender.name}: {self.text[:60]!r} {self.labels}>"


@dataclass(slots=True, kw_only=True, eq=False)
class Tap:
    """A pressed button and the answer it got."""

    id: str
    person: Account
    bot: Bot
    message: Message
    data: str
    at: float
    answered: bool = False
    text: str = ""
    alert: bool = False
    url: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    account: Account
    status: str = "member"
    rights: dict[str, bool] = field(default_factory=dict)
    title: str = ""
    anonymous: bool = False

    @property
    def present(self) -> bool:
        return self.status not in GONE

    @property
    def admin(self) -> bool:
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, False))


@dataclass(slots=True, kw_only=True, eq=False)
class Topic:
    id: int
    name: str
    root: Message
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Chat:
    """Messages by (chat id, message id): a group that became a supergroup keeps its old ones under the old id."""

    id: int
    kind: str
    log: list[Message] = field(default_factory=list)
    index: dict[tuple[int, int], Message] = field(default_factory=dict)
    last_message_id: int = 0

    @property
    def messages(self) -> list[Message]:
        """Return what a person sees now, oldest first."""
        return [message for message in self.log if not message.deleted]

    @property
    def pinned(self) -> list[Message]:
        return [message for message in self.messages if message.pinned]

    def find(self, message_id: int | None) -> Message | None:
        """Return the message under the chat's present id, deleted ones not."""
        message = self.index.get((self.id, message_id or 0))
        return None if message is None or message.deleted else message

    def keep(self, message: Message) -> None:
        self.log.append(message)
        self.index[message.chat_id, message.id] = message

    def next_message_id(self) -> int:
        self.last_message_id += 1
        return self.last_message_id


@dataclass(slots=True, kw_only=True, eq=False)
class Private(Chat):
    bot: Bot
    person: Account
    opened: bool = False
    blocked: bool = False

    def next_message_id(self) -> int:
        # One numbering per bot over all its private chats, so the ids of one chat have gaps.
        self.bot.last_message_id += 1
        return self.bot.last_message_id


@dataclass(slots=True, kw_only=True, eq=False)
class GroupChat(Chat):
    """A group, supergroup or forum (a supergroup with topics)."""

    title: str
    forum: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    former_id: int | None = None

    def member(self, account: Account) -> Member:
        return self.members.get(account.id) or Member(account=account, status="left")

    @property
    def bots(self) -> list[Bot]:
        return [each.account for each in self.members.values() if each.present and isinstance(each.account, Bot)]

    @property
    def admins(self) -> list[Member]:
        return [each for each in self.members.values() if each.admin]

    def topic(self, thread: int | None) -> list[Message]:
        """Return what a person sees in one topic, its opening line left out."""
        return [each for each in self.messages if each.thread == thread and each.kind != "service"]

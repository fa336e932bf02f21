"""People who act: they write, send, edit, forward and tap, in private and in groups."""

from __future__ import annotations

from dataclasses import dataclass

from . import render
from .bots import Bot
from .chats import Chat, GroupChat, Member, Message, Private, Tap
from .files import measured
from .governing import delete_topic, open_topic
from .markup import automatic
from .origins import from_user
from .values import Account, Button, File, Json, rows_of
from .world import World


@dataclass(slots=True, kw_only=True, eq=False)
class Person(Account):
    """Every act returns the message it made. `where` is a Bot (the private chat with it) or a group."""

    world: World
    hides_forwards: bool = False

    def text(self, where: Bot | Chat, text: str, *, reply: Message | None = None, thread: int | None = None) -> Message:
        return self._say(where, text=text, entities=automatic(text), reply_to=reply, thread=thread)

    def start(self, bot: Bot, payload: str = "") -> Message:
        """Press Start, or follow a deep link with its payload."""
        return self.text(bot, f"/start {payload}".strip())

    def reply(self, message: Message, text: str) -> Message:
        """Reply to a message in its place."""
        chat = message.chat
        return self.text(chat.bot if isinstance(chat, Private) else chat, text, reply=message, thread=message.thread)

    def photo(
        self,
        where: Bot | Chat,
        data: bytes,
        caption: str = "",
        *,
        reply: Message | None = None,
        thread: int | None = None,
        album: str | None = None,
        body: str = "plain",
        size: int | None = None,
    ) -> Message:
        """`body`: plain, slow, endless, cut or gone; `size`: bytes claimed instead of the true number."""
        file = measured(File(kind="photo", data=data, mime="image/jpeg", body=body, claimed=size))
        return self.send(where, file, caption, reply=reply, thread=thread, album=album)

    def album(
        self,
        where: Bot | Chat,
        photos: list[bytes],
        caption: str = "",
        *,
        late_for: Message | None = None,
        thread: int | None = None,
    ) -> list[Message]:
        """Photos as one media group, the caption on the first; `late_for`: more of an album already sent."""
        name = late_for.album if late_for else str(13_000_000_000 + self.world.serial())
        return [
            self.photo(where, data, caption if at == 0 else "", album=name, thread=thread)
            for at, data in enumerate(photos)
        ]

    def document(
        self,
        where: Bot | Chat,
        data: bytes,
        name: str = "file.bin",
        mime: str = "application/octet-stream",
        caption: str = "",
        *,
        reply: Message | None = None,
        size: int | None = None,
    ) -> Message:
        return self.send(
            where, File(kind="document", data=data, name=name, mime=mime, claimed=size), caption, reply=reply
        )

    def voice(
        self, where: Bot | Chat, data: bytes = b"OggS", seconds: int = 5, *, reply: Message | None = None
    ) -> Message:
        return self.send(where, File(kind="voice", data=data, mime="audio/ogg", duration=seconds), reply=reply)

    def video(
        self,
        where: Bot | Chat,
        data: bytes,
        seconds: int = 5,
        caption: str = "",
        *,
        reply: Message | None = None,
        size: int | None = None,
    ) -> Message:
        file = File(kind="video", data=data, mime="video/mp4", duration=seconds, width=640, height=480, claimed=size)
        return self.send(where, file, caption, reply=reply)

    def sticker(self, where: Bot | Chat, emoji: str = "😭", *, reply: Message | None = None) -> Message:
        return self.send(where, File(kind="sticker", data=b"RIFF0000WEBP", name=emoji), reply=reply)

    def send(
        self,
        where: Bot | Chat,
        file: File,
        caption: str = "",
        *,
        reply: Message | None = None,
        thread: int | None = None,
        album: str | None = None,
    ) -> Message:
        """Send any file, as one made by hand."""
        return self._say(
            where,
            kind=file.kind,
            file=file,
            text=caption,
            entities=automatic(caption),
            reply_to=reply,
            thread=thread,
            album=album,
        )

    def location(self, where: Bot | Chat, latitude: float, longitude: float) -> Message:
        place = {"latitude": latitude, "longitude": longitude}
        return self._say(where, kind="location", extra={"location": place})

    def contact(self, where: Bot | Chat, phone: str, name: str | None = None) -> Message:
        """Send their own card unless another name is given."""
        card: Json = {"phone_number": phone, "first_name": name or self.name}
        return self._say(where, kind="contact", extra={"contact": card if name else {**card, "user_id": self.id}})

    def odd(self, where: Bot | Chat, *, reply: Message | None = None, **extra: object) -> Message:
        """A message of a kind the double has no verb for, its fields given as Telegram spells them."""
        return self._say(where, kind="odd", extra=extra, reply_to=reply)

    def as_channel(self, where: Bot | Chat, text: str, *, reply: Message | None = None) -> Message:
        """Write in the name of a channel of theirs."""
        channel = {"id": -1_001_777_000_000, "type": "channel", "title": f"{self.name} channel"}
        bot = {"id": 136_817_688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
        extra = {"from": bot, "sender_chat": channel}
        return self._say(where, text=text, entities=automatic(text), reply_to=reply, extra=extra)

    def forward(
        self,
        where: Bot | Chat,
        origin: Json | Message,
        text: str = "",
        *,
        photo: bytes | None = None,
        album: str | None = None,
        thread: int | None = None,
    ) -> Message:
        """Forward a message of this double, or any text or photo with an origin made by `origins`."""
        extra: Json = {}
        if isinstance(origin, Message):
            hidden = getattr(origin.sender, "hides_forwards", False)
            extra = {**origin.extra}
            extra.setdefault("forward_origin", from_user(origin.sender, origin.at, hidden=hidden))
            return self._say(
                where,
                kind=origin.kind,
                file=origin.file,
                text=origin.text,
                entities=origin.entities,
                extra=extra,
                album=album,
                thread=thread,
            )
        file = measured(File(kind="photo", data=photo, mime="image/jpeg")) if photo is not None else None
        return self._say(
            where,
            kind="photo" if file else "text",
            file=file,
            text=text,
            entities=automatic(text),
            extra={"forward_origin": origin},
            album=album,
            thread=thread,
        )

    def edit(self, message: Message, text: str, photo: bytes = b"") -> Message:
        """Change a text or caption of their own, and the photo if one is given."""
        with self.world.bell.lock:
            if photo:
                message.file = measured(File(kind="photo", data=photo))
            message.earlier_texts.append(message.text)
            message.text, message.entities, message.edited_at = text, automatic(text), self.world.now()
            self.world.tell(message, "edited_message")
        return message

    def delete(self, message: Message) -> None:
        """Bots hear nothing of it."""
        with self.world.bell.lock:
            message.deleted = True
            self.world.bell.ring()

    def tap(self, message: Message, button: str, *, stale: bool = False) -> Tap:
        """Press a button by its label (or a part of it) or its data; `stale`: also one that an edit took away."""
        with self.world.bell.lock:
            shown = [message.markup, *(reversed(message.earlier_markups) if stale else [])]
            found = [each for markup in shown for row in rows_of(markup) for each in row if fits(each, button)]
            if not found or found[0].data is None:
                raise LookupError(f"no button {button!r} to tap under {message!r}")
            return self._tapped(message, found[0].data)

    def pin(self, message: Message) -> None:
        """Pin a message of a group."""
        with self.world.bell.lock:
            message.pinned = True
            self.world.service(message.chat, self, {"pinned_message": message}, thread=message.thread)
            self.world.bell.ring()

    def block(self, bot: Bot, *, blocked: bool = True) -> None:
        with self.world.bell.lock:
            chat = self.world.private(bot, self)
            chat.blocked = blocked
            free, shut = Member(account=bot), Member(account=bot, status="kicked")
            old, new = (free, shut) if blocked else (shut, free)
            bot.inbox.push(
                "my_chat_member",
                {
                    "chat": render.chat(chat),
                    "from": render.account(self),
                    "date": self.world.stamp(),
                    "old_chat_member": render.member(old),
                    "new_chat_member": render.member(new),
                },
                self.id,
            )
            self.world.bell.ring()

    def unblock(self, bot: Bot) -> None:
        self.block(bot, blocked=False)

    def open_topic(self, group: GroupChat, name: str) -> int:
        """Open a topic; return its thread id."""
        with self.world.bell.lock:
            return open_topic(self.world, group, self, name).id

    def delete_topic(self, group: GroupChat, thread: int) -> None:
        with self.world.bell.lock:
            delete_topic(group, group.topics[thread])
            self.world.bell.ring()

    def _tapped(self, message: Message, data: str) -> Tap:
        bot = message.sender
        assert isinstance(bot, Bot)
        tap = Tap(
            id=str(4_000_000_000 + self.world.serial()),
            person=self,
            bot=bot,
            message=message,
            data=data,
            at=self.world.clock(),
        )
        self.world.taps[tap.id] = tap
        shown = render.message(self.world.files, bot, message)
        if message.deleted:
            shown = {"chat": shown["chat"], "message_id": message.id, "date": 0}
        bot.inbox.push(
            "callback_query",
            {
                "id": tap.id,
                "from": render.account(self),
                "chat_instance": str(message.chat_id),
                "message": shown,
                "data": data,
            },
            message.chat_id,
        )
        self.world.bell.ring()
        return tap

    def _say(self, where: Bot | Chat, **fields: object) -> Message:
        with self.world.bell.lock:
            chat = self.world.private(where, self) if isinstance(where, Bot) else where
            if isinstance(chat, GroupChat):
                member = chat.member(self)
                if not member.present:
                    raise LookupError(f"{self.name} is not in {chat.title}")
                fields["anonymous"] = member.anonymous
            elif isinstance(chat, Private):
                chat.opened, chat.blocked = True, False
            return self.world.post(self.world.new_message(chat, self, **fields))


def fits(button: Button, wanted: str) -> bool:
    return button.data == wanted or wanted in button.text

"""The sandbox's desk: the agents' group on the page, played by the person who opened it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.base import Answer, Delivery, Gone
from bot.sandbox.channel import press
from bot.sandbox.desk_rows import DESK_NAME, DUES, around, labels, place_board, place_card, post
from bot.sandbox.room import Room, media_row, media_rows
from handlers.context import TurnContext
from handlers.desk import cards
from handlers.desk.cards import Card
from handlers.messages.models import DeskInbound, Media
from media.guard import NotStarted
from media.values import SheetPhoto
from storage import clocks
from storage.database import Tx
from storage.outbox import Mail
from storage.platforms import sandbox
from storage.platforms.sandbox import DESK, Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """One of the sample staff who can be played."""

    id: str
    name: str
    supervisor: bool = False


PLAYERS = (
    Player(id="agent-1", name="小林"),
    Player(id="agent-2", name="阿杰"),
    Player(id="supervisor-1", name="何姐", supervisor=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a played agent did at the desk. `id` is made by the page: a retried request is the same action."""

    id: str
    player: Player
    kind: str = "text"  # tap, reply, command, text
    text: str = ""
    tap: str = ""
    message: str = ""  # the message that was tapped or replied to
    media: tuple[Media, ...] = ()


@dataclass(slots=True, kw_only=True)
class SandboxDesk:
    """The second desk; `context` gives what cards are drawn with, now; `sheet` blocks while it lays photos out."""

    room: Room
    context: Callable[[], TurnContext]
    sheet: Callable[[Sequence[SheetPhoto], str], bytes | None]
    name: str = DESK_NAME
    alone: str = ""
    polls: bool = False

    async def run(self) -> None:
        """Let the sample staff join, then wait until cancelled: actions come in by the page's own requests."""
        for player in PLAYERS:
            await self._join(player)
        await asyncio.Event().wait()

    async def _join(self, player: Player) -> None:
        await self.room.house.act(self._inbound(Done(id=f"joined-{player.id}", player=player, kind="joined")))

    async def act(self, done: Done) -> Answer:
        """Show what the agent wrote or tapped, pass it on, and return the agent's answer."""
        quoted = await self.room.get(int(done.message)) if done.message else None
        inbound = self._inbound(done, quoted.text if quoted else "")
        await self.room.write(lambda tx, now: _show(tx, done, inbound.key, now))
        told = await self.room.house.act(inbound)
        if told.buttons:
            listed = Shown(place=DESK, sender="bot", kind="list", key=f"{inbound.key}:list", text=told.text,
                           buttons=labels(told.buttons))  # fmt: skip
            await self.room.post(listed)
        return Answer(text=told.text, alert=told.alert, buttons=told.buttons)

    def _inbound(self, done: Done, quoted: str = "") -> DeskInbound:
        return DeskInbound(
            key=f"{DESK_NAME}:{done.id}",
            desk=DESK_NAME,
            user=done.player.id,
            name=done.player.name,
            at=self.room.clock(),
            supervisor=done.player.supervisor,
            kind=done.kind,
            text=done.text,
            tap=done.tap,
            reply_to=done.message,
            quoted=quoted,
            media=done.media,
        )

    async def carry(self, mailbox: str, mails: Sequence[Mail]) -> Delivery:
        """Show rows for the desk, each once however often it is sent."""
        for mail in mails:
            await CARRY[mail.kind](self, mail)
        return Delivery(sent=mails[-1].id if mails else 0)

    async def _card(self, mail: Mail) -> None:
        await self._draw(mail, anew=True)

    async def _refresh(self, mail: Mail) -> None:
        await self._draw(mail, anew=False)

    async def _draw(self, mail: Mail, *, anew: bool) -> None:
        ticket_no = mail.payload["ticket"]
        context = self.context()
        drawn, running, old = await self.room.house.read(
            lambda tx: (
                cards.card(tx, ticket_no, context),
                clocks.running(tx, ticket_no, DUES),
                sandbox.latest(tx, DESK, "card", ticket_no),
            )
        )
        if old is None and not anew:
            return  # it waits on the board; there is no card to draw anew
        sheet = await self._sheet(drawn, old)
        voice = [media_row("voice", key) for key in drawn.voice]
        shown = Shown(
            place=DESK,
            sender="bot",
            kind="card",
            key=f"mail:{mail.id}",
            text=drawn.text,
            buttons=labels(drawn.buttons),
            media=[*(media_row("photo", key) for key in sheet["keys"]), *voice],
            data={**around(drawn.mentions, drawn.severity, running), "state": drawn.state, "sheet": sheet},
            ticket_no=ticket_no,
        )
        await self.room.show(lambda tx, now: place_card(tx, shown, anew, now))

    async def _sheet(self, drawn: Card, old: Shown | None) -> Mapping[str, Any]:
        """Lay a card's photos out on one picture, unless the last one shows the same; else show them one by one."""
        of = [list(pair) for pair in zip(drawn.photos, drawn.captions, strict=True)]
        known = old.data.get("sheet", {}) if old else {}
        if known.get("of") == of:
            return dict(known)
        keys = list(drawn.photos)
        if keys:
            with suppress(Gone, NotStarted):
                photos = [SheetPhoto(image=await self.room.file(key), caption=caption) for key, caption in of]
                picture = await asyncio.to_thread(self.sheet, photos, drawn.ticket_no)
                keys = [await self.room.put(picture, ".jpg")] if picture else keys
        return {"of": of, "keys": keys}

    async def _side_by_side(self, pair: Sequence[Sequence[str]]) -> list[str]:
        """Return two photos with their captions on one picture, by its key; else those that are there one by one."""
        keys = [key for key, _ in pair]
        if keys:
            with suppress(Gone, NotStarted):
                photos = [SheetPhoto(image=await self.room.file(key), caption=caption) for key, caption in pair]
                picture = await asyncio.to_thread(self.sheet, photos, " | ".join(caption for _, caption in pair))
                keys = [await self.room.put(picture, ".jpg")] if picture else keys
        return keys

    async def _board(self, mail: Mail) -> None:
        context = self.context()
        drawn = await self.room.house.read(lambda tx: cards.board(tx, DESK_NAME, context))
        await self.room.show(lambda tx, now: place_board(tx, drawn.text, labels(drawn.buttons), now))

    async def _line(self, mail: Mail) -> None:
        payload = mail.payload
        pair = await self._side_by_side(payload.get("pair", ()))
        shown = Shown(
            place=DESK,
            sender="bot",
            kind="question" if "question" in payload else mail.kind,
            key=f"mail:{mail.id}",
            text=payload.get("text", ""),
            buttons=payload.get("buttons", ()),
            media=[*media_rows(payload.get("media", ())), *(media_row("photo", key) for key in pair)],
            data=around(payload.get("mentions", ()), payload.get("severity", ""), ()),
            ticket_no=payload.get("ticket"),
        )
        question = payload.get("question", {})
        await self.room.show(lambda tx, now: post(tx, shown, question, now))

    async def fetch(self, ref: str, limit: int) -> bytes:
        """Return what an agent uploaded from the media store. Raises Gone, TooBig."""
        return await self.room.file(ref, limit)

    async def close(self) -> None:
        """Close the open pages."""
        self.room.close()


CARRY = {
    "card": SandboxDesk._card,
    "refresh": SandboxDesk._refresh,
    "board": SandboxDesk._board,
    "relay": SandboxDesk._line,
    "page": SandboxDesk._line,
    "note": SandboxDesk._line,
}


def _show(tx: Tx, done: Done, key: str, now: datetime) -> None:
    quoted = sandbox.get(tx, int(done.message)) if done.message else None
    if done.kind == "tap":
        if quoted and quoted.kind != "board":  # the board's button is for the next one too
            press(tx, quoted.id, done.tap, done.player.name, now)
        return
    files = [media_row(item.kind, item.ref, name=item.name, seconds=item.seconds) for item in done.media]
    sandbox.post(
        tx,
        Shown(
            place=DESK,
            sender=done.player.id,
            kind=done.kind,
            key=key,
            text=done.text,
            media=files,
            data={"message": done.message} if done.message else {},
            ticket_no=quoted.ticket_no if quoted else None,
        ),
        now=now,
    )

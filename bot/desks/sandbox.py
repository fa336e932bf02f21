"""The sandbox's desk: the agents' group on the page, played by whoever opens it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.base import Answer, Delivery
from bot.channels.sandbox import press
from bot.room import Room, media_row, media_rows
from handlers import cards
from handlers.messages import DeskInbound, Media
from handlers.tools import Tools
from storage import clocks, sandbox
from storage.clocks import Clock
from storage.database import Tx
from storage.outbox import Mail
from storage.sandbox import DESK, Shown

NAME = "sandbox"
DUES = (  # the clocks that a card counts down
    "first_response",
    "human_first_response",
    "major_human_response",
    "acceptance",
    "review_notice",
    "decision_due",
    "refund_due",
    "exchange_due",
    "return_by",
    "appeal_final",
    "leader_review",
)
MOST_DUES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """One of the sample staff that can be played."""

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
    """What a played agent did at the desk. `id` is made by the page: a retried request is the same act."""

    id: str
    player: Player
    kind: str = "text"  # tap, reply, command, text
    text: str = ""
    tap: str = ""
    message: str = ""  # the message that was tapped or replied to
    media: tuple[Media, ...] = ()


@dataclass(slots=True, kw_only=True)
class SandboxDesk:
    """The second desk; `tools` gives what the cards are drawn with, now."""

    room: Room
    tools: Callable[[], Tools]
    name: str = NAME

    async def run(self) -> None:
        """Let the sample staff join, then wait until cancelled: what comes in comes by the page's own requests."""
        for player in PLAYERS:
            await self.room.house.act(self._inbound(Done(id=f"joined-{player.id}", player=player, kind="joined")))
        await asyncio.Event().wait()

    async def act(self, done: Done) -> Answer:
        """Show what the agent wrote or tapped, hand it to the house, and give the agent's answer."""
        quoted = await self.room.get(int(done.message)) if done.message else None
        inbound = self._inbound(done, quoted.text if quoted else "")
        await self.room.write(lambda tx, now: _show(tx, done, inbound.key, now))
        answer = await self.room.house.act(inbound)
        return answer if isinstance(answer, Answer) else Answer()

    def _inbound(self, done: Done, quoted: str = "") -> DeskInbound:
        return DeskInbound(
            key=f"{NAME}:{done.id}",
            desk=NAME,
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
        """Show rows for the desk, each once however often it is carried."""
        for mail in mails:
            await CARRY[mail.kind](self, mail)
        return Delivery(sent=mails[-1].id if mails else 0)

    async def _card(self, mail: Mail) -> None:
        await self._draw(mail, anew=True)

    async def _refresh(self, mail: Mail) -> None:
        await self._draw(mail, anew=False)

    async def _draw(self, mail: Mail, *, anew: bool) -> None:
        ticket_no = mail.payload["ticket"]
        tools = self.tools()
        drawn, running = await self.room.house.read(
            lambda tx: (cards.card(tx, ticket_no, tools), clocks.running(tx, ticket_no, DUES))
        )
        shown = Shown(
            place=DESK,
            sender="bot",
            kind="card",
            key=f"mail:{mail.id}",
            text=drawn.text,
            buttons=_rows(drawn.buttons),
            media=media_rows(("photo", key) for key in drawn.photos),
            data=_around(mail.payload, running),
            ticket_no=ticket_no,
        )
        await self.room.write(lambda tx, now: _place_card(tx, shown, anew, now))

    async def _board(self, mail: Mail) -> None:
        tools = self.tools()
        drawn = await self.room.house.read(lambda tx: cards.board(tx, NAME, tools))
        await self.room.write(lambda tx, now: _place_board(tx, drawn.text, _rows(drawn.buttons), now))

    async def _line(self, mail: Mail) -> None:
        payload = mail.payload
        shown = Shown(
            place=DESK,
            sender="bot",
            kind="question" if "question" in payload else mail.kind,
            key=f"mail:{mail.id}",
            text=payload.get("text", ""),
            buttons=payload.get("buttons", ()),
            media=media_rows(payload.get("media", ())),
            data=_around(payload, ()),
            ticket_no=payload.get("ticket"),
        )
        await self.room.post(shown)

    async def fetch(self, ref: str, limit: int) -> bytes:
        """Bring what an agent uploaded out of the media store. Raises Gone, TooBig."""
        return await self.room.file(ref, limit)

    async def close(self) -> None:
        """Let the open pages go."""
        self.room.close()


CARRY = {
    "card": SandboxDesk._card,
    "refresh": SandboxDesk._refresh,
    "board": SandboxDesk._board,
    "relay": SandboxDesk._line,
    "page": SandboxDesk._line,
    "note": SandboxDesk._line,
}


def _around(payload: Mapping[str, Any], running: Sequence[Clock]) -> dict[str, Any]:
    """What stands around a message's text: who is called, how serious it is, what is due when."""
    return {
        "mentions": [name for _, name in payload.get("mentions", ())],
        "severity": payload.get("severity", ""),
        "clocks": [
            {"name": clock.name, "began": clock.started_at.isoformat(), "due": clock.due_at.isoformat()}
            for clock in running[:MOST_DUES]
        ],
    }


def _rows(buttons: Sequence[Sequence[Any]]) -> list[list[list[str]]]:
    return [[[button.label, button.tap] for button in row] for row in buttons]


def _place_card(tx: Tx, shown: Shown, anew: bool, now: datetime) -> None:
    if sandbox.by_key(tx, shown.key) is not None:
        return
    old = sandbox.latest(tx, DESK, "card", shown.ticket_no)
    if old is not None and not anew:
        changed = {"text": shown.text, "buttons": shown.buttons, "media": shown.media, "data": dict(shown.data)}
        sandbox.edit(tx, old.id, changed, now=now)
        return
    if old is not None:  # a card that is asked for again comes last; one ticket has one card
        sandbox.edit(tx, old.id, {"kind": "gone", "text": "", "buttons": []}, now=now)
    if anew:
        sandbox.post(tx, shown, now=now)


def _place_board(tx: Tx, text: str, buttons: Any, now: datetime) -> None:
    old = sandbox.latest(tx, DESK, "board")
    if old is None:
        sandbox.post(
            tx, Shown(place=DESK, sender="bot", kind="board", key="board", text=text, buttons=buttons), now=now
        )
    elif (old.text, old.buttons) != (text, buttons):
        sandbox.edit(tx, old.id, {"text": text, "buttons": buttons}, now=now)


def _show(tx: Tx, done: Done, key: str, now: datetime) -> None:
    if done.kind == "tap":
        press(tx, int(done.message), done.tap, done.player.name, now)
        return
    files = [media_row(item.kind, item.ref, name=item.name, seconds=item.seconds) for item in done.media]
    quoted = sandbox.get(tx, int(done.message)) if done.message else None
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

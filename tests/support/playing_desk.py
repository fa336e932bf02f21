"""The agents' group as a played house shows it: messages with buttons, and what its people do with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from playing import World

from handlers.desk import cards
from handlers.desk import dispatch as desks
from handlers.desk.request import Answer
from handlers.messages.models import DeskInbound
from storage.desk import desk_messages
from storage.outbox import Mail

NAME = "telegram"
STAFF = {"A1": ("77", "小林", False), "A2": ("78", "阿杰", False), "S": ("79", "何姐", True)}


@dataclass(slots=True, kw_only=True)
class Posted:
    """One message of the group; a card changes where it stands."""

    id: str
    at: datetime
    kind: str
    ticket_no: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    mentions: tuple[str, ...] = ()


@dataclass(slots=True)
class Group:
    """The group's messages, and the desk that carries mail into it."""

    world: World
    posted: list[Posted] = field(default_factory=list)

    def join(self) -> None:
        """Let the staff be known, as when they said /start."""
        for who in STAFF:
            self.act(who, kind="joined")

    def carry(self, mailbox: str, mails: Sequence[Mail]) -> None:
        """Post what a desk's mail says, drawn from the rows as they are now."""
        for mail in mails:
            payload = mail.payload
            if mail.kind in ("card", "refresh"):
                self._card(payload["ticket"], anew=mail.kind == "card")
            elif mail.kind == "board":
                self._board()
            else:
                rows = payload.get("buttons", ())
                buttons = tuple((label, tap) for row in rows for label, tap in row)
                kind = "question" if "question" in payload else mail.kind
                called = tuple(name for _, name in payload.get("mentions", ()))
                self._post(kind, payload["ticket"], payload.get("text", ""), buttons, called, payload.get("question"))

    def _card(self, no: str, *, anew: bool) -> None:
        with self.world.write() as tx:
            drawn = cards.card(tx, no, self.world.context())
        buttons = tuple((button.label, button.tap) for row in drawn.buttons for button in row)
        called = tuple(name for _, name in drawn.mentions)
        old = next((one for one in self.posted if one.kind == "card" and one.ticket_no == no), None)
        if old is None and not anew:
            return
        if old is not None:
            old.text, old.buttons, old.at = drawn.text, buttons, self.world.now
            return
        self._post("card", no, drawn.text, buttons, called)

    def _board(self) -> None:
        with self.world.write() as tx:
            drawn = cards.board(tx, NAME, self.world.context())
        buttons = tuple((button.label, button.tap) for row in drawn.buttons for button in row)
        self.posted = [one for one in self.posted if one.kind != "board"]
        self._post("board", "", drawn.text, buttons)

    def _post(
        self, kind: str, no: str, text: str, buttons: tuple[tuple[str, str], ...] = (), called: tuple[str, ...] = (),
        data: Any = None,
    ) -> None:  # fmt: skip
        message = Posted(
            id=self.world.next_key(), at=self.world.now, kind=kind, ticket_no=no, text=text, buttons=buttons,
            mentions=called,
        )  # fmt: skip
        self.posted.append(message)
        with self.world.write() as tx:
            desk_messages.keep(
                tx, NAME, message.id, kind=kind, at=self.world.now, ticket_no=no or None, data=data or {}
            )

    # what the staff does

    def act(self, who: str, **what: Any) -> Answer:
        """Do something as one of the staff."""
        user, name, boss = STAFF[who]
        world = self.world
        inbound = DeskInbound(
            key=world.next_key(), desk=NAME, user=user, name=name, at=world.now, supervisor=boss, **what
        )
        with world.write() as tx:
            return desks.act(tx, inbound, world.context())

    def taps(self, who: str, label: str, no: str = "") -> Answer:
        """Tap the newest button whose label holds these words (of this ticket)."""
        for message in reversed(self.posted):
            if no and message.ticket_no != no:
                continue
            for text, tap in message.buttons:
                if label in text:
                    return self.act(who, kind="tap", tap=tap)
        shown = [text for message in self.posted for text, _ in message.buttons]
        raise AssertionError(f"no button {label!r} at the desk; there are {shown}")

    def replies(self, who: str, text: str, no: str = "", kind: str = "") -> Answer:
        """Reply to the newest message (about this ticket, of this kind)."""
        for message in reversed(self.posted):
            if message.kind != "board" and (not no or message.ticket_no == no) and (not kind or message.kind == kind):
                return self.act(who, kind="reply", text=text, reply_to=message.id, quoted=message.text)
        raise AssertionError("no message to reply to")

    def types(self, who: str, text: str) -> Answer:
        """Type a command."""
        return self.act(who, kind="command", text=text)

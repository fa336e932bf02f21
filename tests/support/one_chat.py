"""One customer's chat on the real intake, database and courier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from playing import DATA, Direct, Seen, World, orders_of, preset
from playing_desk import Group
from random_talks import START
from sqlalchemy import select

from handlers.claims import claim as claims
from storage import tables as t


@contextmanager
def played(start: datetime = START, *, staffed: bool = False) -> Iterator[World]:
    """Play a house with the preset and the sample orders in memory; `staffed`: with its agents' group."""
    world = World("sqlite://", start)
    if staffed:
        world.desk = Group(world)
    world.begin(preset(), orders_of(DATA / "g0612.csv"))
    if staffed:
        world.desk.join()
    yield world
    world.close()


class Chat:
    """One customer's chat in a played house."""

    def __init__(self, world: World, name: str = "李婷", phone: str = "13800002231") -> None:
        self.world, self.name, self.door, self.files = world, name, Direct(world), 0
        if phone:
            world.bind(name, phone, name)

    def say(self, text: str, seconds: float = 4) -> list[Seen]:
        return self._after(lambda: self.door.text(self.name, text), seconds)

    def photo(
        self, kind: str = "good", *, many: int = 1, text: str = "", album: str = "", seconds: float = 4
    ) -> list[Seen]:
        refs = []
        for _ in range(many):
            self.files += 1
            refs.append(("photo", f"{kind}:{self.name}{self.files}"))
        return self._after(lambda: self.door.files(self.name, refs, text=text, album=album), seconds)

    def tap(self, value: str, seconds: float = 4) -> list[Seen]:
        return self._after(lambda: self.door.tap(self.name, value), seconds)

    def wait(self, seconds: float) -> list[Seen]:
        return self._after(lambda: None, seconds)

    def _after(self, deed: Any, seconds: float) -> list[Seen]:
        before = len(self.world.phones[self.name])
        deed()
        self.world.until(self.world.now + timedelta(seconds=seconds))
        return self.world.phones[self.name][before:]

    def button(self, label: str) -> str:
        seen = reversed(self.world.phones[self.name])
        return next(tap for message in seen for text, tap in message.buttons if label in text)

    def talk(self) -> claims.Talk:
        with self.world.write() as tx:
            row = tx.execute(select(t.conversations).where(t.conversations.c.account == self.name)).one()
        return claims.from_json(row.talk)

    def tickets(self) -> list[Any]:
        with self.world.write() as tx:
            here = select(t.conversations.c.id).where(t.conversations.c.account == self.name).scalar_subquery()
            query = select(t.tickets).where(t.tickets.c.conversation_id == here).order_by(t.tickets.c.created_at)
            return list(tx.execute(query))

    def lines(self, no: str) -> list[Any]:
        with self.world.write() as tx:
            return list(tx.execute(select(t.ticket_lines).where(t.ticket_lines.c.ticket_no == no)))


def text(seen: list[Seen]) -> str:
    return "\n".join(message.text for message in seen)

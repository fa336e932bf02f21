"""A leader's chat on the real intake, database and courier."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from playing import DATA, ZONE, Seen, World, orders_of, preset
from playing_desk import Group
from sqlalchemy import select

from handlers.claims import claim as claims
from handlers.claims import list_draft
from handlers.messages.models import Inbound, Media
from storage import conversations, people
from storage import tables as t

NOW = datetime(2026, 6, 12, 19, 10, tzinfo=ZONE)


LEADER = "王姐"


class Evening:
    """A leader's chat in a played house."""

    def __init__(self, url: str = "sqlite://") -> None:
        self.world = World(url, NOW)
        self.desk = self.world.desk = Group(self.world)
        self.world.begin(preset(), orders_of(DATA / "g0612.csv"))
        self.desk.join()
        self.leader(LEADER, "Z07")
        self.files = 0

    def leader(self, name: str, *sites: str) -> None:
        with self.world.write() as tx:
            one = people.add_leader(tx, name, sites, None, NOW)
            talk = conversations.open_(tx, "telegram", name, name=name, now=NOW)
            people.lead(tx, talk.id, one.id, NOW)

    def say(self, text: str, who: str = LEADER, *, photos: int = 0, wait: float = 5, **more: Any) -> list[Seen]:
        """Send a message and return the answers within some seconds."""
        heard = len(self.world.phones[who])
        media = []
        for _ in range(photos):
            self.files += 1
            media.append(Media(kind="photo", ref=f"good:{self.files}"))
        what: dict[str, Any] = {"kind": "media" if media else "text", "text": text, "media": tuple(media), **more}
        self.world.receive(
            Inbound(key=self.world.next_key(), channel="telegram", account=who, at=self.world.now, name=who, **what)
        )
        self.world.until(self.world.now + timedelta(seconds=wait))
        return self.world.phones[who][heard:]

    def tap(self, label: str, who: str = LEADER) -> list[Seen]:
        for seen in reversed(self.world.phones[who]):
            for text, tap in seen.buttons:
                if label in text:
                    return self.say("", who, kind="tap", tap=tap)
        raise AssertionError(f"no button {label}")

    def tickets(self) -> list[tuple[str, str]]:
        """Return (order, state) of every ticket."""
        with self.world.write() as tx:
            rows = tx.execute(select(t.tickets.c.order_no, t.tickets.c.state).order_by(t.tickets.c.order_no)).all()
        return [(row.order_no, row.state) for row in rows]

    def lines(self, order_no: str) -> list[tuple[str, str, str]]:
        """Return (problem, quantity, wish) of the ticket lines on an order."""
        with self.world.write() as tx:
            rows = tx.execute(
                select(t.ticket_lines)
                .join(t.tickets, t.tickets.c.no == t.ticket_lines.c.ticket_no)
                .where(t.tickets.c.order_no == order_no)
                .order_by(t.ticket_lines.c.ticket_no, t.ticket_lines.c.line)
            ).all()
        return [(row.problem, row.quantity, row.wish) for row in rows]

    def list(self, who: str = LEADER) -> list_draft.ListDraft:
        with self.world.write() as tx:
            raw = tx.execute(select(t.conversations.c.talk).where(t.conversations.c.account == who)).scalar_one()
        draft = list_draft.of(claims.from_json(raw))
        assert draft
        return draft

    def states(self) -> dict[str, str]:
        return {line.pickup: f"{line.state} {line.ask}".strip() for line in self.list().lines}


def whole(seen: list[Seen]) -> str:
    return "\n".join(one.text for one in seen)

"""A shop's order system on loopback that fails in every way, and the rounds of a courier under a clock that is set."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from doubles.ticket_house import House
from sqlalchemy import select

from bot.channels import base
from bot.webhooks.carrying import Carrier, Letters
from bot.webhooks.posting import Poster
from handlers.cases import filing
from handlers.desk import dispatch
from storage import outbox
from storage import tables as t
from storage.outbox import Outcome

SECRET = "tell-nobody"


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["Idempotency-Key"]

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class OrderSystem:
    """Answers as it is told to: a status, a body, or a way of failing by name."""

    status: int = 200
    answer: bytes = b"{}"
    way: str = ""  # cut, silent, drip, huge, redirect
    refuses: str = ""  # a ticket of which it takes no decision
    got: list[Got] = field(default_factory=list)
    elsewhere: int = 0
    server: TestServer | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        assert self.server
        return str(self.server.make_url("/hook"))

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.got]

    async def __aenter__(self) -> OrderSystem:
        app = web.Application()
        app.router.add_post("/hook", self._take)
        app.router.add_post("/elsewhere", self._elsewhere)
        self.server = TestServer(app)
        await self.server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.over.set()
        assert self.server
        await self.server.close()

    async def _elsewhere(self, _request: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response()

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.got.append(Got(dict(request.headers), await request.read()))
        if self.way == "redirect":
            return web.Response(status=307, headers={"Location": "/elsewhere"})
        if self.way == "silent":
            await self.over.wait()
        if self.way == "huge":
            return web.Response(body=b"[" + b"0," * 200_000 + b"0]")
        if self.way in ("cut", "drip"):
            response = web.StreamResponse(headers={"Content-Length": str(len(self.answer) + 1000)})
            await response.prepare(request)
            await response.write(self.answer)
            if self.way == "drip":
                await self.over.wait()
            assert request.transport
            request.transport.close()
            return response
        refused = bool(self.refuses) and self.got[-1].told["ticket"] == self.refuses
        return web.Response(status=400 if refused else self.status, body=self.answer)


def paid(*lines: tuple[int, int], at: datetime, reference: str = "r1") -> bytes:
    """Return the answer of a system that has paid these lines: line and sum in 分."""
    entries = [
        {"line": line, "amount": amount, "paid_at": at.isoformat(), "reference": reference} for line, amount in lines
    ]
    return json.dumps({"paid": entries}).encode()


class Rounds:
    """What the runner does with rows of one kind: picks what is due and has it carried, in the house's transaction."""

    def __init__(self, house: House, letters: Letters, poster: Poster | None, kind: str) -> None:
        async def write(work: Callable[[Any], Any]) -> Any:
            return work(house.tx)

        async def never(_: object) -> None:
            raise AssertionError

        doors = base.House(receive=never, act=never, write=write, read=write)
        self.house, self.poster, self.kind = house, poster, kind
        self.carrier = Carrier(
            letters=letters, poster=poster, house=doors, context=lambda: house.context, clock=lambda: house.now
        )

    def boxes(self) -> list[tuple[str, datetime | None]]:
        """Return the mailboxes of the kind that hold rows, with when each is due."""
        table = t.mailboxes
        query = select(table.c.name, table.c.next_due).where(
            table.c.name.like(f"{self.kind}:%"), table.c.next_due.is_not(None)
        )
        return [(name, due) for name, due in self.house.tx.execute(query)]

    async def go(self) -> int:
        """Carry what is due now; return how many mailboxes that were."""
        tx, now = self.house.tx, self.house.now
        picked = outbox.pick(tx, now=now, lease="me", until=now + outbox.LEASE, limit=500)
        ours = [one for one in picked if one.mailbox.startswith(f"{self.kind}:")]
        for one in picked:
            if one not in ours:
                outbox.settle(tx, Outcome(mailbox=one.mailbox, lease="me", waits=True, again=now), now=now)
        await asyncio.gather(*(self.carrier.carry(one) for one in ours))
        return len(ours)

    async def until(self, end: datetime) -> list[timedelta]:
        """Let time pass to an end, carrying each row when it is due; return when something was carried, from now."""
        start, moments = self.house.now, list[timedelta]()
        while dues := [due for _, due in self.boxes() if due and due <= end]:
            self.house.now = max(self.house.now, min(dues))
            if await self.go():
                moments.append(self.house.now - start)
        self.house.now = end
        return moments


def granted(house: House, *lines: Any, number: str = "KT260612-0003") -> str:
    """Return a ticket that an agent approved as wished, told to the order system."""
    house.outside = {"order_webhook": True}
    wanted: dict[str, Any] = {"lines": tuple(lines)} if lines else {}
    no = filing.file(house.tx, house.draft(number, **wanted), house.context).no
    for tap in ("pick", "approve"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=f"{tap}:{no}"), house.context)
    return no


def texts(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the texts of notes at the desk."""
    return [row["text"] for row in rows]

"""Many customers at once against running services that are killed meanwhile, and what must hold afterwards."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp
from doubles.service import Service
from sqlalchemy import Connection, create_engine, text

POLICY = 'extends = "community-group-buy"\n[talk]\nquiet = "0.1s"\nquiet_max = "0.3s"\n'
ORDER = ["order_no", "participate_no", "buyer_name", "buyer_phone"]
COLUMNS = [*ORDER, "item", "quantity", "unit", "paid", "delivered_at"]
RETRY = 0.05  # seconds between tries while a service is down
CAME = (aiohttp.ClientError, TimeoutError, OSError)
TOGETHER = 24  # talks


@dataclass
class Talk:
    """One customer's messages, sent one after the other, each again until it is acknowledged."""

    number: int
    chance: Random
    account: str = ""
    sent: list[str] = field(default_factory=list)  # ids of acknowledged messages

    def lines(self) -> list[str]:
        order, tail = f"KT261101-{self.number:04d}", f"{self.number:04d}"
        shapes = [
            [f"{order} 尾号{tail} 白菜少了1颗 退款", "提交"],
            [f"白菜少了1颗，{order}", f"尾号{tail}", "退款", "提交"],
            [f"{self.number}号 {tail}", "白菜少了2颗", "不对 是1颗", "要退款", "提交"],
        ]
        return self.chance.choice(shapes)


def talks(count: int, seed: int) -> list[Talk]:
    """Make customers with an order each."""
    return [Talk(number, Random(seed * 10_000 + number)) for number in range(1, count + 1)]


def write_orders(path: Path, count: int) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(1, count + 1):
            row = [f"KT261101-{number:04d}", number, f"客{number}", f"1390000{number:04d}", "白菜", 3, "颗", "9.00", ""]
            rows.writerow(row)


def make_samples(url: str) -> None:
    """Make every order a sample: the sandbox sees no others."""
    engine = create_engine(url)
    with engine.begin() as database:
        database.execute(text("UPDATE orders SET sample = :sample"), {"sample": True})
    engine.dispose()


@dataclass
class Street:
    """Where customers write: to any of the services, in any order, some messages twice."""

    session: aiohttp.ClientSession
    services: Sequence[Service]
    chance: Random
    posted: int = 0

    async def post(self, path: str, body: dict[str, str]) -> dict[str, str]:
        """Send until one of the services has acknowledged it."""
        self.posted += 1
        while True:
            url = self.chance.choice(self.services).url
            try:
                async with self.session.post(url + path, json=body, timeout=aiohttp.ClientTimeout(total=10)) as answer:
                    if answer.status == 200:
                        return dict(await answer.json())
                    assert answer.status >= 500, await answer.text()
            except CAME:
                pass
            await asyncio.sleep(RETRY)

    async def play(self, talk: Talk, gate: asyncio.Semaphore) -> None:
        """Let one customer have the whole talk."""
        async with gate:
            who = {"id": f"join-{talk.number:08d}", "name": f"客{talk.number}"}
            talk.account = (await self.post("/sandbox/people", who))["account"]
            for place, line in enumerate(talk.lines()):
                key = f"talk-{talk.number:06d}-{place}"
                for _ in range(2 if talk.chance.random() < 0.1 else 1):
                    await self.post(f"/sandbox/chats/{talk.account}", {"id": key, "text": line})
                talk.sent.append(key)


async def settled(url: str) -> None:
    """Wait until nothing is due in the outbox any more."""
    query = "SELECT count(*) FROM outbox WHERE kind IN ('reply', 'echo', 'card', 'board', 'fetch')"
    engine = create_engine(url)
    try:
        for _ in range(600):
            with engine.connect() as database:
                if database.scalar(text(query)) == 0:
                    return
            await asyncio.sleep(0.1)
    finally:
        engine.dispose()
    raise AssertionError("mail was left in the outbox")


def check(url: str, people: Sequence[Talk]) -> None:
    """Look at the rows: everything acknowledged is there once, and every customer has one ticket."""
    engine = create_engine(url)
    with engine.connect() as database:
        _check(database, people)
    engine.dispose()


TICKETS = text(
    "SELECT c.account, count(*), min(t.order_no), max(l.quantity), count(l.line), max(l.amount + l.wish_amount)"
    " FROM tickets t JOIN conversations c ON c.id = t.conversation_id"
    " JOIN ticket_lines l ON l.ticket_no = t.no GROUP BY c.account"
)
SHOWN = text("SELECT place, key, text FROM sandbox_messages WHERE sender = 'bot' AND place != 'desk' ORDER BY id")


def _check(database: Connection, people: Sequence[Talk]) -> None:
    stored = set(database.scalars(text("SELECT key FROM inbox")))
    tickets = {row[0]: tuple(row[1:]) for row in database.execute(TICKETS)}
    shown: dict[str, list[tuple[str, str]]] = {}
    for place, key, words in database.execute(SHOWN):
        shown.setdefault(place, []).append((key, words))
    for talk in people:
        for key in talk.sent:
            assert f"sandbox:{key}" in stored, f"acknowledged and lost: {key}"
        wanted = (1, f"KT261101-{talk.number:04d}", "1", 1, 300)
        assert tickets.get(talk.account) == wanted, (talk.number, talk.lines(), tickets.get(talk.account))
        heard = shown[f"chat:{talk.account}"]
        mails = [int(key.partition(":")[2]) for key, _ in heard]
        assert mails == sorted(mails), f"replies out of order: {mails}"
        assert sum("已受理" in words for _, words in heard) == 1, heard
    for table in ("parked", "dead_letters"):
        assert database.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
    events, steps = database.execute(
        text("SELECT (SELECT count(*) FROM events), (SELECT sum(version) FROM tickets)")
    ).one()
    assert events == steps


@dataclass
class Kills:
    """kill -9 now and then for one of the services, which then starts again."""

    services: Sequence[Service]
    chance: Random
    count: int
    done: int = 0

    async def __call__(self, over: asyncio.Event) -> None:
        while self.done < self.count and not over.is_set():
            await asyncio.sleep(self.chance.uniform(0.4, 1.5))
            service = self.chance.choice(self.services)
            await asyncio.to_thread(service.kill)
            self.done += 1
            await asyncio.to_thread(service.start)


async def talk_all(
    url: str,
    services: Sequence[Service],
    people: Sequence[Talk],
    chance: Random,
    trouble: Callable[[asyncio.Event], Awaitable[None]],
) -> int:
    """Let everybody have their talk while `trouble` goes on; return how many messages were sent."""
    gate, over = asyncio.Semaphore(TOGETHER), asyncio.Event()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        street = Street(session, services, chance)
        troubling = asyncio.ensure_future(trouble(over))
        await asyncio.gather(*(street.play(talk, gate) for talk in people))
        over.set()
        await troubling
    await settled(url)
    return street.posted

"""Whole turns through the writer and the courier, beside the bare cost of the same rows in sqlite3."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.app import App, build
from bot.channels.base import Delivery
from bot.commands.serve import keep_loaded
from bot.settings import Settings
from handlers.messages.models import Inbound
from storage import imports
from storage.database import transaction
from storage.orders import Order, OrderLine
from storage.outbox import Mail

CHATS = 600
LINES = ("KT261101-{n:04d} 尾号{n:04d}", "白菜少了2颗，想退款", "不对，是1颗", "提交")
POLICY = 'extends = "community-group-buy"\n[talk]\nquiet = "0.2s"\nquiet_max = "0.5s"\n'


@dataclass(slots=True)
class Sink:
    """A channel that takes everything at once."""

    name: str = "memory"
    alone: str = ""
    polls: bool = False
    got: int = 0
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        await self.stop.wait()

    async def send(self, account: str, mails: Sequence[Mail]) -> Delivery:
        self.got += len(mails)
        return Delivery(sent=mails[-1].id)

    async def fetch(self, ref: str, limit: int) -> bytes:
        raise NotImplementedError

    async def close(self) -> None:
        self.stop.set()


def orders(count: int) -> list[Order]:
    line = OrderLine(line_no=1, item="白菜", quantity=3, unit="颗", paid=900)
    return [
        Order(
            order_no=f"KT261101-{n:04d}",
            lines=(line,),
            participate_no=str(n),
            buyer_name=f"客{n}",
            buyer_phone=f"1390000{n:04d}",
        )
        for n in range(1, count + 1)
    ]


def messages(chats: int) -> list[Inbound]:
    found = []
    for place, text in enumerate(LINES):
        for n in range(1, chats + 1):
            key = f"memory:{n}:{place}"
            found.append(
                Inbound(key=key, channel="memory", account=str(n), at=datetime.now(UTC), text=text.format(n=n))
            )
    return found


async def flood(app: App, todo: list[Inbound], gate: int) -> tuple[float, float]:
    """Give wall and CPU seconds for all turns, `gate` at a time."""
    limit = asyncio.Semaphore(gate)

    async def one(message: Inbound) -> None:
        async with limit:
            await app.receive(message)

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one(message) for message in todo))
    return time.perf_counter() - wall, time.process_time() - cpu


async def paced(app: App, todo: list[Inbound], rate: float) -> list[float]:
    """Give each turn's seconds from its arrival to its acknowledgement at so many arrivals a second."""
    took: list[float] = []

    async def one(message: Inbound, at: float) -> None:
        await app.receive(message)
        took.append(time.perf_counter() - at)

    start, tasks = time.perf_counter(), []
    for place, message in enumerate(todo):
        due = start + place / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(message, due)))
    await asyncio.gather(*tasks)
    return took


def bare(folder: Path, turns: int) -> float:
    """Give the CPU seconds of the rows of so many turns in plain sqlite3, 32 turns a COMMIT, synchronous=FULL."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE inbox (key TEXT PRIMARY KEY, at INT, kind TEXT, text TEXT)",
        "CREATE TABLE talk (id INTEGER PRIMARY KEY, data TEXT, at INT)",
        "CREATE TABLE box (name TEXT PRIMARY KEY, due INT)",
        "CREATE TABLE mail (id INTEGER PRIMARY KEY AUTOINCREMENT, box TEXT, payload TEXT, due INT)",
    ):
        database.execute(statement)
    payload = json.dumps({"text": "记下了" * 20, "buttons": [[["提交", "submit:1"]]]}, ensure_ascii=False)
    cpu = time.process_time()
    for start in range(0, turns, 32):
        database.execute("BEGIN IMMEDIATE")
        for n in range(start, min(turns, start + 32)):
            chat = n % CHATS
            database.execute("INSERT INTO inbox VALUES (?, ?, ?, ?)", (f"k{n}", n, "text", "白菜坏了2颗"))
            database.execute("SELECT data FROM talk WHERE id = ?", (chat,)).fetchone()
            database.execute("INSERT OR REPLACE INTO talk VALUES (?, ?, ?)", (chat, payload * 3, n))
            database.execute("INSERT OR REPLACE INTO box VALUES (?, ?)", (f"chat:{chat}", n))
            database.execute("INSERT INTO mail (box, payload, due) VALUES (?, ?, ?)", (f"chat:{chat}", payload, n))
            database.execute("DELETE FROM mail WHERE id = ?", (n,))
        database.execute("COMMIT")
    spent = time.process_time() - cpu
    database.close()
    return spent


def measure() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(_measure(Path(name), CHATS))


async def _measure(folder: Path, chats: int) -> None:
    (folder / "policy.toml").write_text(POLICY)
    app = build(Settings(data_dir=str(folder / "var"), policy=str(folder / "policy.toml"), sandbox="off"))
    with transaction(app.engine) as tx:
        imports.upsert(tx, orders(chats), now=app.clock())
    app.channels["memory"] = sink = Sink()
    await app.start()
    todo = messages(chats)
    await flood(app, messages(chats + 20)[-20:], 4)  # warm
    keep_loaded()
    half = len(todo) // 2
    wall, cpu = await flood(app, todo[:half], 32)
    print(f"32 chats at a time: {half / wall:,.0f} turns/s, {cpu / half * 1000:.2f} ms CPU a turn (courier included)")
    took = sorted(await paced(app, todo[half : half + 1000], 200))
    print(f"200 turns/s: p50 {statistics.median(took) * 1000:.1f} ms, p99 {took[int(len(took) * 0.99)] * 1000:.1f} ms")
    base = bare(folder, half)
    print(f"bare sqlite3, same rows: {base / half * 1000:.2f} ms CPU a turn; ratio {cpu / base:.1f}")
    await app.stop()
    print(f"replies carried: {sink.got}")

"""kill -9 in the middle of many talks: nothing acknowledged is lost, nothing is doubled, replies keep their order."""

from __future__ import annotations

import asyncio
import csv
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp
import pytest
from doubles.service import Service

POLICY = 'extends = "community-group-buy"\n[talk]\nquiet = "0.1s"\nquiet_max = "0.3s"\n'
ORDER = ["order_no", "participate_no", "buyer_name", "buyer_phone"]
COLUMNS = [*ORDER, "item", "quantity", "unit", "paid", "delivered_at"]
RETRY = 0.05  # seconds between tries while the service is down
CAME = (aiohttp.ClientError, TimeoutError, OSError)


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


def write_orders(path: Path, count: int) -> None:
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(1, count + 1):
            row = [f"KT261101-{number:04d}", number, f"客{number}", f"1390000{number:04d}", "白菜", 3, "颗", "9.00", ""]
            rows.writerow(row)


async def post(session: aiohttp.ClientSession, url: str, body: dict[str, str]) -> dict[str, str]:
    while True:
        try:
            async with session.post(url, json=body, timeout=aiohttp.ClientTimeout(total=10)) as answer:
                if answer.status == 200:
                    return dict(await answer.json())
                assert answer.status >= 500, await answer.text()
        except CAME:
            pass
        await asyncio.sleep(RETRY)


async def play(session: aiohttp.ClientSession, url: str, talk: Talk, gate: asyncio.Semaphore) -> None:
    async with gate:
        who = {"id": f"join-{talk.number:08d}", "name": f"客{talk.number}"}
        talk.account = (await post(session, f"{url}/sandbox/people", who))["account"]
        for place, line in enumerate(talk.lines()):
            key = f"talk-{talk.number:06d}-{place}"
            copies = 2 if talk.chance.random() < 0.1 else 1
            for _ in range(copies):
                await post(session, f"{url}/sandbox/chats/{talk.account}", {"id": key, "text": line})
            talk.sent.append(key)


async def kill_now_and_then(service: Service, chance: Random, kills: int, done: asyncio.Event) -> int:
    killed = 0
    while killed < kills and not done.is_set():
        await asyncio.sleep(chance.uniform(0.4, 1.5))
        await asyncio.to_thread(service.kill)
        killed += 1
        await asyncio.to_thread(service.start)
    return killed


async def talk_all(service: Service, talks: list[Talk], chance: Random, kills: int) -> int:
    gate, done = asyncio.Semaphore(24), asyncio.Event()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        killer = asyncio.create_task(kill_now_and_then(service, chance, kills, done))
        await asyncio.gather(*(play(session, service.url, talk, gate) for talk in talks))
        done.set()
        killed = await killer
        await settled(service)
    return killed


async def settled(service: Service) -> None:
    """Wait until nothing is due in the outbox any more."""
    for _ in range(600):
        with connected(service) as database:
            open_ = database.execute(
                "SELECT count(*) FROM outbox WHERE kind IN ('reply', 'echo', 'card', 'board', 'fetch')"
            )
            if open_.fetchone()[0] == 0:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("mail was left in the outbox")


class connected:  # noqa: N801  reads as a verb
    def __init__(self, service: Service) -> None:
        self.path = service.folder / "var" / "claimdesk.db"

    def __enter__(self) -> sqlite3.Connection:
        self.database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        return self.database

    def __exit__(self, *_: object) -> None:
        self.database.close()


def check(service: Service, talks: list[Talk]) -> None:
    with connected(service) as database:
        stored = {key for (key,) in database.execute("SELECT key FROM inbox")}
        for talk in talks:
            for key in talk.sent:
                assert f"sandbox:{key}" in stored, f"acknowledged and lost: {key}"
        tickets = database.execute(
            "SELECT c.account, count(*), min(t.order_no), max(l.quantity), count(l.line), max(l.amount + l.wish_amount)"
            " FROM tickets t JOIN conversations c ON c.id = t.conversation_id"
            " JOIN ticket_lines l ON l.ticket_no = t.no GROUP BY c.account"
        ).fetchall()
        by_account = {row[0]: row[1:] for row in tickets}
        for talk in talks:
            wanted = (1, f"KT261101-{talk.number:04d}", "1", 1, 300)
            assert by_account.get(talk.account) == wanted, (talk.number, talk.lines(), by_account.get(talk.account))
            shown = database.execute(
                "SELECT key, text FROM sandbox_messages WHERE place = ? AND sender = 'bot' ORDER BY id",
                (f"chat:{talk.account}",),
            ).fetchall()
            mails = [int(key.partition(":")[2]) for key, _ in shown]
            assert mails == sorted(mails), f"replies out of order: {mails}"
            assert sum("已受理" in text for _, text in shown) == 1, shown
        assert database.execute("SELECT count(*) FROM parked").fetchone()[0] == 0
        assert database.execute("SELECT count(*) FROM dead_letters").fetchone()[0] == 0
    assert service.run("audit", "verify").returncode == 0


def run(folder: Path, *, talks: int, kills: int, seed: int) -> None:
    chance = Random(seed)
    (folder / "policy.toml").write_text(POLICY)
    write_orders(folder / "orders.csv", talks)
    service = Service(folder, {"POLICY": str(folder / "policy.toml"), "LOG_LEVEL": "warning"})
    imported = service.run("orders", "import", "orders.csv")
    assert imported.returncode == 0, imported.stderr
    with closing(sqlite3.connect(service.folder / "var" / "claimdesk.db")) as database, database:
        database.execute("UPDATE orders SET sample = 1")  # the sandbox sees no others
    people = [Talk(number, Random(seed * 10_000 + number)) for number in range(1, talks + 1)]
    with service:
        killed = asyncio.run(talk_all(service, people, chance, kills))
        assert killed == kills, "the talks were over before the last kill: give it more of them"
        check(service, people)
        assert service.stop() == 0


def test_nothing_is_lost_by_kill_9(tmp_path: Path) -> None:
    run(tmp_path, talks=120, kills=2, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_nothing_is_lost_in_a_thousand_talks(tmp_path: Path, seed: int) -> None:
    run(tmp_path, talks=1000, kills=8, seed=seed)

"""Fair shares: one who sends much waits for oneself, and is told once; nobody else waits."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random

import pytest
from sqlalchemy import select

from bot.runtime import fair_share
from bot.runtime.evidence_fetcher import Fetcher
from bot.runtime.fair_share import HOUR, IN_FLIGHT, MOST, ROOM, Shares
from bot.runtime.writer import SLOTS, Runner
from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.messages.models import Reply
from handlers.messages.texts import say
from handlers.policy.loader import load
from media.store import Store
from media.values import Refused
from storage import conversations, evidence, outbox, policies
from storage.database import WriteLock, open_readers, open_writer, read, transaction
from storage.outbox import Outcome
from storage.tables import METADATA
from storage.tables import outbox as rows

ENDS = 60.0  # seconds that a test may take on a busy machine
POLICY = load("community-group-buy")


def now():
    return datetime.now(UTC)


class Clock:
    """Monotonic seconds that can be moved on."""

    def __init__(self):
        self.moved = 0.0

    def __call__(self):
        return time.monotonic() + self.moved


class Door:
    """Brings files at once, or when it is opened; notes what it was asked for."""

    def __init__(self):
        self.asked, self.open, self.data = [], asyncio.Event(), b"\xff\xd8 scan"
        self.open.set()

    async def fetch(self, ref, limit):
        self.asked.append(ref)
        await self.open.wait()
        return self.data


class Worker:
    """An examiner with one process behind it: expensive pictures take `cost` seconds each."""

    def __init__(self, cost):
        self.cost, self.lock, self.inside, self.most = cost, threading.Lock(), 0, 0

    def examine(self, data, *, codes=False):
        self.inside += 1
        self.most = max(self.most, self.inside)
        with self.lock:
            time.sleep(self.cost)
        self.inside -= 1
        return Refused(code="unreadable")


class Courier:
    """Carries fetches as the service does, and notes when mail for a chat was handed out."""

    def __init__(self, folder, cost=0.0):
        url = f"sqlite:///{folder}/a.db"
        self.engine = open_writer(url)
        METADATA.create_all(self.engine)
        with transaction(self.engine) as tx:
            policies.store(tx, POLICY.hash, name=POLICY.name, text=POLICY.text, now=now())
        self.readers, self.door, self.worker, self.ticks = open_readers(url), Door(), Worker(cost), Clock()
        self.tasks, self.chats, self.told = set(), [], asyncio.Event()
        self.runner = Runner(
            engine=self.engine, lock=WriteLock(folder), clock=now, park=lambda *_: None, carry=self.carry, lease="me"
        )
        self.fetcher = Fetcher(
            doors=lambda _piece: self.door, read=lambda look: read(self.readers, look), do=self.runner.do,
            context=self.context, clock=now, store=Store(folder / "media"), examiner=self.worker,
            shares=Shares(ticks=self.ticks),
        )  # fmt: skip

    def context(self):
        return TurnContext(now=now(), random=Random(1), policy=POLICY, policy_of=lambda _tx, _hash: POLICY)

    def carry(self, bundles):
        for bundle in bundles:
            if bundle.mailbox.startswith("fetch:"):
                task = asyncio.create_task(self.fetch(bundle))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
            else:
                self.chats += [(bundle.mailbox, mail.payload["text"]) for mail in bundle.mails]
                self.told.set()
                self.runner.settle(Outcome(mailbox=bundle.mailbox, lease=bundle.lease, sent=bundle.mails[-1].id))

    async def fetch(self, bundle):
        await self.fetcher.carry(bundle)
        self.runner.settled()

    async def send(self, account, count, kind="photo"):
        """Let an account send files; give their numbers."""

        def come(tx):
            talk = conversations.open_(tx, "telegram", account, name=account, now=now()).id
            made = []
            for number in range(count):
                one = evidence.add(
                    tx, conversation_id=talk, kind=kind, channel="telegram", ref=f"{account}-{number}", at=now()
                )
                mailboxes.fetch(tx, one, now=now())
                made.append(one)
            return made

        return await self.runner.do(come)

    async def done(self, pieces):
        look = lambda tx: [piece for piece in pieces if evidence.get(tx, piece).state != "pending"]  # noqa: E731
        return len(await read(self.readers, look))

    async def wait(self, pieces, count=None):
        async with asyncio.timeout(ENDS):
            while await self.done(pieces) < (len(pieces) if count is None else count):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@asynccontextmanager
async def courier(folder, **more):
    one = Courier(folder, **more)
    one.runner.start()
    try:
        yield one
    finally:
        one.door.open.set()
        one.runner.stop_carrying()
        await asyncio.gather(*one.tasks)
        await one.runner.stop()
        await one.readers.dispose()
        one.engine.dispose()


async def test_sixty_four_expensive_pictures_of_one_sender_take_one_place(tmp_path):
    async with courier(tmp_path, cost=0.15) as house:
        scans = await house.send("greedy", 64)
        await house.wait(scans, 1)
        before = await house.done(scans)
        photo = await house.send("modest", 1)
        await house.wait(photo)
        assert await house.done(scans) - before <= 8  # in the line of all it would be the sixty-fifth
        assert house.worker.most <= fair_share.EXAMINED
        await house.wait(scans)


async def test_no_two_pictures_of_one_account_are_with_the_worker():
    shares, done, seen = Shares(), asyncio.Event(), []
    for number, name in enumerate(("greedy", "greedy", "modest")):
        assert shares.enter(name, number) is None

    async def examine(name):
        async with shares.turn(name):
            seen.append(name)
            await done.wait()

    async with asyncio.TaskGroup() as tasks:
        for name in ("greedy", "greedy", "modest"):
            tasks.create_task(examine(name))
        for _ in range(5):
            await asyncio.sleep(0)
        assert seen == ["greedy", "modest"]
        done.set()
    assert seen == ["greedy", "modest", "greedy"]


async def test_fetches_that_hang_leave_room_for_words(tmp_path):
    async with courier(tmp_path) as house:
        house.door.open.clear()
        for number in range(SLOTS):
            await house.send(f"sender {number}", 3)
        talk = await house.runner.do(lambda tx: conversations.open_(tx, "telegram", "other", name="", now=now()).id)
        await house.runner.do(lambda tx: mailboxes.to_customer(tx, talk, Reply(text="hello"), now=now()))
        async with asyncio.timeout(ENDS):
            await house.told.wait()
        assert house.chats == [(f"chat:{talk}", "hello")]
        assert len(house.door.asked) <= ROOM


async def test_no_more_than_its_share_of_one_account_is_in_flight(tmp_path):
    async with courier(tmp_path) as house:
        house.door.open.clear()
        voices = await house.send("greedy", 20, kind="voice")
        other = await house.send("modest", 1, kind="voice")
        async with asyncio.timeout(ENDS):
            while "modest-0" not in house.door.asked:  # noqa: ASYNC110  the door rings no bell
                await asyncio.sleep(0.01)
        assert len([ref for ref in house.door.asked if ref.startswith("greedy")]) == IN_FLIGHT
        house.door.open.set()
        await house.wait([*voices, *other])
        assert len(house.door.asked) == 21


@pytest.mark.parametrize(("cap", "value"), [("FILES", 3), ("BYTES", 3 * 7)])
async def test_above_the_hours_share_files_wait_and_the_sender_is_told_once(tmp_path, monkeypatch, cap, value):
    monkeypatch.setattr(fair_share, cap, value)
    monkeypatch.setattr(fair_share, "IN_FLIGHT", 1)
    monkeypatch.setattr(fair_share, "LONGEST", 0.2)
    monkeypatch.setattr(fair_share, "HOUR", 5.0)
    async with courier(tmp_path) as house:
        house.door.data = b"seven b"
        files = await house.send("greedy", 7)
        await house.wait(files, 3)
        async with asyncio.timeout(ENDS):
            await house.told.wait()
        assert await house.done(files) == 3
        assert house.chats == [("chat:1", say("zh", "files.later"))]
        other = await house.send("modest", 2)
        await house.wait(other)
        house.ticks.moved += 5.0
        await house.wait(files, 6)
        house.ticks.moved += 5.0
        await house.wait(files)
        with transaction(house.engine) as tx:
            assert tx.execute(select(rows.c.id).where(rows.c.kind == "fetch")).all() == []


def test_being_put_off_is_no_failure(tmp_path):
    engine = open_writer("sqlite://")
    METADATA.create_all(engine)
    at = now()
    with transaction(engine) as tx:
        outbox.put(tx, "fetch:1", "fetch", {}, due=at, now=at)
        attempts = []
        for how in ({"failed": True}, {"waits": True}, {"failed": True}, {"waits": True}, {}):
            (bundle,) = outbox.pick(tx, now=at, lease="me", until=at, limit=1)
            attempts.append(bundle.attempts)
            outbox.settle(tx, Outcome(mailbox="fetch:1", lease="me", again=at, **how), now=at)
        assert attempts == [0, 1, 1, 2, 2]
    engine.dispose()


# the shares alone


async def test_all_accounts_together_leave_places_for_new_ones():
    shares = Shares(ticks=lambda: 0.0)
    entered = [shares.enter(f"a{number // 2}", number) for number in range(2 * ROOM)]
    assert sum(wait is None for wait in entered) == ROOM
    assert sum(wait is None for wait in entered[:MOST]) == MOST
    assert shares.enter("new", 0) is not None
    shares.leave("a0", 5)
    assert shares.enter("new", 0) is None


async def test_the_line_of_an_account_waits_by_its_length():
    shares = Shares(ticks=lambda: 0.0)
    waits = [shares.enter("a", number) for number in range(400)]
    told = [wait.seconds for wait in waits if wait]
    assert told == sorted(told)
    assert told[0] == fair_share.STEP
    assert told[-1] <= fair_share.LONGEST


async def test_an_account_is_forgotten_an_hour_after_its_last_file():
    ticks = [0.0]
    shares = Shares(ticks=lambda: ticks[0])
    for name in ("a", "b"):
        assert shares.enter(name, 1) is None
        shares.leave(name, 10)
    ticks[0] = HOUR + 1
    assert shares.enter("c", 1) is None
    shares.leave("c", 0)
    assert shares._accounts == {}

"""The workers on PostgreSQL: each chat in order, each failure its own, nothing acknowledged that is not stored."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import postgres
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from bot.runtime import presence as presences
from bot.runtime.courier import Lapsed, strike
from bot.runtime.presence import Presence, on_duty
from bot.runtime.rounds import Rounds
from bot.runtime.workers import Workers
from handlers.messages.models import Inbound
from storage import conversations, outbox, parked
from storage import tables as t
from storage.database import DatabaseGone, Writer, open_writer, transaction
from storage.operations import processes
from storage.outbox import Bundle, Outcome

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)


@dataclass
class Process:
    """One process of several, without its doors."""

    url: str
    name: str
    desks: list[str] = field(default_factory=list)
    wanted: tuple[str, ...] = ()
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.engine: Writer = open_writer(self.url, process=self.name, workers=4)
        self.bundles: list[Bundle] = []
        self.came = asyncio.Event()
        self.presence = Presence(self.engine, self.name, wanted=self.wanted)
        self.rounds = Rounds(engine=self.engine, clock=lambda: self.now, presence=self.presence, carry=self._carry,
                             desks=lambda: self.desks)  # fmt: skip
        self.workers = Workers(engine=self.engine, park=park, rounds=self.rounds)

    def _carry(self, bundles) -> None:
        self.bundles += bundles
        self.came.set()

    async def carried(self) -> Bundle:
        """Wait for the next bundle."""
        async with asyncio.timeout(30):
            await self.came.wait()
        self.came.clear()
        return self.bundles[-1]

    async def close(self) -> None:
        await self.workers.stop()
        self.engine.dispose()


def park(tx, one, error) -> None:
    parked.keep(tx, key=one.key, door=one.channel, raw={}, error=error, at=NOW)


def message(number: int, account: str = "1") -> Inbound:
    return Inbound(key=f"k{number}", channel="telegram", account=account, at=NOW, text="hi")


def noted(number: int):
    return lambda tx: conversations.note(tx, f"k{number}", at=NOW, kind="text", text="hi")


def posted(box: str = "chat:1", *, wait: float = 0):
    due = NOW + timedelta(seconds=wait)
    return lambda tx: outbox.put(tx, box, "reply", {"text": "a"}, due=due, now=NOW)


@pytest.fixture
def url() -> str:
    return postgres.server().emptied()


@pytest.fixture
async def house(url):
    one = Process(url, "one")
    one.workers.start()
    yield one
    await one.close()


@pytest.fixture
async def other(url):
    two = Process(url, "two")
    two.workers.start()
    yield two
    await two.close()


def stored(engine) -> set[str]:
    with transaction(engine) as tx:
        return set(tx.execute(select(t.inbox.c.key)).scalars())


def leases(engine) -> dict[str, str]:
    with transaction(engine) as tx:
        rows = tx.execute(select(t.mailboxes.c.name, t.mailboxes.c.lease).where(t.mailboxes.c.lease.is_not(None)))
        return {row.name: row.lease for row in rows}


async def test_many_jobs_are_stored_before_any_is_acknowledged(house):
    work = (house.workers.do(noted(number), message(number, str(number))) for number in range(100))
    assert all(await asyncio.gather(*work))
    assert len(stored(house.engine)) == 100


async def test_messages_of_one_chat_go_one_after_the_other(house):
    order: list[tuple[str, int]] = []

    def turn(account: str, number: int):
        def work(tx):
            tx.exec_driver_sql(f"SELECT pg_sleep({0.02 if number % 2 else 0})")
            order.append((account, number))

        return work

    chats = [str(number) for number in range(6)]
    await asyncio.gather(
        *(house.workers.do(turn(who, number), message(number, who)) for number in range(8) for who in chats)
    )
    for who in chats:
        assert [number for account, number in order if account == who] == list(range(8))


async def test_chats_do_not_wait_for_each_other(house):
    gate, names = threading.Barrier(2), set()

    def meet(tx):
        names.add(threading.current_thread().name)
        gate.wait(5)

    await asyncio.gather(house.workers.do(meet), house.workers.do(meet))
    assert len(names) == 2


async def test_a_failing_turn_leaves_its_neighbours_alone_and_is_parked(house):
    tries = []

    def bad(tx):
        tries.append(1)
        noted(7)(tx)
        raise ZeroDivisionError("no")

    good = [house.workers.do(noted(number), message(number)) for number in range(5)]
    assert await asyncio.gather(*good, house.workers.do(bad, message(7))) == [True] * 5 + [None]
    assert len(tries) == 2
    assert stored(house.engine) == {f"k{number}" for number in range(5)}
    with transaction(house.engine) as tx:
        (row,) = parked.waiting(tx)
    assert (row["key"], row["error"]) == ("k7", "ZeroDivisionError: no")


async def test_what_the_database_refuses_for_good_is_the_turns_own_failure(house):
    def twice(tx):
        tx.execute(t.meta.insert().values(key="a", value="1"))
        tx.execute(t.meta.insert().values(key="a", value="2"))

    assert await house.workers.do(twice, message(1)) is None
    with transaction(house.engine) as tx:
        (row,) = parked.waiting(tx)
    assert row["error"].startswith("IntegrityError")


async def test_a_turn_that_works_at_the_second_try_is_done(house):
    tries = []

    def shy(tx):
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("later")
        return noted(1)(tx)

    assert await house.workers.do(shy, message(1)) is True


async def test_work_without_a_message_raises_its_own_error(house):
    with pytest.raises(ZeroDivisionError):
        await house.workers.do(lambda tx: 1 / 0)


async def test_a_lost_connection_acknowledges_nothing_and_another_is_made(house):
    tries = []

    def lost(tx):
        tries.append(1)
        noted(1)(tx)
        pid = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with house.engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")

    with pytest.raises(DatabaseGone):
        await house.workers.do(lost, message(1))
    assert len(tries) == 1  # it is not tried again unasked: the platform sends it again
    assert stored(house.engine) == set()
    assert await house.workers.do(noted(1), message(1)) is True
    with transaction(house.engine) as tx:
        assert parked.waiting(tx) == []


async def test_turns_that_collide_run_again_whole(house):
    def count(tx):
        talk = conversations.open_(tx, "telegram", "both", name="", now=NOW)
        conversations.save(tx, talk.id, {"n": talk.talk.get("n", 0) + 1}, now=NOW)

    await asyncio.gather(*(house.workers.do(count, message(number, str(number))) for number in range(40)))
    with transaction(house.engine) as tx:
        found = conversations.of_account(tx, "telegram", "both")
    assert found
    assert found.talk == {"n": 40}


async def test_nothing_is_taken_in_after_stop(house):
    await house.workers.stop()
    with pytest.raises(DatabaseGone):
        await house.workers.do(noted(1), message(1))


# mail


async def test_due_mail_is_handed_out_once_and_struck_off(house):
    await house.workers.do(posted())
    bundle = await house.carried()
    assert (bundle.mailbox, bundle.lease.partition("#")[0]) == ("chat:1", "one")
    house.workers.settle(Outcome(mailbox="chat:1", lease=bundle.lease, sent=bundle.mails[-1].id))
    await settled(house)
    with transaction(house.engine) as tx:
        assert tx.execute(select(func.count()).select_from(t.outbox)).scalar_one() == 0
    assert house.rounds._out == 0


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  what it looks at is in the database
            await asyncio.sleep(0.02)


async def settled(house: Process) -> None:
    await until(lambda: not leases(house.engine))


async def test_mail_is_handed_out_when_it_is_due(house):
    await house.workers.do(posted(wait=0.3))
    asyncio.get_running_loop().call_later(0.1, lambda: setattr(house, "now", NOW + timedelta(seconds=0.3)))
    await house.carried()
    assert house.now > NOW


async def test_an_outcome_goes_round_a_box_that_others_hold(house):
    for box in ("chat:1", "chat:2"):
        await house.workers.do(posted(box))
        bundle = await house.carried()
        assert bundle.mailbox == box
    with transaction(house.engine) as tx:
        outbox.hold(tx, "chat:1")
        for bundle in house.bundles:
            house.workers.settle(Outcome(mailbox=bundle.mailbox, lease=bundle.lease, sent=bundle.mails[-1].id))
        await until(lambda: len(leases(house.engine)) <= 1)
        assert list(leases(house.engine)) == ["chat:1"]
    await settled(house)


async def test_one_desk_is_carried_by_the_process_that_has_it(house, other):
    other.desks = ["telegram"]
    await house.workers.do(posted("desk:telegram:T1"))
    assert (await other.carried()).mailbox == "desk:telegram:T1"
    assert house.bundles == []


async def test_who_ends_leaves_its_mail_to_the_others(house, other):
    await house.workers.do(posted())
    await house.carried()
    await house.workers.stop()
    assert (await other.carried()).mailbox == "chat:1"


async def test_a_round_whose_commit_was_lost_gives_its_leases_up(house, monkeypatch):
    real, calls = outbox.pick, []

    def once(tx, **how):
        found = real(tx, **how)
        if found and not calls:
            calls.append(found)
            tx.commit()  # it came through, but we are not told
            raise OperationalError("COMMIT", None, ConnectionError("gone"))
        return found

    monkeypatch.setattr(outbox, "pick", once)
    await house.workers.do(posted())
    bundle = await house.carried()
    assert calls
    assert leases(house.engine) == {"chat:1": bundle.lease}


# presence


def silence(engine, name: str) -> None:
    """Let a process not have been heard of for longer than is borne."""
    with transaction(engine) as tx:
        here = t.processes.c.name == name
        heard = tx.execute(select(t.processes.c.beat_at).where(here)).scalar_one()
        tx.execute(update(t.processes).where(here).values(beat_at=heard - processes.LAPSE * 2))


async def test_the_silent_are_given_up_and_their_duties_taken(url, monkeypatch):
    monkeypatch.setattr(presences, "BEAT", 60.0)
    one, two = (Process(url, name, wanted=("poll",)) for name in ("one", "two"))
    one.workers.start()
    two.workers.start()
    assert (one.presence.on_duty("poll"), two.presence.on_duty("poll")) == (True, False)
    assert one.presence.sharers <= 2
    silence(one.engine, "one")
    two.presence._beat()
    assert not two.presence.on_duty("poll")  # it has not been heard of for long enough itself
    two.presence._heard_since = time.monotonic() - presences.LAPSE - 1
    two.presence._beat()
    assert two.presence.on_duty("poll")
    one.presence._beat()
    assert not one.presence.on_duty("poll")
    await one.close()
    await two.close()


async def test_who_cannot_be_heard_is_not_sure_of_anything(house, monkeypatch):
    assert house.presence.sure()
    monkeypatch.setattr(presences, "monotonic", lambda: time.monotonic() + presences.LAPSE)
    assert not house.presence.sure()
    await house.workers.do(posted())
    await asyncio.sleep(0.3)
    assert house.bundles == []
    monkeypatch.undo()
    await house.carried()


async def test_work_on_a_lease_that_is_anothers_by_now_is_undone(house, other):
    await house.workers.do(posted("wake:clock:T1:page"))
    bundle = await house.carried()
    with transaction(other.engine) as tx:
        processes.free(tx, [bundle.lease])
    again = await first_of(house, other, bundle)

    def fire(tx, one: Bundle):
        noted(int(one is again))(tx)
        strike(tx, one, now=NOW)

    with pytest.raises(Lapsed):
        await house.workers.do(lambda tx: fire(tx, bundle))
    await other.workers.do(lambda tx: fire(tx, again))
    assert stored(house.engine) == {"k1"}
    with suppress(Lapsed):
        await house.workers.do(lambda tx: fire(tx, bundle))
    assert stored(house.engine) == {"k1"}


async def first_of(house: Process, other: Process, but: Bundle) -> Bundle:
    def found() -> list[Bundle]:
        return [one for one in (*house.bundles, *other.bundles) if one.lease != but.lease]

    await until(found)
    return found()[0]


async def test_a_door_runs_while_its_duty_is_held(monkeypatch):
    monkeypatch.setattr("bot.runtime.presence.LOOK", 0.01)
    held, runs = [False], []

    async def run() -> None:
        runs.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            runs.append("ended")

    task = asyncio.create_task(on_duty(run, lambda: held[0]))
    for hold, told in (
        (False, []),
        (True, ["begun"]),
        (False, ["begun", "ended"]),
        (True, ["begun", "ended", "begun"]),
    ):
        held[0] = hold
        await asyncio.sleep(0.05)
        assert runs == told
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert runs[-1] == "ended"


async def test_a_door_that_fails_on_duty_says_so(monkeypatch):
    monkeypatch.setattr("bot.runtime.presence.LOOK", 0.01)

    async def run() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await on_duty(run, lambda: True)

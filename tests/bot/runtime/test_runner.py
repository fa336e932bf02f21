"""The writer: one COMMIT for many, each turn's failure its own, nothing acknowledged that is not stored."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.runtime.writer import Runner
from handlers.messages.models import Inbound
from storage import conversations, outbox, parked
from storage.database import DatabaseGone, WriteLock, open_writer, transaction
from storage.outbox import Outcome
from storage.tables import METADATA, inbox

NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)


class Carried:
    def __init__(self):
        self.bundles = []
        self.came = asyncio.Event()

    def __call__(self, bundles):
        self.bundles += bundles
        self.came.set()


def message(number):
    return Inbound(key=f"k{number}", channel="telegram", account="1", at=NOW, text="hi")


def noted(number):
    return lambda tx: conversations.note(tx, f"k{number}", at=NOW, kind="text", text="hi")


@pytest.fixture
async def house(tmp_path):
    engine = open_writer(f"sqlite:///{tmp_path / 'a.db'}")
    METADATA.create_all(engine)
    carried = Carried()
    runner = Runner(
        engine=engine,
        lock=WriteLock(tmp_path),
        clock=lambda: NOW,
        park=lambda tx, one, error: parked.keep(tx, key=one.key, door=one.channel, raw={}, error=error, at=NOW),
        carry=carried,
        lease="me",
    )
    runner.start()
    yield runner, engine, carried
    await runner.stop()
    engine.dispose()


def stored(engine):
    with transaction(engine) as tx:
        return set(tx.execute(select(inbox.c.key)).scalars())


async def test_many_jobs_are_stored_before_any_is_acknowledged(house):
    runner, engine, _ = house
    results = await asyncio.gather(*(runner.do(noted(number), message(number)) for number in range(100)))
    assert all(results)
    assert len(stored(engine)) == 100


async def test_a_failing_turn_leaves_its_neighbours_alone_and_is_parked(house):
    runner, engine, _ = house
    tries = []

    def bad(tx):
        tries.append(1)
        noted(7)(tx)
        raise ZeroDivisionError("no")

    good = [runner.do(noted(number), message(number)) for number in range(5)]
    results = await asyncio.gather(*good, runner.do(bad, message(7)))
    assert results == [True] * 5 + [None]
    assert len(tries) == 2
    assert stored(engine) == {f"k{number}" for number in range(5)}
    with transaction(engine) as tx:
        (row,) = parked.waiting(tx)
    assert (row["key"], row["error"]) == ("k7", "ZeroDivisionError: no")


async def test_a_turn_that_works_at_the_second_try_is_done(house):
    runner, engine, _ = house
    tries = []

    def shy(tx):
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("later")
        return noted(1)(tx)

    assert await runner.do(shy, message(1)) is True
    assert stored(engine) == {"k1"}


async def test_work_without_a_message_raises_its_own_error(house):
    runner, _, _ = house
    with pytest.raises(ZeroDivisionError):
        await runner.do(lambda tx: 1 / 0)


async def test_a_lost_transaction_acknowledges_nothing(house):
    runner, engine, _ = house

    def lose(tx):
        tx.connection.driver_connection.rollback()  # as SQLite does by itself when the disk is full
        raise OSError("disk full")

    results = await asyncio.gather(
        runner.do(noted(1), message(1)), runner.do(lose, message(2)), runner.do(noted(3), message(3)),
        return_exceptions=True,
    )  # fmt: skip
    assert all(isinstance(result, DatabaseGone) for result in results)
    assert stored(engine) == set()
    assert await runner.do(noted(1), message(1)) is True  # the next batch works again


async def test_due_mail_is_handed_out_once_and_struck_off(house):
    runner, engine, carried = house
    await runner.do(lambda tx: outbox.put(tx, "chat:1", "reply", {"text": "a"}, due=NOW, now=NOW))
    await asyncio.wait_for(carried.came.wait(), 3)
    (bundle,) = carried.bundles
    assert (bundle.mailbox, bundle.lease) == ("chat:1", "me")
    runner.settle(Outcome(mailbox="chat:1", lease="me", sent=bundle.mails[-1].id))
    await runner.do(lambda tx: None)
    with transaction(engine) as tx:
        assert tx.execute(select(func.count()).select_from(outbox.outbox)).scalar_one() == 0


async def test_nothing_is_taken_in_after_stop(house):
    runner, _, _ = house
    await runner.stop()
    with pytest.raises(DatabaseGone):
        await runner.do(noted(1), message(1))


def test_leases_of_a_process_that_is_gone_are_freed(tmp_path):
    engine = open_writer(f"sqlite:///{tmp_path / 'a.db'}")
    METADATA.create_all(engine)
    with transaction(engine) as tx:
        outbox.put(tx, "chat:1", "reply", {}, due=NOW, now=NOW)
        assert outbox.pick(tx, now=NOW, lease="dead", until=NOW + timedelta(hours=1), limit=9)
        assert not outbox.pick(tx, now=NOW, lease="me", until=NOW, limit=9)
        outbox.free_leases(tx)
        assert outbox.pick(tx, now=NOW, lease="me", until=NOW, limit=9)
    engine.dispose()


async def test_where_parking_fails_too_what_was_committed_stands(house):
    runner, engine, carried = house

    def refuse(tx, one, error):
        raise RuntimeError("no room")

    runner.park = refuse

    def bad(tx):
        raise ZeroDivisionError("no")

    post = runner.do(lambda tx: outbox.put(tx, "chat:1", "reply", {"text": "a"}, due=NOW, now=NOW))
    results = await asyncio.gather(
        runner.do(noted(1), message(1)), runner.do(bad, message(2)), post, return_exceptions=True
    )
    await runner.do(lambda tx: None)  # the writer is done with its connection
    assert results[0] is True
    assert isinstance(results[1], ZeroDivisionError)  # not acknowledged: it comes again
    assert stored(engine) == {"k1"}
    await asyncio.wait_for(carried.came.wait(), 3)
    runner.settle(Outcome(mailbox="chat:1", lease="me", sent=carried.bundles[0].mails[-1].id))
    await runner.do(lambda tx: None)
    assert runner._out == 0


@pytest.mark.parametrize("again", [False, True])
async def test_mail_of_a_clock_that_was_a_day_ahead_leaves_when_it_is_right(tmp_path, again):
    """`again`: the clock is put right while the service is down."""
    engine = open_writer(f"sqlite:///{tmp_path / 'a.db'}")
    METADATA.create_all(engine)
    time = [NOW + timedelta(days=1)]

    def runner(carried):
        return Runner(
            engine=engine, lock=WriteLock(tmp_path), clock=lambda: time[0], park=lambda *_: None, carry=carried,
            lease="me",
        )  # fmt: skip

    first, second = Carried(), Carried()
    one = runner(first)
    one.start()
    one.stop_carrying()
    await one.do(lambda tx: outbox.put(tx, "chat:1", "reply", {}, due=time[0] + timedelta(seconds=1), now=time[0]))
    if again:
        await one.stop()
        time[0] = NOW
        one = runner(second)
        one.start()
    else:
        time[0] = NOW
        one.carry, one._carrying = second, True
    await one.do(lambda tx: None)
    assert second.bundles == []
    time[0] += timedelta(seconds=2)
    async with asyncio.timeout(30):
        await second.came.wait()
    assert [bundle.mailbox for bundle in second.bundles] == ["chat:1"]
    await one.stop()
    engine.dispose()

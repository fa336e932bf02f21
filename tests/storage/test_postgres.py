"""What PostgreSQL does otherwise than SQLite: texts, collisions, locks, and transactions that are lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event

import postgres
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from storage import conversations, events, order_guard, outbox, pickup, policies
from storage import tables as t
from storage.database import (
    Collided,
    DatabaseGone,
    Writer,
    locks,
    open_readers,
    open_snapshots,
    open_writer,
    queue_up,
    read,
    run,
    savepoint,
    snapshot,
    transaction,
)
from storage.operations import audit_verify

pytestmark = pytest.mark.postgres
NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)


@pytest.fixture
def url() -> str:
    return postgres.server().emptied()


@pytest.fixture
def engine(url: str) -> Iterator[Writer]:
    made = open_writer(url, process="one", workers=4)
    yield made
    made.dispose()


def talk(engine: Writer, account: str) -> int:
    with transaction(engine) as tx:
        return conversations.open_(tx, "telegram", account, name="李婷", now=NOW).id


def ticket(engine: Writer, no: str) -> None:
    with transaction(engine) as tx:
        policies.store(tx, "h", name="p", text="", now=NOW)
        number = conversations.open_(tx, "telegram", "1", name="", now=NOW).id
        texts = {"state": "queued", "severity": "normal", "desk": "telegram", "language": "zh", "policy_hash": "h"}
        lists = {"signals": [], "special": [], "said": [], "warnings": []}
        times = {"reported_at": NOW, "created_at": NOW, "updated_at": NOW}
        tx.execute(
            t.tickets.insert().values(
                no=no, claim_id=no, conversation_id=number, rank=3, version=0, **texts, **lists, **times
            )
        )


def test_a_text_may_be_long_and_hold_what_no_column_can(engine):
    with transaction(engine) as tx:
        made = conversations.open_(tx, "telegram", "x" * 500, name="李\0婷", now=NOW)
        assert conversations.by_id(tx, made.id).name == "李婷"
        conversations.save(tx, made.id, {"said": "a\0b"}, now=NOW)
        assert conversations.by_id(tx, made.id).talk == {"said": "a\0b"}


async def test_readers_see_what_is_committed_and_write_nothing(url, engine):
    number = talk(engine, "1")
    readers, snapshots = open_readers(url), open_snapshots(url)
    assert (await read(readers, lambda tx: (locks(tx), conversations.by_id(tx, number).account))) == (False, "1")
    with snapshot(snapshots) as tx:
        found = conversations.of_account(tx, "telegram", "1")
        assert found
        talk(engine, "2")
        assert conversations.of_account(tx, "telegram", "2") is None  # the snapshot is of one moment
    with pytest.raises(Exception, match="read-only"):
        await read(readers, lambda tx: conversations.save(tx, number, {}, now=NOW))
    await readers.dispose()
    snapshots.dispose()


def test_a_conversation_belongs_to_one_transaction_at_a_time(engine):
    number = talk(engine, "1")

    def count(_: int) -> None:
        def once(tx):
            talk = conversations.by_id(tx, number)
            conversations.save(tx, number, {"n": talk.talk.get("n", 0) + 1}, now=NOW)

        run(engine, once)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(40)))
    with transaction(engine) as tx:
        assert conversations.by_id(tx, number).talk == {"n": 40}


def test_two_who_begin_the_same_conversation_begin_one(engine):
    gate = Barrier(4)

    def begin(_: int) -> int:
        gate.wait()
        return talk(engine, "same")

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(begin, range(4)))) == 1


def test_the_log_of_a_ticket_has_one_end(engine):
    ticket(engine, "T1")
    with ThreadPoolExecutor(4) as threads:
        list(
            threads.map(
                lambda n: run(engine, lambda tx: events.add(tx, "T1", "noted", {"n": n}, actor="bot", at=NOW)),
                range(40),
            )
        )
    with transaction(engine) as tx:
        assert audit_verify.verify(tx) == []
        assert len(events.of_ticket(tx, "T1")) == 40


def test_who_collides_runs_again_from_the_start(engine):
    first, second = talk(engine, "1"), talk(engine, "2")
    gate = Barrier(2)
    tries: list[int] = []

    def cross(pair: tuple[int, int]) -> None:
        def once(tx):
            tries.append(pair[0])
            conversations.by_id(tx, pair[0])
            if len(tries) <= 2:
                gate.wait()
            conversations.save(tx, pair[1], {"from": pair[0]}, now=NOW)

        run(engine, once)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(cross, [(first, second), (second, first)]))
    assert len(tries) >= 3
    with transaction(engine) as tx:
        assert [conversations.by_id(tx, n).talk for n in (first, second)] == [{"from": second}, {"from": first}]


def test_a_collision_within_a_savepoint_is_no_failure_of_its_own(engine):
    first, second = talk(engine, "1"), talk(engine, "2")
    gate, seen = Barrier(2), []

    def cross(pair: tuple[int, int]) -> None:
        try:
            with transaction(engine) as tx:
                conversations.by_id(tx, pair[0])
                gate.wait()
                with savepoint(tx):
                    conversations.save(tx, pair[1], {}, now=NOW)
        except Collided:
            seen.append(pair)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(cross, [(first, second), (second, first)]))
    assert len(seen) == 1


def test_there_is_an_end_to_running_again(engine):
    def never(tx):
        raise Collided

    with pytest.raises(Collided, match="too many"):
        run(engine, never)


def test_a_failed_statement_that_nobody_saw_is_not_committed(engine):
    def swallowed(tx):
        conversations.open_(tx, "telegram", "1", name="", now=NOW)
        with suppress(DBAPIError):
            tx.exec_driver_sql("SELECT 1/0")

    with pytest.raises(DatabaseGone):
        run(engine, swallowed)
    with transaction(engine) as tx:
        assert tx.execute(select(t.conversations)).all() == []


def test_a_lost_connection_is_no_savepoint_to_go_back_to(engine):
    with pytest.raises(DatabaseGone), transaction(engine) as tx, savepoint(tx):
        pid = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
        tx.exec_driver_sql("SELECT 1")


def test_who_does_the_same_queues_up(engine):
    order, began = [], Event()

    def slow() -> None:
        with transaction(engine) as tx:
            queue_up(tx, "x")
            began.set()
            order.append(1)
            tx.exec_driver_sql("SELECT pg_sleep(0.2)")
            order.append(2)

    def next_one() -> None:
        began.wait()
        with transaction(engine) as tx:
            queue_up(tx, "x")
            order.append(3)

    with ThreadPoolExecutor(2) as threads:
        for done in (threads.submit(slow), threads.submit(next_one)):
            done.result()
    assert order == [1, 2, 3]


# the outbox that several share


def put(engine: Writer, box: str, text: str, **when: datetime) -> None:
    with transaction(engine) as tx:
        outbox.put(tx, box, "reply", {"text": text}, due=when.get("due", NOW), now=NOW)


def pick(engine: Writer, *, now: datetime = NOW, desks: list[str] | None = None, lease: str = "me#1") -> list[str]:
    with transaction(engine) as tx:
        found = outbox.pick(tx, now=now, lease=lease, until=now, limit=10, desks=desks)
    return sorted(bundle.mailbox for bundle in found)


@pytest.fixture
def other(url: str) -> Iterator[Writer]:
    made = open_writer(url, process="two")
    yield made
    made.dispose()


def test_mail_is_carried_by_the_process_that_put_it_until_it_is_late(engine, other):
    put(engine, "chat:1", "a")
    assert pick(other) == []
    with transaction(other) as tx:
        assert pickup.next_due(tx, None) is None
    with transaction(engine) as tx:
        assert pickup.next_due(tx, None) == NOW
    assert pick(other, now=NOW + timedelta(seconds=2)) == ["chat:1"]
    assert pick(engine, now=NOW + timedelta(seconds=3)) == []


def test_a_desks_mail_is_carried_by_whoever_has_the_desk(engine, other):
    for box in ("desk:telegram:T1", "board:telegram", "desk:sandbox:T2", "desk:telegrammatic:T3"):
        put(engine, box, "a")
    assert pick(other, desks=[]) == []
    assert pick(other, desks=["telegram"]) == ["board:telegram", "desk:telegram:T1"]
    assert pick(other, desks=None) == ["desk:sandbox:T2", "desk:telegrammatic:T3"]


def test_a_courier_waits_for_nobody(engine, other):
    put(engine, "chat:1", "a")
    put(engine, "chat:2", "b")
    with transaction(other) as tx:
        outbox.hold(tx, "chat:1")
        assert pick(engine) == ["chat:2"]
        with transaction(engine) as mine:
            assert pickup.lock(mine, ["chat:1", "chat:2"]) == {"chat:2"}
    assert pick(engine, lease="me#2") == ["chat:1"]


def test_what_is_put_while_another_settles_is_not_forgotten(engine):
    """The due time of a box is reckoned by whoever holds its row, so a row put meanwhile is seen."""
    put(engine, "chat:1", "a")
    assert pick(engine) == ["chat:1"]
    began = Event()

    def settle() -> None:
        began.wait()
        with transaction(engine) as tx:
            outbox.settle(tx, outbox.Outcome(mailbox="chat:1", lease="me#1", sent=1), now=NOW)

    def put_slowly() -> None:
        with transaction(engine) as tx:
            outbox.put(tx, "chat:1", "reply", {"text": "b"}, due=NOW, now=NOW)
            began.set()
            tx.exec_driver_sql("SELECT pg_sleep(0.2)")

    with ThreadPoolExecutor(2) as threads:
        for done in (threads.submit(settle), threads.submit(put_slowly)):
            done.result()
    assert pick(engine, lease="me#2") == ["chat:1"]


def test_tries_on_one_order_are_all_counted(engine):
    begun = Barrier(4)

    def fail() -> list[str]:
        begun.wait()
        return run(engine, lambda tx: order_guard.failed(tx, ["KT-1"], at=NOW, most=4, within=timedelta(days=1)))

    with ThreadPoolExecutor(4) as threads:
        closed = [done.result() for done in [threads.submit(fail) for _ in range(4)]]
    assert sorted(closed) == [[], [], [], ["KT-1"]]


def test_a_bundle_holds_as_many_rows_as_one_box_may(engine):
    for number in range(25):
        put(engine, "chat:1", str(number))
    put(engine, "chat:2", "later", due=NOW + timedelta(seconds=9))
    with transaction(engine) as tx:
        (bundle,) = outbox.pick(tx, now=NOW, lease="me#1", until=NOW, limit=10)
        assert [mail.payload["text"] for mail in bundle.mails] == [str(number) for number in range(20)]
        assert pickup.next_due(tx, None) == NOW + timedelta(seconds=9)

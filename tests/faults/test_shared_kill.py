"""Two processes on one PostgreSQL, killed and stopped in the middle of many talks: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import re
from contextlib import ExitStack
from pathlib import Path
from random import Random
from signal import SIGCONT, SIGSTOP

import many_talks
import postgres
import pytest
from doubles.service import Service
from many_talks import POLICY, Kills
from sqlalchemy import create_engine, text

pytestmark = pytest.mark.postgres

CLOCK = '[clocks]\nbot_ack = "1s"\nfirst_response = "2s"\nmajor_human_response = "4s"\nhuman_first_response = "6s"\n'
SHOWN = "SELECT text FROM sandbox_messages WHERE kind = 'board'"
WAITING = "SELECT count(*) FROM tickets WHERE desk = 'sandbox' AND state = 'queued' AND owner_id IS NULL"
LATE = "SELECT ticket_no, count(*) FROM events WHERE kind = 'late' GROUP BY ticket_no"


class Pair:
    """Two services that share a database and the photos, each with a folder of its own."""

    def __init__(self, folder: Path, policy: str = POLICY) -> None:
        self.url = postgres.server().fresh()
        (folder / "policy.toml").write_text(policy)
        shared = {
            "DATABASE_URL": self.url,
            "MEDIA_URL": str(folder / "media"),
            "SECRET_KEY": "shared",
            "POLICY": str(folder / "policy.toml"),
            "LOG_LEVEL": "warning",
        }
        self.services = []
        for name in ("one", "two"):
            (folder / name).mkdir()
            self.services.append(Service(folder / name, shared))

    def take_in_orders(self, count: int) -> None:
        one = self.services[0]
        many_talks.write_orders(one.folder / "orders.csv", count)
        imported = one.run("orders", "import", "orders.csv")
        assert imported.returncode == 0, imported.stderr
        many_talks.make_samples(self.url)

    def rows(self, query: str) -> list[tuple]:
        engine = create_engine(self.url)
        with engine.connect() as database:
            found = [tuple(row) for row in database.execute(text(query))]
        engine.dispose()
        return found

    def __enter__(self) -> Pair:
        with ExitStack() as stack:
            stack.callback(postgres.server().drop, self.url)
            for service in self.services:
                stack.enter_context(service)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *how: object) -> None:
        self._stack.close()


def run(folder: Path, *, talks: int, kills: int, seed: int) -> None:
    chance = Random(seed)
    pair = Pair(folder)
    pair.take_in_orders(talks)
    people, trouble = many_talks.talks(talks, seed), Kills(pair.services, chance, kills)
    with pair:
        asyncio.run(many_talks.talk_all(pair.url, pair.services, people, chance, trouble))
        assert trouble.done == kills, "the talks were over before the last kill: give it more of them"
        many_talks.check(pair.url, people)
        assert pair.services[0].run("audit", "verify").returncode == 0
        assert [service.stop() for service in pair.services] == [0, 0]


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_by_kill_9_over_two_processes(tmp_path: Path, seed: int) -> None:
    run(tmp_path, talks=760, kills=6, seed=seed)  # three thousand messages


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 21))
def test_nothing_is_lost_by_kill_9_over_two_processes_in_more_seeds(tmp_path: Path, seed: int) -> None:
    run(tmp_path, talks=760, kills=8, seed=seed)


class Still:
    """One process is stopped amid its work; those who wrote to it write to the other until it goes on."""

    def __init__(self, pair: Pair) -> None:
        self.services = list(pair.services)
        self.stopped = self.services[0]

    async def __call__(self, over: asyncio.Event) -> None:
        await asyncio.sleep(1.5)
        assert not over.is_set(), "the talks were over before the stop: give it more of them"
        assert self.stopped.process
        self.stopped.process.send_signal(SIGSTOP)
        self.services.remove(self.stopped)
        await over.wait()

    def go_on(self) -> None:
        assert self.stopped.process
        self.stopped.process.send_signal(SIGCONT)
        self.services.append(self.stopped)


def true_to_the_rows(pair: Pair) -> bool:
    """Return whether the board shows how many tickets wait, and each promise that was broken is booked once."""
    ((board,),) = pair.rows(SHOWN)
    waiting = re.search(r"待接手 (\d+)", board)
    late = dict(pair.rows(LATE))
    assert set(late.values()) <= {1}, late
    return bool(waiting) and int(waiting[1]) == pair.rows(WAITING)[0][0] == len(late)


async def until_true(pair: Pair) -> None:
    async with asyncio.timeout(40):
        while not true_to_the_rows(pair):  # noqa: ASYNC110  what it looks at is in the database
            await asyncio.sleep(0.2)


def test_a_process_that_stands_still_is_stood_in_for(tmp_path: Path) -> None:
    chance = Random(5)
    pair = Pair(tmp_path, POLICY + CLOCK)
    pair.take_in_orders(160)
    people = many_talks.talks(160, 5)
    with pair:
        trouble = Still(pair)
        asyncio.run(many_talks.talk_all(pair.url, trouble.services, people[:120], chance, trouble))
        asyncio.run(until_true(pair))
        many_talks.check(pair.url, people[:120])
        trouble.go_on()

        async def nothing(_over: asyncio.Event) -> None:
            pass

        asyncio.run(many_talks.talk_all(pair.url, trouble.services, people[120:], chance, nothing))
        asyncio.run(until_true(pair))
        many_talks.check(pair.url, people)
        assert pair.services[0].run("audit", "verify").returncode == 0
        assert [service.stop() for service in pair.services] == [0, 0]

"""The probe of the database: a real write, at most every few seconds, and red while none gets through."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.runtime import web, write_probe
from bot.runtime.write_probe import FRESH, WriteProbe
from storage.database import DatabaseGone, open_writer, transaction
from storage.tables import METADATA, meta

NOW = datetime(2026, 6, 12, 11, 10, tzinfo=UTC)


class Writes:
    """A writer that can be made to fail or to hang."""

    def __init__(self, engine):
        self.engine, self.fails, self.hangs, self.count = engine, None, False, 0

    async def __call__(self, work):
        self.count += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails:
            raise self.fails
        with transaction(self.engine) as tx:
            return work(tx)


@pytest.fixture
def writes():
    engine = open_writer("sqlite://")
    METADATA.create_all(engine)
    yield Writes(engine)
    engine.dispose()


def probe(writes, ticks=lambda: 0.0):
    return WriteProbe(write=writes, clock=lambda: NOW, ticks=ticks)


async def test_it_writes_a_row(writes):
    assert await probe(writes).check() == {"ok": True, "writes": True}
    with transaction(writes.engine) as tx:
        assert tx.execute(select(meta.c.value).where(meta.c.key == "heartbeat")).scalar_one() == NOW.isoformat()


async def test_however_often_it_is_asked_it_writes_now_and_then(writes):
    now = [0.0]
    one = probe(writes, lambda: now[0])
    await asyncio.gather(*(one.check() for _ in range(50)))
    await one.check()
    assert writes.count == 1
    now[0] += FRESH + 1
    await one.check()
    assert writes.count == 2


@pytest.mark.parametrize("error", [sqlite3.OperationalError("database or disk is full"), DatabaseGone(), OSError("io")])
async def test_what_the_database_refuses_is_red_until_it_takes_writes_again(writes, caplog, error):
    now = [0.0]
    one = probe(writes, lambda: now[0])
    writes.fails = error
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert await one.check() == {"ok": False, "writes": False}
            now[0] += FRESH + 1
        writes.fails = None
        assert (await one.check())["ok"]
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


async def test_a_write_that_does_not_end_is_red(writes, monkeypatch):
    monkeypatch.setattr(write_probe, "WITHIN", 0.05)
    writes.hangs = True
    assert not (await probe(writes).check())["ok"]


@pytest.mark.parametrize("ok", [True, False])
async def test_health_is_red_when_either_is(writes, ok):
    writes.fails = None if ok else OSError("full")
    app = web.make_app(health=lambda: {"ok": True, "carrying": 0}, probe=probe(writes).check)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/healthz")
        assert (answer.status, await answer.json()) == (200 if ok else 503, {"ok": ok, "writes": ok, "carrying": 0})


async def test_no_write_is_tried_while_the_loops_do_not_live(writes):
    app = web.make_app(health=lambda: {"ok": False}, probe=probe(writes).check)
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/healthz")).status == 503
    assert writes.count == 0

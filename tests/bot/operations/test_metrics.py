"""/metrics: what is told, by which names, and that no dashboard or alert names what does not exist."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from doubles.ticket_house import House

from bot import measures
from bot.operations.health import Health
from bot.operations.metrics import FRESH, Metrics
from bot.runtime import web
from handlers.cases import filing
from storage import clocks, outbox, parked

MONITORING = Path(__file__).parents[3] / "deploy/monitoring"
LINE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)+)\})? (-?[0-9.e+]+|\+Inf)')


@pytest.fixture(autouse=True)
def standing(monkeypatch):
    monkeypatch.setattr(measures, "DOORS", measures.Standing())


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def page(house, **how):
    async def read(work):
        return work(house.tx)

    given = {"read": read, "clock": lambda: house.now, "waiting": lambda: (3, 1.5), "carrying": lambda: 2, **how}
    return Metrics(**given)


def parsed(text):
    """Return every sample by name and labels; the text has to be in the format."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("# "):
            name, labels, value = LINE.fullmatch(line).groups()
            assert (name, labels) not in found
            found[name, labels or ""] = float(value)
    kinds = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    assert len(kinds) == len(set(kinds)) == text.count("# HELP")
    return found


async def test_what_the_rows_tell(house):
    no = filing.file(house.tx, house.draft(), house.context).no
    outbox.put(house.tx, "chat:1", "reply", {}, due=house.now - timedelta(seconds=90), now=house.now)
    parked.keep(house.tx, key="k", door="telegram", raw={}, error="x", at=house.now)
    clock = clocks.running(house.tx, no)[0]
    house.now = clock.due_at + timedelta(minutes=1)
    clocks.breach(house.tx, no, clock.name, at=house.now)
    found = parsed(await page(house).text())
    assert found["claimdesk_tickets_open", 'severity="normal"'] == 1
    assert found["claimdesk_outbox_age_seconds", 'kind="reply"'] >= 90
    assert found["claimdesk_outbox_rows", 'kind="wake"'] > 1
    assert found["claimdesk_breaches_last_day", f'clock="{clock.name}"'] == 1
    assert (found["claimdesk_parked", ""], found["claimdesk_rows_readable", ""]) == (1, 1)
    assert (found["claimdesk_queue_depth", ""], found["claimdesk_queue_age_seconds", ""]) == (3, 1.5)
    house.now += timedelta(days=2)
    assert not any(name == "claimdesk_breaches_last_day" for name, _ in parsed(await page(house).text()))


async def test_rows_are_read_once_in_a_while_and_their_loss_is_told(house):
    reads, ticks = Counter(), [0.0]

    async def read(work):
        reads["n"] += 1
        if reads["n"] > 1:
            raise OSError
        return work(house.tx)

    made = page(house, read=read, ticks=lambda: ticks[0])
    for seconds, count, readable in ((0, 1, 1), (FRESH, 1, 1), (FRESH + 1, 2, 0)):
        ticks[0] = seconds
        assert parsed(await made.text())["claimdesk_rows_readable", ""] == readable
        assert reads["n"] == count


async def test_turns_are_counted_in_buckets(house, monkeypatch):
    turns = measures.Histogram("claimdesk_turn_seconds", "x")
    for seconds in (0.004, 0.005, 0.3, 99):
        turns.observe(seconds)
    told = {(added, labels): value for added, labels, value in turns.samples()}
    assert told["_bucket", (("le", "0.005"),)] == 2
    assert told["_bucket", (("le", "0.5"),)] == 3
    assert told["_bucket", (("le", "+Inf"),)] == told["_count", ()] == 4
    assert told["_sum", ()] == pytest.approx(99.309)


async def test_what_a_label_holds_cannot_break_the_page(house):
    measures.DOORS.wrong('a"b\\c\nd', measures.TOKEN)
    found = parsed(await page(house).text())
    assert found["claimdesk_door_wrong", 'door="a\\"b\\\\c\\nd",what="token refused"'] == 1


async def test_the_page_is_for_who_reaches_the_server_itself(house):
    app = web.make_app(health=lambda: {"ok": True}, doors=[page(house).door])
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/metrics")
        assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
        assert (await client.get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"})).status == 403


@pytest.mark.parametrize("file", ["claimdesk-dashboard.json", "claimdesk-alerts.yml"])
async def test_every_metric_that_a_file_names_exists(house, file):
    told = re.findall(r"^# TYPE (\S+) (\S+)$", await page(house).text(), re.MULTILINE)
    exist = {name for name, _ in told}
    exist |= {name + added for name, kind in told if kind == "histogram" for added in ("_bucket", "_sum", "_count")}
    text = (MONITORING / file).read_text(encoding="utf-8")
    named = set(re.findall(r"\bclaimdesk_\w+", text))
    assert len(named) > 8
    assert not named - exist
    if file.endswith("json"):
        panels = json.loads(text)["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels) == 12
    else:
        assert text.count("- alert:") == text.count("expr: '") == text.count("summary:")


async def test_health_is_red_for_a_refused_token_two_pollers_and_a_full_disk(tmp_path, monkeypatch):
    ticks = [0.0]
    monkeypatch.setattr(measures, "DOORS", measures.Standing(ticks=lambda: ticks[0]))

    async def writes():
        return {"ok": True, "writes": True}

    health = Health(writes=writes, folder=tmp_path)
    assert await health.check() == {"ok": True, "writes": True, "disk": True, "doors": {}}
    measures.trouble("telegram", ValueError(), measures.TOKEN)
    assert (await health.check())["doors"] == {"telegram": "token refused"}
    measures.DOORS.well("telegram")
    assert (await health.check())["ok"] is True
    measures.trouble("telegram", ValueError(), measures.POLLERS)
    measures.DOORS.well("telegram")  # in a fight each is heard now and then
    told = await health.check()
    assert (told["ok"], told["doors"]) == (False, {"telegram": "two pollers"})
    ticks[0] = measures.LASTS + 1
    measures.DOORS.well("telegram")
    assert (await health.check())["ok"] is True
    monkeypatch.setattr("bot.operations.health.ROOM", 1 << 80)
    told = await health.check()
    assert (told["ok"], told["disk"]) == (False, False)
    assert (await Health(writes=writes, folder=tmp_path / "gone").check())["disk"] is False

"""When the weekly report is due, of which days it is, and what the desk gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from types import SimpleNamespace

import figures_week as week
import pytest
from doubles.ticket_house import ZONE, House
from PIL import Image
from sqlalchemy import select

from bot.runtime import timers, weekly_report
from handlers.policy.loader import PolicyError, load
from handlers.policy.values import Report
from handlers.reports import weekly
from media.store import open_store
from storage import tables as t


@pytest.fixture
def house():
    made = House()
    made.policy = replace(made.policy, report=Report(weekly="mon 09:00"))
    yield made
    made.close()


def bundles(house, kind):
    """Return what waits for a carrier."""
    query = select(t.outbox.c.id, t.outbox.c.mailbox, t.outbox.c.payload).where(t.outbox.c.kind == kind)
    return [
        SimpleNamespace(mailbox=row.mailbox, mails=(SimpleNamespace(id=row.id, payload=row.payload),), lease="")
        for row in house.tx.execute(query.order_by(t.outbox.c.id))
    ]


def fire(house):
    for _, payload in house.due_wakes():
        if "weekly" in payload:
            weekly.fire(house.tx, payload, house.context)


@pytest.mark.parametrize(
    ("when", "now", "due"),
    [
        ("mon 09:00", (12, 19, 10), (15, 9, 0)),  # 12 June 2026 is a Friday
        ("fri 19:11", (12, 19, 10), (12, 19, 11)),
        ("fri 19:10", (12, 19, 10), (19, 19, 10)),
        ("fri 09:00", (12, 19, 10), (19, 9, 0)),
        ("thu 00:00", (12, 19, 10), (18, 0, 0)),
    ],
)
def test_the_next_time_is_that_of_the_business(house, when, now, due):
    house.now = datetime(2026, 6, *now, tzinfo=ZONE)
    assert weekly.following(when, house.context) == datetime(2026, 6, *due, tzinfo=ZONE)


def test_a_desk_has_one_timer_and_a_week_later_the_next(house):
    for _ in range(2):
        weekly.begin(house.tx, ["telegram"], house.context)
    assert house.next_wake() == datetime(2026, 6, 15, 9, tzinfo=ZONE)
    house.now = datetime(2026, 6, 16, 8, tzinfo=ZONE)  # nobody ran on Monday
    weekly.begin(house.tx, ["telegram"], house.context)
    fire(house)
    assert [one.mails[0].payload for one in bundles(house, "report")] == [
        {"desk": "telegram", "first": "2026-06-08", "last": "2026-06-14"}
    ]
    assert [one.mails[0].payload["due"] for one in bundles(house, "wake")] == ["2026-06-22T09:00:00+08:00"]


def test_a_time_that_the_policy_no_longer_names_is_over(house):
    weekly.begin(house.tx, ["telegram"], house.context)
    house.policy = replace(house.policy, report=Report())
    weekly.begin(house.tx, ["telegram"], house.context)
    house.later(days=7)
    fire(house)
    assert (bundles(house, "report"), bundles(house, "wake")) == ([], [])


def test_it_is_off_until_the_policy_names_a_time(house):
    house.policy = replace(house.policy, report=load("community-group-buy").report)
    weekly.begin(house.tx, ["telegram"], house.context)
    assert bundles(house, "wake") == []


@pytest.mark.parametrize("desk", ["telegram", "sandbox"])
async def test_the_desk_gets_one_picture_and_one_sentence(house, desk, tmp_path, monkeypatch):
    week.play(house)
    store = open_store(str(tmp_path))
    weekly.begin(house.tx, [desk], house.context)
    house.now = datetime(2026, 6, 22, 9, tzinfo=ZONE)  # a week of which no timer was due
    house.tx.execute(t.outbox.delete().where(t.outbox.c.mailbox.not_like("wake:weekly:%")))
    for bundle in bundles(house, "wake"):
        bundle.mails[0].payload["due"] = house.now.isoformat()
        monkeypatch.setattr(timers, "strike", lambda tx, bundle, now: None)
        timers.fire(house.tx, bundle, house.context)
    done = []
    monkeypatch.setattr(weekly_report, "strike", lambda tx, bundle, now: done.append(bundle.mailbox))

    async def run(ask):
        return ask(house.tx)

    reporter = weekly_report.Reporter(read=run, do=run, context=lambda: house.context, store=store)
    (ordered,) = bundles(house, "report")
    assert ordered.mails[0].payload == {"desk": desk, "first": "2026-06-15", "last": "2026-06-21"}
    await reporter.carry(ordered)
    assert done == [f"report:{desk}"]
    (note,) = house.mails(f"desk:{desk}:", "note")
    mine = 3 if desk == "telegram" else 1  # C, D and H began in that week, and the sandbox's own
    assert note["text"].startswith(f"一周售后（2026-06-15 至 2026-06-21）：工单 {mine}，满意度 –，按时率 0.0%")
    ((kind, key),) = note["media"]
    with Image.open(BytesIO(store.get(key))) as picture:
        assert (kind, picture.format, picture.width) == ("photo", "PNG", 1200)


@pytest.mark.parametrize("when", ["monday 09:00", "mon", "mon 9:00", "mon 25:00", "09:00", "mon 09:00 "])
def test_another_time_is_refused(when, tmp_path):
    file = tmp_path / "p.toml"
    file.write_text(f'extends = "community-group-buy"\n[report]\nweekly = "{when}"\n', encoding="utf-8")
    with pytest.raises(PolicyError, match="mon 09:00"):
        load(str(file))

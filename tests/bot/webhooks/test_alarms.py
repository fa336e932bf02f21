"""Alarms outside of the desk: pages of safety tickets, a desk that is not reached, a database that is not written."""

from __future__ import annotations

import hmac
from datetime import timedelta
from hashlib import sha256
from random import Random

import pytest
from doubles.order_system import SECRET, OrderSystem, Rounds, texts
from doubles.ticket_house import House
from sqlalchemy import select

from bot.channels import base
from bot.redaction import Redaction
from bot.webhooks.desk_watch import DATABASE, PATIENCE, DeskWatch
from bot.webhooks.letters import ALARMS
from bot.webhooks.posting import Poster
from handlers.cases import filing, timers
from handlers.desk import dispatch
from handlers.tickets import undelivered
from storage import outbox
from storage import tables as t
from storage.database import DatabaseGone
from storage.outbox import Mail, Outcome

MINUTE = timedelta(minutes=1)


@pytest.fixture
def house():
    made = House()
    made.outside = {"alert_webhook": True}
    yield made
    made.close()


@pytest.fixture
async def place():
    async with OrderSystem() as system:
        yield system


@pytest.fixture
async def rounds(house, place):
    poster = Poster(url=place.url, secret=SECRET)
    yield Rounds(house, ALARMS, poster, "alert")
    await poster.close()


def raised(house, **facts):
    """Return a safety ticket that came just now."""
    said = (((house.now - timedelta(seconds=5)).isoformat(), "我老公13812345678吃了拉肚子"),)
    draft = house.draft("", lines=(), photos=0, severity="safety", signals=("illness",), said=said, **facts)
    return filing.file(house.tx, draft, house.context).no


def chain(house, minutes):
    """Let the timers of so many minutes come."""
    end = house.now + minutes * MINUTE
    while (due := house.next_wake()) and due <= end:
        house.now = max(house.now, due)
        for _, payload in house.due_wakes():
            timers.fire(house.tx, payload, house.context)
    house.now = end


async def test_each_page_of_the_chain_is_told_with_whom_it_called(house, place, rounds):
    no = raised(house)
    await rounds.go()
    for _ in range(12):
        chain(house, 1)
        await rounds.go()
    called = [got.told["called"] for got in place.got]
    assert list(dict.fromkeys(called)) == ["agents", "supervisors", "everyone"]
    assert [got.told["minutes"] for got in place.got[:3]] == [0, 1, 2]
    first = place.got[0]
    assert {name: first.told[name] for name in ("kind", "ticket", "severity", "at")} == {
        "kind": "safety_page", "ticket": no, "severity": "safety", "at": (house.now - 12 * MINUTE).isoformat(),
    }  # fmt: skip
    assert no in first.told["text"]
    mac = hmac.new(SECRET.encode(), first.body, sha256).hexdigest()
    assert first.headers["X-Claimdesk-Signature"] == f"sha256={mac}"
    assert len(set(place.keys)) == len(place.got)


async def test_an_alarm_names_nobody(house, place, rounds):
    raised(house)
    chain(house, 12)
    await rounds.until(house.now)
    for got in place.got:
        body = got.body.decode("unicode_escape") + got.body.decode()
        assert not any(word in body for word in ("138", "李婷", "小林", "何姐", "老公", "2231"))


async def test_a_ticket_that_was_picked_up_pages_nobody_any_more(house, place, rounds):
    no = raised(house)
    dispatch.act(house.tx, house.staff(kind="tap", tap=f"pick:{no}"), house.context)
    await rounds.go()
    chain(house, 10)
    await rounds.until(house.now)
    assert len(place.got) == 1


async def test_without_a_secret_an_alarm_is_not_signed(house, place, rounds):
    rounds.poster.secret = ""
    raised(house)
    await rounds.go()
    assert "X-Claimdesk-Signature" not in place.got[0].headers


async def test_without_an_address_no_alarm_is_stored(house):
    house.outside = {}
    raised(house)
    assert house.mails("alert:%") == []
    assert not house.tx.execute(select(t.outbox.c.id).where(t.outbox.c.kind == "alert")).all()


async def test_an_ordinary_ticket_raises_no_alarm(house):
    filing.file(house.tx, house.draft(), house.context)
    assert not house.tx.execute(select(t.outbox.c.id).where(t.outbox.c.kind == "alert")).all()


async def test_an_alarm_has_a_mailbox_of_its_own_behind_the_card(house):
    no = raised(house)
    query = select(t.mailboxes.c.priority).where(t.mailboxes.c.name.in_([f"desk:telegram:{no}", f"alert:{no}"]))
    assert house.tx.execute(query.order_by(t.mailboxes.c.name)).scalars().all() == [outbox.URGENT, outbox.SAFETY]


async def test_an_address_that_is_away_gets_the_newest_alarm_when_it_is_back(house, place, rounds):
    no = raised(house)
    place.status = 500
    for _ in range(15):
        await rounds.until(house.now)
        chain(house, 1)
    assert len(house.mails(f"alert:{no}")) == 1
    assert [text for text in texts(house.at_desk("", "note")) if "ALERT_WEBHOOK_URL" in text]
    place.status, place.got = 200, []
    await rounds.until(house.now + 2 * MINUTE)
    assert [got.told["minutes"] for got in place.got] == [15]
    assert "报警地址恢复" in texts(house.at_desk("", "note"))[-1]


async def test_an_old_alarm_is_given_up(house, place, rounds):
    no = raised(house)
    dispatch.act(house.tx, house.staff(kind="tap", tap=f"pick:{no}"), house.context)
    place.status = 500
    assert len(await rounds.until(house.now + timedelta(hours=3))) == 65
    assert not rounds.boxes()


async def test_a_safety_card_that_is_refused_for_good_is_told(house):
    no = raised(house)
    box = f"desk:telegram:{no}"
    row = house.tx.execute(
        select(t.outbox.c.id).where(t.outbox.c.mailbox == box, t.outbox.c.kind == "card")
    ).scalar_one()
    undelivered.died(house.tx, Outcome(mailbox=box, lease="", dead=row, error="chat not found"), house.context)
    alarm = house.mails(f"alert:{no}")[-1]["body"]
    assert (alarm["kind"], alarm["ticket"]) == ("card_undelivered", no)
    assert "chat not found" in alarm["text"]


class Watched:
    """A watch on the house's desk, whose database may fail."""

    def __init__(self, house, poster):
        async def write(work):
            if not self.writes:
                raise DatabaseGone("full")
            return work(house.tx)

        async def probe():
            return {"writes": self.writes}

        async def never(_):
            raise AssertionError

        self.writes, self.house = True, house
        doors = base.House(receive=never, act=never, write=write, read=write)
        self.watch = DeskWatch(
            poster=poster, house=doors, probe=probe, context=lambda: house.context, clock=lambda: house.now,
            safe=Redaction(["77:secret-token"]),
        )  # fmt: skip

    def carried(self, error="", *, box="desk:telegram:CD-1", kind="note", **payload):
        self.watch.carried(box, [Mail(id=1, kind=kind, payload={"ticket": "CD-1", **payload})], error)

    async def look(self, after=timedelta()):
        self.house.now += after
        await self.watch.look()
        found = self.house.tx.execute(
            select(t.outbox.c.payload).where(t.outbox.c.kind == "alert").order_by(t.outbox.c.id)
        )
        return [row["body"] for row in found.scalars()]


@pytest.fixture
def watched(house, rounds):
    return Watched(house, rounds.poster)


async def test_a_desk_that_is_not_reached_for_a_while_is_told_once_and_once_when_it_is_back(watched):
    watched.carried("Unauthorized: 77:secret-token is refused")
    assert await watched.look(PATIENCE - timedelta(seconds=1)) == []
    watched.carried("Unauthorized: 77:secret-token is refused")
    (alarm,) = await watched.look(timedelta(seconds=1))
    assert (alarm["kind"], alarm["desk"], alarm["ticket"]) == ("desk_down", "telegram", None)
    assert "Unauthorized" in alarm["text"]
    assert "secret-token" not in alarm["text"]
    watched.carried("still")
    assert len(await watched.look(10 * MINUTE)) == 1
    watched.carried()
    assert [one["kind"] for one in await watched.look(MINUTE)] == ["desk_up"]
    assert len(await watched.look(10 * MINUTE)) == 1


async def test_a_desk_that_got_something_through_is_reached(watched):
    for _ in range(5):
        watched.carried("busy")
        assert await watched.look(MINUTE) == []
        watched.carried()
    assert await watched.look(10 * MINUTE) == []


async def test_a_safety_card_that_alone_does_not_get_through_is_told(watched):
    watched.carried("group refused it", kind="card", severity="safety")
    watched.carried(box="board:telegram")
    (alarm,) = await watched.look(PATIENCE)
    assert (alarm["kind"], alarm["ticket"]) == ("card_undelivered", "CD-1")
    watched.carried(kind="card", severity="safety")
    assert len(await watched.look(PATIENCE)) == 1


async def test_the_sandboxs_desk_is_nobodys_concern(watched):
    watched.carried("away", box="desk:sandbox:CD-1", kind="page")
    assert await watched.look(10 * MINUTE) == []


async def test_a_database_that_takes_no_writes_is_told_past_the_outbox(watched, place):
    watched.writes = False
    await watched.look()
    assert await watched.look(DATABASE - timedelta(seconds=1)) == []
    assert place.got == []
    place.status = 500
    await watched.look(timedelta(seconds=1))
    place.status = 200
    await watched.look(timedelta(seconds=5))
    await watched.look(timedelta(seconds=5))
    watched.writes = True
    await watched.look(MINUTE)
    await watched.look(MINUTE)
    assert [got.told["kind"] for got in place.got] == ["database_down", "database_down", "database_up"]


async def test_a_desk_alarm_that_could_not_be_stored_is_not_forgotten(watched):
    watched.carried("away")
    watched.writes = False
    await watched.look(PATIENCE)
    watched.writes = True
    assert [one["kind"] for one in await watched.look(MINUTE)] == ["desk_down"]


def test_chance_is_handed_in(house):
    """Two alarms of one moment have different keys."""
    house.random = Random(3)
    first, second = raised(house), raised(house, id="other")
    assert house.mails(f"alert:{first}")[0]["key"] != house.mails(f"alert:{second}")[0]["key"]

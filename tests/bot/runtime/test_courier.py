"""The courier: what a door's answer, its failure and its silence come to."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.base import Delivery, Unreachable
from bot.runtime.courier import GIVEN_UP, NO_DOOR, UNTIL_WRITTEN, Courier
from storage.outbox import Bundle, Mail

NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)


class Door:
    """A channel and desk that answers what it is told to."""

    name = "telegram"

    def __init__(self, answer):
        self.answer, self.got = answer, []

    async def send(self, account, mails):
        self.got.append((account, [mail.payload["text"] for mail in mails]))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def carry(self, mailbox, mails):
        return await self.send(mailbox, mails)


class Post:
    """The courier with what it reports."""

    def __init__(self, answer, *, desk=False):
        self.door = Door(answer)
        self.settled, self.buried = [], []
        doors = {"telegram": self.door}
        self.courier = Courier(
            clock=lambda: NOW,
            settle=self.settled.append,
            address=self.address,
            died=self.died,
            channels={} if desk else doors,
            desks=doors if desk else {},
            inside={"wake": self.inside},
        )
        self.woken = []

    async def address(self, number):
        return ("telegram", f"account {number}")

    async def died(self, outcome):
        self.buried.append(outcome)

    async def inside(self, bundle):
        self.woken.append(bundle.mailbox)

    async def carry(self, mailbox="chat:7", attempts=0):
        mails = tuple(Mail(id=number, kind="reply", payload={"text": f"m{number}"}) for number in (4, 5))
        self.courier.carry([Bundle(mailbox=mailbox, lease="me", attempts=attempts, mails=mails)])
        await asyncio.gather(*self.courier.tasks)
        return (self.settled or self.buried or [None])[0]


async def test_what_was_sent_is_struck_off():
    post = Post(Delivery(sent=5))
    outcome = await post.carry()
    assert post.door.got == [("account 7", ["m4", "m5"])]
    assert (outcome.sent, outcome.again, outcome.failed) == (5, None, False)


async def test_a_wait_is_kept_as_long_as_the_platform_says():
    outcome = await Post(Delivery(sent=4, later=30, error="429")).carry()
    assert (outcome.sent, outcome.again, outcome.error) == (4, NOW + timedelta(seconds=30), "429")


async def test_mail_may_wait_for_the_customers_word():
    outcome = await Post(Delivery(until_written=True, error="window")).carry()
    assert outcome.again == NOW + UNTIL_WRITTEN
    assert not outcome.failed


async def test_mail_is_booked_once_though_the_desk_could_not_be_told(caplog):
    post = Post(Delivery(until_written=True, error="window"))

    async def told(_mails, _outcome):
        raise LookupError("a fault in the code")

    post.courier.told = told
    await post.carry()
    assert [outcome.again for outcome in post.settled] == [NOW + UNTIL_WRITTEN]
    assert "the desk could not be informed" in caplog.text


async def test_a_refusal_for_good_is_a_dead_letter():
    post = Post(Delivery(sent=4, refused=5, error="blocked"))
    await post.carry()
    assert not post.settled
    assert (post.buried[0].sent, post.buried[0].dead, post.buried[0].error) == (4, 5, "blocked")


@pytest.mark.parametrize("error", [Unreachable("away"), TimeoutError(), ConnectionResetError()])
async def test_an_unreachable_platform_is_tried_for_ever_with_longer_waits(error):
    first = await Post(error).carry(attempts=0)
    late = await Post(error).carry(attempts=GIVEN_UP + 50)
    assert first.failed
    assert late.failed
    assert NOW < first.again < NOW + timedelta(seconds=2)
    assert NOW + timedelta(seconds=200) < late.again <= NOW + timedelta(seconds=375)


async def test_a_platform_that_names_its_wait_is_believed():
    outcome = await Post(Unreachable("slow down", 17)).carry()
    assert outcome.again == NOW + timedelta(seconds=17)


async def test_a_failure_nobody_explains_ends_as_a_dead_letter():
    post = Post(KeyError("bug"))
    outcome = await post.carry(attempts=GIVEN_UP - 1)
    assert not post.settled
    assert outcome.dead == 4
    assert "bug" in outcome.error


async def test_mail_for_a_door_that_is_not_open_waits_and_is_no_failure():
    outcome = await Post(Delivery(sent=5)).carry("desk:telegram:CD-1")
    assert outcome.again == NOW + timedelta(seconds=NO_DOOR)
    assert not outcome.failed


async def test_the_desks_mail_goes_to_the_desk():
    post = Post(Delivery(sent=5), desk=True)
    await post.carry("desk:telegram:CD-1")
    assert post.door.got == [("desk:telegram:CD-1", ["m4", "m5"])]


async def test_timers_stay_in_the_house():
    post = Post(Delivery())
    assert await post.carry("wake:clock:CD-1:acceptance") is None
    assert post.woken == ["wake:clock:CD-1:acceptance"]


async def test_what_becomes_of_mail_to_a_desk_is_told_to_the_watch():
    told = []
    for answer in (Delivery(sent=5), Delivery(later=30, error="429"), Delivery(sent=4, later=1), Unreachable("away")):
        post = Post(answer, desk=True)
        post.courier.watch = lambda mailbox, mails, error: told.append((mailbox, len(mails), error))
        await post.carry("desk:telegram:CD-1")
    ways = ["", "429", "", "Unreachable: away"]
    assert told == [("desk:telegram:CD-1", 2, error) for error in ways]


async def test_mail_to_a_desk_that_is_not_open_is_told_to_the_watch_and_mail_to_customers_is_not():
    told = []
    post = Post(Delivery(sent=5))
    post.courier.watch = lambda mailbox, _mails, error: told.append((mailbox, error))
    await post.carry("chat:7")
    await post.carry("board:telegram")
    assert told == [("board:telegram", "no desk")]

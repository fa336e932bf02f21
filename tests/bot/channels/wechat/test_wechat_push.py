"""Pushes: the ledger of the quota, merging, waiting, the platform's refusals and outages, media."""

from __future__ import annotations

import asyncio

import pytest
from wechat_house import choices, shop

from handlers.messages.models import Reply
from storage.tables import mailboxes, outbox


@pytest.fixture
async def house(tmp_path):
    async with shop(tmp_path, open_for=0.12) as running:
        running.say = lambda inbound: []
        yield running
        assert running.platform.violations == []


def later(house, seconds):
    """Let time pass for the house and the platform."""
    base = house.platform.clock
    house.platform.clock = lambda: base() + seconds


async def answered(house, act):
    """Do something that will be answered in its callback, however busy the machine is."""
    house.channel.callback.open_for = 4.0
    told = await act
    house.channel.callback.open_for = 0.12
    return told


async def waiting(house):
    return [row.payload["text"] for row in await house.rows(outbox.select().order_by(outbox.c.id))]


async def struck(house):
    """Wait until nothing waits in the outbox."""
    for _ in range(200):
        if not await waiting(house):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"still waiting: {await waiting(house)}")


async def why(house):
    return [row.blocked_why for row in await house.rows(mailboxes.select()) if row.blocked]


async def parked(house, reason):
    for _ in range(200):
        if reason in await why(house):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{reason} is not among {await why(house)}")


async def test_a_late_text_is_pushed(house):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    await house.tell("oLi", "已通过")
    await house.platform.until(lambda: li.seen == [("push", "已通过")])
    assert house.platform.calls == ["stable_token", "message/custom/send"]
    await struck(house)


async def test_waiting_texts_are_merged_into_one_push(house):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    await house.tell("oLi", "一", "二", choices(("好", "offer:CD-1:yes"), text="三"))
    await house.platform.until(lambda: li.seen)
    assert li.texts[0].startswith("一\n\n二\n\n三\n<a href=")


async def test_four_pushes_then_one_for_the_decision_then_the_next_message(house):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    for number in range(5):
        await house.tell("oLi", f"第{number}条")
        await house.platform.until(lambda n=number: len(li.seen) == min(4, n + 1))
    await parked(house, "window")
    assert await waiting(house) == ["第4条"]
    await house.tell("oLi", choices(("很满意", "rate:CD-1:5"), text="已通过"))
    await asyncio.sleep(0.2)
    assert len(li.seen) == 4  # order is kept: the decision waits behind what waits
    told = await answered(house, li.text("在吗"))
    assert told.text.startswith("第4条\n\n已通过")


async def test_the_decision_takes_the_last_push(house):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    for number in range(4):
        await house.tell("oLi", f"第{number}条")
        await house.platform.until(lambda n=number: len(li.seen) == n + 1)
    await house.tell("oLi", choices(("很满意", "rate:CD-1:5"), text="已通过"))
    await house.platform.until(lambda: len(li.seen) == 5)
    assert li.texts[-1].startswith("已通过")


async def test_past_48_hours_the_text_waits_for_the_customer(house):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    later(house, 48 * 3600)
    await house.tell("oLi", "已通过")
    await parked(house, "window")
    assert "message/custom/send" not in house.platform.calls
    assert (await answered(house, li.text("怎么样了"))).text == "已通过"
    await struck(house)


async def test_a_click_opens_three_pushes_for_a_minute_and_no_window(house):
    li = house.platform.follower("oLi")
    house.say = lambda inbound: [choices(("提交", "submit:1@ab"))] if inbound.kind == "text" else []
    await answered(house, li.text("草莓"))
    later(house, 47 * 3600)
    await li.tap("提交")
    for number in range(3):
        await house.tell("oLi", f"第{number}条")
        await house.platform.until(lambda n=number: len(li.seen) == n + 2)
    assert (li.clicks, li.count) == (3, 0)
    later(house, 2 * 3600)
    await li.tap("提交")
    later(house, 61)
    await house.tell("oLi", "晚了")
    await parked(house, "window")


async def test_the_ledger_outlives_a_restart(house):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    for number in range(4):
        await house.tell("oLi", f"第{number}条")
        await house.platform.until(lambda n=number: len(li.seen) == n + 1)
    await house.restart()
    await house.tell("oLi", "第4条")
    await parked(house, "window")
    assert house.platform.calls.count("stable_token") == 1  # the token outlives it too


@pytest.mark.parametrize(
    ("code", "reason"), [(43004, "not following"), (45015, "window"), (45047, "quota"), (48001, "permission")]
)
async def test_refusals_that_only_the_customer_can_lift(house, code, reason):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    house.platform.fail("message/custom/send", code=code, times=9)
    await house.tell("oLi", "已通过")
    await parked(house, reason)
    assert house.platform.calls.count("message/custom/send") == 1
    assert (await answered(house, li.text("在吗"))).text == "已通过"


async def test_who_left_is_not_pushed_to_and_hears_it_when_back(house):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    await li.unfollow()
    await house.tell("oLi", "已通过")
    await parked(house, "window")
    assert "message/custom/send" not in house.platform.calls
    assert (await answered(house, li.follow())).text == "已通过"


async def test_without_pushes_everything_waits_and_comes_in_one_answer(tmp_path):
    async with shop(tmp_path, push=False) as house:
        li = house.platform.follower("oLi")
        house.say = lambda inbound: [Reply(text=f"收到{inbound.text}", echo=True)]
        house.quiet = 0.5
        assert (await li.text("一")).text == "收到一"
        await house.tell("oLi", "已通过")
        await parked(house, "passive only")
        told = await li.text("二")
        assert (told.text, told.tries) == ("已通过\n\n收到二", 1)
        assert house.platform.calls == []


async def test_a_long_text_is_cut_at_lines_and_goes_on_where_it_stopped(tmp_path):
    async with shop(tmp_path, push=False) as house:
        li = house.platform.follower("oLi")
        lines = [f"{number}号 " + "草莓" * 40 for number in range(20)]
        house.say = lambda inbound: ["\n".join(lines)] if inbound.text == "清单" else []
        told = [await li.text("清单")]
        await parked(house, "passive only")
        await house.restart()
        while len(told) < 3:
            await parked(house, "passive only")
            told.append(await li.text("还有呢"))
        assert "\n".join(each.text for each in told) == "\n".join(lines)
        assert all(len(each.text.encode()) <= 1800 for each in told)
        await struck(house)

"""Open callbacks: who is answered, in which order, and who waits for whom."""

from __future__ import annotations

import asyncio

from bot.channels.wechat.open_callbacks import MARGIN, Slots
from storage.platforms.wechat import Answer

ANSWER = Answer(kind="text", content="好")


def expect(slots, key, account="oLi", seconds=1.0):
    return slots.expect(key, account, ends=asyncio.get_running_loop().time() + seconds)


async def test_the_newest_open_one_is_found_and_others_stay():
    slots = Slots()
    first, second, other = expect(slots, "a"), expect(slots, "b"), expect(slots, "c", "oWang")
    assert slots.open_to("oLi") is None
    for slot in (first, second, other):
        slot.commit()
    assert await slots.find("oLi") is second
    filling = asyncio.create_task(slots.fill(second, ANSWER))
    assert await second.answer == ANSWER
    second.wrote()
    assert await filling
    assert await slots.find("oLi") is first
    slots.close(second)
    slots.close(first)
    assert await slots.find("oLi") is None


async def test_who_is_about_to_open_is_waited_for():
    slots = Slots()
    coming = expect(slots, "a")
    finding = asyncio.create_task(slots.find("oLi"))
    await asyncio.sleep(0.01)
    assert not finding.done()
    coming.commit()
    assert await finding is coming


async def test_who_fails_to_open_is_not_waited_for():
    slots = Slots()
    coming = expect(slots, "a")
    finding = asyncio.create_task(slots.find("oLi"))
    await asyncio.sleep(0.01)
    slots.close(coming)
    assert await finding is None
    assert not slots.any_to("oLi")


async def test_an_answer_that_nobody_wrote_out_is_not_remembered():
    slots = Slots()
    slot = expect(slots, "a")
    slot.commit()
    filling = asyncio.create_task(slots.fill(slot, ANSWER))
    await slot.answer
    assert slots.given("a") == ANSWER
    slots.close(slot)
    assert not await filling
    assert slots.given("a") is None


async def test_a_slot_about_to_end_is_not_filled_and_ends_unanswered():
    slots = Slots()
    slot = expect(slots, "a", seconds=MARGIN)
    slot.commit()
    assert not slot.is_open
    assert await slot.answer is None


async def test_a_hurry_ends_them_all():
    slots = Slots()
    slot = expect(slots, "a", seconds=60)
    slot.commit()
    slots.hurry(0.01)
    assert await asyncio.wait_for(slot.answer, 1) is None
    slots.close(slot)
    assert slots._waiting == {}

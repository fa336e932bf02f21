from __future__ import annotations

import asyncio

import pytest

from bot.runtime.lanes import Lanes


async def test_one_chat_goes_in_order_and_another_beside_it():
    lanes, done = Lanes(), []
    first = asyncio.Event()

    async def work(chat, name, until=None):
        async with lanes.enter(chat):
            if until:
                await until.wait()
            done.append(name)

    tasks = [asyncio.create_task(work("a", "a1", first)), asyncio.create_task(work("a", "a2"))]
    await asyncio.sleep(0)
    await work("b", "b1")
    assert (done, len(lanes)) == (["b1"], 1)
    first.set()
    await asyncio.gather(*tasks)
    assert (done, len(lanes)) == (["b1", "a1", "a2"], 0)


async def test_a_lane_is_free_again_after_a_failure_or_an_end():
    lanes, never = Lanes(), asyncio.Event()
    with pytest.raises(LookupError):
        async with lanes.enter("a"):
            raise LookupError

    async def work():
        async with lanes.enter("a"):
            await never.wait()

    tasks = [asyncio.create_task(work()) for _ in range(2)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len(lanes) == 0

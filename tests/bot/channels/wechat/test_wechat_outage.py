"""The platform away for an hour of the house's clock: nothing lost, no storm, order kept, the desk told."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress

from aiohttp import ClientSession, TraceConfig
from wechat_house import shop

from storage.tables import outbox

SPEED = 600  # an hour in six seconds
HOUR = 3600
PEOPLE = 30
CLOSED = "http://127.0.0.1:9"  # nobody listens there


@asynccontextmanager
async def hurried(house):
    """Let the clocks of house and platform run fast; the writer looks at its mail as often as its clock wants."""
    began, base = time.monotonic(), time.time()
    house.platform.clock = lambda: base + (time.monotonic() - began) * SPEED
    house.channel.line.availability.time = house.platform.clock

    async def nudge():
        while True:
            await house.runner.do(lambda tx: None)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(nudge())
    try:
        yield lambda: house.platform.clock() - base
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def counted(line):
    """Count every request that the line begins, whatever becomes of it."""
    asked = []

    async def begun(_session, _context, request):
        asked.append(request.url.path)

    trace = TraceConfig()
    trace.on_request_start.append(begun)
    line._http = ClientSession(trace_configs=[trace])
    return asked


async def mail(house, boxes):
    rows = await house.rows(outbox.select().where(outbox.c.mailbox.like(boxes)).order_by(outbox.c.id))
    return [row.payload["text"] for row in rows]


async def test_an_hour_away(tmp_path):
    async with shop(tmp_path, open_for=0.12) as house:
        house.say = lambda inbound: []
        people = [house.platform.follower(f"o{number}") for number in range(PEOPLE)]
        await asyncio.gather(*(who.text("草莓坏了") for who in people))
        asked, base = counted(house.channel.line), house.channel.line.base
        down = house.platform.fail("*", status=502, times=10**6)
        async with hurried(house) as passed:
            for word in ("一", "二", "三"):  # all through the hour
                for who in people:
                    await house.tell(who.openid, f"{word}，{who.openid}")
                    await asyncio.sleep(HOUR / SPEED / (3 * PEOPLE) * 0.9)
                if word == "二":
                    house.channel.line.base = CLOSED
            await asyncio.sleep(max(0.0, HOUR - passed()) / SPEED)
            during = len(asked)
            assert [who.seen for who in people if who.seen] == []
            assert len(await mail(house, "chat:%")) == 3 * PEOPLE
            (told,) = await mail(house, "desk:%")
            assert "联系不上" in told
            house.channel.line.base, down.times = base, 0
            await house.platform.until(lambda: all("三，" in "".join(who.texts) for who in people), 8)
        for who in people:
            assert "\n".join(who.texts).split() == [f"{word}，{who.openid}" for word in ("一", "二", "三")]
        assert 30 <= during <= 75, asked  # about one a minute, by whomever it is
        assert len(asked) - during <= 2 * PEOPLE + 5
        assert house.dead == []
        assert await mail(house, "chat:%") == []
        away, back = await mail(house, "desk:%")
        assert "联系不上" in away
        assert "已恢复" in back
        assert house.platform.violations == []

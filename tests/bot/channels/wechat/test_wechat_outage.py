"""The platform away for an hour of the house's clock: nothing lost, no storm, order kept, the desk told."""

from __future__ import annotations

import asyncio
import time

from aiohttp import ClientSession, TraceConfig
from wechat_house import shop

from storage.tables import outbox

STEP = 20.0  # seconds of the set clock between two looks at the mail
HOUR = 3600
PEOPLE = 10
CLOSED = "http://127.0.0.1:9"  # nobody listens there


class Hours:
    """The clock of house and platform; whenever it goes on, all that is due is carried before it goes further."""

    def __init__(self, house):
        self.house, self.began = house, time.time()
        self.at = self.began
        house.platform.clock = house.channel.line.availability.time = lambda: self.at

    async def pass_(self, seconds):
        end = self.at + seconds
        while self.at < end:
            self.at = min(end, self.at + STEP)
            await self.rest()

    async def rest(self):
        await self.house.runner.do(lambda tx: None)
        while self.house.courier.tasks:
            await asyncio.wait(self.house.courier.tasks)
            await self.house.runner.do(lambda tx: None)


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
        hours = Hours(house)
        for word in ("一", "二", "三"):  # all through the hour
            for who in people:
                await house.tell(who.openid, f"{word}，{who.openid}")
                await hours.pass_(HOUR / (3 * PEOPLE))
            if word == "二":
                house.channel.line.base = CLOSED
        during = len(asked)
        assert [who.seen for who in people if who.seen] == []
        assert len(await mail(house, "chat:%")) == 3 * PEOPLE
        (told,) = await mail(house, "desk:%")
        assert "联系不上" in told
        house.channel.line.base, down.times = base, 0
        await hours.pass_(10 * 60)
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

"""An evening of the service whose process ends before every line."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.desk import cards
from storage import tables as t

ZONE = ZoneInfo("Asia/Shanghai")


XIAO_LIN = {"user": "77", "name": "小林", "supervisor": False}


A_JIE = {"user": "78", "name": "阿杰", "supervisor": False}


SISTER_HE = {"user": "79", "name": "何姐", "supervisor": True}


class Evening:
    """A service whose process ends before every line; `began` is the minute from which the lines are counted."""

    def __init__(self, service, openid, began):
        self.service, self.began = service, datetime.fromisoformat(began).replace(tzinfo=ZONE)
        self.who = service.platform.follower(openid)

    async def at(self, **later):
        """End the process and begin another that much later."""
        await self.service.stop()
        now = (self.began + timedelta(**later)).isoformat()
        self.service.settings = replace(self.service.settings, claimdesk_now=now)
        await self.service.start()

    async def staff(self):
        for member in (XIAO_LIN, A_JIE, SISTER_HE):
            await self.service.act(kind="joined", **member)

    async def ticket(self):
        (ticket,) = await self.service.rows(t.tickets)
        return ticket

    async def taps(self, member, name):
        return await self.service.act(kind="tap", tap=f"{name}:{(await self.ticket()).no}", **member)

    async def replies(self, member, words, quoted=""):
        quoted = quoted or (await self.ticket()).no
        return await self.service.act(kind="reply", text=words, reply_to="1", quoted=quoted, **member)

    async def answers(self, member, words):
        """Answer the question that the desk was asked last."""
        asked = [event.data["text"] for event in await self.service.rows(t.events) if event.kind == "question"]
        return await self.replies(member, words, quoted=asked[-1])

    async def mail(self, kind):
        """Return the rows for the desk: no desk is open here, so they wait."""
        rows = [row for row in await self.service.rows(t.outbox) if row.mailbox.startswith("desk:")]
        return [row.payload for row in rows if row.kind == kind]

    async def card(self):
        no, context = (await self.ticket()).no, self.service.app.context()
        return (await self.service.app.read(lambda tx: cards.card(tx, no, context))).text

    async def comes(self, holds, seconds=8.0):
        """Wait until rows say so."""
        for _ in range(int(seconds / 0.05)):
            if await holds():
                return
            await asyncio.sleep(0.05)
        raise AssertionError("did not come to pass")

    async def paged(self, *names):
        """Wait until the newest page calls exactly these."""

        async def called():
            pages = await self.mail("page")
            return bool(pages) and {name for _, name in pages[-1]["mentions"]} == set(names)

        await self.comes(called)

    async def hears(self, *words, since):
        """Wait for a push that came after the first `since` messages and holds all of these words."""
        await self.service.platform.until(lambda: len(self.who.seen) > since)
        told = "\n".join(text for kind, text in self.who.seen[since:] if kind == "push")
        assert all(word in told for word in words), told

    async def clock(self, name):
        (clock,) = [row for row in await self.service.rows(t.clocks) if row.name == name]
        return clock.due_at.astimezone(ZONE).strftime("%m-%d %H:%M")

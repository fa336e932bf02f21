"""A small house behind the WeChat door: the real writer, courier and outbox over SQLite, with a scripted turn."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from databases import lay_out
from doubles.wechat import Platform

from bot.channels.base import House
from bot.channels.wechat.channel import Account, WeChatChannel
from bot.channels.wechat.open_callbacks import Slots
from bot.runtime.courier import Courier
from bot.runtime.writer import Runner
from handlers.messages import mailboxes
from handlers.messages.models import Button, Inbound, Reply
from storage import conversations, outbox
from storage.database import WriteLock, open_readers, open_writer, read
from storage.outbox import Outcome

PHOTO = b"\xff\xd8\xff\xe0 a photo"


class Shop:
    """A running house. `say(inbound)` gives the replies of a turn: texts or Replies; those of `held` are echoes."""

    def __init__(self, folder: Path, platform: Platform, **settings):
        self.folder, self.platform, self.settings = folder, platform, settings
        self.open_for = settings.pop("open_for", 4.3)
        self.got: list[Inbound] = []
        self.files = {"aa/photo.jpg": PHOTO}
        self.dead: list[Outcome] = []
        self.say = lambda inbound: [f"收到：{inbound.text or inbound.tap or inbound.kind}"]
        self.quiet = 0.0
        self.shift = timedelta()
        self.receiving = None  # replaced by tests: what receive does before the turn

    def now(self):
        return datetime.fromtimestamp(self.platform.clock(), UTC)

    async def start(self):
        url = f"sqlite:///{self.folder / 'shop.db'}"
        self.engine, self.readers = open_writer(url), open_readers(url)
        lay_out(self.engine)
        self.courier = Courier(
            clock=self.now,
            settle=lambda outcome: self.runner.settle(outcome),
            address=self.address,
            died=self.died,
            channels={},
            desks={},
            inside={},
        )
        self.runner = Runner(
            engine=self.engine,
            lock=WriteLock(self.folder),
            clock=self.now,
            park=lambda *a: None,
            carry=self.courier.carry,
            lease="test",
        )
        house = House(receive=self.receive, act=self.receive, write=self.runner.do, read=self.read)
        known = self.platform
        keys = {"aes_key": known.key, "api_base": known.url, **self.settings}
        self.channel = WeChatChannel(
            house=house,
            account=Account(app_id=known.app_id, secret=known.secret, token=known.token, **keys),
            load=self.load,
            clock=self.now,
            open_for=self.open_for,
        )
        self.courier.channels = {"wechat": self.channel}
        app = web.Application()
        self.channel.attach(app)
        self.server = web.AppRunner(app, access_log=None, shutdown_timeout=1, auto_decompress=False)
        await self.server.setup()
        await web.TCPSite(self.server, "127.0.0.1", 0).start()
        known.callback = f"http://127.0.0.1:{self.server.addresses[0][1]}/wechat"
        self.runner.start()
        await self.runner.do(lambda tx: None)

    async def stop(self):
        await self.server.cleanup()
        self.runner.stop_carrying()
        await self.courier.drain(1)
        await self.channel.close()
        await self.runner.stop()
        await self.readers.dispose()
        self.engine.dispose()

    async def restart(self):
        await self.stop()
        await self.start()

    async def read(self, function):
        return await read(self.readers, function)

    async def load(self, key):
        return self.files[key]

    async def address(self, number):
        found = await self.read(lambda tx: conversations.by_id(tx, number))
        return found.channel, found.account

    async def died(self, outcome):
        self.dead.append(outcome)
        self.runner.settle(outcome)

    async def receive(self, inbound):
        if self.receiving:
            await self.receiving(inbound)
        await self.runner.do(lambda tx: self.turn(tx, inbound), inbound)

    def turn(self, tx, inbound):
        talk = conversations.open_(tx, inbound.channel, inbound.account, name="", now=self.now())
        if not conversations.note(tx, inbound.key, at=inbound.at, kind=inbound.kind, text=inbound.text):
            return
        self.got.append(inbound)
        outbox.unblock(tx, mailboxes.chat_box(talk.id))
        now = self.now()
        for reply in self.say(inbound):
            self.post(tx, talk.id, reply, now)

    def post(self, tx, conversation, reply, now):
        reply = Reply(text=reply) if isinstance(reply, str) else reply
        due = now + timedelta(seconds=self.quiet if reply.echo else 0)
        mailboxes.to_customer(tx, conversation, reply, now=now, due=due)

    async def tell(self, openid, *replies):
        """Post replies that no message of the customer asked for."""

        def tell(tx):
            talk = conversations.open_(tx, "wechat", openid, name="", now=self.now())
            now = self.now()
            for reply in replies:
                self.post(tx, talk.id, reply, now)

        await self.runner.do(tell)

    async def rows(self, query):
        return await self.read(lambda tx: tx.execute(query).all())


class Hasty(Slots):
    """Callbacks that end before they begin: there is nothing to wait for."""

    def expect(self, key, account, *, ends):
        slot = super().expect(key, account, ends=ends)
        slot.expire()
        return slot


def choices(*pairs, text="对吗？"):
    return Reply(text=text, buttons=(tuple(Button(label=label, tap=tap) for label, tap in pairs),))


@asynccontextmanager
async def shop(folder, *, plain=False, **settings):
    async with Platform(plain=plain) as platform:
        running = Shop(folder, platform, **settings)
        await running.start()
        try:
            yield running
        finally:
            await running.stop()

"""A customer, the agents' group, and a service that is begun anew for every line."""

from __future__ import annotations

from datetime import datetime, timedelta

from doubles.botapi import BotApi, Person
from doubles.telegram_doors import eventually
from playing import DATA, ZONE, orders_of

from bot.app import App, build
from bot.settings import Settings
from handlers.claims import claim as claims
from storage import conversations, imports, people
from storage import tables as t

POLICY = 'extends = "community-group-buy"\n[talk]\nquiet = "0.4s"\n'
BEGUN = datetime(2026, 6, 12, 19, 10, tzinfo=ZONE)


class Talk:
    """A customer, the group, and a service that is begun anew for every line."""

    def __init__(self, api: BotApi, folder) -> None:
        self.api, self.folder = api, folder
        self._app: App | None = None
        self.shop, self.bot = api.bot("shop_bot"), api.bot("desk_bot")
        self.boss, self.lin, self.jie = api.user(2001, "何姐"), api.user(2002, "小林"), api.user(2003, "阿杰")
        self.group = api.group("售后", creator=self.boss, members=[self.lin, self.jie], admins=[self.bot])
        self.customer: Person | None = None
        self.known = 0
        (folder / "policy.toml").write_text(POLICY, encoding="utf-8")

    @property
    def app(self) -> App:
        """Return the service, which must be running."""
        assert self._app, "the service is stopped"
        return self._app

    async def at(self, minutes: int, seconds: int = 0) -> None:
        """End the service and begin it anew at this time of the talk."""
        await self.stop()
        now = BEGUN + timedelta(minutes=minutes, seconds=seconds)
        self._app = build(
            Settings(
                data_dir=str(self.folder), sandbox="off", policy=str(self.folder / "policy.toml"),
                claimdesk_now=now.isoformat(), telegram_api_base=self.api.url, telegram_bot_token=self.shop.token,
                telegram_desk_token=self.bot.token, telegram_desk_chat_id=str(self.group.id),
            )
        )  # fmt: skip
        await self.app.start()
        await self.api.until(lambda: self.shop.poller and self.bot.poller)
        self.known = len(self.heard)

    async def stop(self) -> None:
        """End the service."""
        if self._app:
            await self._app.stop()
        self._app = self.shop.poller = self.bot.poller = None

    async def begin(self, name: str, number: int, *, bound: bool = True, language: str = "zh-hans") -> None:
        """Let the orders be known, and who the customer is."""
        self.customer = self.api.user(number, name, language)
        await self.at(-1)
        orders = orders_of(DATA / "g0612.csv")
        phone = next(order.buyer_phone for order in orders if order.buyer_name == name)

        def prepare(tx):
            now = self.app.clock()
            imports.upsert(tx, orders, now=now)
            if bound:
                talk = conversations.open_(tx, "telegram", str(number), name=name, now=now)
                people.bind(tx, talk.id, people.customer(tx, phone, name, sample=False, now=now).id)

        await self.app.runner.do(prepare)

    @property
    def heard(self):
        """Return what the customer was sent so far."""
        if self.customer is None:
            return []
        return [m for m in self.api.chat(self.shop, self.customer).messages if m.sender is self.shop]

    @property
    def new(self):
        """Return what was sent since the line began."""
        return self.heard[self.known :]

    async def told(self, *parts: str):
        """Wait for an answer that holds all of this."""
        return await self.api.until(lambda: next((m for m in self.new if all(part in m.text for part in parts)), None))

    async def taken(self) -> None:
        """Wait until what was said is taken in, though it needs no answer."""
        await self.api.until(lambda: not self.shop.inbox.pending)

    async def rows(self, table, *where):
        """Return committed rows."""
        return await self.app.read(lambda tx: tx.execute(table.select().where(*where)).all())

    async def drafts(self):
        """Return the open drafts of the customer."""
        (talk,) = await self.rows(t.conversations)
        return [draft for draft in claims.from_json(talk.talk).claims if not draft.dropped]

    async def ticket(self, state: str):
        """Return the one ticket and its one line, once it is in this state."""

        async def look():
            found = await self.rows(t.tickets)
            return found if found and found[0].state == state else None

        (ticket,) = await eventually(look)
        (line,) = await self.rows(t.ticket_lines)
        return ticket, line

    async def happened(self, kind: str) -> int:
        """Return how often something happened."""
        return len(await self.rows(t.events, t.events.c.kind == kind))

    async def stored(self, count: int) -> None:
        """Wait until so many photos have been fetched."""
        await eventually(lambda: self._stored(count))

    async def _stored(self, count: int) -> bool:
        return len(await self.rows(t.evidence, t.evidence.c.state == "stored")) == count

    async def tapped(self, who, message, label: str):
        """Tap a button and wait for the answer."""
        tap = who.tap(message, label)
        await self.api.until(lambda: tap.answered)
        return tap

    async def shown(self, *parts: str):
        """Wait for a message of the desk's bot in the group that holds all of this."""
        return await self.api.until(
            lambda: next((m for m in reversed(self.group.messages) if m.sender is self.bot
                          and all(part in m.text + " ".join(m.labels) for part in parts)), None)
        )  # fmt: skip

"""The composition root: every part is made once and connected by the settings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import SystemRandom
from typing import Any

from bot.channels.base import Beforehand, Channel, Desk, House
from bot.doors import Parts, open_all
from bot.operations.preparation import open_to_write, prepare
from bot.runtime import timers, web
from bot.runtime.courier import Courier
from bot.runtime.evidence_fetcher import Fetcher
from bot.runtime.photos.reprinting import Reprinter
from bot.runtime.presence import Presence, new_name, on_duty
from bot.runtime.retries import supervise
from bot.runtime.settlement_export import Clerk
from bot.runtime.weekly_report import Reporter
from bot.runtime.workers import COUNT, Workers, open_runner
from bot.runtime.writer import Runner
from bot.settings import Settings, clock
from bot.webhooks.carrying import Carrier
from bot.webhooks.setup import Webhooks, open_webhooks
from handlers.cases import leader_digest
from handlers.context import TurnContext
from handlers.desk import dispatch as desks
from handlers.messages.models import DeskInbound, Inbound
from handlers.policy.loader import load
from handlers.policy.policy import Policy
from handlers.reports import weekly
from handlers.tickets import desk_outbox, undelivered
from handlers.turn import intake, parking
from media.guard import Examiner
from media.store import Keeper, open_store
from storage import conversations, policies
from storage.database import Readers, Tx, Writer, open_readers, queue_up, read, several
from storage.evidence import Evidence
from storage.outbox import Bundle, Mail, Outcome

Worker = Fetcher | Clerk | Reporter | Carrier
LOG = logging.getLogger(__name__)
DRAIN = 3.0  # seconds that sends under way get when the service stops
RESTART = 5.0  # seconds until a door that failed is opened again
ASIDE = 0.3  # seconds that a message may wait for the second reader before others are listened to beside it


@dataclass(slots=True)
class App:
    """The running service: made by `build`, started and stopped once."""

    settings: Settings
    clock: Callable[[], datetime]
    engine: Writer
    readers: Readers
    policy: Policy
    store: Keeper
    examiner: Examiner
    runner: Runner | Workers
    courier: Courier
    presence: Presence | None = None  # among the processes that share the database, where several may
    channels: dict[str, Channel] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    doors: list[web.Door] = field(default_factory=list)
    beforehand: Beforehand | None = None  # the second reader, where one is set
    webhooks: Webhooks = field(init=False)
    _loops: list[asyncio.Task[None]] = field(default_factory=list)
    _known: dict[str, Policy] = field(default_factory=dict)
    _addresses: dict[int, tuple[str, str]] = field(default_factory=dict)
    _reads: set[asyncio.Future[Any]] = field(default_factory=set)

    @property
    def house(self) -> House:
        """Return what channels and desks may call."""
        return House(
            receive=self.receive, act=self.act, write=self.runner.do, read=self.read, sure=self.sure,
            waits=ASIDE if self.beforehand else 0.0, sharers=lambda: self.presence.sharers if self.presence else 1,
        )  # fmt: skip

    def sure(self) -> bool:
        """Return whether the mail that this process carries is its own."""
        return self.presence is None or self.presence.sure()

    def alone(self, duty: str) -> bool:
        """Return whether this process does what only one may do."""
        return self.presence is None or self.presence.on_duty(duty)

    def desks_on_duty(self) -> list[str]:
        """Return the desks whose mail this process delivers."""
        return [desk.name for desk in self.desks.values() if not desk.alone or self.alone(desk.alone)]

    def context(self) -> TurnContext:
        """Return what one turn is given; the desk is spoken to in the policy's language."""
        desk_outbox.speak(self.policy)
        return TurnContext(
            now=self.clock(), random=SystemRandom(), policy=self.policy, policy_of=self.policy_of,
            opinions=self.beforehand.opinions if self.beforehand else None,
            order_webhook=bool(self.settings.order_webhook_url), alert_webhook=bool(self.settings.alert_webhook_url),
        )  # fmt: skip

    def policy_of(self, tx: Tx, policy_hash: str) -> Policy:
        """Return a stored policy by its hash."""
        if (known := self._known.get(policy_hash)) is None:
            known = self._known[policy_hash] = Policy.from_text(policies.text_of(tx, policy_hash))
        return known

    async def receive(self, inbound: Inbound) -> None:
        """Take a message in; return after its COMMIT."""
        turn = partial(self.runner.do, lambda tx: intake.turn(tx, inbound, self.context()), inbound)
        number = await (turn() if self.beforehand is None else self.beforehand.wait(inbound, turn))
        if number:
            self._addresses[number] = (inbound.channel, inbound.account)

    async def act(self, inbound: DeskInbound) -> Any:
        """Take an action of the staff in; return its answer after the COMMIT."""

        def once(tx: Tx) -> Any:
            new = conversations.note(tx, inbound.key, at=inbound.at, kind="desk", text=inbound.text or inbound.tap)
            return desks.act(tx, inbound, self.context()) if new else None

        return await self.runner.do(once, inbound)

    async def read(self, function: Callable[[Tx], Any]) -> Any:
        """Return committed rows; a caller that is cancelled meanwhile leaves no connection half-way."""
        reading = asyncio.ensure_future(read(self.readers, function))
        self._reads.add(reading)
        reading.add_done_callback(self._reads.discard)
        return await asyncio.shield(reading)

    async def address(self, conversation_id: int) -> tuple[str, str]:
        """Return where a conversation takes place."""
        if conversation_id not in self._addresses:
            found = await self.read(lambda tx: conversations.by_id(tx, conversation_id))
            self._addresses[conversation_id] = (found.channel, found.account)
        return self._addresses[conversation_id]

    async def died(self, outcome: Outcome) -> None:
        """Record a dead letter with all that follows from it."""
        await self.runner.do(lambda tx: undelivered.died(tx, outcome, self.context()))
        self.runner.settled()

    async def told(self, mails: Sequence[Mail], outcome: Outcome) -> None:
        """Inform the desk which messages wait for their customer, and which were delivered after all."""
        await self.runner.do(lambda tx: undelivered.told(tx, mails, outcome, self.context()))

    async def wake(self, bundle: Bundle) -> None:
        """Carry a timer out and delete its row in the same transaction."""
        await self.runner.do(lambda tx: timers.fire(tx, bundle, self.context()))
        self.runner.settled()

    async def work(self, worker: Worker, bundle: Bundle) -> None:
        """Carry out a fetch, a sheet, a report or a post to another system."""
        await worker.carry(bundle)
        self.runner.settled()

    def door_of(self, piece: Evidence) -> Channel | Desk | None:
        """Return the channel or desk that can fetch a piece of evidence."""
        return self.desks.get(piece.channel) if piece.side == "staff" else self.channels.get(piece.channel)

    def _all_doors(self) -> list[Channel | Desk]:
        return [*self.channels.values(), *self.desks.values()]

    def health(self) -> dict[str, Any]:
        """Return whether the writer runs, and how many sends are under way."""
        return {"ok": self.runner.alive(), "carrying": len(self.courier.tasks)}

    async def start(self) -> None:
        """Begin to write, carry and listen."""
        if self.presence:
            self.presence.wanted = sorted({door.alone for door in self._all_doors() if door.alone})
        self.runner.start()
        await self.runner.do(self._set_digests)
        for door in self._all_doors():
            run = partial(on_duty, door.run, partial(self.alone, door.alone)) if door.polls else door.run
            loop = supervise(run, partial(_failed, door.name))
            self._loops.append(asyncio.create_task(loop, name=f"door {door.name}"))

        old = Reprinter(read=self.read, do=self.runner.do, store=self.store, examiner=self.examiner)
        self._loops.append(asyncio.create_task(supervise(old.run, partial(_failed, "prints")), name="prints"))
        if self.webhooks.watch:
            look = supervise(self.webhooks.watch.run, partial(_failed, "watch"))
            self._loops.append(asyncio.create_task(look, name="watch"))

    async def warm_up(self) -> None:
        """Compile what the first message is read with; one that comes meanwhile waits its turn."""
        await self.runner.do(lambda tx: intake.warm_up(self.policy))

    def _set_digests(self, tx: Tx) -> None:
        queue_up(tx, "digests")
        leader_digest.begin(tx, self.context())
        weekly.begin(tx, self.desks, self.context())

    async def stop(self) -> None:
        """Accept nothing more, finish turns, and give messages under way some time to arrive."""
        if self.beforehand:
            self.beforehand.hurry()
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self.runner.stop_carrying()
        await self.courier.drain(DRAIN)
        await self.webhooks.close()
        closed = await asyncio.gather(*(door.close() for door in self._all_doors()), return_exceptions=True)
        for door, failure in zip(self._all_doors(), closed, strict=True):
            if failure:
                LOG.warning("door %s did not close: %r", door.name, failure)
        await self.runner.stop()
        self.examiner.close()
        if self.beforehand:
            await self.beforehand.close()
        await asyncio.gather(*self._reads, return_exceptions=True)
        await self.readers.dispose()
        self.engine.dispose()


def _failed(name: str, error: Exception) -> float:
    """Log that a door failed and return the seconds until it is opened again."""
    LOG.error("door %s failed, it is opened again in %d s", name, RESTART, exc_info=error)
    return RESTART


def build(settings: Settings) -> App:
    """Put the service together. Raises what the settings, the policy or the database find wrong."""
    now, policy = clock(settings), load(settings.policy)
    settings.folder.mkdir(parents=True, exist_ok=True)
    name = new_name()
    engine = open_to_write(settings, process=name, workers=COUNT)
    prepare(settings, engine, policy, now())
    presence = Presence(engine, name) if several(settings.database) else None
    app: App
    inside: dict[str, Callable[[Bundle], Awaitable[None]]] = {}
    courier = Courier(
        clock=now,
        settle=lambda outcome: app.runner.settle(outcome),
        address=lambda number: app.address(number),
        died=lambda outcome: app.died(outcome),
        channels={}, desks={}, inside=inside,
    )  # fmt: skip
    runner = open_runner(
        settings.folder, courier, engine, presence,
        park=lambda tx, message, error: parking.park(tx, message, error, app.context()),
        desks=lambda: app.desks_on_duty(),
    )  # fmt: skip
    app = App(
        settings=settings,
        clock=now,
        engine=engine,
        readers=open_readers(settings.database),
        policy=policy,
        store=open_store(settings.media),
        examiner=Examiner(),
        runner=runner,
        courier=courier,
        presence=presence,
    )
    app.webhooks = open_webhooks(settings, app.house, app.context, now)
    courier.channels, courier.desks, courier.told = app.channels, app.desks, app.told
    courier.watch = app.webhooks.watch.carried if app.webhooks.watch else None
    inside |= _inside(app)
    app.doors.append(app.webhooks.door)
    _open_doors(app)
    return app


def _inside(app: App) -> dict[str, Callable[[Bundle], Awaitable[None]]]:
    """Return what handles the outbox rows that go to no platform: fetches, timers, sheets."""
    do = app.runner.do
    fetcher = Fetcher(
        doors=app.door_of,
        read=app.read,
        do=do,
        context=app.context,
        clock=app.clock,
        store=app.store,
        examiner=app.examiner,
    )
    parts: dict[str, Any] = {"read": app.read, "do": do, "context": app.context, "store": app.store}
    workers: dict[str, Worker] = {"fetch": fetcher, "sheet": Clerk(**parts), weekly.KIND: Reporter(**parts)}
    workers |= app.webhooks.carriers
    return {"wake": app.wake, **{kind: partial(app.work, worker) for kind, worker in workers.items()}}


def _open_doors(app: App) -> None:
    if app.settings.second_reader:
        from bot.runtime.llm_prefetch import open_sight

        app.beforehand = open_sight(app.settings, app.context)
    parts = Parts(settings=app.settings, house=app.house, store=app.store, examiner=app.examiner, clock=app.clock,
                  context=app.context)  # fmt: skip
    for side in open_all(parts):
        if side.channel:
            app.channels[side.channel.name] = side.channel
        if side.desk:
            app.desks[side.desk.name] = side.desk
        app.doors += side.routes

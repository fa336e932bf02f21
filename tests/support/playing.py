"""A house played without doors or loops: its database, clock and courier, and what people see on their phones."""

from __future__ import annotations

import asyncio
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import sheet_files
from databases import lay_out
from sqlalchemy import select

from bot.channels.base import Gone, TooBig, Unreachable
from bot.runtime.courier import strike
from bot.runtime.evidence_fetcher import Fetcher
from handlers.cases import timers
from handlers.context import TurnContext
from handlers.messages.models import Inbound, Media, from_payload
from handlers.orders import importer, records
from handlers.policy.loader import load
from handlers.policy.policy import Policy
from handlers.turn import intake
from media.tables.reading import read_table
from media.values import Examined, PhotoRefusal, Refused, Table, Verdict
from storage import conversations, imports, outbox, people, policies
from storage import tables as t
from storage.database import Tx, open_writer, transaction
from storage.operations import audit, audit_verify, figures
from storage.orders import Order
from storage.outbox import Bundle, Outcome

KEY, DAY = b"a key of the event log for tests", "2026-06-12"
ZONE = ZoneInfo("Asia/Shanghai")
DATA = Path(__file__).parents[1] / "data"
FETCHING = timedelta(seconds=0.4)  # how long a photo takes to come in; "slow" ones take longer
SLOW = timedelta(seconds=5)
REFUSED: Mapping[str, PhotoRefusal] = {
    "text": "not_a_picture", "truncated": "truncated", "huge": "too_many_pixels", "heic": "heic",
}  # fmt: skip


@cache
def orders_of(path: Path) -> tuple[Order, ...]:
    """Read an order file by the importer's own reader."""
    with importer.opened(path) as file:
        return tuple(one.order for one in file.orders() if isinstance(one, records.Gathered))


@lru_cache(maxsize=64)
def policy_of(text: str) -> Policy:
    """Read a stored policy, the same text once: a house that is begun anew before each line reads it each time."""
    return Policy.from_text(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message as it arrived on somebody's phone."""

    at: datetime
    text: str
    buttons: tuple[tuple[str, str], ...] = ()  # (label, tap)
    media: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Look:
    """The eye that examines photos: what a file is stands in its bytes."""

    def examine(self, data: bytes, *, codes: bool = False) -> Examined | Refused:
        kind, _, ref = data.decode(errors="replace").partition(":")
        if data.startswith(b"PK") or "." in kind:  # a workbook, or a file by its name
            return Refused(code="not_a_picture")
        if kind in REFUSED:
            return Refused(code=REFUSED[kind])
        verdict: Verdict = "dark" if kind == "dark" else "blurry" if kind == "blurry" else "good"
        shown = kind.startswith("same-")
        read = (kind.removeprefix("label-"),) if codes and kind.startswith("label-") else ()
        return Examined(
            sha256=kind if shown else f"sha:{ref}", width=1200, height=900, format="jpeg", verdict=verdict,
            working=data, thumbnail=data, working_sha256="", brightness=120, sharpness=90, codes=read,
        )  # fmt: skip

    def table(self, data: bytes, titles: Iterable[str] = ()) -> Table | Refused:
        return read_table(data, list(titles))


@dataclass(slots=True, kw_only=True)
class Shelf:
    """The media store: gives back the key it made of the bytes."""

    def put(self, data: bytes, suffix: str) -> str:
        return f"{data.decode(errors='ignore')[:200]}{suffix}"


@dataclass(slots=True, kw_only=True)
class Files:
    """The platform's file store as the fetcher knows a door: a reference says what the file turns out to be."""

    async def fetch(self, ref: str, limit: int) -> bytes:
        kind = ref.partition(":")[0]
        if kind == "gone":
            raise Gone
        if kind == "big":
            raise TooBig
        if kind == "stuck":
            raise Unreachable("the platform does not answer", 20)
        data = sheet_files.made(ref)
        if data is not None and len(data) > limit:
            raise TooBig
        if data is not None:
            return data
        return b"" if kind == "empty" else ref.encode()


@dataclass(slots=True)
class World:
    """Everything that outlives the process: the database, the time, and what lies on people's phones."""

    url: str
    now: datetime
    seed: int = 1
    channel: str = "telegram"
    desk: Any = None  # a desk that carries its mail; see playing_desk
    shop: Any = None  # an order system that takes decisions; see story_shop
    phones: dict[str, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    cards: dict[str, str] = field(default_factory=dict)  # messages that were drawn anew where they stand
    _engine: Any = None
    _policy: Policy | None = None
    _known: dict[str, Policy] = field(default_factory=dict)
    _random: Random = field(default_factory=Random)
    _serial: Any = field(default_factory=lambda: count(1))
    _under_way: list[tuple[datetime, int, Bundle]] = field(default_factory=list)
    _accounts: dict[int, str] = field(default_factory=dict)

    # the process

    def begin(self, policy: Policy, orders: Sequence[Order]) -> None:
        """Lay out a new database with these orders, and put the policy in force."""
        self._open()
        lay_out(self._engine)
        with self.write() as tx:
            policies.store(tx, policy.hash, name=policy.name, text=policy.text, now=self.now)
            policies.enforce(tx, policy.hash)
            imports.upsert(tx, orders, now=self.now)
            audit.keep(tx, self.now, DAY, noted="")
        self._load()

    def _open(self) -> None:
        self._engine = open_writer(self.url, key=KEY)
        self._random = Random(f"{self.seed}:{next(self._serial)}")

    def _load(self) -> None:
        with self.write() as tx:
            number = tx.scalar(select(t.meta.c.value).where(t.meta.c.key == policies.IN_FORCE))
            assert number
            self._policy = policy_of(policies.text_of(tx, number))
            outbox.free_leases(tx)

    def restart(self) -> None:
        """End the process and begin another on what is stored: nothing that lived in memory is left."""
        if self.url == "sqlite://":
            return
        self.close()
        self._known.clear()
        self._under_way.clear()
        self._policy = None
        self._accounts.clear()
        self._open()
        self._load()

    def audited(self) -> list[str]:
        """Return what the audit finds; nothing, if all went by the rules."""
        with self.write() as tx:
            return [str(one) for one in audit_verify.verify(tx, KEY)]

    def left_behind(self) -> list[str]:
        """Return as texts what was given up, and what /metrics would tell."""
        with self.write() as tx:
            rows = [repr(dict(row)) for row in tx.execute(select(t.dead_letters)).mappings()]
            return [*rows, *map(repr, figures.read(tx, self.now))]

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def write(self) -> Any:
        """Run a function in one write transaction."""
        return transaction(self._engine)

    @property
    def policy(self) -> Policy:
        """Return the policy in force."""
        assert self._policy
        return self._policy

    def context(self) -> TurnContext:
        """Return what one turn is given."""
        return TurnContext(
            now=self.now,
            random=self._random,
            policy=self.policy,
            policy_of=self._policy_of,
            order_webhook=self.shop is not None,
        )

    def _policy_of(self, tx: Tx, number: str) -> Policy:
        if number not in self._known:
            self._known[number] = policy_of(policies.text_of(tx, number))
        return self._known[number]

    # people

    def bind(self, account: str, phone: str, name: str) -> None:
        """Let an account be known as a buyer's."""
        with self.write() as tx:
            talk = conversations.open_(tx, self.channel, account, name=name, now=self.now)
            people.bind(tx, talk.id, people.customer(tx, phone, name, sample=False, now=self.now).id)

    def next_key(self) -> str:
        """Return the next message's key."""
        return f"{self.channel}:{next(self._serial)}"

    def receive(self, inbound: Inbound) -> int:
        """Take a message in as the runner does: one transaction, acknowledged after its COMMIT."""
        with self.write() as tx:
            return intake.turn(tx, inbound, self.context())

    # the courier

    def until(self, moment: datetime) -> None:
        """Let time pass: everything that falls due goes at its own time, photos come in, timers fire."""
        while (due := self._next()) is not None and due <= moment:
            self.now = max(self.now, due)
            if self._under_way and self._under_way[0][0] <= self.now:
                self._fetched(heapq.heappop(self._under_way)[2])
            else:
                self._round()
        self.now = max(self.now, moment)

    def _next(self) -> datetime | None:
        with self.write() as tx:
            due = outbox.next_due(tx)
        found = [moment for moment in (due, self._under_way[0][0] if self._under_way else None) if moment]
        return min(found, default=None)

    def _round(self) -> None:
        lease = f"lease{next(self._serial)}"
        with self.write() as tx:
            bundles = outbox.pick(tx, now=self.now, lease=lease, until=self.now + outbox.LEASE, limit=64)
        for bundle in bundles:
            self._carry(bundle)

    def _carry(self, bundle: Bundle) -> None:
        kind, _, rest = bundle.mailbox.partition(":")
        if kind == "fetch":
            with self.write() as tx:
                slow = tx.execute(
                    t.evidence.select().where(t.evidence.c.id == int(rest), t.evidence.c.ref.like("slow:%"))
                ).first()
            heapq.heappush(self._under_way, (self.now + (SLOW if slow else FETCHING), next(self._serial), bundle))
        elif kind == "wake":
            self._wake(bundle)
        elif kind == "decision" and self.shop is not None:
            self.shop.carry(bundle)
        else:
            if kind == "chat":
                self._show(int(rest), bundle)
            elif self.desk is not None:
                self.desk.carry(bundle.mailbox, bundle.mails)
            outcome = Outcome(mailbox=bundle.mailbox, lease=bundle.lease, sent=bundle.mails[-1].id)
            with self.write() as tx:
                outbox.settle(tx, outcome, now=self.now)

    def _show(self, number: int, bundle: Bundle) -> None:
        if number not in self._accounts:
            with self.write() as tx:
                self._accounts[number] = conversations.by_id(tx, number).account
        for mail in bundle.mails:
            reply = from_payload(mail.payload)
            if reply.refresh:
                self.cards[reply.card] = reply.text
                continue
            buttons = tuple((button.label, button.tap) for row in reply.buttons for button in row)
            seen = Seen(at=self.now, text=reply.text, buttons=buttons, media=reply.media)
            self.phones[self._accounts[number]].append(seen)

    def _wake(self, bundle: Bundle) -> None:
        with self.write() as tx:
            context = self.context()
            for mail in bundle.mails:
                if "conversation" in mail.payload:
                    woken = Inbound(
                        key=bundle.mailbox, channel="", account="", at=context.now, kind="wake", data=mail.payload
                    )
                    intake.turn(tx, woken, context)
                else:
                    timers.fire(tx, mail.payload, context)
            strike(tx, bundle, now=context.now)

    def _fetched(self, bundle: Bundle) -> None:
        """Bring a piece in by the fetcher that serves every door."""

        async def do(work: Callable[[Tx], Any]) -> Any:
            with self.write() as tx:
                return work(tx)

        fetcher = Fetcher(
            doors=lambda piece: Files(),  # type: ignore[arg-type, return-value]  # the fetcher asks a door for files only
            read=do,
            do=do,
            context=self.context,
            clock=lambda: self.now,
            store=Shelf(),  # type: ignore[arg-type]
            examiner=Look(),  # type: ignore[arg-type]
        )
        try:
            asyncio.run(fetcher.carry(bundle))
        except Unreachable as error:
            again = self.now + timedelta(seconds=error.seconds)
            outcome = Outcome(mailbox=bundle.mailbox, lease=bundle.lease, error=str(error), again=again, failed=True)
            with self.write() as tx:
                outbox.settle(tx, outcome, now=self.now)


@dataclass(frozen=True, slots=True)
class Direct:
    """How people reach the house without any platform; a channel's own player offers the same verbs."""

    world: World

    def text(self, account: str, text: str, *, key: str = "") -> str:
        """Write; return the message's key."""
        return self._in(account, key, text=text)

    def files(self, account: str, refs: Iterable[tuple[str, str]], *, text: str = "", album: str = "",
              seconds: int | None = None, key: str = "", name: str = "") -> str:  # fmt: skip
        """Send photos, videos, voice or documents: (kind, reference)."""
        media = tuple(Media(kind=kind, ref=ref, seconds=seconds, name=name) for kind, ref in refs)
        return self._in(account, key, kind="media", text=text, media=media, album=album)

    def sticker(self, account: str) -> str:
        """Send a sticker."""
        return self._in(account, "", kind="sticker")

    def other(self, account: str) -> str:
        """Send something that is not supported, such as a place on a map."""
        return self._in(account, "", kind="other")

    def tap(self, account: str, value: str, *, key: str = "") -> str:
        """Press a button by its value."""
        return self._in(account, key, kind="tap", tap=value)

    def _in(self, account: str, key: str, **what: Any) -> str:
        world = self.world
        key = key or world.next_key()
        what.setdefault("kind", "text")
        world.receive(Inbound(key=key, channel=world.channel, account=account, at=world.now, name=account, **what))
        return key


def policy_with(folder: Path, changes: str = "") -> Policy:
    """Return the preset, with these TOML lines laid over it."""
    if not changes:
        return preset()
    file = folder / "policy.toml"
    file.write_text(f'extends = "community-group-buy"\n{changes}\n', encoding="utf-8")
    return load(str(file))


@cache
def preset() -> Policy:
    """Return the preset for community group-buy."""
    return load("community-group-buy")

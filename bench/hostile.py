"""Turns at a steady rate while files that are meant to harm come in: p50, p99 and the longest, beside none."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.turns import POLICY, Sink, flood, messages, orders, paced
from bot.app import build
from bot.commands.serve import keep_loaded
from bot.settings import Settings
from handlers.messages.models import Inbound, Media
from storage import imports
from storage.database import transaction

SUPPORT = Path(__file__).parents[1] / "tests" / "support"
CHATS, RATE, FILES = 150, 30, 5  # turns a second, and files a second
SENDERS = 20  # of the files


@dataclass(slots=True)
class Harmful(Sink):
    """A channel whose files are the hostile ones."""

    fetched: int = 0

    async def fetch(self, ref: str, limit: int) -> bytes:
        from hostile_pictures import corpus  # of tests/support

        self.fetched += 1
        return corpus()[ref][0]


def measure() -> None:
    """Print the turns alone, and while the files come in."""
    sys.path.insert(0, str(SUPPORT))
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(_measure(Path(name)))


async def _measure(folder: Path) -> None:
    from hostile_pictures import corpus

    names = [*corpus()]
    (folder / "policy.toml").write_text(POLICY)
    app = build(Settings(data_dir=str(folder / "var"), policy=str(folder / "policy.toml"), sandbox="off"))
    with transaction(app.engine) as tx:
        imports.upsert(tx, orders(CHATS), now=app.clock())
    app.channels["memory"] = sink = Harmful()
    await app.start()
    await flood(app, messages(CHATS + 20)[-20:], 4)  # warm
    keep_loaded()
    todo, half = messages(CHATS), CHATS * 2

    async def harm() -> None:
        for number in range(1 << 30):
            file = Media(kind="document", ref=names[number % len(names)])
            who, at = f"harm{number % SENDERS}", datetime.now(UTC)
            await app.receive(Inbound(key=f"h{number}", channel="memory", account=who, at=at, media=(file,)))
            await asyncio.sleep(1 / FILES)

    for told, some in (("alone", todo[:half]), ("while hostile files come in", todo[half:])):
        harming = asyncio.create_task(harm()) if "hostile" in told else None
        took = sorted(await paced(app, some, RATE))
        if harming:
            harming.cancel()
        p50, p99 = statistics.median(took) * 1000, took[int(len(took) * 0.99)] * 1000
        print(f"hostile, {RATE} turns/s {told}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, at most {took[-1] * 1000:.1f} ms")
    print(f"hostile, files fetched: {sink.fetched} of {len(names)} kinds")
    await app.stop()

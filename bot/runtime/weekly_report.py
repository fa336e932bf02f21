"""The weekly report for a desk: reckoned beside the turns, drawn as one picture, and posted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.runtime.courier import strike
from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.reports import pictures
from handlers.reports.cases import Facts, gather
from media.charts.page import draw
from media.store import Keeper
from storage.database import Tx
from storage.orders import sampled
from storage.outbox import Bundle


@dataclass(slots=True, kw_only=True)
class Reporter:
    """Carries the outbox rows of kind report."""

    read: Callable[[Callable[[Tx], Any]], Awaitable[Any]]
    do: Callable[[Callable[[Tx], Any]], Awaitable[Any]]
    context: Callable[[], TurnContext]
    store: Keeper

    async def carry(self, bundle: Bundle) -> None:
        """Draw the week that was ordered last, and delete its row in the transaction that posts it."""
        wanted, context = bundle.mails[-1].payload, self.context()
        policy, sample = context.policy, sampled(wanted["desk"])
        first, last = date.fromisoformat(wanted["first"]), date.fromisoformat(wanted["last"])
        facts: Facts = await self.read(lambda tx: gather(tx, first, last, policy, now=context.now, sample=sample))
        page = pictures.week(facts, policy, policy.desk.language, sample=sample)
        key = await asyncio.to_thread(lambda: self.store.put(draw(page), ".png"))
        text = pictures.told(facts, policy.desk.language)
        await self.do(lambda tx: _post(tx, bundle, wanted, text, key, self.context()))


def _post(tx: Tx, bundle: Bundle, wanted: Mapping[str, Any], text: str, key: str, context: TurnContext) -> None:
    payload = {"text": text, "media": [["photo", key]]}
    mailboxes.to_desk(tx, wanted["desk"], "", "note", payload, now=context.now)
    strike(tx, bundle, now=context.now)

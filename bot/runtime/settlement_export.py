"""A leader's settlement as a workbook: for the operator's command, and for the leader who asks for it by chat."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, TextIO

from bot.runtime.courier import strike
from handlers.cases import settlement
from handlers.cases.settlement import COLUMNS, MONEY, Sheet
from handlers.claims.voice import Voice
from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.messages.models import Reply
from handlers.policy import periods
from handlers.policy.policy import Policy
from media.store import Keeper
from media.tables.writing import put
from storage import people
from storage.database import Tx
from storage.outbox import Bundle
from storage.people import Leader

Read = Callable[[Callable[[Tx], Any]], Any]

WIDE = frozenset({"ticket", "order", "item", "phone", "remedy", "cause"})
HEAD = 6  # the row of the column names


def workbook(sheet: Sheet, voice: Voice) -> bytes:
    """Return a settlement as XLSX: its leader, one row for each decided line, the totals; sums in yuan."""
    from openpyxl import Workbook  # costs a third of a second
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    page = book.active
    page.title = voice.say("leader.sheet_title")
    period = voice.say("leader.sheet_until", first=sheet.first.isoformat(), last=sheet.last.isoformat())
    put(page, 1, [voice.say("leader.sheet_title")])
    put(page, 2, [voice.say("leader.sheet_leader"), sheet.leader])
    put(page, 3, [voice.say("leader.sheet_sites"), " ".join(sheet.sites)])
    put(page, 4, [voice.say("leader.sheet_period"), period])
    put(page, HEAD, [voice.say(f"leader.col_{name}") for name in COLUMNS])
    for place, row in enumerate(sheet.rows, HEAD + 1):
        put(page, place, [_cell(getattr(row, name), name) for name in COLUMNS])
    last = HEAD + len(sheet.rows) + 1
    totals = [_cell(sheet.total(name), name) if name in MONEY else "" for name in COLUMNS]
    put(page, last, [voice.say("leader.sheet_total"), *totals[1:]])
    for number in (1, HEAD, last):
        for cell in page[number]:
            cell.font = Font(bold=True)
    for place, name in enumerate(COLUMNS, 1):
        page.column_dimensions[get_column_letter(place)].width = 18 if name in WIDE else 11
    page.freeze_panes = page.cell(HEAD + 1, 1)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _cell(value: Any, column: str) -> Any:
    return Decimal(value) / 100 if column in MONEY else value


def settle(
    who: str,
    first: str,
    last: str,
    target: Path,
    *,
    read: Read,
    policy: Policy,
    now: datetime,
    out: TextIO | None = None,
) -> int:
    """Write the settlement of the leader of this name or id; return 1 if none or several match, 2 for wrong dates.

    Raises OSError when the file cannot be written.
    """
    try:
        days = periods.period(first, last)
    except ValueError as error:
        return _fail(str(error))
    voice = Voice(language="zh", policy=policy, now=now)
    found: list[Leader] = read(people.list_leaders)
    meant = [one for one in found if one.name == who.strip()] or [one for one in found if str(one.id) == who.strip()]
    if len(meant) != 1:
        ids = ", ".join(f"{one.id} ({' '.join(one.sites)})" for one in meant)
        why = f"several leaders are called {who}; name one by its id: {ids}" if meant else f"no leader is called {who}"
        return _fail(f"{why}; see claimdesk leaders list" if not meant else why, 1)
    made: Sheet = read(lambda tx: settlement.sheet(tx, meant[0], *days, voice))
    target.write_bytes(workbook(made, voice))
    sums = ", ".join(f"{name} {Decimal(made.total(name)) / 100:.2f}" for name in ("sum", "paid", "owed", "coupon"))
    print(f"{target}: {len(made.rows)} lines of {made.leader} ({' '.join(made.sites)}); {sums}", file=out or sys.stdout)
    return 0


def _fail(message: str, exit_code: int = 2) -> int:
    print(f"claimdesk: {message}.", file=sys.stderr)
    return exit_code


@dataclass(slots=True, kw_only=True)
class Clerk:
    """Carries the outbox rows of kind sheet: makes the workbook, stores it, and posts it to the leader."""

    read: Callable[[Callable[[Tx], Any]], Awaitable[Any]]
    do: Callable[[Callable[[Tx], Any]], Awaitable[Any]]
    context: Callable[[], TurnContext]
    store: Keeper

    async def carry(self, bundle: Bundle) -> None:
        """Make what was asked for last, and delete its row in the transaction that posts it."""
        wanted, context = bundle.mails[-1].payload, self.context()
        voice = Voice(language=wanted["language"], policy=context.policy, now=context.now)
        made: Sheet | None = await self.read(lambda tx: _gather(tx, wanted, voice))
        key = await asyncio.to_thread(lambda: self.store.put(workbook(made, voice), ".xlsx")) if made else ""
        await self.do(lambda tx: _post(tx, bundle, wanted, key, self.context()))


def _gather(tx: Tx, wanted: Mapping[str, Any], voice: Voice) -> Sheet | None:
    """Return the settlement; None when the leader was removed since."""
    leader = people.leader_of(tx, wanted["leader"])
    first, last = (date.fromisoformat(wanted[name]) for name in ("first", "last"))
    return settlement.sheet(tx, leader, first, last, voice) if leader else None


def _post(tx: Tx, bundle: Bundle, wanted: Mapping[str, Any], key: str, context: TurnContext) -> None:
    if key:
        mailboxes.to_customer(tx, wanted["conversation"], Reply(text="", media=(("document", key),)), now=context.now)
    strike(tx, bundle, now=context.now)

"""`claimdesk doctor`: checks everything that an installation needs, one line each."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime

from bot.commands import doctor_files, opening
from bot.settings import Settings, clock

Finding = tuple[bool, str]
ROOM = 1 << 30  # bytes of free disk that let a shop live for months


def examine(settings: Settings, out: Callable[[str], object]) -> int:
    """Print a line for each check; return 1 if one failed."""
    failed = 0
    for check in CHECKS:
        for good, sentence in check(settings):
            failed += not good
            out(f"{'ok  ' if good else 'FAIL'}  {sentence}")
    return 1 if failed else 0


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        yield False, f"DATA_DIR {folder} cannot be written ({error.strerror}): give this user the right to write there."
        return
    free = shutil.disk_usage(folder).free
    told = f"DATA_DIR {folder} has {free / ROOM:.1f} GB free"
    yield free > ROOM, told + ("." if free > ROOM else ": free at least 1 GB.")


def _database(settings: Settings) -> Iterator[Finding]:
    from storage.database import DRIVER_ERRORS, fault, open_snapshots
    from storage.migration import Newer, pending

    if not (settings.folder / "claimdesk.db").is_file() and not settings.database_url:
        yield True, "there is no database yet: serve makes it."
        return
    engine = open_snapshots(settings.database)
    try:
        waiting = pending(engine)
        with engine.connect() as connection:
            wrong = fault(connection)
    except (*DRIVER_ERRORS, Newer) as error:
        why = " ".join(str(getattr(error, "orig", None) or error.__doc__).split())
        yield False, f"the database does not open: {why}"
        return
    finally:
        engine.dispose()
    yield not wrong, wrong or "the database is sound."
    if waiting:
        yield False, "the database is of an older version: run claimdesk db upgrade (serve does it too)."


def _policy(settings: Settings) -> Iterator[Finding]:
    from handlers.policy.calendar import calendar_gap
    from handlers.policy.loader import PolicyError, load

    try:
        policy = load(settings.policy)
    except PolicyError as error:
        first = error.findings[0]
        yield False, f"the policy {settings.policy} has {len(error.findings)} faults, the first: {first}"
        return
    yield True, f"the policy {policy.name} has no contradictions ({policy.hash[:12]})."
    now: datetime = clock(settings)()
    gap = calendar_gap(now.date(), policy)
    yield True, f"note: {gap}" if gap else "the calendar knows the holidays of the coming weeks."


def _orders(settings: Settings) -> Iterator[Finding]:
    """Yield whether the numbers of the orders that came last fit the policy's patterns."""
    from bot.commands.order_notes import misfit, unfit
    from handlers.policy.loader import PolicyError, load
    from storage.database import DRIVER_ERRORS, open_snapshots, snapshot
    from storage.imports.numbers import latest
    from storage.migration import Newer, pending

    if not (settings.folder / "claimdesk.db").is_file() and not settings.database_url:
        return
    engine = open_snapshots(settings.database)
    try:
        if pending(engine):
            return
        with snapshot(engine) as tx:
            numbers = latest(tx)
        others = unfit(numbers, load(settings.policy))
    except (*DRIVER_ERRORS, Newer, PolicyError):
        return  # told by the checks of database and policy
    finally:
        engine.dispose()
    if others:
        yield True, f"note: of the last {len(numbers)} orders {misfit(len(others), others[0])}."
    elif numbers:
        yield True, "the numbers of the last orders fit the policy's patterns."


def _doors(settings: Settings) -> Iterator[Finding]:
    customers = settings.telegram_customers or settings.wechat
    if not customers and not settings.sandbox_open:
        yield False, "no channel is configured and SANDBOX=off: nothing would run; set one up, or SANDBOX=on."
    elif not customers:
        yield True, "no channel is configured: the sandbox runs."
    elif not settings.telegram_desk:
        yield False, "customers can write but no agents' desk is configured: set TELEGRAM_DESK_TOKEN and _CHAT_ID."
    if settings.telegram_customers or settings.telegram_desk:
        yield from _telegram(settings)
    if settings.wechat:
        from bot.commands import doctor_wechat

        yield from doctor_wechat.examine(settings)


def _sandbox(settings: Settings) -> Iterator[Finding]:
    if settings.sandbox_open and settings.sandbox_exposed:
        _, told = opening.sandbox(settings)
        yield bool(settings.sandbox_password), f"{told}."


def _telegram(settings: Settings) -> Iterator[Finding]:
    from bot.commands.doctor_telegram import check_customers, check_desk

    how = {
        "api_base": settings.telegram_api_base,
        "public_url": settings.public_url,
        "proxy": settings.telegram_proxy,
    }
    if settings.telegram_customers:
        yield from asyncio.run(check_customers(settings.telegram_bot_token, **how))
    if settings.telegram_desk:
        group = int(settings.telegram_desk_chat_id)
        yield from asyncio.run(check_desk(settings.telegram_desk_token, group, **how))


def _second_reader(settings: Settings) -> Iterator[Finding]:
    if settings.second_reader:
        from bot.runtime.llm_client import examine as ask

        yield asyncio.run(ask(settings))


def _webhooks(settings: Settings) -> Iterator[Finding]:
    from bot.webhooks import reachability

    yield from reachability.examine(settings)


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _disk,
    doctor_files.examine,
    _database,
    _policy,
    _orders,
    _sandbox,
    _doors,
    _second_reader,
    _webhooks,
)

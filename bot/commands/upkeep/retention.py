"""`claimdesk customer retention`: what is older than the policy keeps it is deleted, or only told with --dry-run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from handlers.policy.values import Retention
from media.store import Keeper
from storage.database import Tx
from storage.operations.audit import ERASED
from storage.privacy import ages, erasure

Run = Callable[[Callable[[Tx], Any]], Any]
AT_ONCE = 50  # tickets or files in one transaction: a service that runs beside this waits no longer


def apply(kept: Retention, *, write: Run, store: Keeper, now: datetime, dry: bool, out: Callable[[str], object]) -> int:
    """Delete what is older, and say how much it was."""
    would = "would go" if dry else "gone"
    for days, what, act in (
        (kept.message_days, "messages", _messages),
        (kept.word_days, "tickets' words", _words),
        (kept.file_days, "files", partial(_files, store=store)),
    ):
        if not days:
            out(f"{what}: kept for good")
            continue
        count = act(write, now - timedelta(days=days), now=now, dry=dry)
        out(f"{what} older than {days} days: {count} {would}")
    return 0


def _messages(write: Run, before: datetime, *, now: datetime, dry: bool) -> int:
    count: int = write(lambda tx: ages.messages(tx, before))
    if not dry:
        write(lambda tx: ages.forget_messages(tx, before))
    return count


def _words(write: Run, before: datetime, *, now: datetime, dry: bool) -> int:
    numbers: list[str] = write(lambda tx: ages.tickets_with_words(tx, before, ERASED))
    for some in _parts(numbers, dry):
        write(partial(_forget, numbers=some, now=now))
    return len(numbers)


def _files(write: Run, before: datetime, *, now: datetime, dry: bool, store: Keeper) -> int:
    pieces = write(lambda tx: ages.files(tx, before))
    for some in _parts(pieces, dry):
        for key in write(partial(erasure.forget_files, pieces=some)):
            store.delete(key)
    return len(pieces)


def _parts(whole: Sequence[Any], dry: bool) -> list[Sequence[Any]]:
    return [] if dry else [whole[place : place + AT_ONCE] for place in range(0, len(whole), AT_ONCE)]


def _forget(tx: Tx, *, numbers: Sequence[str], now: datetime) -> None:
    for no in numbers:
        erasure.forget_words(tx, no, now=now)

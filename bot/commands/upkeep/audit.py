"""`claimdesk audit`: whether the event log is as the service wrote it, and going on under another key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from bot.commands.serve import only_one
from bot.operations import installation
from bot.operations.preparation import lay, open_to_write
from bot.settings import Settings, secret_key
from storage.database import several
from storage.operations.audit import kept_under
from storage.operations.audit_verify import verify as all_breaks
from storage.seals.chain import derived

Read = Callable[[Callable[[Any], Any]], Any]


def verify(settings: Settings, *, read: Read, out: Callable[[str], object]) -> int:
    """Print what is not as it was written, one line each; return 1 if anything is."""
    key, noted = derived(secret_key(settings)), installation.noted(settings.folder).key
    begun, broken = read(lambda tx: (kept_under(tx), all_breaks(tx, key, noted=noted)))
    for line in broken:
        out(str(line))
    if broken:
        out(f"{len(broken)} things are not as they were written")
        return 1
    out("the event log is complete and unchanged" + ("" if begun else " (it is not kept under a key yet)"))
    return 0


def renew(settings: Settings, now: datetime, out: Callable[[str], object]) -> int:
    """Let the log go on under the present key. Raises Busy or Foreign beside a service."""
    with nullcontext() if several(settings.database) else only_one(settings.folder):
        engine = open_to_write(settings)
        try:
            lay(settings, engine, now, renew=True)
        finally:
            engine.dispose()
    out("the event log is kept under the present SECRET_KEY from here on; what came before is sealed as it is now")
    return 0

"""`claimdesk audit verify`: whether the event log and what was decided are as the service wrote them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.operations import installation
from bot.settings import Settings, secret_key
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

"""`claimdesk customer export` and `erase`: what is stored of the person behind an account, handed out or taken out."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from media.store import Keeper, Missing
from storage.database import Tx
from storage.privacy import erasure, person
from storage.privacy.person import Person

Run = Callable[[Callable[[Tx], Any]], Any]
Out = Callable[[str], object]
DATA = "data.json"


def _found(tx: Tx, account: str) -> Person:
    channel, separator, name = account.partition(":")
    if not separator or not name:
        raise ValueError("ACCOUNT is written as CHANNEL:ID, such as telegram:1001.")
    found = person.of_account(tx, channel, name)
    if found is None:
        raise ValueError(f"no account {account} ever wrote here.")
    return found


def export(account: str, file: Path, *, read: Run, store: Keeper, out: Out) -> int:
    """Write a ZIP with all that is stored of the person, as JSON, and their files. Raises ValueError, OSError."""
    whole = read(lambda tx: person.gathered(tx, _found(tx, account)))
    keys = [piece["media_key"] for piece in whole["evidence"] if piece["media_key"]]
    kept = 0
    with (
        os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle,
        ZipFile(handle, "w", ZIP_DEFLATED) as zipped,
    ):
        zipped.writestr(DATA, json.dumps(whole, ensure_ascii=False, indent=1, default=_plain))
        for key in dict.fromkeys(keys):
            try:
                zipped.writestr(f"files/{key}", store.get(key))
                kept += 1
            except Missing:  # refused at once, or lost: the row says that it was there
                pass
    out(f"{file}: {len(whole['tickets'])} tickets, {len(whole['messages'])} messages, {kept} files")
    return 0


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def erase(account: str, *, write: Run, store: Keeper, now: datetime, out: Out) -> int:
    """Take the person out of rows and media. Raises ValueError for a leader, or somebody whose tickets are open."""

    def work(tx: Tx) -> tuple[Person, list[str]]:
        found = _found(tx, account)
        if found.leader:
            raise ValueError(f"{account} is the account of the leader {found.leader}: claimdesk leaders remove first.")
        try:
            return found, erasure.erase(tx, found, now=now, name=f"erased:{secrets.token_hex(4)}")
        except erasure.StillOpen as waiting:
            raise ValueError(f"these tickets are open or owe something: {waiting}; end them first.") from None

    found, keys = write(work)
    for key in keys:  # after the COMMIT: a file without a row does no harm, a row without its file does
        store.delete(key)
    out(f"erased: {len(found.accounts)} accounts, {len(found.tickets)} tickets, {len(found.orders)} orders, "
        f"{len(keys)} files")  # fmt: skip
    out("what agents read in their group, backups, and the order system itself still hold this person")
    return 0

"""`claimdesk backup DIR`: database, media and key as one set of one moment, while the service runs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.operations import installation
from bot.settings import Settings, secret_key
from media.store import Keeper, Missing, open_store
from storage.operations import snapshot_file
from storage.operations.snapshot_file import Held

DATABASE, MEDIA, KEY, LIST = "claimdesk.db", "media", "secret.key", "backup.json"
FORM = 1  # of a backup
PIECE = 1 << 20


def back_up(settings: Settings, folder: Path, now: datetime, out: Callable[[str], object]) -> int:
    """Write the set into a new or empty folder; what is told last is what it holds."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty: a backup needs a folder of its own.")
    with bar("database", snapshot_file.count(settings.database), " rows") as rows:
        snapshot_file.copy_out(settings.database, folder / DATABASE, rows.update)
    # the photos after it: one that comes in meanwhile is more than the database knows, which does no harm
    store = open_store(settings.media)
    kept = _copy(store, open_store(str(folder / MEDIA)), list(store.keys()))
    _keep(folder / KEY, secret_key(settings))
    note, held = installation.noted(settings.folder), snapshot_file.held(folder / DATABASE)
    whole: dict[str, Any] = {
        "form": FORM,
        "made_at": now.isoformat(timespec="seconds"),
        **held._asdict(),
        "log_key": note.key,
        "files": {name: digest(folder / name) for name in (DATABASE, KEY)},
        "media": {"files": len(kept), "sha256": digest_of(kept)},
    }
    # written last: a set without it is not whole
    _keep(folder / LIST, json.dumps(whole, indent=1).encode())
    out(f"{folder}: {told(held)}, {len(kept)} files of media, and the key")
    return 0


def told(held: Held) -> str:
    """Return what a copy holds, for an operator."""
    return f"a database with {held.tickets} tickets and {held.events} events"


def _copy(source: Keeper, target: Keeper, keys: list[str]) -> list[str]:
    """Copy files; return the keys of those that were still there."""
    kept = []
    for key in ticked("media", keys, " files"):
        try:
            data = source.get(key)
        except Missing:  # it was erased meanwhile
            continue
        if target.put(data, Path(key).suffix) != key:
            raise ValueError(f"the file {key} is damaged where MEDIA_URL keeps it; take it out, and back up again.")
        kept.append(key)
    return kept


def _keep(file: Path, data: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    found = sha256()
    with file.open("rb") as handle:
        while piece := handle.read(PIECE):
            found.update(piece)
    return found.hexdigest()


def digest_of(keys: Iterable[str]) -> str:
    """Return the SHA-256 over the keys of files, which hold those of their contents."""
    return sha256("\n".join(keys).encode()).hexdigest()


@contextmanager
def bar(name: str, total: int, unit: str) -> Iterator[Any]:
    """Yield a progress bar on a terminal; nothing is shown elsewhere."""
    from tqdm import tqdm  # only commands need it

    with tqdm(desc=name, total=total, unit=unit, disable=not sys.stderr.isatty(), dynamic_ncols=True) as shown:
        yield shown


def ticked(name: str, keys: list[str], unit: str) -> Iterator[str]:
    """Yield keys with a progress bar on a terminal."""
    with bar(name, len(keys), unit) as shown:
        for key in keys:
            yield key
            shown.update()

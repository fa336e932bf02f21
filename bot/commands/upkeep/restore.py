"""`claimdesk restore DIR`: a set of `claimdesk backup` put in place again; checked whole before anything is touched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from bot.commands.serve import only_one
from bot.commands.upkeep.backup import DATABASE, FORM, KEY, LIST, MEDIA, bar, digest, digest_of, ticked, told
from bot.operations import installation
from bot.operations.installation import Note
from bot.settings import Settings
from media.store import open_store
from storage import database, migration
from storage.operations import processes, snapshot_file
from storage.operations.snapshot_file import Held

BEFORE = ".before-restore"  # what the name of a database ends with that made room


def restore(settings: Settings, folder: Path, *, replace: bool, out: Callable[[str], object]) -> int:
    """Check a set and put it in place. Raises ValueError for a set or target that is not fit, Busy beside a service."""
    whole = _listed(folder)
    held = _checked(folder, whole)
    url = settings.database
    with _alone(settings):
        if not replace and (full := _full(settings)):
            raise ValueError(f"{full} is not empty: restore to an empty place, or say --replace.")
        if database.several(url):
            _into_server(folder, url, replace=replace)
        else:
            _into_file(folder / DATABASE, settings)
        store, kept = open_store(settings.media), open_store(str(folder / MEDIA))
        for key in ticked("media", list(kept.keys()), " files"):
            store.put(kept.get(key), Path(key).suffix)
        other = _key(folder / KEY, settings)
        installation.write(settings.folder, Note(number=held.installation, key=whole["log_key"]))
    out(f"restored {told(held)} and {whole['media']['files']} files of media, as of {whole['made_at']}")
    if other:
        out("SECRET_KEY is another than the backup's: the event log goes over to it at the next start")
    return 0


def _listed(folder: Path) -> dict[str, Any]:
    file = folder / LIST
    if not file.is_file():
        raise ValueError(f"{folder} holds no whole backup: {LIST} is missing.")
    try:
        whole: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        known = whole["form"] == FORM and {*whole["files"]} == {DATABASE, KEY} and whole["media"].keys()
    except (ValueError, KeyError, TypeError, AttributeError):
        known = False
    if not known:
        raise ValueError(f"{file} is damaged, or of another version of claimdesk.")
    return whole


def _checked(folder: Path, whole: dict[str, Any]) -> Held:
    """Compare every file with what was written down of it; return what the database holds."""
    for name, wanted in whole["files"].items():
        if not (folder / name).is_file() or digest(folder / name) != wanted:
            raise ValueError(f"{folder / name} is missing or damaged: this backup cannot be used.")
    kept = open_store(str(folder / MEDIA))
    keys = list(kept.keys())
    if digest_of(keys) != whole["media"]["sha256"]:
        raise ValueError(f"{folder / MEDIA} lacks files, or holds others: this backup cannot be used.")
    for key in ticked("checking", keys, " files"):
        if sha256(kept.get(key)).hexdigest() != Path(key).name.partition(".")[0]:
            raise ValueError(f"{folder / MEDIA / key} is damaged: this backup cannot be used.")
    held = snapshot_file.held(folder / DATABASE)
    if held.revision > migration.HEAD:
        raise migration.Newer
    return held


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the place while it is filled. Raises Busy beside a service."""
    url = settings.database
    with only_one(settings.folder):
        if database.several(url) and (others := _living(url)):
            raise database.Busy(f"{others} claimdesk processes use this database; stop them first")
        yield


def _living(url: str) -> int:
    engine = database.open_snapshots(url)
    try:
        with database.snapshot(engine) as tx:
            return len(processes.living(tx)) if migration.version(tx) >= migration.SHARED else 0
    finally:
        engine.dispose()


def _full(settings: Settings) -> str:
    """Return what of the place is not empty; "" for nothing."""
    url = settings.database
    if next(open_store(settings.media).keys(), ""):
        return f"MEDIA_URL {settings.media}"
    if database.several(url):
        engine = database.open_snapshots(url)
        try:
            with database.snapshot(engine) as tx:
                return "the database of DATABASE_URL" if migration.version(tx) else ""
        finally:
            engine.dispose()
    file = _file(url)
    return str(file) if file.exists() and file.stat().st_size else ""


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _into_file(copy: Path, settings: Settings) -> None:
    """Put the copy where the database belongs; one that is there is kept beside it."""
    place = _file(settings.database)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = place.with_name(f"{place.name}.new")
    shutil.copyfile(copy, new)
    new.chmod(0o600)
    with database.turn_to_write(settings.database, settings.folder):
        for ending in ("", "-wal", "-shm"):  # together: the log holds what the file lacks
            there = place.with_name(place.name + ending)
            if there.exists():
                there.replace(place.with_name(place.name + BEFORE + ending))
        new.replace(place)


def _into_server(folder: Path, url: str, *, replace: bool) -> None:
    """Copy the rows into PostgreSQL, from a second copy that may be brought to this version."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as name, bar("database", 0, " rows") as shown:
        copy = Path(name) / DATABASE
        shutil.copyfile(folder / DATABASE, copy)
        snapshot_file.copy_in(copy, url, replace=replace, told=shown.update)


def _key(file: Path, settings: Settings) -> bool:
    """Put the key in place; return whether the settings name another, which then goes before it."""
    kept = file.read_bytes()
    if settings.secret_key:
        return settings.secret_key.encode() != kept
    place = settings.folder / KEY
    if place.is_file() and place.read_bytes() != kept:
        place.replace(place.with_name(KEY + BEFORE))
    shutil.copyfile(file, place)
    place.chmod(0o600)
    return False

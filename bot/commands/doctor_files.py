"""What `claimdesk doctor` asks of the files: whether anybody else on this machine may read or change them."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from bot.settings import Settings

Finding = tuple[bool, str]
OTHERS = stat.S_IRWXG | stat.S_IRWXO
BESIDE = ("", "-wal", "-shm", "-journal")  # of the database
KEPT = ("secret.key", "write.lock", "serve.lock")


def examine(settings: Settings, env_file: Path = Path(".env")) -> Iterator[Finding]:
    """Check that the files are their owner's alone; a folder that may only be looked into is a note."""
    files, folders = _files(settings), [settings.folder]
    if "://" not in settings.media:
        folders.append(Path(settings.media))
    try:
        open_files = [file for file in files if _others(file)]
        loose = [folder for folder in folders if _others(folder)]
        told = env_file.is_file() and _others(env_file)
    except OSError as error:
        yield False, f"{error.filename} cannot be looked at ({error.strerror}): give this user the right to it."
        return
    changeable = [folder for folder in loose if _others(folder) & (stat.S_IWGRP | stat.S_IWOTH)]
    if open_files or changeable:
        named = " ".join(str(path) for path in (*open_files, *loose))
        yield False, f"others on this machine may read or change what customers told: run chmod go= {named}"
    elif loose:
        named = " ".join(map(str, loose))
        yield True, f"note: others on this machine may see which files there are: run chmod go= {named}"
    else:
        yield True, "the files are readable by this user alone."
    if told:
        yield True, f"note: {env_file} holds tokens and others on this machine may read it: run chmod go= {env_file}"


def _files(settings: Settings) -> list[Path]:
    kept = [settings.folder / name for name in KEPT]
    if settings.database.startswith("sqlite:///"):
        path = settings.database.removeprefix("sqlite:///")
        kept += [Path(path + end) for end in BESIDE]
    return kept


def _others(path: Path) -> int:
    """Return what group and others may do with a path; 0 where there is none. Raises OSError."""
    try:
        return stat.S_IMODE(path.stat().st_mode) & OTHERS
    except FileNotFoundError:
        return 0

"""Where pictures are kept: by the hash of their content, under a folder."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Protocol

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}(\.[a-z0-9]{1,8})?")
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8})?")


class Missing(LookupError):
    """Nothing is kept under this key."""


class Keeper(Protocol):
    """What every place for pictures offers. Equal bytes with an equal suffix have one key and are kept once."""

    def put(self, data: bytes, suffix: str) -> str:
        """Keep bytes; when this returns they outlast a power cut. `suffix` as ".jpg"."""

    def get(self, key: str) -> bytes:
        """Return the bytes back. Raises Missing, ValueError for what is no key."""

    def has(self, key: str) -> bool:
        """Return whether something is kept under this key."""

    def delete(self, key: str) -> None:
        """Forget it; nothing to forget is no error."""

    def keys(self) -> Iterator[str]:
        """Yield the keys of all that is kept, in order."""


class Store:
    """A folder as Keeper; any number of processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes, suffix: str) -> str:
        """Keep bytes; see Keeper. Raises ValueError for an odd suffix, OSError as the disk does."""
        if not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"not a file suffix: {suffix!r}")
        digest = sha256(data).hexdigest()
        key = f"{digest[:2]}/{digest}{suffix}"
        place = self._place(key)
        if not (place.is_file() and place.stat().st_size == len(data)):
            self._make_folders(place.parent)
            _write(place, data)
        return key

    def get(self, key: str) -> bytes:
        """Return the bytes back; see Keeper."""
        try:
            return self._place(key).read_bytes()
        except FileNotFoundError:
            raise Missing(key) from None

    def has(self, key: str) -> bool:
        """Return whether something is kept under this key."""
        return self._place(key).is_file()

    def delete(self, key: str) -> None:
        """Forget it; see Keeper."""
        self._place(key).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        """Yield the keys of all that is kept; see Keeper."""
        for place in sorted(self._folder.glob("[0-9a-f][0-9a-f]/*")):
            key = f"{place.parent.name}/{place.name}"
            if _KEY.fullmatch(key):
                yield key

    def _place(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a media key: {key!r}")
        return self._folder / key

    def _make_folders(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_folder(self._folder)
            _sync_folder(self._folder.parent)


def open_store(url: str) -> Keeper:
    """Open the place that MEDIA_URL names: a folder, as a path or file:// URL. Raises ValueError for any other."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return Store(Path(url))
    if scheme == "file" and rest.startswith("/"):
        return Store(Path(rest))
    raise ValueError(f"MEDIA_URL must name a folder; {scheme}:// is not supported by this version")


def _write(place: Path, data: bytes) -> None:
    # Written beside its place and renamed: a reader never sees half, and of two writers the last wins with equal bytes.
    handle, name = tempfile.mkstemp(prefix=".new-", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

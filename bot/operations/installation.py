"""What DATA_DIR remembers of its database: which installation it is, and under which key its event log is kept.

So a database that was emptied, exchanged or cut short is not taken for a new one.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from storage.database import Tx
from storage.operations import identity

FILE = "installation.json"


class Exchanged(Exception):
    """The database is not the one that this DATA_DIR belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """The number of the installation, and the fingerprint of the key of its event log; "" for none yet."""

    number: str = ""
    key: str = ""


def noted(folder: Path) -> Note:
    """Return what the folder remembers. Raises ValueError where the file is damaged."""
    file = folder / FILE
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return Note(number=str(kept["number"]), key=str(kept["key"]))
    except FileNotFoundError:
        return Note()
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{file} is damaged; delete it if the database is the right one.") from None


def write(folder: Path, note: Note) -> None:
    """Remember it, written whole before it counts."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = folder / f"{FILE}.new"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"number": note.number, "key": note.key}, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / FILE)


def not_emptied(folder: Path, known: bool, shown: str) -> None:
    """Raise Exchanged if the database has no tables and this folder belongs to one that had; `shown` names it."""
    if not known and noted(folder).number:
        raise Exchanged(
            f"the database {shown} is empty, but {folder} belongs to an installation that had one: bring its backup "
            f"back (claimdesk restore), or delete {folder / FILE} to begin anew."
        )


def number_of(tx: Tx, folder: Path, shown: str) -> str:
    """Return the installation's number, drawn for a new one. Raises Exchanged for the database of another."""
    here, there = noted(folder).number, identity.number(tx)
    if here and there and here != there:
        raise Exchanged(
            f"the database {shown} belongs to another installation than {folder}: correct DATABASE_URL, "
            f"or delete {folder / FILE} if this one is meant."
        )
    if not there:
        there = here or secrets.token_hex(8)
        identity.give(tx, there)
    return there

"""What has to be there before work begins: the schema, the log's key, the policy in force, the sandbox's samples."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from bot.operations import installation
from bot.operations.installation import Note
from bot.settings import SHANGHAI, Settings, secret_key
from handlers.policy.policy import Policy
from storage import migration, policies
from storage.database import Busy, Tx, Writer, open_writer, queue_up, run, several, snapshot, turn_to_write
from storage.operations import audit, processes, schema
from storage.seals.chain import derived

LOG = logging.getLogger(__name__)


def open_to_write(settings: Settings, *, process: str = "", workers: int = 1) -> Writer:
    """Open the writing engine, with the key of the event log."""
    key = derived(secret_key(settings))
    return open_writer(settings.database, process=process, workers=workers, key=key)


def prepare(settings: Settings, engine: Writer, policy: Policy, now: datetime) -> None:
    """Bring the schema up, and put the policy in force. Raises as `lay`."""
    lay(settings, engine, now)
    with turn_to_write(settings.database, settings.folder):
        run(engine, lambda tx: _furnish(tx, settings, policy, now))


def lay(settings: Settings, engine: Writer, now: datetime, *, renew: bool = False) -> None:
    """Bring the database to this version, as that of this installation; `renew`: under this key, whatever was before.

    Raises Busy, Exchanged, Unfit, Foreign, Newer or Broken.
    """
    url = settings.database
    if not several(url) and (wrong := schema.cut_short(Path(url.removeprefix("sqlite:///")))):
        raise schema.Unfit(wrong)
    alone(url, engine)
    with turn_to_write(url, settings.folder):
        with snapshot(engine) as tx:
            known = bool(migration.version(tx))
            if not known:
                schema.unmade(tx)
            installation.not_emptied(settings.folder, known, shown(url))
        applied = migration.prepare(engine)
        with snapshot(engine) as tx:
            schema.check(tx)
        note = run(engine, lambda tx: _identify(tx, settings, now, applied=bool(applied), renew=renew))
    if note != installation.noted(settings.folder):
        installation.write(settings.folder, note)


def _identify(tx: Tx, settings: Settings, now: datetime, *, applied: bool, renew: bool) -> Note:
    queue_up(tx, "furnish")
    number = installation.number_of(tx, settings.folder, shown(settings.database))
    kept = installation.noted(settings.folder).key
    known = audit.kept_under(tx)
    if known and several(settings.database) and processes.living(tx):
        kept = "another"  # who joins others takes their key: the log does not go over to a new one
    elif renew:
        kept = known
    try:
        key = audit.keep(tx, now, today(now), noted=kept)
        if applied:  # a migration may have changed lines
            audit.seal_lines(tx)
        return Note(number=number, key=key)
    except audit.Gone as gone:
        LOG.error("%s", gone.__doc__)
        return Note(number=number, key=kept)


def today(now: datetime) -> str:
    """Return the day of an anchor."""
    return now.astimezone(SHANGHAI).date().isoformat()


def shown(url: str) -> str:
    """Return a database's URL without the password in it."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return url if "@" not in parts.netloc else parts._replace(netloc=f"{parts.username or ''}@{host}").geturl()


def alone(url: str, engine: Writer) -> None:
    """Raise Busy if the schema has to change while other processes work with it."""
    if not several(url) or not migration.pending(engine):
        return
    with snapshot(engine) as tx:
        others = processes.living(tx) if migration.version(tx) >= migration.SHARED else []
    if others:
        raise Busy(f"{len(others)} claimdesk processes of an older version use this database; stop them first")


def _furnish(tx: Tx, settings: Settings, policy: Policy, now: datetime) -> None:
    queue_up(tx, "furnish")
    policies.store(tx, policy.hash, name=policy.name, text=policy.text, now=now)
    policies.enforce(tx, policy.hash)
    if settings.sandbox_open:
        from handlers.orders import samples

        samples.load(tx, now)

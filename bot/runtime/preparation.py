"""What has to be there before the service begins: the schema, the policy in force, and for the sandbox its samples."""

from __future__ import annotations

from datetime import datetime

from bot.settings import Settings
from handlers.policy.policy import Policy
from storage import migration, policies
from storage.database import Busy, Tx, Writer, queue_up, run, several, snapshot, turn_to_write
from storage.operations import processes


def prepare(settings: Settings, engine: Writer, policy: Policy, now: datetime) -> None:
    """Bring the schema up, and put the policy in force. Raises Busy, Newer or Broken."""
    alone(settings.database, engine)
    with turn_to_write(settings.database, settings.folder):
        migration.prepare(engine)
    with turn_to_write(settings.database, settings.folder):
        run(engine, lambda tx: _furnish(tx, settings, policy, now))


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

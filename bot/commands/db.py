"""`claimdesk db`: the database as a whole: brought to this version, copied, moved to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from bot.commands.serve import only_one
from bot.runtime.preparation import alone
from bot.settings import Settings
from storage import database
from storage.migration import upgrade as apply_pending

Out = Callable[[str], object]


def upgrade(settings: Settings, out: Out) -> int:
    """Bring the schema to this version. Raises Busy beside a service of another version."""
    url = settings.database
    with nullcontext() if database.several(url) else only_one(settings.folder):
        engine = database.open_writer(url)
        try:
            alone(url, engine)
            with database.turn_to_write(url, settings.folder):
                applied = apply_pending(engine)
        finally:
            engine.dispose()
    out("applied: " + ", ".join(applied) if applied else "the database is up to date")
    return 0


def back_up(settings: Settings, target: Path, out: Out) -> int:
    """Copy the database, consistent also while the service writes."""
    size = database.back_up(settings.database, target)
    out(f"{target}: {size / 1e6:.1f} MB; the photos are in {settings.media}, copy them too")
    return 0

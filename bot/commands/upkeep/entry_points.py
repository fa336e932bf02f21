"""The functions behind the commands of this room, as in `bot.commands.entry_points`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from bot import settings as configuration
from bot.commands.entry_points import committed
from bot.settings import Settings


def backup(args: Namespace, settings: Settings) -> int:
    """Copy database, media and key as one set."""
    from bot.commands.upkeep.backup import back_up

    return back_up(settings, Path(args.folder), configuration.clock(settings)(), print)


def restore(args: Namespace, settings: Settings) -> int:
    """Put a backup in place."""
    from bot.commands.upkeep.restore import restore as put_back

    return put_back(settings, Path(args.folder), replace=args.replace, out=print)


def audit_verify(args: Namespace, settings: Settings) -> int:
    """Check the event log."""
    from bot.commands.upkeep import audit

    with committed(settings) as read:
        return audit.verify(settings, read=read, out=print)

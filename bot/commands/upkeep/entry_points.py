"""The functions behind the commands of this room, as in `bot.commands.entry_points`."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from bot import settings as configuration
from bot.commands.entry_points import committed, database
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


def audit_renew(args: Namespace, settings: Settings) -> int:
    """Let the event log go on under the present key."""
    from bot.commands.upkeep import audit

    return audit.renew(settings, configuration.clock(settings)(), print)


def customer_export(args: Namespace, settings: Settings) -> int:
    """Write what is stored of a person."""
    from bot.commands.upkeep import customer
    from media.store import open_store

    with committed(settings) as read:
        return customer.export(args.account, Path(args.out), read=read, store=open_store(settings.media), out=print)


def customer_erase(args: Namespace, settings: Settings) -> int:
    """Take a person out."""
    from bot.commands.upkeep import customer
    from media.store import open_store

    with database(settings) as write:
        now, store = configuration.clock(settings)(), open_store(settings.media)
        return customer.erase(args.account, write=write, store=store, now=now, out=print)


def customer_retention(args: Namespace, settings: Settings) -> int:
    """Delete what is older than the policy keeps it."""
    from bot.commands.upkeep import retention
    from handlers.policy.loader import load
    from media.store import open_store

    kept = load(settings.policy).retention
    with database(settings) as write:
        now, store = configuration.clock(settings)(), open_store(settings.media)
        return retention.apply(kept, write=write, store=store, now=now, dry=args.dry_run, out=print)

"""The functions behind the commands for accounting: settings in, an exit code out."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from bot import settings as configuration
from bot.commands.entry_points import committed, database
from bot.settings import Settings


def payouts_export(args: Namespace, settings: Settings) -> int:
    """Write what is owed."""
    from bot.commands.accounting import payouts
    from handlers.policy.loader import load

    with committed(settings) as read:
        policy, samples = load(settings.policy), not settings.business
        return payouts.export(Path(args.out), read=read, policy=policy, samples=samples)


def payouts_import(args: Namespace, settings: Settings) -> int:
    """Book what was paid."""
    from bot.commands.accounting import payouts
    from handlers.policy.loader import load

    with database(settings) as write:
        now, policy, samples = configuration.clock(settings)(), load(settings.policy), not settings.business
        return payouts.import_file(Path(args.file), write=write, policy=policy, now=now, samples=samples)


def chargeback(args: Namespace, settings: Settings) -> int:
    """Write what a supplier or carrier answers for."""
    from bot.commands.accounting.chargeback import chargeback as write_pack
    from handlers.policy.loader import load
    from media.store import open_store

    with committed(settings) as read:
        return write_pack(
            args.name,
            (args.first, args.last),
            Path(args.out),
            read=read,
            store=open_store(settings.media),
            policy=load(settings.policy),
            now=configuration.clock(settings)(),
            samples=not settings.business,
        )


def recoveries_add(args: Namespace, settings: Settings) -> int:
    """Book what came back from a supplier or carrier."""
    from bot.commands.accounting import recoveries
    from handlers.policy.loader import load

    with database(settings) as write:
        return recoveries.add(
            args.name,
            args.amount,
            args.reference,
            ticket=args.ticket,
            line=args.line,
            days=(args.first, args.last),
            write=write,
            policy=load(settings.policy),
            now=configuration.clock(settings)(),
            samples=not settings.business,
        )

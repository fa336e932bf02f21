"""The function behind `claimdesk report`: settings in, an exit code out."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from bot import settings as configuration
from bot.commands.entry_points import committed
from bot.settings import Settings


def report(args: Namespace, settings: Settings) -> int:
    """Print and write the figures of a period."""
    from bot.commands.reporting.report import report as tell
    from handlers.policy.loader import load

    with committed(settings) as read:
        return tell(
            (args.first, args.last),
            Path(args.out) if args.out else None,
            read=read,
            policy=load(settings.policy),
            now=configuration.clock(settings)(),
            samples=not settings.business,
        )

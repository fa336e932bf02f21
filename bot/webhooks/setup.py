"""The webhooks of an installation: what carries decisions and alarms, the way in for orders, and the watch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.channels.base import House
from bot.redaction import Redaction
from bot.runtime.web import Door
from bot.runtime.write_probe import WriteProbe
from bot.settings import Settings
from bot.webhooks.carrying import Carrier
from bot.webhooks.desk_watch import DeskWatch
from bot.webhooks.letters import ALARMS, DECISIONS
from bot.webhooks.orders_door import OrdersDoor
from bot.webhooks.posting import Poster
from handlers.context import TurnContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """What was opened: carriers by the kind of their mailboxes, the route, and the watch where alarms are told."""

    carriers: dict[str, Carrier]
    door: Door
    watch: DeskWatch | None
    posters: tuple[Poster, ...]

    async def close(self) -> None:
        """Close all connections."""
        for poster in self.posters:
            await poster.close()


def open_webhooks(
    settings: Settings, house: House, context: Callable[[], TurnContext], clock: Callable[[], datetime]
) -> Webhooks:
    """Open what the settings name; without an address rows that were put before wait for one."""
    orders = _poster(settings.order_webhook_url, settings)
    alarms = _poster(settings.alert_webhook_url, settings)
    carriers = {
        letters.box: Carrier(letters=letters, poster=poster, house=house, context=context, clock=clock)
        for letters, poster in ((DECISIONS, orders), (ALARMS, alarms))
    }
    watch = None
    if alarms:
        probe = WriteProbe(write=house.write, clock=clock)
        safe = Redaction(settings.secrets)
        watch = DeskWatch(poster=alarms, house=house, probe=probe.check, context=context, clock=clock, safe=safe)
    door = OrdersDoor(secret=settings.order_webhook_secret, house=house, context=context)
    return Webhooks(carriers=carriers, door=door.door, watch=watch, posters=tuple(filter(None, (orders, alarms))))


def _poster(url: str, settings: Settings) -> Poster | None:
    return Poster(url=url, secret=settings.order_webhook_secret) if url else None

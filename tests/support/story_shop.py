"""The order system of a story: down, taking decisions, or paying what it takes at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from playing import World

from bot.channels import base
from bot.webhooks.carrying import Carrier
from bot.webhooks.letters import DECISIONS
from bot.webhooks.posting import Posted, Poster
from storage.outbox import Bundle

WAYS = ("is down", "takes decisions", "pays at once")


class Shop(Poster):
    """Answers by what the story says; what was taken is kept by its key."""

    def __init__(self, world: World) -> None:
        super().__init__(url="", secret="")
        self.world, self.way, self.took = world, "takes decisions", dict[str, Mapping[str, Any]]()

    async def post(self, key: str, body: Mapping[str, Any]) -> Posted:
        """Take a decision, or do not."""
        if self.way == "is down":
            return Posted(why="connection")
        self.took[key] = body
        paid = [{"line": body["line"], "amount": body["amount"], "reference": f"shop-{key}"}]
        return Posted(answer=json.dumps({"paid": paid if self.way == "pays at once" else []}).encode())

    def carry(self, bundle: Bundle) -> None:
        """Carry a bundle as the running service does."""
        world = self.world

        async def write(work: Callable[[Any], Any]) -> Any:
            with world.write() as tx:
                return work(tx)

        async def never(_: object) -> None:
            raise AssertionError

        house = base.House(receive=never, act=never, write=write, read=write)
        carrier = Carrier(letters=DECISIONS, poster=self, house=house, context=world.context, clock=lambda: world.now)
        asyncio.run(carrier.carry(bundle))

"""The sandbox connected: its room, page, channel and desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.channels.base import House
from bot.runtime.access import Guard
from bot.runtime.web import Door
from bot.sandbox.channel import SandboxChannel
from bot.sandbox.desk import SandboxDesk
from bot.sandbox.input import Input
from bot.sandbox.page import Page
from bot.sandbox.room import Room
from handlers.context import TurnContext
from handlers.orders.samples import samples
from media.guard import Examiner
from media.store import Keeper


def open_sandbox(
    *,
    house: House,
    store: Keeper,
    examiner: Examiner,
    clock: Callable[[], datetime],
    context: Callable[[], TurnContext],
    wide: bool,
    exposed: bool,
    password: str,
    secret: bytes,
) -> tuple[SandboxChannel, SandboxDesk, tuple[Door, Door]]:
    """Return the sandbox's channel and desk, and the routes of its page."""

    def draw(name: str, seed: int) -> bytes:
        drawn = examiner.sample(name, seed)
        if drawn is None:
            raise KeyError(name)
        return drawn

    room = Room(house=house, store=store, clock=clock)
    page = Page(
        room=room,
        guard=Guard(wide=wide, exposed=exposed, password=password, secret=secret),
        people=samples(),
        draw=draw,
    )
    channel, desk = SandboxChannel(room=room), SandboxDesk(room=room, context=context, sheet=examiner.sheet)
    return channel, desk, (page.door, Input(page=page, channel=channel, desk=desk).door)

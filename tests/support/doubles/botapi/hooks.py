"""Webhook delivery: in order per chat, in parallel across chats, again until the other side says 200."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import aiohttp

from .bots import Bot, Webhook
from .inbox import Update
from .values import Json
from .world import World


class Hooks:
    """One task per bot with a webhook; back-off doubles from `first_pause` to `longest_pause` seconds."""

    def __init__(self, world: World, answer: Callable[[Bot, Json], Awaitable[None]]) -> None:
        self.world = world
        self.answer = answer
        self.first_pause = 0.05
        self.longest_pause = 1.0
        self.timeout = 10.0
        self._followers: dict[int, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None

    def follow(self, bot: Bot) -> None:
        """Start or stop delivering, after the bot set or deleted its webhook; call it on the server's loop."""
        old = self._followers.pop(bot.id, None)
        if old is not None:
            old.cancel()
        if bot.webhook is not None:
            self._followers[bot.id] = asyncio.create_task(self._deliver_all(bot, bot.webhook))

    async def close(self) -> None:
        tasks = list(self._followers.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _deliver_all(self, bot: Bot, hook: Webhook) -> None:
        busy: dict[int, asyncio.Task[None]] = {}
        try:
            with self.world.bell.watch() as event:
                while True:
                    busy = {queue: task for queue, task in busy.items() if not task.done()}
                    for update in self._next(bot, set(busy), hook.max_connections - len(busy)):
                        task = asyncio.create_task(self._deliver(bot, hook, update))
                        task.add_done_callback(lambda _: event.set())
                        busy[update.queue] = task
                    await event.wait()
                    event.clear()
        finally:
            for task in busy.values():
                task.cancel()
            await asyncio.gather(*busy.values(), return_exceptions=True)

    def _next(self, bot: Bot, busy: set[int], room: int) -> list[Update]:
        """Return the oldest update of each chat that has none under way."""
        chosen: dict[int, Update] = {}
        with self.world.bell.lock:
            repeats, bot.inbox.repeats = bot.inbox.repeats, []
            bot.inbox.pending = repeats + bot.inbox.pending
            for update in bot.inbox.pending:
                if update.queue not in busy:
                    chosen.setdefault(update.queue, update)
        return list(chosen.values())[:room]

    async def _deliver(self, bot: Bot, hook: Webhook, update: Update) -> None:
        pause = self.first_pause
        while (failure := await self._post(bot, hook, update)) is not None:
            with self.world.bell.lock:
                hook.last_error, hook.last_error_at = failure, int(time.time())
            self.world.bell.ring()
            await asyncio.sleep(pause)
            pause = min(pause * 2, self.longest_pause)
        with self.world.bell.lock:
            bot.inbox.remove(update)
        self.world.bell.ring()

    async def _post(self, bot: Bot, hook: Webhook, update: Update) -> str | None:
        """Return None when accepted, else what getWebhookInfo will show."""
        if self._session is None:
            limit = aiohttp.ClientTimeout(total=self.timeout)
            self._session = aiohttp.ClientSession(timeout=limit)
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        try:
            async with self._session.post(hook.url, json=update.body, headers=headers) as response:
                body = await response.read()
                if response.status != 200:
                    return f"Wrong response from the webhook: {response.status} {response.reason}"
        except TimeoutError:
            return "Read timeout expired"
        except aiohttp.ClientError:
            return "Connection refused"
        await self._obey(bot, body)
        return None

    async def _obey(self, bot: Bot, body: bytes) -> None:
        """A webhook's answer may itself be a call."""
        try:
            asked = json.loads(body) if body.strip().startswith(b"{") else {}
        except ValueError:
            return
        if "method" in asked:
            await self.answer(bot, asked)

"""BotApi: Telegram's Bot API on loopback, with people who act and a record of all that was called."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from .bots import Bot
from .calls import Call, Violation
from .chats import Chat, Private
from .faults import Fault
from .gate import Gate
from .groups import Group
from .inbox import Inbox, Update
from .pace import Pace
from .people import Person
from .server import Server
from .values import Account
from .world import World

T = TypeVar("T")

WITHIN = 30.0  # seconds that anything may take on a busy machine
FIRST_UPDATE = 700_000_001
GROUP_IDS = {"group": -4_000_000_000, "supergroup": -1_002_000_000_000, "forum": -1_002_000_000_000}


def utc_now() -> datetime:
    return datetime.now(UTC)


class BotApi:
    """Use it as a context manager, or `start` and `close` it; every method may be called from any thread.

    `now` gives the dates of messages. `pace` counts sends (see Pace for enforcing limits and shortening minutes).
    """

    def __init__(self, *, now: Callable[[], datetime] = utc_now, pace: Pace | None = None) -> None:
        self.world = World(now)
        self.pace = pace or Pace()
        self.gate = Gate(self.world, self.pace)
        self.server = Server(self.world, self.gate)

    def start(self) -> Self:
        self.server.start()
        return self

    def close(self) -> None:
        self.server.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Return the base for TELEGRAM_API_BASE: methods under /bot<token>/, files under /file/bot<token>/."""
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def calls(self) -> list[Call]:
        """Return every call but getUpdates, oldest first."""
        return self.world.calls

    @property
    def violations(self) -> list[Violation]:
        """Return the calls that broke a documented rule; a good test ends with none."""
        return self.world.violations

    def called(self, method: str, chat: Chat | None = None) -> list[Call]:
        return [
            call for call in list(self.calls) if call.method == method and (chat is None or call.chat_id == chat.id)
        ]

    def bot(self, username: str = "shop_bot", *, token: str | None = None, privacy: bool = True) -> Bot:
        with self.world.bell.lock:
            number = int(token.partition(":")[0]) if token else 7_000_000_000 + self.world.serial()
            token = token or f"{number}:AAH{username:_<32.32}"
            bot = Bot(
                id=number,
                name=username,
                username=username,
                is_bot=True,
                token=token,
                privacy=privacy,
                inbox=Inbox(next_id=FIRST_UPDATE),
            )
            self.world.bots[token] = bot
            return bot

    def user(
        self, user_id: int, name: str, language_code: str | None = "zh-hans", *, username: str | None = None
    ) -> Person:
        with self.world.bell.lock:
            person = Person(id=user_id, name=name, username=username, language_code=language_code, world=self.world)
            self.world.people[user_id] = person
            return person

    def group(
        self,
        title: str,
        *,
        creator: Account,
        members: list[Account] | None = None,
        admins: list[Account] | None = None,
        kind: str = "supergroup",
    ) -> Group:
        """Return a new group. `kind`: group, supergroup or forum; `members` and `admins` were there before."""
        with self.world.bell.lock:
            group = Group(
                id=GROUP_IDS[kind] - self.world.serial(),
                kind="group" if kind == "group" else "supergroup",
                title=title,
                forum=kind == "forum",
                world=self.world,
            )
            self.world.groups[group.id] = group
            for who in [creator, *(members or []), *(admins or [])]:
                group.add(who, quiet=True)
            group.members[creator.id].status = "creator"
            for who in admins or []:
                group.promote(who, quiet=True)
            return group

    def chat(self, bot: Bot, person: Account) -> Private:
        """Return the private chat of a bot and a person."""
        with self.world.bell.lock:
            return self.world.private(bot, person)

    def fail(
        self,
        kind: str,
        *,
        method: str | None = None,
        chat: Chat | Account | int | None = None,
        bot: Bot | None = None,
        times: int = 1,
        skip: int = 0,
        retry_after: int = 1,
        seconds: float = 1.0,
        description: str = "",
    ) -> Fault:
        """Script a fault for the next matching calls; kinds stand in faults.REFUSALS and faults.WIRES, and "429".

        "400" and "403" refuse with a `description` of the test's own.
        """
        chat_id = chat if chat is None or isinstance(chat, int) else chat.id
        fault = Fault(
            kind=kind,
            method=method,
            chat_id=chat_id,
            bot_id=bot.id if bot else None,
            times=times,
            skip=skip,
            retry_after=retry_after,
            seconds=seconds,
            description=description,
        )
        with self.world.bell.lock:
            self.gate.faults.append(fault)
        return fault

    def repeat(self, bot: Bot, update: Update | None = None) -> Update:
        """Deliver an update once more under its old id (the newest if none is named)."""
        with self.world.bell.lock:
            again = replace(update or bot.updates[-1])
            bot.inbox.repeats.append(again)
            self.world.bell.ring()
            return again

    def revoke(self, bot: Bot, *, revoked: bool = True) -> None:
        """From now on the bot's token answers 401, a waiting getUpdates too; `revoked=False` gives it back."""
        with self.world.bell.lock:
            bot.revoked = revoked
            self.world.bell.ring()

    def push(self, bot: Bot, kind: str, payload: dict[str, Any], queue: int = 0) -> Update | None:
        """Return an update made by hand, for kinds and malformations the double has no verb for."""
        with self.world.bell.lock:
            update = bot.inbox.push(kind, payload, queue)
            self.world.bell.ring()
            return update

    def wait_for(self, predicate: Callable[[], T], within: float = WITHIN) -> T:
        """Block until the predicate holds; return its value. AssertionError with the last calls if it never does."""
        return self._found(self.world.bell.wait_for(predicate, within), within)

    async def until(self, predicate: Callable[[], T], within: float = WITHIN) -> T:
        """`wait_for` inside a coroutine."""
        return self._found(await self.world.bell.until(predicate, within), within)

    def _found(self, found: T | None, within: float) -> T:
        if not found:
            last = "\n".join(map(repr, self.calls[-8:])) or "none"
            raise AssertionError(f"nothing came within {within} s; last calls:\n{last}")
        return found

"""Sending to customers on Telegram: in order per chat, within the platform's limits, with the meaning of refusals."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendMediaGroup

from bot.channels.base import Delivery
from bot.channels.telegram.errors import meaning
from bot.channels.telegram.message_cards import Cards
from bot.channels.telegram.rate_limit import Pace
from bot.channels.telegram.rendering import Call, File, calls, edit, file, instead
from bot.channels.telegram.session import Words, post
from handlers.messages.models import from_payload
from media.store import Keeper, Missing
from storage.outbox import Mail

LOG = logging.getLogger(__name__)
EVERY = 60.0  # seconds between tries with a token that is refused
PATIENT = 3.5  # seconds that one round of sending may wait for the limit; all that the courier sends at once fits in
BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)  # seconds after failures in a row, per chat


def _silent(why: str) -> None:
    """Tell nobody."""


@dataclass(slots=True, kw_only=True)
class Sender:
    """Sends replies; remembers how far a reply of several calls got, so that nothing is repeated needlessly."""

    bot: Bot
    store: Keeper
    pace: Pace = field(default_factory=lambda: Pace(now=time.monotonic))
    sure: Callable[[], bool] = lambda: True  # whether the mail is still this process's
    _failures: dict[str, int] = field(default_factory=dict)
    _carried: dict[int, int] = field(default_factory=dict)  # mail -> calls of it that got through
    _left: dict[int, list[Call]] = field(default_factory=dict)  # mail -> what goes in another form
    _shut: set[str] = field(default_factory=set)  # chats that wait until somebody acts, reported
    told: Callable[[str], None] = _silent  # hears why nothing can be sent to a chat
    cards: Cards = field(default_factory=lambda: Cards())
    _heard: dict[str, int] = field(default_factory=dict)  # chat -> the message that went there last

    async def send(self, account: str, mails: Sequence[Mail]) -> Delivery:
        """Send replies to one chat in order."""
        sent, until = 0, self.pace.now() + PATIENT
        for mail in mails:
            stopped = await self._send_one(account, mail, until)
            if stopped:
                return Delivery(sent=sent, refused=stopped.refused, later=stopped.later, error=stopped.error)
            sent = mail.id
        return Delivery(sent=sent)

    async def _send_one(self, account: str, mail: Mail, until: float) -> Delivery | None:
        """Send one reply; None when it is complete. Of a reply in parts only what is missing is sent again."""
        if mail.payload.get("card"):
            drawn = await self._draw(account, mail, until)
            if drawn is not None:
                return drawn or None
        left = await self._calls_left(account, mail)
        if isinstance(left, Delivery):
            return left
        while left:
            stopped = await self._take_turn(account, left[0], until)
            done = stopped or await self._call(account, mail.id, left[0])
            if isinstance(done, Delivery):
                return done
            left = left[1:] if done is None else [*done, *left[1:]]
            if done is not None or mail.id in self._left:
                self._left[mail.id] = left
            else:
                self._carried[mail.id] = self._carried.get(mail.id, 0) + 1
        heard = self._heard.pop(account, 0)
        if name := mail.payload.get("card"):
            await self.cards.keep(account, name, heard)
        self._forget(mail.id)
        self._failures.pop(account, None)
        self._shut.discard(account)
        return None

    async def _calls_left(self, account: str, mail: Mail) -> list[Call] | Delivery:
        """Return the calls of a reply that are still to be made, or why it is refused."""
        left = self._left.get(mail.id)
        if left is not None:
            return left
        try:
            every = calls(int(account), from_payload(mail.payload), await self._files(mail))
        except Missing:
            return Delivery(refused=mail.id, error="media_gone")
        except ValueError:
            return Delivery(refused=mail.id, error="no_such_chat")
        return every[self._carried.get(mail.id, 0) :]

    async def _draw(self, account: str, mail: Mail, until: float) -> Delivery | Literal[False] | None:
        """Draw a card anew in its place: False when that is done, None when it is to be sent."""
        reply = from_payload(mail.payload)
        message = await self.cards.of(account, reply.card)
        call = edit(int(account), message, reply) if message else None
        if call is None:
            return False if reply.refresh else None
        stopped = await self._take_turn(account, call, until)
        if stopped:
            return stopped
        try:
            await post(self.bot, call)
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            does = meaning(400, error.message).does
            if does == "same" or reply.refresh:
                return False  # what cannot be drawn anew is no loss: the words beside it say what changed
            return None
        except TelegramRetryAfter as error:
            self.pace.hold(account, error.retry_after)
            return Delivery(later=float(error.retry_after), error=f"429, wait {error.retry_after} s")
        except TelegramUnauthorizedError:
            return Delivery(later=EVERY, error="TELEGRAM_BOT_TOKEN is refused")
        except (TelegramAPIError, ClientDecodeError) as error:
            return self._later(account, error)
        return False

    def _forget(self, mail_id: int) -> None:
        self._carried.pop(mail_id, None)
        self._left.pop(mail_id, None)

    async def _take_turn(self, account: str, call: Call, until: float) -> Delivery | None:
        album = len(call.media) if isinstance(call, SendMediaGroup) else 1
        longest = max(0.0, until - self.pace.now())
        seconds = self.pace.reserve(account, longest=longest, messages=album)
        if seconds < 0:
            return Delivery(later=-seconds, error="pace")
        await asyncio.sleep(seconds)
        while seconds := self.pace.depart(album):  # noqa: ASYNC110  time itself makes room
            await asyncio.sleep(seconds)
        return None if self.sure() else Delivery(later=1.0, error="left to another process")

    async def _call(self, account: str, mail_id: int, call: Call) -> Delivery | list[Call] | None:
        """Make a call; None when it is done, else what is to be done instead, or how the reply is stopped."""
        try:
            answer: Any = await (post(self.bot, call) if isinstance(call, Words) else self.bot(call))
            self._heard[account] = int(answer.get("message_id", 0)) if isinstance(answer, dict) else 0
        except TelegramRetryAfter as error:
            self.pace.hold(account, error.retry_after)
            return Delivery(later=float(error.retry_after), error=f"429, wait {error.retry_after} s")
        except TelegramForbiddenError:
            self._forget(mail_id)
            return Delivery(refused=mail_id, error="blocked")
        except TelegramUnauthorizedError:
            return Delivery(later=EVERY, error="TELEGRAM_BOT_TOKEN is refused")
        except (TelegramBadRequest, TelegramEntityTooLarge) as error:
            return self._refused(account, mail_id, call, error.message)
        except (TelegramAPIError, ClientDecodeError) as error:
            return self._later(account, error)
        return None

    def _refused(self, account: str, mail_id: int, call: Call, message: str) -> Delivery | list[Call]:
        """Wait for what can be cured and send in another form what has one; else the reply is given up."""
        meant = meaning(400, message)
        if meant.does == "later":
            seconds = meant.seconds or BACKOFF[0]
            self.pace.hold(account, seconds)
            return Delivery(later=seconds, error=message)
        if meant.does == "wait":
            if account not in self._shut:
                self._shut.add(account)
                LOG.error("telegram customers: the platform lets nothing be sent to a chat (%s)", message)
                self.told(message)
            return Delivery(later=EVERY, error=message)
        other = None if meant.does == "absent" else instead(call, meant.does)
        if other is None:
            self._forget(mail_id)
            return Delivery(refused=mail_id, error=message)
        LOG.warning("mail %d goes in another form: %s", mail_id, message)
        return other

    def _later(self, account: str, error: Exception) -> Delivery:
        failures = self._failures.get(account, 0)
        self._failures[account] = failures + 1
        told = type(error).__name__ if not isinstance(error, TelegramNetworkError) else "no answer"
        return Delivery(later=BACKOFF[min(failures, len(BACKOFF) - 1)], error=told)

    async def _files(self, mail: Mail) -> list[File]:
        """Return the stored files of a reply; a missing one is left out where there is text. Raises Missing."""
        made = []
        for kind, key in from_payload(mail.payload).media:
            try:
                made.append(file(kind, key, await asyncio.to_thread(self.store.get, key)))
            except Missing:
                LOG.error("outbox row %d: the stored file %s is missing", mail.id, key)
                if not mail.payload["text"]:
                    raise
        return made

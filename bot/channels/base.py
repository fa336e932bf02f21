"""The interface of channels and desks: the same verbs for every platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from handlers.messages.models import Button, DeskInbound, Inbound
from handlers.nlu.models.llm_overlay import Opinions
from storage.outbox import Mail

T = TypeVar("T")


class Gone(Exception):
    """The platform no longer has this file; asking again is useless."""


class TooBig(Exception):
    """The file is larger than allowed."""


class Unreachable(Exception):
    """The platform did not answer or asked to wait `seconds` (0: as long as the courier decides)."""

    def __init__(self, why: str, seconds: float = 0) -> None:
        super().__init__(why)
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far a channel or desk got with the outbox rows it was given, in order.

    `sent`: id of the last row sent (0: none). `refused`: id of the next one, if the platform refuses it for good.
    `later`: seconds until the rest may be tried. `until_written`: the rest waits for the customer's next message.
    """

    sent: int = 0
    refused: int = 0
    later: float | None = None
    until_written: bool = False
    error: str = ""


class Channel(Protocol):
    """Where customers and leaders write."""

    name: str
    alone: str  # the duty that makes it one process's where several share the database; "" where all may open it
    polls: bool  # it asks for what comes in, so `run` is that duty

    async def run(self) -> None:
        """Receive until cancelled; acknowledge upstream only what `House.receive` has returned for."""

    async def send(self, account: str, mails: Sequence[Mail]) -> Delivery:
        """Send replies (payloads of handlers.messages.models.to_payload) to one account, in order."""

    async def fetch(self, ref: str, limit: int) -> bytes:
        """Return a file's bytes, at most `limit` of them. Raises Gone, TooBig, Unreachable."""

    async def close(self) -> None:
        """Close all connections."""


class Desk(Protocol):
    """Where agents work."""

    name: str
    alone: str  # the duty of carrying its mail; "" where every process may
    polls: bool  # it asks for what comes in, so `run` is part of that duty

    async def run(self) -> None:
        """Receive until cancelled."""

    async def carry(self, mailbox: str, mails: Sequence[Mail]) -> Delivery:
        """Send rows to the desk: kinds card, refresh, relay, page, note, board."""

    async def fetch(self, ref: str, limit: int) -> bytes:
        """Return the bytes of a file that an agent sent. Raises Gone, TooBig, Unreachable."""

    async def close(self) -> None:
        """Close all connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the agent who tapped or replied is shown at once; `alert` for a box that has to be confirmed."""

    text: str = ""
    alert: bool = False
    buttons: tuple[tuple[Button, ...], ...] = ()


class Beforehand(Protocol):
    """What a message waits for before its turn; only its own chat waits with it."""

    opinions: Opinions

    async def wait(self, inbound: Inbound, turn: Callable[[], Awaitable[T]]) -> T:
        """Run the turn after those of its chat that came before, and return its result."""

    def hurry(self) -> None:
        """End all waiting: the service is stopping."""

    async def close(self) -> None:
        """Close all connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What channels and desks may call; each function returns only after the COMMIT."""

    receive: Callable[[Inbound], Awaitable[None]]
    act: Callable[[DeskInbound], Awaitable[Any]]
    write: Callable[[Callable[..., Any]], Awaitable[Any]]  # a function over the transaction, in the writer thread
    read: Callable[[Callable[..., Any]], Awaitable[Any]]  # a function over a reader's connection
    sharers: Callable[[], int] = lambda: 1  # processes that share the pace of a platform
    sure: Callable[[], bool] = lambda: True  # whether the bundles that this process leased are still its own
    waits: float = 0.0  # seconds that a message may keep other chats from being heard; 0: none waits that long

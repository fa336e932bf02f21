"""The connections of the HTTP server: only so many, and none that idles or dawdles keeps another out."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web

MOST = 512  # connections at one time
SPARE = 256  # file descriptors left for everything else
IDLE = 75.0  # seconds between two requests of a connection; proxies keep theirs for 60
HEAD_WITHIN = 10.0  # seconds until a request's head is there whole
GRACE = 20.0  # seconds for a body however it comes
SLOWEST = 16 * 1024  # bytes a second, on average, of a body that takes longer
UNREAD = 60.0  # seconds that an answer may lie unread
LOOK = 1.0  # seconds between two looks

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True, eq=False)
class Connection(asyncio.Protocol):
    """One connection: hands all on to aiohttp's protocol, and remembers what it waits for."""

    keeper: Doorkeeper
    inner: web.RequestHandler | None = None  # from the first byte on: one that never speaks costs little
    transport: asyncio.Transport | None = None
    request: web.Request | None = None  # that is being handled
    since: float = 0.0  # when it began to wait for what it waits for
    begun: bool = False  # a part of the next request came
    served: bool = False  # a request was handled
    received: int = 0  # bytes since the present request's head
    unread: int = 0  # bytes of answers that the other side did not take
    unread_since: float = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection in, if need be in an idle one's place."""
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.since = transport, self.keeper.clock()
        if not self.keeper.admit(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Hand bytes on."""
        if self.request is not None:
            self.received += len(data)
        elif not self.begun:
            self.begun = True
            self.since = self.keeper.clock() if self.served else self.since
        if self.inner is None and self.transport is not None:
            self.inner = self.keeper.speaks(self)
            self.inner.connection_made(self.transport)
        if self.inner is not None:
            self.inner.data_received(data)

    def eof_received(self) -> None:
        """Hand the end on."""
        if self.inner is not None:
            self.inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room, and hand the loss on."""
        self.keeper.forget(self)
        if self.inner is not None:
            self.inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hand on that the other side reads slowly."""
        if self.inner is not None:
            self.inner.pause_writing()

    def resume_writing(self) -> None:
        """Hand on that it reads again."""
        if self.inner is not None:
            self.inner.resume_writing()

    def begin(self, request: web.Request) -> None:
        """Note that a request is being handled."""
        self.request, self.received, self.since, self.begun = request, 0, self.keeper.clock(), False

    def end(self) -> None:
        """Note that it was handled."""
        self.request, self.served, self.since = None, True, self.keeper.clock()

    @property
    def idle(self) -> bool:
        """Return whether nobody waits for anything on it."""
        return self.request is None and self.transport is not None and not self.transport.get_write_buffer_size()

    def overdue(self, now: float) -> bool:
        """Return whether it waited too long for the other side."""
        if self.transport is None or self._leaves_unread(self.transport, now):
            return True
        waited = now - self.since
        if self.request is None:
            return waited > (HEAD_WITHIN if self.begun or not self.served else IDLE)
        coming = self.transport.is_reading() and not self.request.content.is_eof()
        return coming and waited > GRACE + self.received / SLOWEST

    def _leaves_unread(self, transport: asyncio.Transport, now: float) -> bool:
        left = transport.get_write_buffer_size()
        if not self.unread or left < self.unread:
            self.unread_since = now
        self.unread = left
        return left > 0 and now - self.unread_since > UNREAD

    def drop(self) -> None:
        """End it at once."""
        if self.transport is not None:
            self.transport.abort()


@dataclass(slots=True, eq=False)
class Doorkeeper:
    """Keeps at most `most` connections; a new one takes the place of the one that idles longest.

    `make` makes aiohttp's protocol for a connection; set before the first comes.
    """

    make: Callable[[], web.RequestHandler] | None = None
    most: int = MOST
    clock: Callable[[], float] = monotonic
    _open: dict[Connection, None] = field(default_factory=dict)  # the first to come first
    _speaking: dict[asyncio.Protocol, Connection] = field(default_factory=dict)
    _looking: asyncio.TimerHandle | None = None

    def __call__(self) -> Connection:
        """Make the protocol of a new connection."""
        return Connection(self)

    def __len__(self) -> int:
        return len(self._open)

    def of(self, request: web.Request) -> Connection | None:
        """Return the connection of a request."""
        return self._speaking.get(request.protocol)

    def admit(self, new: Connection) -> bool:
        """Make room for a connection; False when all the others are at work."""
        if len(self._open) >= self.most:
            idle = self._idlest()
            if idle is None:
                return False
            self.forget(idle)
            idle.drop()
        self._open[new] = None
        if self._looking is None:
            self._look()
        return True

    def _idlest(self) -> Connection | None:
        """Return the oldest that never asked anything, else the one whose last answer is the longest ago."""
        silent = next((one for one in self._open if not one.served and one.idle), None)
        return silent or min((one for one in self._open if one.idle), key=lambda one: one.since, default=None)

    def speaks(self, one: Connection) -> web.RequestHandler:
        """Make the inner protocol of a connection on which something came."""
        assert self.make is not None
        inner = self.make()
        if one in self._open:
            self._speaking[inner] = one
        return inner

    def forget(self, gone: Connection) -> None:
        """Forget a connection."""
        self._open.pop(gone, None)
        if gone.inner is not None:
            self._speaking.pop(gone.inner, None)

    def _look(self) -> None:
        """End what is overdue, each second as long as there is a connection."""
        now = self.clock()
        for one in [one for one in self._open if one.overdue(now)]:
            one.drop()
        self._looking = asyncio.get_running_loop().call_later(LOOK, self._look) if self._open else None

    def close(self) -> None:
        """End what is left, and look no more."""
        for one in list(self._open):
            self.forget(one)
            one.drop()
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None


KEEPER = web.AppKey("keeper", Doorkeeper)


@web.middleware
async def busy(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Note on a request's connection that it is at work; a body that broke off or is garbled gets 400."""
    connection = request.app[KEEPER].of(request)
    if connection is not None:
        connection.begin(request)
    try:
        return await handler(request)
    except web.RequestPayloadError:
        return web.Response(status=400)
    finally:
        if connection is not None:
            connection.end()


def room() -> int:
    """Return how many connections this process may hold, after asking the system for enough file descriptors."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + SPARE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    free = MOST if soft == resource.RLIM_INFINITY else soft - SPARE
    return max(16, min(MOST, free))

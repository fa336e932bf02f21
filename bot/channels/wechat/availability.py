"""Whether the platform can be called: pauses that grow, one probe at a time, and an alarm when it is down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.channels.base import Unreachable
from bot.channels.wechat.errors import Paused
from bot.runtime.circuit_breaker import CircuitBreaker

LOG = logging.getLogger(__name__)
LONGEST = 60.0  # seconds
LOGGED_EVERY = 60.0  # seconds
DOWN = 300.0  # seconds without one successful call, after which people should know


def pause(failures: int) -> float:
    """Return half a second, doubled with each failure in a row, up to a minute."""
    return min(LONGEST, 2.0 ** min(failures, 10) / 2)


@dataclass(slots=True, kw_only=True)
class Availability(CircuitBreaker):
    """Shared by all calls to the API."""

    pause: Callable[[int], float] = pause
    alarm: Callable[[str, str], None] | None = None  # called with line_down and the reason, and with line_up
    since: float | None = None  # the first failure after the last successful call
    down: bool = False
    _probing: bool = False
    _logged: dict[str, float] = field(default_factory=dict)

    def check(self) -> None:
        """Raise Paused while the platform may not be called."""
        if left := self.left():
            raise Paused("WeChat is not called for a while", left + 0.1)

    @contextmanager
    def call(self) -> Iterator[None]:
        """Make one call; Unreachable from within begins or lengthens a pause. Raises Paused instead of calling."""
        self.check()
        probe = self.failures > 0
        if probe and self._probing:
            raise Paused("WeChat is being asked whether it is back", 1)
        self._probing = probe
        try:
            yield
        except Unreachable as error:
            self.interrupt(str(error), error.seconds)
            raise
        else:
            self.succeed()
        finally:
            if probe:
                self._probing = False

    def interrupt(self, why: str, seconds: float = 0) -> None:
        """Pause all calls, log the reason, and raise the alarm when this has lasted too long."""
        self.fail(seconds)
        self.since = self.time() if self.since is None else self.since
        if not self.down and self.time() - self.since >= DOWN:
            self._turn(why, down=True)
        self.log(why)

    def confirm(self) -> None:
        """Record that the platform did what it was asked; end the alarm."""
        self.since = None
        if self.down:
            self._turn("", down=False)

    def _turn(self, why: str, *, down: bool) -> None:
        self.down = down
        if self.alarm:
            self.alarm("line_down" if down else "line_up", why)

    def log(self, why: str) -> None:
        """Log an error of the account, once a minute."""
        if self.time() - self._logged.get(why, -LOGGED_EVERY) >= LOGGED_EVERY:
            self._logged[why] = self.time()
            LOG.error("WeChat: %s", why)

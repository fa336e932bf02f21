"""Calm towards a platform that fails: one probe at a time, pauses that grow, one log line a minute for each reason."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.channels.base import Unreachable
from bot.channels.wechat.errors import Paused

LOG = logging.getLogger(__name__)
LONGEST = 60.0  # seconds
SAID_EVERY = 60.0  # seconds
DOWN = 300.0  # seconds without one call that went well, after which people should know


@dataclass(slots=True)
class Calm:
    """Shared by all calls to the API. `time` gives monotonic seconds."""

    time: Callable[[], float]
    until: float = 0.0
    failures: int = 0
    told: Callable[[str, str], None] | None = None  # hears line_down with the reason, and line_up
    since: float | None = None  # the first failure after the last call that went well
    down: bool = False
    _probing: bool = False
    _said: dict[str, float] = field(default_factory=dict)

    def check(self) -> None:
        """Raise Paused while the platform is left in peace."""
        left = self.until - self.time()
        if left > 0:
            raise Paused("WeChat is left in peace for a while", left + 0.1)

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
            self.fail(str(error), error.seconds)
            raise
        else:
            self.failures = 0
        finally:
            if probe:
                self._probing = False

    def fail(self, why: str, seconds: float = 0) -> None:
        """Pause everybody: as long as told, else twice as long each time."""
        self.failures += 1
        self.since = self.time() if self.since is None else self.since
        if not self.down and self.time() - self.since >= DOWN:
            self._turn(why, down=True)
        self.until = self.time() + (seconds or min(LONGEST, 2.0 ** min(self.failures, 10) / 2))
        self.say(why)

    def well(self) -> None:
        """Note that the platform did what it was asked."""
        self.since = None
        if self.down:
            self._turn("", down=False)

    def _turn(self, why: str, *, down: bool) -> None:
        self.down = down
        if self.told:
            self.told("line_down" if down else "line_up", why)

    def say(self, why: str) -> None:
        """Log an error of the account, once a minute."""
        if self.time() - self._said.get(why, -SAID_EVERY) >= SAID_EVERY:
            self._said[why] = self.time()
            LOG.error("WeChat: %s", why)

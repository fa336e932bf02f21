"""A circuit breaker: a service that fails several times in a row is left alone for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class CircuitBreaker:
    """Counts failures in a row; `pause` returns the seconds to wait after so many. `time` is monotonic, in seconds."""

    time: Callable[[], float]
    pause: Callable[[int], float]
    failures: int = 0
    until: float = 0.0

    def left(self) -> float:
        """Return the seconds until the service may be called again, 0 when it may be called now."""
        return max(0.0, self.until - self.time())

    def fail(self, seconds: float = 0) -> None:
        """Count a failure and pause: for `seconds` where the service asked for that, else as `pause` says."""
        self.failures += 1
        self.until = self.time() + (seconds or self.pause(self.failures))

    def succeed(self) -> None:
        """Count from zero again."""
        self.failures = 0

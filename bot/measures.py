"""What this process counts of itself, for /metrics and /healthz: one set for the whole process, as logging has.

Names and labels hold no personal data: labels are names of channels, desks, kinds and causes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # upper bounds of a histogram's buckets

Labels = tuple[tuple[str, str], ...]
Sample = tuple[str, Labels, float]  # what is added to the name, labels, value


@dataclass(slots=True)
class Counter:
    """Something that only grows, by its labels."""

    name: str
    help: str
    labels: tuple[str, ...] = ()
    kind: str = "counter"
    _values: dict[Labels, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, *labels: str) -> None:
        """Count one more."""
        key = tuple(zip(self.labels, labels, strict=True))
        with self._lock:
            self._values[key] = self._values.get(key, 0) + 1

    def samples(self) -> Iterator[Sample]:
        """Yield what was counted."""
        with self._lock:
            values = dict(self._values)
        if not self.labels:
            values.setdefault((), 0)
        yield from (("", key, value) for key, value in sorted(values.items()))


@dataclass(slots=True)
class Histogram:
    """How long something took, in seconds."""

    name: str
    help: str
    kind: str = "histogram"
    _counts: list[int] = field(default_factory=lambda: [0] * (len(SECONDS) + 1))
    _sum: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def observe(self, seconds: float) -> None:
        """Count one."""
        with self._lock:
            self._counts[bisect_left(SECONDS, seconds)] += 1
            self._sum += seconds

    def samples(self) -> Iterator[Sample]:
        """Yield buckets, sum and count."""
        with self._lock:
            counts, total = list(self._counts), self._sum
        so_far = 0
        for bound, count in zip((*map(str, SECONDS), "+Inf"), counts, strict=True):
            so_far += count
            yield "_bucket", (("le", bound),), so_far
        yield "_sum", (), total
        yield "_count", (), so_far


TURNS = Histogram("claimdesk_turn_seconds", "From taking a message in to its COMMIT.")
PARKED = Counter("claimdesk_turns_parked_total", "Messages whose turn failed twice.")
DATABASE = Counter("claimdesk_database_failures_total", "Batches and turns that the database did not take.")
SENDS = Counter("claimdesk_sends_total", "Bundles of mail that a platform took, put off or refused.", ("to", "end"))
TROUBLE = Counter("claimdesk_upstream_errors_total", "Failures of channels and desks, by their cause.", ("at", "cause"))
OF_PROCESS = (TURNS, PARKED, DATABASE, SENDS, TROUBLE)


TOKEN, POLLERS = "token refused", "two pollers"  # what turns /healthz red
LASTS = 60.0  # seconds that a fight of two pollers is told after its last sign: in between one of them is heard


@dataclass(slots=True)
class Standing:
    """What is wrong with channels and desks now; nothing for those that work. `ticks` in seconds."""

    ticks: Callable[[], float] = monotonic
    _known: dict[str, tuple[str, float]] = field(default_factory=dict)

    def wrong(self, door: str, what: str) -> None:
        """Note what is wrong with a channel or desk."""
        self._known[door] = (what, self.ticks())

    def well(self, door: str) -> None:
        """Note that it works."""
        what, since = self._known.get(door, ("", 0.0))
        if what != POLLERS or self.ticks() - since > LASTS:
            self._known.pop(door, None)

    def told(self) -> Mapping[str, str]:
        """Return what is wrong, by channel or desk."""
        return {door: what for door, (what, _since) in sorted(self._known.items())}


DOORS = Standing()


def trouble(door: str, error: Exception, wrong: str = "") -> None:
    """Count a failure of a channel or desk, and note what is `wrong` with it if that is known."""
    TROUBLE.add(door, type(error).__name__)
    if wrong:
        DOORS.wrong(door, wrong)

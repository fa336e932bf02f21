"""GET /metrics: what this process counts, and what the rows tell, in the text format of Prometheus."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from aiohttp import web

from bot import measures
from bot.measures import OF_PROCESS, Labels, Sample
from storage.database import DRIVER_ERRORS, DatabaseGone, Tx
from storage.operations import figures
from storage.operations.figures import Figure

TYPE = "text/plain; version=0.0.4; charset=utf-8"
FRESH = 10.0  # seconds that what the rows told is good for
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")  # what a proxy adds for those outside
LOST = (DatabaseGone, OSError, *DRIVER_ERRORS)
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Gauge(NamedTuple):
    """A number of the rows: as /metrics calls it, its label, and what it says."""

    name: str
    label: str
    help: str


OF_ROWS: Mapping[str, Gauge] = {
    "outbox_rows": Gauge("claimdesk_outbox_rows", "kind", "Rows that wait to leave, timers too."),
    "outbox_age": Gauge("claimdesk_outbox_age_seconds", "kind", "How long the oldest row that is due has been."),
    "blocked": Gauge("claimdesk_mailboxes_blocked", "why", "Recipients whose mail is held up."),
    "dead": Gauge("claimdesk_dead_letters", "", "Rows that a platform refused for good."),
    "parked": Gauge("claimdesk_parked", "", "Messages that failed twice and wait for claimdesk parked retry."),
    "open": Gauge("claimdesk_tickets_open", "severity", "Tickets that are not decided."),
    "raised": Gauge("claimdesk_tickets_raised", "why", "Open tickets raised before the claim was complete."),
    "late": Gauge("claimdesk_tickets_late", "", "Open tickets with a promise broken."),
    "breaches": Gauge("claimdesk_breaches_last_day", "clock", "Promises broken within 24 hours."),
    "corrected": Gauge("claimdesk_readings_corrected_last_day", "field", "Misreadings put right within 24 hours."),
}
QUEUE = Gauge("claimdesk_queue_depth", "", "Work that waits for the writer.")
QUEUE_AGE = Gauge("claimdesk_queue_age_seconds", "", "How long the oldest of it has waited.")
CARRYING = Gauge("claimdesk_sends_under_way", "", "Sends under way.")
WRONG = Gauge("claimdesk_door_wrong", "door", "1 for a channel or desk whose token is refused, or that two read.")
ROWS = Gauge("claimdesk_rows_readable", "", "Whether the figures of the database could be read.")
UP = Gauge("claimdesk_started_at_seconds", "", "When this process began, in seconds since 1970.")
BEGAN = time.time()


@dataclass(slots=True, kw_only=True)
class Metrics:
    """The page, and what it is made from; `ticks` in seconds."""

    read: Callable[[Callable[[Tx], Any]], Awaitable[Any]]
    clock: Callable[[], datetime]
    waiting: Callable[[], tuple[int, float]]  # how many jobs wait, and the seconds of the oldest
    carrying: Callable[[], int]
    ticks: Callable[[], float] = time.monotonic
    _rows: list[Figure] = field(default_factory=list)
    _read_at: float = float("-inf")

    def door(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_get("/metrics", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        if any(name in request.headers for name in FORWARDED):
            return web.Response(status=403, text="metrics are for who reaches this server itself\n")
        text = await self.text()
        return web.Response(body=text.encode(), headers={"Content-Type": TYPE, "Cache-Control": "no-store"})

    async def text(self) -> str:
        """Return the page."""
        readable = await self._renew()
        depth, age = self.waiting()
        lines = [line for each in OF_PROCESS for line in _block(each.name, each.kind, each.help, each.samples())]
        for gauge, value in (
            (QUEUE, depth), (QUEUE_AGE, age), (CARRYING, self.carrying()), (ROWS, readable), (UP, BEGAN),
        ):  # fmt: skip
            lines += _block(gauge.name, "gauge", gauge.help, [("", (), float(value))])
        wrong = [("", (("door", door), ("what", what)), 1.0) for door, what in measures.DOORS.told().items()]
        lines += _block(WRONG.name, "gauge", WRONG.help, wrong)
        for key, gauge in OF_ROWS.items():
            mine = [one for one in self._rows if one.name == key]
            lines += _block(gauge.name, "gauge", gauge.help, [("", _labels(gauge, one), one.value) for one in mine])
        return "\n".join(lines) + "\n"

    async def _renew(self) -> bool:
        """Read the rows anew if what they told is old; return whether they can be read."""
        if self.ticks() - self._read_at <= FRESH:
            return True
        try:
            self._rows = await self.read(lambda tx: list(figures.read(tx, self.clock())))
        except LOST:
            self._rows = []
            return False
        self._read_at = self.ticks()
        return True


def _labels(gauge: Gauge, figure: Figure) -> Labels:
    return ((gauge.label, figure.label),) if gauge.label else ()


def _block(name: str, kind: str, told: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} {kind}"
    for added, labels, value in samples:
        inside = ",".join(f'{label}="{text.translate(ESCAPES)}"' for label, text in labels)
        shown = f"{value:g}" if value == int(value) and abs(value) < 1e6 else repr(float(value))
        yield f"{name}{added}{{{inside}}} {shown}" if inside else f"{name}{added} {shown}"

"""Whether the event log and what was decided are as the service wrote them: chains, heads, lines, register, anchors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select

from storage.database import Tx
from storage.operations.audit import ERASED, anchor_seal, key_seal
from storage.seals import chain
from storage.tables import anchors, audit_keys, complainants, events, evidence, ticket_register, tickets
from storage.tables import ticket_lines as lines
from storage.ticket_lines import GRANTED

DECIDING = ("approved", "offered")  # steps that say what is given on a line
AT_A_TIME = 2_000  # rows
SENTENCES: Mapping[str, str] = {
    "chain": "{ticket}: event {number} does not follow",
    "end": "{ticket}: events are missing at the end",
    "orphan": "{ticket}: {what} of a ticket that is not there",
    "line": "{ticket}: line {number} is not as it was written",
    "decision": "{ticket}: line {number} does not give what was decided last",
    "no_line": "{ticket}: line {number} was decided and is not there",
    "register": "tickets are missing, or were added by another hand",
    "anchor": "the anchor of {what} does not hold: events or tickets from before it are missing or changed",
    "key": "the row that says since when the log is kept under a key was changed",
    "other_key": "the log is kept under the key {what}, not under this SECRET_KEY: nothing was checked",
    "gone": "the log was kept under a key, and the rows that say so are gone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One thing that is not as it was written; `event_id` or the line's number where there is one."""

    kind: str
    ticket_no: str = ""
    event_id: int = 0
    what: str = ""

    def __str__(self) -> str:
        """Return it as one line for an operator."""
        return SENTENCES[self.kind].format(ticket=self.ticket_no, number=self.event_id, what=self.what)


@dataclass(slots=True)
class _Log:
    """What is known of one ticket's log while it is read."""

    head: str = ""
    last: str = ""  # the chain that the last event shows
    count: int = 0
    keyed: bool = False
    broken: int | None = None


@dataclass(slots=True)
class _Reading:
    """One pass over all events in order."""

    tx: Tx
    key: bytes
    plain_upto: int  # events up to this one are chained without a key
    since: int  # later ones under this key; those between under a key that is not known
    logs: dict[str, _Log] = field(default_factory=dict)
    given: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)  # by ticket and line
    total: int = 0
    events: int = 0

    def run(self) -> Iterator[Break]:
        """Read all events; yield the anchors that do not hold."""
        erased, waiting, before = _erasures(self.tx), _anchors(self.tx, self.key), ""
        query = select(events).order_by(events.c.id).execution_options(yield_per=AT_A_TIME)
        for row in self.tx.execute(query):
            while waiting and waiting[0]["upto"] < row.id:
                yield from self._anchor(waiting[0], before)
                before = waiting.pop(0)["seal"]
            self._take(row, erased.get(row.id))
        for last in waiting:
            yield from self._anchor(last, before)
            before = last["seal"]

    def _anchor(self, row: Mapping[str, Any], before: str) -> Iterator[Break]:
        known = {"events": self.events, "tickets": len(self.logs), "total": f"{self.total % chain.ROUND:064x}"}
        if anchor_seal(self.key, before, {**row, **known}) != row["seal"]:
            yield Break(kind="anchor", what=row["day"])

    def _take(self, row: Row[Any], erased: tuple[str, str] | None) -> None:
        log = self.logs.setdefault(row.ticket_no, _Log())
        if self.key:
            self.total += chain.head_term(self.key, row.ticket_no, row.chain)
            if log.count:
                self.total -= chain.head_term(self.key, row.ticket_no, log.last)
        shown = self._shown(log, row, erased)
        if shown != row.chain and log.broken is None:
            log.broken = row.id
        log.last, log.count = row.chain, log.count + 1
        self.events += 1
        if row.kind in DECIDING and "line" in row.data:
            self.given[row.ticket_no, row.data["line"]] = row.data

    def _shown(self, log: _Log, row: Row[Any], erased: tuple[str, str] | None) -> str:
        """Return the chain that this event must show."""
        content = (row.ticket_no, row.at, row.actor, row.kind, row.data)
        if row.id > self.since:
            if not log.keyed:
                log.head = chain.begin(self.key, row.ticket_no, log.last) if log.count else ""
                log.keyed = True
            told = chain.digest(self.key, *content)
            if erased:
                told = erased[0] if told == erased[1] else ""
            log.head = chain.after(self.key, log.head, told)
            return chain.shown(log.head)
        if erased:
            return erased[0] if chain.digest(self.key, *content) == erased[1] else ""
        if row.id > self.plain_upto:
            return str(row.chain)
        return chain.plain_link(log.last, *content)


def verify(tx: Tx, key: bytes = b"", *, noted: str = "") -> list[Break]:
    """Check the whole log; return what was changed, thinned, cut or added by another hand.

    `key` as the log is kept under; `noted` is what `audit.keep` returned when it began, written down elsewhere.
    """
    return list(_breaks(tx, key, noted))


def _breaks(tx: Tx, key: bytes, noted: str) -> Iterator[Break]:
    known = tx.execute(select(audit_keys).order_by(audit_keys.c.id)).mappings().all()
    if not known:
        if noted:
            yield Break(kind="gone")
        yield from _of_tickets(tx, _read(tx, b"", (1 << 63, 1 << 63)), b"")
        return
    row = dict(known[-1])
    if row["fingerprint"] != chain.fingerprint(key):
        yield Break(kind="other_key", what=row["fingerprint"])
        return
    if row["seal"] != key_seal(key, row):
        yield Break(kind="key")
    reading = _Reading(tx, key, known[0]["since_event"], row["since_event"])
    yield from reading.run()
    yield from _of_tickets(tx, reading, key)
    yield from _of_lines(tx, reading, key)
    if not _registered(tx, key):
        yield Break(kind="register")


def _read(tx: Tx, key: bytes, upto: tuple[int, int]) -> _Reading:
    reading = _Reading(tx, key, *upto)
    list(reading.run())
    return reading


def _of_tickets(tx: Tx, reading: _Reading, key: bytes) -> Iterator[Break]:
    rows = tx.execute(select(tickets.c.no, tickets.c.version, tickets.c.head).order_by(tickets.c.no)).all()
    for no, version, head in rows:
        log = reading.logs.pop(no, None) or _Log()
        if log.broken is not None:
            yield Break(kind="chain", ticket_no=no, event_id=log.broken)
            continue
        ends = log.head if log.keyed else chain.begin(key, no, log.last) if key and log.count else log.last
        if version != log.count or head != ends:
            yield Break(kind="end", ticket_no=no)
    for no in sorted(reading.logs):
        yield Break(kind="orphan", ticket_no=no, what="events")
    for table in (lines, complainants, evidence):
        there = select(tickets.c.no).where(tickets.c.no == table.c.ticket_no).exists()
        query = select(table.c.ticket_no).where(table.c.ticket_no.is_not(None), ~there).distinct()
        for no in sorted(tx.execute(query).scalars()):
            yield Break(kind="orphan", ticket_no=no, what=table.name)


def _of_lines(tx: Tx, reading: _Reading, key: bytes) -> Iterator[Break]:
    for row in tx.execute(select(lines).order_by(lines.c.ticket_no, lines.c.line)).mappings():
        no, number = row["ticket_no"], row["line"]
        given = reading.given.pop((no, number), None)
        if row["seal"] != chain.line_seal(key, no, number, dict(row)):
            yield Break(kind="line", ticket_no=no, event_id=number)
        elif (
            given
            and row["state"] in GRANTED
            and any(row[name] != given.get(name) for name in ("remedy", "amount", "coupon"))
        ):
            yield Break(kind="decision", ticket_no=no, event_id=number)
    for no, number in sorted(reading.given):
        yield Break(kind="no_line", ticket_no=no, event_id=number)


def _registered(tx: Tx, key: bytes) -> bool:
    """Return whether the tickets are those that the register counted."""
    rows = tx.execute(select(ticket_register)).all()
    counted = sum(int(row.total, 16) - chain.slot_start(key, row.slot) for row in rows)
    there = sum(chain.ticket_term(key, no) for no in tx.execute(select(tickets.c.no)).scalars())
    return bool(rows) and (counted - there) % chain.ROUND == 0


def _anchors(tx: Tx, key: bytes) -> list[Mapping[str, Any]]:
    """Return the anchors that were made under the present key, oldest first."""
    if not key:
        return []
    begun = select(audit_keys.c.at).order_by(audit_keys.c.id.desc()).limit(1).scalar_subquery()
    return [
        dict(row) for row in tx.execute(select(anchors).where(anchors.c.at >= begun).order_by(anchors.c.id)).mappings()
    ]


def _erasures(tx: Tx) -> dict[int, tuple[str, str]]:
    """Return for each event that lost its words: its digest as it was, and as it is now."""
    found: dict[int, tuple[str, str]] = {}
    for data in tx.execute(select(events.c.data).where(events.c.kind == ERASED).order_by(events.c.id)).scalars():
        for number, (was, now) in data.get("rows", {}).items():
            found[int(number)] = (found.get(int(number), (was, now))[0], now)
    return found

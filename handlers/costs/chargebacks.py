"""A chargeback: what one supplier or carrier answers for in a period, and the booking of what comes back of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches

from handlers.orders.sums import apportioned
from handlers.policy import calendar
from handlers.policy.policy import Policy
from storage.database import Tx
from storage.money import chargebacks, costs
from storage.money.chargebacks import PARTIES, Charged, Proof, Side
from storage.money.costs import RECOVERY

DAY = timedelta(days=1)
NEAR, ALIKE = 3, 0.5  # names that are offered for an unknown one, and how alike they have to be


@dataclass(frozen=True, slots=True, kw_only=True)
class Chargeback:
    """What a party answers for, from `first` to `last`, both days included; `proofs` are the photos of its tickets."""

    party: Side
    first: date
    last: date
    rows: tuple[Charged, ...]
    proofs: tuple[Proof, ...]

    def total(self, kind: str = "") -> int:
        """Return the 分 of one kind of cost, of `recovery`, or of all that is still open."""
        if kind == RECOVERY:
            return sum(row.recovered for row in self.rows)
        return sum(row.spent.get(kind, 0) if kind else row.open for row in self.rows)

    def by_lot(self) -> dict[tuple[str, str], list[Charged]]:
        """Return the rows by lot and item, in the order in which they first came."""
        found: defaultdict[tuple[str, str], list[Charged]] = defaultdict(list)
        for row in self.rows:
            found[row.bought.get("lot_no", ""), row.bought.get("item") or row.line.item].append(row)
        return dict(found)


def parties(tx: Tx, name: str, *, samples: bool) -> tuple[list[Side], list[str]]:
    """Return the supplier, the carrier, or both, of this name; else the names that are near it.

    "supplier:NAME" and "carrier:NAME" mean the one of the two.
    """
    known = chargebacks.names(tx, samples=samples)
    kind, mark, rest = name.strip().partition(":")
    kinds, plain = ((kind,), rest.strip()) if mark and kind in PARTIES else (PARTIES, name.strip())
    wanted = plain.casefold()
    found = [
        Side(kind=kind, name=one, samples=samples)
        for kind in kinds
        for one in sorted(known[kind])
        if one.casefold() == wanted
    ]
    every = sorted({one for kind in kinds for one in known[kind]})
    near = [one for one in every if wanted and wanted in one.casefold()]
    near += get_close_matches(plain, every, NEAR, ALIKE)
    return found, list(dict.fromkeys(near))[:NEAR]


def _period(first: date, last: date, policy: Policy) -> tuple[datetime, datetime]:
    zone = calendar.zone(policy)
    return datetime.combine(first, time(), zone), datetime.combine(last + DAY, time(), zone)


def unknown_causes(tx: Tx, party: Side, first: date, last: date, policy: Policy) -> int:
    """Count the party's lines of a period of which nobody has chosen the cause."""
    return chargebacks.without_cause(tx, party, *_period(first, last, policy))


def gather(tx: Tx, party: Side, first: date, last: date, policy: Policy) -> Chargeback:
    """Return what a party answers for; days begin at midnight in the business's time zone."""
    codes = [code for code, cause in policy.causes.items() if cause.party == party.kind]
    rows = chargebacks.charged(tx, party, codes, *_period(first, last, policy))
    tickets = dict.fromkeys(row.line.ticket_no for row in rows)
    proofs = tuple(proof for no in tickets for proof in chargebacks.proofs(tx, no))
    return Chargeback(party=party, first=first, last=last, rows=tuple(rows), proofs=proofs)


def shares(amount: int, rows: Sequence[Charged]) -> Mapping[tuple[str, int], int]:
    """Share a recovery in 分 over lines by what is open of each; what exceeds that goes by what was spent."""
    weights = [max(0, row.open) for row in rows]
    if amount < 0 or sum(weights) < amount:
        weights = [sum(row.spent.values()) for row in rows]
    parts = apportioned(abs(amount), weights)
    sign = -1 if amount < 0 else 1
    found = zip(rows, parts, strict=True)
    return {(row.line.ticket_no, row.line.line): sign * part for row, part in found if part}


def book(tx: Tx, party: Side, parts: Mapping[tuple[str, int], int], reference: str, *, actor: str, at: datetime) -> str:
    """Book what came back, in 分 by ticket and line; return "booked", "known" for the same once more, or "differs".

    A sum below 0 takes back what was booked before by another reference.
    """
    before = {(one.ticket_no, one.line or 0): -one.amount for one in costs.recovered(tx, reference)}
    if before:
        return "known" if sum(before.values()) == sum(parts.values()) else "differs"
    for (ticket_no, line), part in parts.items():
        values = {"party": party.kind, "name": party.name, "reference": reference, "actor": actor, "at": at}
        costs.add(tx, ticket_no, line, RECOVERY, -part, **values)
    return "booked"

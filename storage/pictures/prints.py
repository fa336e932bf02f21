"""Prints of photos: kept under keys, found by them, and which photos turned out to be the same picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, literal, or_, select, union, update

from storage.database import Tx, among, insert
from storage.orders import SANDBOX
from storage.prepared import Prepared
from storage.tables import evidence, print_keys, print_matches, prints, tickets

MOST_CANDIDATES = 20_000  # of one look-up: what so many share is no mark of one picture
MOST_TWINS = 50  # of one ticket that are named
_SAMPLE = 1 << 40  # of a key: play and business never meet

_KEY = Prepared(print_keys.insert())
_CANDIDATES = select(print_keys.c.key, print_keys.c.print_id, print_keys.c.bits).limit(MOST_CANDIDATES)
_PRINTS = select(prints.c.id, prints.c.evidence_id, prints.c.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """Another piece that shows the same picture, and the ticket that it supports; `apart` 0-256, 0 the very same."""

    piece: int
    kind: str  # photo, video, voice, document
    other: int
    apart: int
    ticket_no: str
    order_no: str | None


def add(tx: Tx, evidence_id: int, kept: Sequence[tuple[Sequence[int], int, str]], *, sample: bool) -> None:
    """Keep a photo's prints, once: keys, bits and pattern (hex) of each. Where there is none, that is known too."""
    new = update(evidence).where(evidence.c.id == evidence_id, ~evidence.c.printed).values(printed=True)
    if not tx.execute(new).rowcount:
        return
    for keys, bits, pattern in kept:
        made = tx.execute(prints.insert().values(evidence_id=evidence_id, pattern=pattern))
        number = int(made.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has it
        _KEY.many(tx, [{"key": _key(key, sample), "print_id": number, "bits": bits} for key in dict.fromkeys(keys)])


def candidates(tx: Tx, keys: Collection[int], *, sample: bool, after: int = 0) -> list[tuple[int, int, int]]:
    """Return key, print and bits of what is kept under any of these keys; with `after`, of newer prints only."""
    if not keys:
        return []
    query = _CANDIDATES.where(among(tx, print_keys.c.key, [_key(key, sample) for key in keys]))
    found = tx.execute(query.where(print_keys.c.print_id > after) if after else query)
    return [(key & (_SAMPLE - 1), number, bits) for key, number, bits in found]


def patterns(tx: Tx, numbers: Collection[int]) -> dict[int, tuple[int, str]]:
    """Return the piece and the pattern (hex) of each of these prints."""
    if not numbers:
        return {}
    found = tx.execute(_PRINTS.where(among(tx, prints.c.id, numbers)))
    return {number: (piece, pattern) for number, piece, pattern in found}


def newest(tx: Tx) -> int:
    """Return the number of the last print; 0 for none."""
    return int(tx.execute(select(func.coalesce(func.max(prints.c.id), 0))).scalar_one())


def match(tx: Tx, piece: int, others: Mapping[int, int]) -> None:
    """Write down which other pieces show the same picture, and how far apart their patterns are."""
    rows = [
        {"piece_id": one, "other_id": other, "apart": apart}
        for found, apart in others.items()
        if found != piece
        for one, other in ((piece, found), (found, piece))
    ]
    if rows:
        tx.execute(insert(tx)(print_matches).on_conflict_do_nothing(), rows)


def twins(tx: Tx, ticket_no: str) -> list[Twin]:
    """Return what other tickets show in the same pictures as this one, the oldest first, each ticket once for a piece.

    The same is one of the same content, or one that was matched by its prints. Only what customers and leaders sent.
    """
    mine, other = evidence.alias("mine"), evidence.alias("other")
    shown = and_(mine.c.ticket_no == ticket_no, mine.c.side == "customer", other.c.side == "customer",
                 other.c.ticket_no.is_not(None), other.c.ticket_no != mine.c.ticket_no)  # fmt: skip
    columns = (mine.c.id.label("piece"), mine.c.kind, other.c.id.label("other"))
    equal = select(*columns, literal(0).label("apart")).where(
        shown,
        mine.c.sha256 == other.c.sha256,
        mine.c.sha256 != "",
        (mine.c.channel == SANDBOX) == (other.c.channel == SANDBOX),
    )
    alike = (
        select(*columns, print_matches.c.apart)
        .join_from(mine, print_matches, print_matches.c.piece_id == mine.c.id)
        .join(other, other.c.id == print_matches.c.other_id)
        .where(shown)
    )
    pairs = union(equal, alike).subquery()
    piece = evidence.alias("piece")
    query = (
        select(pairs.c.piece, pairs.c.kind, pairs.c.other, pairs.c.apart, piece.c.ticket_no, tickets.c.order_no)
        .join_from(pairs, piece, piece.c.id == pairs.c.other)
        .join(tickets, tickets.c.no == piece.c.ticket_no)
        .order_by(pairs.c.piece, pairs.c.other, pairs.c.apart)
    )
    found: dict[tuple[int, str], Twin] = {}
    for one, kind, another, apart, number, order_no in tx.execute(query.limit(MOST_TWINS)):
        twin = Twin(piece=one, kind=kind, other=another, apart=apart, ticket_no=number, order_no=order_no)
        found.setdefault((one, number), twin)
    return list(found.values())


def forget(tx: Tx, pieces: Collection[int]) -> None:
    """Forget the prints of these pieces, and which others showed the same."""
    tx.execute(prints.delete().where(prints.c.evidence_id.in_(list(pieces))))
    either = or_(print_matches.c.piece_id.in_(list(pieces)), print_matches.c.other_id.in_(list(pieces)))
    tx.execute(print_matches.delete().where(either))


def unprinted(tx: Tx, *, after: int = 0, limit: int) -> list[tuple[int, str]]:
    """Return photos of customers whose prints were never taken, the oldest first: number, key of the thumbnail.

    Those up to the number `after` are left out.
    """
    stored = and_(evidence.c.side == "customer", evidence.c.state == "stored", evidence.c.thumb_key != "")
    query = select(evidence.c.id, evidence.c.thumb_key).where(evidence.c.id > after, ~evidence.c.printed, stored)
    return [(number, key) for number, key in tx.execute(query.order_by(evidence.c.id).limit(limit))]


def _key(key: int, sample: bool) -> int:
    return key | _SAMPLE if sample else key

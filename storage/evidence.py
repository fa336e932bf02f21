"""Photos, videos, voice and documents that support tickets: by reference first, stored once fetched."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, bindparam, select, update

from storage.database import Tx
from storage.prepared import Prepared
from storage.tables import evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One piece; `state` pending, stored, refused or gone; keys are those of the media store."""

    id: int
    conversation_id: int
    claim_id: str | None
    ticket_no: str | None
    kind: str
    side: str
    channel: str
    ref: str
    album: str
    state: str
    verdict: str
    media_key: str
    thumb_key: str
    sha256: str
    width: int | None
    height: int | None
    seconds: int | None
    at: datetime
    fetched_at: datetime | None
    restricted: bool = False  # of somebody's health
    signs: Sequence[Mapping[str, Any]] = ()  # that it was made or edited; see media.signs
    order_line_no: int | None = None  # the goods that it shows, where that is known


REPLACED = "replaced"  # a verdict: another piece was put in its place


def add(
    tx: Tx,
    *,
    conversation_id: int,
    kind: str,
    channel: str,
    ref: str,
    at: datetime,
    side: str = "customer",
    claim_id: str | None = None,
    ticket_no: str | None = None,
    album: str = "",
    seconds: int | None = None,
) -> int:
    """Note a piece by its channel's reference, still to be fetched; return its id."""
    result = tx.execute(
        evidence.insert().values(
            conversation_id=conversation_id,
            claim_id=claim_id,
            ticket_no=ticket_no,
            kind=kind,
            side=side,
            channel=channel,
            ref=ref,
            album=album,
            state="pending",
            seconds=seconds,
            at=at,
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has it


def get(tx: Tx, evidence_id: int) -> Evidence | None:
    """Return one piece."""
    row = tx.execute(_WHOLE.where(evidence.c.id == evidence_id)).one_or_none()
    return Evidence(**row._mapping) if row else None


def update_fetched(tx: Tx, evidence_id: int, *, state: str, at: datetime, **found: Any) -> None:
    """Write down what the fetch found: kind, verdict, media_key, thumb_key, sha256, signs, width, height, seconds."""
    tx.execute(update(evidence).where(evidence.c.id == evidence_id).values(state=state, fetched_at=at, **found))


FIELDS = tuple(Evidence.__dataclass_fields__)
_WHOLE = select(*(evidence.c[name] for name in FIELDS)).order_by(evidence.c.at, evidence.c.id)
_TICKET, _CLAIM = bindparam("ticket", type_=String), bindparam("claim", type_=String)
_OF_TICKET = Prepared(_WHOLE.where(evidence.c.ticket_no == _TICKET, evidence.c.side == bindparam("by", type_=String)))
_MOVE = update(evidence).where(evidence.c.ticket_no.is_distinct_from(_TICKET)).values(ticket_no=_TICKET)
_LINK_CLAIM = Prepared(_MOVE.where(evidence.c.claim_id == _CLAIM))
_LINK_ONE = Prepared(_MOVE.where(evidence.c.id == bindparam("piece", type_=BigInteger)))


def of_ticket(tx: Tx, ticket_no: str, *, side: str = "customer") -> list[Evidence]:
    """Return a ticket's pieces of one side as they came in."""
    return [Evidence(**dict(zip(FIELDS, row, strict=True))) for row in _OF_TICKET.rows(tx, ticket=ticket_no, by=side)]


def link(tx: Tx, ticket_no: str, *, claim_id: str = "", ids: Collection[int] = ()) -> int:
    """Put a draft's pieces, and those of these ids, to a ticket; return how many were not there before."""
    moved = _LINK_CLAIM.run(tx, ticket=ticket_no, claim=claim_id) if claim_id else 0
    return moved + _LINK_ONE.many(tx, [{"ticket": ticket_no, "piece": piece} for piece in ids])


def unlink(tx: Tx, ids: Collection[int]) -> None:
    """Take these pieces off the tickets that they support."""
    tx.execute(update(evidence).where(evidence.c.id.in_(list(ids))).values(ticket_no=None))


def replaced(tx: Tx, ids: Collection[int]) -> None:
    """Say that whoever sent these pieces put others in their place."""
    tx.execute(update(evidence).where(evidence.c.id.in_(list(ids))).values(verdict=REPLACED))


def restrict(tx: Tx, ids: Collection[int], *, restricted: bool) -> None:
    """Record whether these pieces are about somebody's health."""
    tx.execute(update(evidence).where(evidence.c.id.in_(list(ids))).values(restricted=restricted))


def place(tx: Tx, shows: Mapping[int, int | None]) -> None:
    """Record which order lines' goods these pieces show, by their ids; None takes that back."""
    for line in set(shows.values()):
        ids = [number for number, one in shows.items() if one == line]
        tx.execute(update(evidence).where(evidence.c.id.in_(ids)).values(order_line_no=line))


def claim_of(tx: Tx, ids: Collection[int], claim_id: str) -> None:
    """Record which draft these pieces joined."""
    tx.execute(update(evidence).where(evidence.c.id.in_(list(ids))).values(claim_id=claim_id))

"""What the sandbox page shows, row by row: its chats and its desk are a platform of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, cast, func, select, update

from storage.database import Tx, insert, queue_up
from storage.tables import conversations, sandbox_messages

DESK = "desk"
_COLUMNS = sandbox_messages.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message on the page. `change` rises with every write; `media` items are {kind, key, name, seconds, album}."""

    place: str
    sender: str
    kind: str
    key: str
    text: str = ""
    buttons: Sequence[Sequence[Sequence[str]]] = ()
    media: Sequence[Mapping[str, Any]] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    ticket_no: str | None = None
    id: int = 0
    change: int = 0
    at: datetime | None = None
    edited_at: datetime | None = None


def chat_place(account: str) -> str:
    """Return the place of an account's chat."""
    return f"chat:{account}"


def newest(tx: Tx) -> int:
    """Return the number of the last change; 0 on an empty page."""
    return int(tx.execute(select(func.coalesce(func.max(_COLUMNS.change), 0))).scalar_one())


def _next(tx: Tx) -> int:
    """Return the number of a new change, without gaps: a page that read up to a number has missed none before it."""
    queue_up(tx, "page")
    return newest(tx) + 1


def post(tx: Tx, shown: Shown, *, now: datetime) -> int:
    """Add a message and return its id; one whose key is known is left as it is."""
    row = insert(tx)(sandbox_messages).values(
        place=shown.place,
        sender=shown.sender,
        kind=shown.kind,
        key=shown.key,
        text=shown.text,
        buttons=shown.buttons,
        media=shown.media,
        data=dict(shown.data),
        ticket_no=shown.ticket_no,
        change=_next(tx),
        at=now,
    )
    tx.execute(row.on_conflict_do_nothing(index_elements=["key"]))
    return int(tx.execute(select(_COLUMNS.id).where(_COLUMNS.key == shown.key)).scalar_one())


def edit(tx: Tx, message_id: int, values: Mapping[str, Any], *, now: datetime) -> None:
    """Change columns of a message, as text, buttons, media, data or kind."""
    tx.execute(
        update(sandbox_messages).where(_COLUMNS.id == message_id).values(**values, edited_at=now, change=_next(tx))
    )


def _shown(row: Row[Any]) -> Shown:
    return Shown(**row._mapping)


def get(tx: Tx, message_id: int) -> Shown | None:
    """Return one message."""
    row = tx.execute(select(sandbox_messages).where(_COLUMNS.id == message_id)).first()
    return _shown(row) if row else None


def by_key(tx: Tx, key: str) -> Shown | None:
    """Return the message that was posted under this key."""
    row = tx.execute(select(sandbox_messages).where(_COLUMNS.key == key)).first()
    return _shown(row) if row else None


def latest(tx: Tx, place: str, kind: str, ticket_no: str | None = None) -> Shown | None:
    """Return the newest message of a kind at a place: the board, or a ticket's card."""
    query = select(sandbox_messages).where(_COLUMNS.place == place, _COLUMNS.kind == kind)
    if ticket_no is not None:
        query = query.where(_COLUMNS.ticket_no == ticket_no)
    row = tx.execute(query.order_by(_COLUMNS.id.desc()).limit(1)).first()
    return _shown(row) if row else None


def page(tx: Tx, *, per_place: int) -> list[Shown]:
    """Return the last messages of every place, oldest first; the board and who joined come however old they are."""
    rank = func.row_number().over(partition_by=_COLUMNS.place, order_by=_COLUMNS.id.desc()).label("rank")
    ranked = select(_COLUMNS.id, rank).where(_COLUMNS.kind != "gone").subquery()
    kept = select(ranked.c.id).where(ranked.c.rank <= per_place)
    rows = tx.execute(
        select(sandbox_messages)
        .where(_COLUMNS.id.in_(kept) | _COLUMNS.kind.in_(("board", "joined")))
        .order_by(_COLUMNS.id)
    )
    return [_shown(row) for row in rows]


def since(tx: Tx, change: int, *, limit: int) -> list[Shown]:
    """Return what was written after a change, in the order of the changes."""
    rows = tx.execute(select(sandbox_messages).where(_COLUMNS.change > change).order_by(_COLUMNS.change).limit(limit))
    return [_shown(row) for row in rows]


def shows(tx: Tx, media_key: str) -> bool:
    """Return whether a message of the page holds this file: what the business keeps is not the page's to give."""
    held = cast(_COLUMNS.media, String).contains(f'"{media_key}"', autoescape=True)
    return tx.execute(select(_COLUMNS.id).where(held).limit(1)).first() is not None


def bound(tx: Tx, channel: str, accounts: Collection[str]) -> set[str]:
    """Return which of these accounts are known as a customer or leader."""
    known = conversations.c.customer_id.is_not(None) | conversations.c.leader_id.is_not(None)
    rows = tx.execute(
        select(conversations.c.account).where(
            conversations.c.channel == channel, conversations.c.account.in_(accounts), known
        )
    )
    return set(rows.scalars())

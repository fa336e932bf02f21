"""Taking a person out of the rows: words, names, phones and files go; sums, states, times and the audit stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from storage import events as log
from storage import ticket_lines
from storage.database import Tx
from storage.operations.audit import ERASED, kept_since
from storage.pictures import prints
from storage.privacy.person import STAFF, Person, evidence_of
from storage.seals import chain
from storage.tables import (
    conversations,
    corrections,
    customers,
    dead_letters,
    desk_messages,
    events,
    evidence,
    inbox,
    mailboxes,
    orders,
    outbox,
    parked,
    sandbox_messages,
    shipments,
    tickets,
    wechat_ledger,
)
from storage.tables import ticket_lines as lines
from storage.tickets import OPEN

ACTOR = "privacy"  # who did it, in the log
KEPT = frozenset(  # names in a step's data whose texts are codes, numbers or the staff's own names
    {
        "again", "answer", "at", "carrier", "cause", "claim", "clock", "due", "evidence", "field", "key", "leaders",
        "line", "lines", "names", "of", "order", "paid_at", "problem", "read", "reference", "remedy", "role", "rows",
        "rule", "severity", "signals", "state", "to", "until", "was", "whom", "why",
    }
)  # fmt: skip


class StillOpen(Exception):
    """Tickets of this person are not decided, or money is owed."""


def open_of(tx: Tx, person: Person) -> list[str]:
    """Return the tickets that are not decided, or of which something is still owed."""
    owing = select(lines.c.ticket_no).where(lines.c.state.in_(ticket_lines.OWING))
    query = select(tickets.c.no).where(
        tickets.c.no.in_(person.tickets), or_(tickets.c.state.in_(OPEN), tickets.c.no.in_(owing))
    )
    return list(tx.execute(query.order_by(tickets.c.no)).scalars())


def erase(tx: Tx, person: Person, *, now: datetime, name: str) -> list[str]:
    """Take a person out; `name` is what stands in their place. Return the media keys that nothing refers to any more.

    Raises StillOpen for somebody with an open ticket.
    """
    if waiting := open_of(tx, person):
        raise StillOpen(", ".join(waiting))
    keys = forget_files(tx, evidence_of(tx, person))
    actors = {f"{role}:{channel}:{account}" for role in ("customer", "leader") for channel, account in person.accounts}
    for no in person.tickets:
        forget_words(tx, no, actors, now=now, name=name)
    _mail(tx, person)
    for number, (channel, account) in zip(person.conversations, person.accounts, strict=True):
        tx.execute(
            update(conversations)
            .where(conversations.c.id == number)
            .values(account=f"{name}:{number}", name="", talk={}, leader_id=None)
        )
        tx.execute(delete(sandbox_messages).where(sandbox_messages.c.place == f"chat:{account}"))
        if channel == "wechat":
            tx.execute(delete(wechat_ledger).where(wechat_ledger.c.account == account))
    tx.execute(delete(inbox).where(inbox.c.conversation_id.in_(person.conversations)))
    _parked(tx, set(person.accounts))
    if person.customer_id is not None:
        who = customers.c.id == person.customer_id
        tx.execute(update(customers).where(who).values(phone=f"{name}:{person.customer_id}"[:32], name=""))
        bought = orders.c.order_no.in_(person.orders)
        tx.execute(update(orders).where(bought).values(buyer_name="", buyer_phone="", phone_tail=""))
    return keys


def forget_files(tx: Tx, pieces: Iterable[Mapping[str, Any]]) -> list[str]:
    """Forget files; return the keys that no other row names."""
    found = [dict(piece) for piece in pieces]
    ids = [piece["id"] for piece in found]
    gone = {"ref": "", "album": "", "media_key": "", "thumb_key": "", "sha256": "", "signs": []}
    tx.execute(update(evidence).where(evidence.c.id.in_(ids)).values(state="gone", **gone))
    prints.forget(tx, ids)
    keys = sorted({piece[name] for piece in found for name in ("media_key", "thumb_key")} - {""})
    named = select(evidence.c.id)
    return [
        key
        for key in keys
        if not tx.execute(named.where(or_(evidence.c.media_key == key, evidence.c.thumb_key == key)).limit(1)).first()
    ]


def forget_words(tx: Tx, no: str, actors: Collection[str] = (), *, now: datetime, name: str = "") -> None:
    """Take the words out of a ticket, and put `name` in the place of these actors."""
    tx.execute(update(tickets).where(tickets.c.no == no).values(said=[]))
    for row in tx.execute(select(lines.c.line, lines.c.decided_by).where(lines.c.ticket_no == no)).all():
        by = name if row.decided_by in actors else row.decided_by
        ticket_lines.change(tx, no, row.line, detail="", reason="", decided_by=by)
    tx.execute(update(corrections).where(corrections.c.ticket_no == no).values(messages=[]))
    tx.execute(update(shipments).where(shipments.c.ticket_no == no).values(address=""))
    tx.execute(delete(desk_messages).where(desk_messages.c.ticket_no == no))
    tx.execute(delete(sandbox_messages).where(sandbox_messages.c.ticket_no == no))
    changed = tx.execute(select(tickets.c.updated_at).where(tickets.c.no == no)).scalar_one()
    log.add(tx, no, ERASED, {"rows": _steps(tx, no, actors, name)}, actor=ACTOR, at=now)
    tx.execute(update(tickets).where(tickets.c.no == no).values(updated_at=changed))  # no change of the matter itself


def _steps(tx: Tx, no: str, actors: Collection[str], name: str) -> dict[str, list[str]]:
    """Take the words out of a ticket's steps; return for each changed one its digest as it was and as it is."""
    key, since, rows = chain.key_of(tx), kept_since(tx), {}
    for row in tx.execute(select(events).where(events.c.ticket_no == no).order_by(events.c.id)).all():
        actor = name if row.actor in actors else row.actor
        data = row.data if row.kind == ERASED else _without_words(row.data, row.actor)
        if (actor, data) == (row.actor, row.data):
            continue
        was = row.chain if row.id <= since else chain.digest(key, no, row.at, row.actor, row.kind, row.data)
        rows[str(row.id)] = [was, chain.digest(key, no, row.at, actor, row.kind, data)]
        tx.execute(update(events).where(events.c.id == row.id).values(actor=actor, data=data))
    return rows


def _without_words(data: Mapping[str, Any], actor: str) -> dict[str, Any]:
    kept = KEPT | {"name"} if actor.startswith(STAFF) else KEPT
    return {name: value for name, value in data.items() if name in kept or not isinstance(value, str | list | dict)}


def _mail(tx: Tx, person: Person) -> None:
    """Delete what waits for a person or was given up, and the desk's mail about their tickets."""
    chats = [f"chat:{number}" for number in person.conversations]
    named = [f"%{no}%" for no in person.tickets]
    for table, column in ((outbox, outbox.c.mailbox), (dead_letters, dead_letters.c.mailbox)):
        tx.execute(delete(table).where(or_(column.in_(chats), *(column.like(name) for name in named))))
    box = mailboxes.c.name
    tx.execute(delete(mailboxes).where(or_(box.in_(chats), *(box.like(name) for name in named))))


def _parked(tx: Tx, accounts: set[tuple[str, str]]) -> None:
    rows: Sequence[Any] = tx.execute(select(parked.c.id, parked.c.raw)).all()
    theirs = [row.id for row in rows if (row.raw.get("channel"), row.raw.get("account")) in accounts]
    tx.execute(delete(parked).where(parked.c.id.in_(theirs)))

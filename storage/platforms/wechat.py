"""What the WeChat door remembers: its token, what each customer may still be sent, answers given, media uploaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    String,
    Text,
    bindparam,
    delete,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert  # SQLite compiles the same ON CONFLICT clause

from storage.database import Tx
from storage.prepared import Prepared
from storage.tables import wechat_answers, wechat_ledger, wechat_media, wechat_tokens

# the platform's limits on customer-service messages, the first with five minutes to spare
WINDOW = timedelta(hours=48) - timedelta(minutes=5)
PER_MESSAGE = 5
CLICK_WINDOW = timedelta(seconds=55)
PER_CLICK = 3
RESERVE = 1  # pushes kept for a decision
ANSWERS_KEPT = timedelta(minutes=10)  # longer than a repeated delivery is accepted


LEDGER = wechat_ledger.c
_ACCOUNT = bindparam("who", type_=String)
_KEY = bindparam("of", type_=String)
_NOW = bindparam("now", type_=LEDGER.written_at.type)
_SINCE = bindparam("since", type_=LEDGER.written_at.type)
_MINE = update(wechat_ledger).where(LEDGER.account == _ACCOUNT)


def _opened(time: str, count: str) -> Prepared:
    """Record what a message or click opens: its time, and nothing used of it yet; counted once."""
    row = insert(wechat_ledger).values(
        {"account": _ACCOUNT, "last_key": _KEY, "choices": literal_column("'[]'"), time: _NOW}
    )
    fresh = {time: _NOW, count: literal_column("0"), "last_key": _KEY, "left_at": null()}
    return Prepared(row.on_conflict_do_update(index_elements=["account"], set_=fresh, where=LEDGER.last_key != _KEY))


_WRITTEN, _CLICKED = _opened("written_at", "pushes"), _opened("clicked_at", "clicks")
_GIVEN = Prepared(select(wechat_answers.c.kind, wechat_answers.c.content).where(wechat_answers.c.key == _KEY))
_KEEP_ANSWER = Prepared(
    insert(wechat_answers)
    .values(
        key=_KEY,
        kind=bindparam("kind", type_=String),
        content=bindparam("content", type_=Text),
        at=_NOW,
    )
    .on_conflict_do_nothing()
)
_FORGET_ANSWERS = Prepared(delete(wechat_answers).where(wechat_answers.c.at < _SINCE))
_BY_CLICK = Prepared(
    _MINE.where(LEDGER.clicked_at > _SINCE, LEDGER.clicks < bindparam("most", type_=Integer)).values(
        clicks=LEDGER.clicks + literal_column("1")
    )
)
_BY_MESSAGE = Prepared(
    _MINE.where(LEDGER.written_at > _SINCE, LEDGER.pushes < bindparam("most", type_=Integer)).values(
        pushes=LEDGER.pushes + literal_column("1")
    )
)
_SHOWN = Prepared(
    _MINE.values(
        choices=bindparam("shown", type_=LEDGER.choices.type),
        partial=bindparam("mail", type_=BigInteger),
        partial_done=bindparam("done", type_=Integer),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The access token of an account and when it ends."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a message was answered with in its own callback: a text, or an image's media_id."""

    kind: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The state of an account: one who left cannot be reached; `choices` are the taps behind the numbers shown last."""

    written_at: datetime | None = None
    left: bool = False
    choices: tuple[str, ...] = ()
    partial: int = 0
    partial_done: int = 0


def token(tx: Tx, app_id: str) -> Token | None:
    """Return the token that every process shares, however old."""
    columns = (wechat_tokens.c.token, wechat_tokens.c.expires_at)
    row = tx.execute(select(*columns).where(wechat_tokens.c.app_id == app_id)).first()
    return Token(token=row.token, expires_at=row.expires_at) if row and row.token else None


def claim_refresh(tx: Tx, app_id: str, *, now: datetime, until: datetime) -> bool:
    """Claim the right to fetch a new token; return False while another process has it."""
    tx.execute(insert(wechat_tokens).values(app_id=app_id).on_conflict_do_nothing())
    free = or_(wechat_tokens.c.refreshing_until.is_(None), wechat_tokens.c.refreshing_until <= now)
    done = tx.execute(
        update(wechat_tokens).where(wechat_tokens.c.app_id == app_id, free).values(refreshing_until=until)
    )
    return bool(done.rowcount)


def keep_token(tx: Tx, app_id: str, fresh: Token | None) -> None:
    """Keep a new token and give the word back; None when none could be had."""
    values: dict[str, Any] = {"refreshing_until": None}
    if fresh:
        values |= {"token": fresh.token, "expires_at": fresh.expires_at}
    tx.execute(update(wechat_tokens).where(wechat_tokens.c.app_id == app_id).values(**values))


def arrive(tx: Tx, account: str, key: str, *, click: bool, now: datetime) -> Answer | None:
    """Count a message or click that came in, once; return the answer it was given before, if it was."""
    given = _GIVEN.first(tx, of=key)
    if given:
        return Answer(kind=given[0], content=given[1])
    (_CLICKED if click else _WRITTEN).run(tx, who=account, of=key, now=now)
    return None


def leave(tx: Tx, account: str, *, now: datetime) -> None:
    """Note that a customer follows no more: nothing can be sent until they come back."""
    tx.execute(
        update(wechat_ledger)
        .where(wechat_ledger.c.account == account)
        .values(left_at=now, written_at=None, clicked_at=None)
    )


def standing(tx: Tx, account: str) -> Standing:
    """Return the state of an account."""
    row = tx.execute(select(wechat_ledger).where(wechat_ledger.c.account == account)).first()
    if row is None:
        return Standing()
    return Standing(
        written_at=row.written_at,
        left=row.left_at is not None,
        choices=tuple(row.choices),
        partial=row.partial,
        partial_done=row.partial_done,
    )


def spend(tx: Tx, account: str, *, decision: bool, now: datetime) -> str:
    """Use one push of what the customer's clicks and messages opened; return which: click, message, or "" for none.

    The last push after a message is kept for a decision.
    """
    if _BY_CLICK.run(tx, who=account, since=now - CLICK_WINDOW, most=PER_CLICK):
        return "click"
    most = PER_MESSAGE if decision else PER_MESSAGE - RESERVE
    return "message" if _BY_MESSAGE.run(tx, who=account, since=now - WINDOW, most=most) else ""


def claim_template(tx: Tx, account: str, mail: int) -> bool:
    """Claim the right to send a row as a template message; return False when that was tried before."""
    here = (wechat_ledger.c.account == account) & (wechat_ledger.c.templated < mail) & wechat_ledger.c.left_at.is_(None)
    return bool(tx.execute(update(wechat_ledger).where(here).values(templated=mail)).rowcount)


def release_template(tx: Tx, account: str, mail: int) -> None:
    """Release the claim: the template message surely was not sent."""
    here = (wechat_ledger.c.account == account) & (wechat_ledger.c.templated == mail)
    tx.execute(update(wechat_ledger).where(here).values(templated=mail - 1))


def refund(tx: Tx, account: str, credit: str) -> None:
    """Give a push back that the platform surely did not deliver."""
    column = wechat_ledger.c.clicks if credit == "click" else wechat_ledger.c.pushes
    tx.execute(update(wechat_ledger).where(wechat_ledger.c.account == account, column > 0).values({column: column - 1}))


def close(tx: Tx, account: str) -> None:
    """Record that the platform takes no more pushes until the customer writes."""
    tx.execute(update(wechat_ledger).where(wechat_ledger.c.account == account).values(written_at=None, clicked_at=None))


def carried(tx: Tx, account: str, *, choices: Sequence[str] = (), partial: int = 0, partial_done: int = 0) -> None:
    """Note what the customer now sees: the choices of the last text, and how far a mail in parts got."""
    _SHOWN.run(tx, who=account, shown=list(choices), mail=partial, done=partial_done)


def answered(tx: Tx, key: str, answer: Answer, *, now: datetime) -> None:
    """Keep the answer that a message got, so that its repetition gets the same; forget old ones."""
    _KEEP_ANSWER.run(tx, of=key, kind=answer.kind, content=answer.content, now=now)
    _FORGET_ANSWERS.run(tx, since=now - ANSWERS_KEPT)


def media_id(tx: Tx, key: str, *, now: datetime) -> str:
    """Return the platform's id of something uploaded before, or ""."""
    known = (wechat_media.c.key == key) & (wechat_media.c.expires_at > now)
    return tx.execute(select(wechat_media.c.media_id).where(known)).scalar_one_or_none() or ""


def keep_media(tx: Tx, key: str, number: str, *, until: datetime, now: datetime) -> None:
    """Keep the id of something uploaded; forget what has expired."""
    tx.execute(delete(wechat_media).where(wechat_media.c.expires_at <= now))
    values = {"media_id": number, "expires_at": until}
    row = insert(wechat_media).values(key=key, **values)
    tx.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))


def forget_media(tx: Tx, key: str) -> None:
    """Forget an upload that the platform no longer knows."""
    tx.execute(delete(wechat_media).where(wechat_media.c.key == key))

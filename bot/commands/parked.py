"""`claimdesk parked`: messages whose turn failed twice, listed and tried again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import SystemRandom
from typing import Any

from bot import settings as configuration
from bot.runtime.retries import attempt
from bot.settings import Settings
from handlers.context import TurnContext
from handlers.desk import dispatch
from handlers.messages.models import Inbound
from handlers.policy.loader import load
from handlers.policy.policy import Policy
from handlers.turn import intake, parking
from storage import parked, policies
from storage.database import Tx

Write = Callable[[Callable[[Tx], Any]], Any]


def show(*, write: Write, out: Callable[[str], Any]) -> int:
    """Print one line per message: when, whose, why."""
    rows = write(parked.waiting)
    for row in rows:
        out(f"{row['id']}  {row['at']:%Y-%m-%d %H:%M}  {row['key']}  {row['error']}")
    if not rows:
        out("no message is parked")
    return 0


def retry(settings: Settings, *, write: Write, out: Callable[[str], Any]) -> int:
    """Try each message again in a transaction of its own; return 1 if one failed again."""
    failed = 0
    for row in write(parked.waiting):
        _, error = attempt(partial(write, partial(_again, row=row, settings=settings)))
        failed += error is not None
        out(f"{row['key']}: " + (f"failed again ({type(error).__name__}: {error})" if error else "done"))
    return 1 if failed else 0


def _again(tx: Tx, *, row: Any, settings: Settings) -> None:
    now = configuration.clock(settings)()
    context = TurnContext(
        now=now, random=SystemRandom(), policy=load(settings.policy), policy_of=_policy,
        order_webhook=bool(settings.order_webhook_url), alert_webhook=bool(settings.alert_webhook_url),
    )  # fmt: skip
    message = parking.again(tx, row)
    if isinstance(message, Inbound):
        intake.turn(tx, message, context)
    else:
        dispatch.act(tx, message, context)
    parked.done(tx, row["key"], at=now)


def _policy(tx: Tx, policy_hash: str) -> Policy:
    return Policy.from_text(policies.text_of(tx, policy_hash))

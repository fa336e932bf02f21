"""The two systems that Claimdesk posts to: the order system with decisions, the alarm's address with alarms."""

from __future__ import annotations

from bot.webhooks.carrying import Letters, Schedule
from handlers.context import TurnContext
from handlers.fulfilment import order_answers
from handlers.tickets.outside import alerts, order_webhook, webhook_outages
from storage.database import Tx
from storage.outbox import Mail

STUCK, DAILY = 5, 24  # failed tries, about 13 minutes, after which the desk hears of one decision, and then each day


def _taken(tx: Tx, mail: Mail, answer: bytes, context: TurnContext) -> None:
    order_answers.taken(tx, mail.payload, answer, context)


def _failed(tx: Tx, mail: Mail, tries: int, why: str, context: TurnContext) -> None:
    if tries >= STUCK and (tries - STUCK) % DAILY == 0:
        order_webhook.stuck(tx, mail.payload, why, context)


DECISIONS = Letters(
    name=webhook_outages.ORDER,
    box=order_webhook.BOX,
    schedule=Schedule(first=(5, 30, 120, 600), rest=3600, times=72),
    first=order_webhook.first_current,
    taken=_taken,
    failed=_failed,
)
"""Decisions for the order system: about 5 s, 30 s, 2 min, 10 min, then hourly for 3 days."""

ALARMS = Letters(
    name=webhook_outages.ALERT,
    box=alerts.BOX,
    schedule=Schedule(first=(2, 5, 15, 30), rest=60, times=60),
    first=lambda _tx, mails: mails[-1],
    taken=lambda _tx, _mail, _answer, _context: None,
    failed=lambda _tx, _mail, _tries, _why, _context: None,
)
"""Alarms: the newest of a mailbox says all; soon again, then each minute for an hour, for an old one helps nobody."""

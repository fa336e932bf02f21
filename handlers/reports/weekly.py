"""The weekly report: when a desk's timer is due, the picture of the seven days before is ordered for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.policy import calendar
from handlers.policy.kinds import WEEKDAYS
from handlers.reports.cases import DAY
from storage import outbox
from storage.database import Tx

WEEK = timedelta(days=7)
KIND = "report"  # the outbox rows of pictures to be made


def begin(tx: Tx, desks: Iterable[str], context: TurnContext) -> None:
    """Set the timers of desks as the policy says; one that is set already stays, though it fell due meanwhile."""
    when = context.policy.report.weekly
    for desk in desks if when else ():
        if not outbox.holds_more(tx, f"wake:{_name(desk, when)}", 0):
            _set_next(tx, desk, when, context)


def _name(desk: str, when: str) -> str:
    return f"weekly:{desk}:{when}"


def _set_next(tx: Tx, desk: str, when: str, context: TurnContext) -> None:
    due = following(when, context)
    payload = {"weekly": when, "desk": desk, "due": due.isoformat()}
    mailboxes.wake(tx, _name(desk, when), payload, due=due, now=context.now)


def following(when: str, context: TurnContext) -> datetime:
    """Return the next time after now that "mon 09:00" means where the business is."""
    day, _, clock = when.partition(" ")
    zone = calendar.zone(context.policy)
    today = context.now.astimezone(zone).date()
    ahead = (WEEKDAYS.index(day) - today.weekday()) % len(WEEKDAYS)
    due = datetime.combine(today + DAY * ahead, time.fromisoformat(clock), zone)
    return due if due > context.now else datetime.combine(due.date() + WEEK, due.time(), zone)


def fire(tx: Tx, payload: Mapping[str, Any], context: TurnContext) -> None:
    """Order the picture of the seven days before the timer's day, and set the timer anew.

    Nothing is done for a time that the policy no longer names.
    """
    when, desk = payload["weekly"], payload["desk"]
    if when != context.policy.report.weekly:
        return
    _set_next(tx, desk, when, context)
    day = datetime.fromisoformat(payload["due"]).astimezone(calendar.zone(context.policy)).date()
    days = {"first": (day - WEEK).isoformat(), "last": (day - DAY).isoformat()}
    outbox.put(tx, f"{KIND}:{desk}", KIND, {"desk": desk, **days}, due=context.now, now=context.now)

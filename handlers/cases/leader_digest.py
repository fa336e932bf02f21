"""A leader's daily digest: what is open, due, decided and owed at the leader's sites, once a day or on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from handlers.claims import leader_phrases
from handlers.claims.leader_phrases import fitting, granted, items, listed, who
from handlers.claims.voice import Voice
from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.messages.models import Reply
from handlers.messages.money import money
from handlers.policy import calendar
from handlers.tickets import lifecycle, root_causes
from storage import sites, ticket_lines
from storage.database import Tx
from storage.sites import Sited
from storage.ticket_lines import OWING, Line
from storage.tickets import OPEN

GROUPS = ("review", "due", "waiting", "open", "decided", "owed")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One ticket in one group of a digest; `sum` in 分 that is owed on it."""

    site_no: str
    group: str
    text: str
    sum: int = 0


def begin(tx: Tx, context: TurnContext) -> None:
    """Set the timer of every bound leader who has none; those that are set, due or not, stay as they are."""
    for leader_id in sites.without_timer(tx, "wake:digest:"):
        set_next(tx, leader_id, context)


def set_next(tx: Tx, leader_id: int, context: TurnContext) -> None:
    """Set a leader's timer to the end of the day, or of tomorrow when that is past."""
    payload = {"digest": leader_id, "since": context.now.isoformat()}
    mailboxes.wake(tx, f"digest:{leader_id}", payload, due=_day_end(context), now=context.now)


def _day_end(context: TurnContext) -> datetime:
    zone, hours = calendar.zone(context.policy), context.policy.hours
    today = context.now.astimezone(zone).date()
    ends = (datetime.combine(day, hours.day_end, zone) for day in (today, today + DAY))
    return next(end for end in ends if end > context.now)


def fire(tx: Tx, payload: Mapping[str, Any], context: TurnContext) -> None:
    """Send a leader's digest if it has anything, and set the timer for the next day."""
    seat = sites.seat(tx, payload["digest"])
    if seat is None:
        return
    set_next(tx, seat.leader_id, context)
    found = text(
        tx, seat.leader_id, leader_phrases.voice_of(seat, context), context, datetime.fromisoformat(payload["since"])
    )
    if found:
        mailboxes.to_customer(tx, seat.conversation_id, Reply(text=found), now=context.now)


def text(tx: Tx, leader_id: int, voice: Voice, context: TurnContext, since: datetime) -> str:
    """Return what is to be done, what was decided since, and what is owed; "" when there is nothing."""
    until = _day_end(context)
    awaited = set(sites.in_review(tx, leader_id))
    found = [
        item
        for one in sites.news(tx, leader_id, since)
        for item in _items(tx, one, voice, since=since, until=until, awaited=one.ticket.no in awaited)
    ]
    if not found:
        return ""
    head = voice.say("leader.digest_head", day=voice.day(context.now))

    def whole(most: int) -> str:
        lines = [head]
        for number in sorted({item.site_no for item in found}):
            lines.append(leader_phrases.site(number, voice))
            for group in GROUPS:
                here = [item for item in found if (item.site_no, item.group) == (number, group)]
                lines += _told(group, here, most, voice, until)
        return "\n".join(lines)

    return fitting(whole)


def _told(group: str, here: Sequence[Item], most: int, voice: Voice, until: datetime) -> list[str]:
    if not here:
        return []
    sum_ = money(sum(item.sum for item in here), voice.language)
    head = voice.say(f"leader.digest_{group}", count=len(here), sum=sum_, when=voice.moment(until))
    return [head, *listed([item.text for item in here], most, voice)]


def _items(tx: Tx, one: Sited, voice: Voice, *, since: datetime, until: datetime, awaited: bool) -> list[Item]:
    ticket, lines = one.ticket, ticket_lines.of_ticket(tx, one.ticket.no)
    found = []
    if ticket.state in OPEN:
        group = "review" if awaited else "waiting" if ticket.state == "waiting_customer" else "open"
        if group == "open" and ticket.due_at and ticket.due_at <= until:
            group = "due"
        found.append(_item(one, group, items(lines), voice, ticket.due_at))
    elif ticket.decided_at and ticket.decided_at >= since and ticket.state in lifecycle.AFTER:
        causes = dict.fromkeys(root_causes.of_line(tx, line, voice.policy) for line in lines)
        parts = [granted(lines, voice), *(voice.say("leader.cause", cause=cause) for cause in causes if cause)]
        found.append(_item(one, "decided", " ".join([items(lines), "".join(parts)]), voice))
    if owed := [replace(line, amount=line.amount - line.money_paid) for line in lines if line.state in OWING]:
        due = max((line.refund_due_at for line in owed if line.refund_due_at), default=None)
        found.append(_item(one, "owed", granted(owed, voice), voice, due, owed))
    return found


def _item(
    one: Sited, group: str, what: str, voice: Voice, due: datetime | None = None, owed: Sequence[Line] = ()
) -> Item:
    until = voice.say("leader.by", when=voice.moment(due)) if due else ""
    said = " ".join(part for part in (who(one, voice), what) if part) + until
    line = voice.say("leader.line", no=one.ticket.no, what=said)
    return Item(site_no=one.site_no, group=group, text=line, sum=sum(line.amount for line in owed))

"""A broken promise to a customer: one apology in staffed hours with a time that can be kept, then the supervisors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.cases import appeals
from handlers.context import TurnContext
from handlers.fulfilment import goods
from handlers.messages import mailboxes
from handlers.messages.money import money
from handlers.policy import calendar
from handlers.policy.policy import Duration
from handlers.tickets import clocks, desk_outbox, lifecycle, notices
from storage import clocks as rows
from storage import events, ticket_lines
from storage.clocks import Clock
from storage.database import Tx
from storage.events import Event
from storage.fulfilment import shipments
from storage.tickets import Ticket

# how long after a broken promise the new one is set: working days, or time in which people are there
GRACE: Mapping[str, Duration] = {
    "review_notice": Duration(seconds=4 * 3600),
    "refund_due": Duration(workdays=2),
    "exchange_due": Duration(workdays=1),
    "appeal_final": Duration(seconds=12 * 3600),
}
TEXTS: Mapping[str, str] = {
    "review_notice": "late_review",
    "refund_due": "late_refund",
    "exchange_due": "late_goods",
    "appeal_final": "late_appeal",
}
LED = frozenset({"refund_due", "appeal_final"})  # a supervisor follows these, else the owner
TOLD = "excused"  # the event of an apology


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """Who is called to see to it."""

    user: str
    name: str
    supervisor: bool


def breached(tx: Tx, ticket: Ticket, clock: Clock, context: TurnContext) -> None:
    """Set the new time and call whoever follows it; the customer hears of it now, or when people are there again.

    When the new time passes as well, the supervisors are called, and the customer is not apologised to again.
    """
    if clock.name == "review_notice" and ticket.state == "waiting_customer":
        _wait_on(tx, ticket, clock, context)
    elif rows.breach(tx, ticket.no, clock.name, at=context.now):
        _first(tx, ticket, clock, context)
    elif not _again(tx, ticket, clock):
        _second(tx, ticket, clock, context)


def _wait_on(tx: Tx, ticket: Ticket, clock: Clock, context: TurnContext) -> None:
    """Put a promise off while the customer has to answer first."""
    clocks.set_to(tx, ticket.no, clock.name, _new_time(tx, ticket, clock.name, context)[1], context)


def _first(tx: Tx, ticket: Ticket, clock: Clock, context: TurnContext) -> None:
    no, name = ticket.no, clock.name
    told_at, due = _new_time(tx, ticket, name, context)
    lifecycle.log(tx, no, "late", lifecycle.CLOCK, context, clock=name)
    clocks.set_to(tx, no, name, due, context)
    who = _follower(tx, ticket, name)
    if who:
        data = {"user": who.user, "name": who.name, "supervisor": who.supervisor}
        lifecycle.log(tx, no, "followed", lifecycle.CLOCK, context, clock=name, **data)
    if told_at <= context.now:
        _tell(tx, ticket, name, due, context)
    else:
        timer = {"ticket": no, "clock": name, "excuse": True}
        mailboxes.wake(tx, f"excuse:{no}:{name}", timer, due=told_at, now=context.now)
    policy = notices.policy_of(tx, ticket, context)
    when, at = (desk_outbox.moment(one, policy, context.now) for one in (due, told_at))
    key = "late_excused" if told_at <= context.now else "late_to_excuse"
    values = {"no": no, "what": desk_outbox.say(f"name_{name}"), "when": when, "at": at}
    text = desk_outbox.say(key, **values, who=desk_outbox.say("late_followed", name=who.name) if who else "")
    called = {ticket.owner_id: ticket.owner_name or ""} if ticket.owner_id else {}
    if who:
        called[who.user] = who.name
    desk_outbox.note(tx, ticket, text, context, mentions=list(called.items()))


def _second(tx: Tx, ticket: Ticket, clock: Clock, context: TurnContext) -> None:
    lifecycle.log(tx, ticket.no, "late", lifecycle.CLOCK, context, clock=clock.name, again=True)
    whom = {one.user_id: one.name for one in desk_outbox.supervisors(tx, ticket.desk)}
    if not whom and ticket.owner_id:
        whom = {ticket.owner_id: ticket.owner_name or ""}
    text = desk_outbox.say("late_again", no=ticket.no, what=desk_outbox.say(f"name_{clock.name}"))
    desk_outbox.note(tx, ticket, text, context, mentions=list(whom.items()))
    clocks.refresh(tx, ticket.no)


def _again(tx: Tx, ticket: Ticket, clock: Clock) -> bool:
    """Return whether the supervisors were called already since this promise was first broken."""
    log = events.of_ticket(tx, ticket.no)
    return any(
        one.kind == "late" and one.data.get("again") and one.data.get("clock") == clock.name and _since(one.at, clock)
        for one in log
    )


def _since(at: datetime, clock: Clock) -> bool:
    return clock.breached_at is not None and at >= clock.breached_at


def excuse(tx: Tx, ticket: Ticket, clock: Clock, context: TurnContext) -> None:
    """Apologise in the morning for what was broken at night, unless it was settled or told since."""
    told = [one for one in events.of_ticket(tx, ticket.no) if one.kind == TOLD and one.data.get("clock") == clock.name]
    if clock.breached_at is not None and clock.due_at > context.now and not any(_since(one.at, clock) for one in told):
        _tell(tx, ticket, clock.name, clock.due_at, context)


def _new_time(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> tuple[datetime, datetime]:
    """Return when the customer can be told, and the new time, counted from then."""
    policy = notices.policy_of(tx, ticket, context)
    told_at = max(context.now, calendar.staffed_from(context.now, policy))
    grace = GRACE[name]
    if grace.workdays:
        return told_at, calendar.due(told_at, grace, policy)
    return told_at, calendar.staffed_due(told_at, grace.seconds, policy)


def _follower(tx: Tx, ticket: Ticket, name: str) -> Follower | None:
    """Return who is named to the customer as following it: for money and appeals a supervisor, else the owner."""
    boss = next((one for one in desk_outbox.supervisors(tx, ticket.desk) if not _barred(tx, ticket, one.user_id)), None)
    owner = None
    if ticket.owner_id:
        leads = any(one.user_id == ticket.owner_id for one in desk_outbox.supervisors(tx, ticket.desk))
        owner = Follower(user=ticket.owner_id, name=ticket.owner_name or "", supervisor=leads)
    if owner and (owner.supervisor or name not in LED):
        return owner
    return Follower(user=boss.user_id, name=boss.name, supervisor=True) if boss else owner


def _barred(tx: Tx, ticket: Ticket, user: str) -> bool:
    return bool(appeals.barred(tx, ticket, lifecycle.agent(ticket.desk, user, "").actor))


def _tell(tx: Tx, ticket: Ticket, name: str, due: datetime, context: TurnContext) -> None:
    lines = ticket_lines.of_ticket(tx, ticket.no)
    owed = [line for line in lines if line.money_owed]
    late = [line for line in owed if line.refund_due_at and line.refund_due_at <= context.now] or owed
    first = min((line.refund_due_at for line in late if line.refund_due_at), default=context.now)
    known = shipments.of_ticket(tx, ticket.no)
    unsent = goods.unsent(lines, known)
    promised = bool(unsent) and all(goods.promised(line, known) for line in unsent)
    items = list(dict.fromkeys(line.item for line in unsent))
    key = "late_sending" if name == "exchange_due" and promised else TEXTS[name]
    tell = notices.day if GRACE[name].workdays else notices.moment
    notices.tell(
        tx,
        ticket,
        f"notice.{key}",
        context,
        sum=money(sum(line.money_owed for line in late), ticket.language),
        items=notices.listed(tx, ticket, items, context),
        day=notices.day(tx, ticket, first, context),
        who=_who(tx, ticket, name, context),
        when=tell(tx, ticket, due, context),
    )
    lifecycle.log(tx, ticket.no, TOLD, lifecycle.CLOCK, context, clock=name, due=due.isoformat())


def followers(tx: Tx, no: str, name: str) -> dict[str, str]:
    """Return who was called to follow a promise, by user with their names."""
    found = _followed(tx, no, name)
    return {found.data["user"]: found.data["name"]} if found else {}


def _followed(tx: Tx, no: str, name: str) -> Event | None:
    log = events.of_ticket(tx, no)
    return next((one for one in reversed(log) if one.kind == "followed" and one.data.get("clock") == name), None)


def _who(tx: Tx, ticket: Ticket, name: str, context: TurnContext) -> str:
    """Return the part of the sentence that names who follows it; "" where nobody was called."""
    last = _followed(tx, ticket.no, name)
    if last is None:
        return ""
    key = "notice.followed_by_boss" if last.data["supervisor"] else "notice.followed_by"
    return notices.words(tx, ticket, key, context, name=last.data["name"])

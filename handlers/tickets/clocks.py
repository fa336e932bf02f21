"""A ticket's promises: starting and stopping its clocks, and the timers that fire when one is due."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.policy import calendar
from handlers.policy.policy import Policy
from storage import clocks as rows
from storage import tickets
from storage.database import Tx

# what a human has to keep: the next of these gives a ticket its place in the queue
HUMAN = frozenset(
    {
        "human_first_response",
        "major_human_response",
        "review_notice",
        "decision_due",
        "appeal_final",
        "exchange_due",
        "refund_due",
    }
)
TO_ANSWER = ("human_first_response", "major_human_response")
PAGES = ("page_supervisor", "page_everyone")
LASTING = ("refund_due", "exchange_due", "return_by", "follow_up")  # they outlive the decision
NEAR = timedelta(hours=26)  # the evening before the last day: time enough to pay what is due


def start(
    tx: Tx,
    no: str,
    name: str,
    policy: Policy,
    context: TurnContext,
    *,
    since: datetime | None = None,
    early: bool = False,
) -> datetime | None:
    """Start a ticket's clock from `since` (now); return when it is due, None if the policy has no such clock."""
    if name not in policy.clocks:
        return None
    begun = since or context.now
    due = calendar.promised(begun, name, policy, early=early)
    rows.start(tx, no, name, started=begun, due=due)
    _wake(tx, no, name, due, context)
    return due


def start_beside(tx: Tx, no: str, name: str, policy: Policy, context: TurnContext) -> datetime | None:
    """Start a clock unless an earlier promise of that name still runs; return when what begins now is due.

    Several lines may owe money: the clock shows the first due time among them.
    """
    if rows.running(tx, no, [name]):
        return calendar.promised(context.now, name, policy) if name in policy.clocks else None
    return start(tx, no, name, policy, context)


def start_first(
    tx: Tx, no: str, names: Collection[str], policy: Policy, context: TurnContext, *, early: bool = False
) -> None:
    """Start those of these clocks that the policy has now; none of them ever ran on this ticket."""
    begun = context.now
    dues = {name: calendar.promised(begun, name, policy, early=early) for name in names if name in policy.clocks}
    if dues:
        rows.start_all(tx, no, started=begun, dues=dues)
        timers = {f"clock:{no}:{name}": (_payload(no, name), due) for name, due in dues.items()}
        mailboxes.wake_first(tx, timers, now=begun)


def set_to(tx: Tx, no: str, name: str, due: datetime, context: TurnContext) -> None:
    """Set another due time for a running clock: a breached promise gets a new date, the breach stays on record."""
    rows.move(tx, no, name, due=due)
    _wake(tx, no, name, due, context)
    refresh(tx, no)


def resume(tx: Tx, no: str, name: str, due: datetime, context: TurnContext) -> None:
    """Let a stopped clock run again towards the time that was promised; a breach stays on record."""
    rows.resume(tx, no, name, due=due)
    _wake(tx, no, name, due, context)
    refresh(tx, no)


def stop(tx: Tx, no: str, names: Collection[str], context: TurnContext) -> None:
    """Stop those of these clocks that run, and remove their timers."""
    for name in names:
        if rows.stop(tx, no, name, at=context.now):
            mailboxes.let_sleep(tx, f"clock:{no}:{name}")
            mailboxes.let_sleep(tx, f"near:{no}:{name}")
    refresh(tx, no)


def stop_all(tx: Tx, no: str, context: TurnContext, *, but: Collection[str] = ()) -> None:
    """Stop every clock of a ticket but these."""
    stop(tx, no, [clock.name for clock in rows.running(tx, no) if clock.name not in but], context)


def met(tx: Tx, no: str, name: str, policy: Policy, context: TurnContext, *, since: datetime) -> None:
    """Record a promise that is kept in this very turn."""
    if name in policy.clocks:
        rows.keep_met(tx, no, name, started=since, due=calendar.promised(since, name, policy), at=context.now)


def refresh(tx: Tx, no: str) -> None:
    """Set the ticket's due time and its LATE mark by the clocks that run."""
    running = rows.running(tx, no, HUMAN)
    due = running[0].due_at if running else None
    tickets.set_due(tx, no, due, late=any(clock.breached_at for clock in running))


def due_of(tx: Tx, no: str, *names: str) -> datetime | None:
    """Return when the first of these clocks that runs is due."""
    running = rows.running(tx, no, names)
    return running[0].due_at if running else None


def dues(tx: Tx, no: str) -> list[tuple[str, datetime]]:
    """Return the running clocks by name with their due times, the earliest first."""
    return [(clock.name, clock.due_at) for clock in rows.running(tx, no)]


def promised(tx: Tx, no: str, names: Sequence[str]) -> datetime | None:
    """Return the due time of the first of these names whose clock runs."""
    running = dict(dues(tx, no))
    return next((running[name] for name in names if name in running), None)


def _payload(no: str, name: str, **more: object) -> dict[str, object]:
    return {"ticket": no, "clock": name, **more}


def _wake(tx: Tx, no: str, name: str, due: datetime, context: TurnContext) -> None:
    mailboxes.wake(tx, f"clock:{no}:{name}", _payload(no, name), due=due, now=context.now)
    near = _near(name, due, context.policy)
    if near and near > context.now:
        mailboxes.wake(tx, f"near:{no}:{name}", _payload(no, name, near=True), due=near, now=context.now)


def _near(name: str, due: datetime, policy: Policy) -> datetime | None:
    """Return when somebody is reminded: the desk of money that is due, the customer of goods that are to come back."""
    if name == "return_by":
        day = calendar.local_date(due, policy) - timedelta(days=1)
        return datetime.combine(day, policy.hours.day_start, calendar.zone(policy))
    return due - NEAR if name == "refund_due" else None

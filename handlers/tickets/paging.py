"""The chain of pages for a safety ticket: agents in the card, then supervisors, then everyone, until pick-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.policy.policy import Policy
from handlers.tickets import clocks, desk_outbox, lifecycle
from handlers.tickets.outside import alerts
from storage import clocks as rows
from storage import people
from storage.database import Tx
from storage.people import Member
from storage.tickets import Ticket

EVERY = timedelta(minutes=1)
UNTIL_PICKED = frozenset({"queued", "waiting_customer", "appealed"})
CIRCLES: Mapping[str, Callable[[Tx, str], list[Member]]] = {
    "agents": desk_outbox.agents,
    "supervisors": desk_outbox.supervisors,
    "everyone": people.staff_of,
}


def begin(tx: Tx, no: str, policy: Policy, context: TurnContext) -> None:
    """Page the agents with the card and start the chain; it counts from now."""
    ticket = lifecycle.must(tx, no)
    for name in clocks.PAGES:
        if name in policy.clocks:
            seconds = policy.clocks[name].rough
            rows.start(tx, no, name, started=context.now, due=context.now + timedelta(seconds=seconds))
    desk_outbox.card(tx, no, context, mentions=desk_outbox.agents(tx, ticket.desk))
    alerts.page(tx, ticket, "agents", 0, context)
    _next(tx, no, context)


def end(tx: Tx, no: str, context: TurnContext) -> None:
    """End the chain: the ticket has an owner."""
    clocks.stop(tx, no, clocks.PAGES, context)
    mailboxes.let_sleep(tx, f"page:{no}")


def fire(tx: Tx, ticket: Ticket, context: TurnContext) -> None:
    """Page everyone who is due by now, and again in a minute."""
    running = rows.running(tx, ticket.no, clocks.PAGES)
    if not running or ticket.owner_id is not None or ticket.state not in UNTIL_PICKED:
        return
    for clock in running:
        if rows.breach(tx, ticket.no, clock.name, at=context.now):
            lifecycle.log(tx, ticket.no, "late", lifecycle.CLOCK, context, clock=clock.name)
    circle = _circle({clock.name for clock in running if clock.due_at <= context.now})
    whom = CIRCLES[circle](tx, ticket.desk)
    minutes = (context.now - running[0].started_at) // EVERY
    desk_outbox.page(tx, ticket, desk_outbox.say("page", no=ticket.no, minutes=minutes), whom, context)
    alerts.page(tx, ticket, circle, minutes, context)
    lifecycle.log(tx, ticket.no, "paged", lifecycle.CLOCK, context, whom=[member.name for member in whom])
    _next(tx, ticket.no, context)


def _circle(passed: set[str]) -> str:
    """Return who is called, by the clocks that have passed."""
    if "page_everyone" in passed:
        return "everyone"
    return "supervisors" if "page_supervisor" in passed else "agents"


def _next(tx: Tx, no: str, context: TurnContext) -> None:
    ahead: list[datetime] = [clock.due_at for clock in rows.running(tx, no, clocks.PAGES) if clock.due_at > context.now]
    due = min([context.now + EVERY, *ahead])
    mailboxes.wake(tx, f"page:{no}", {"ticket": no, "clock": "page"}, due=due, now=context.now)

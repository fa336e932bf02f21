"""The page chain of a safety ticket: agents in the card, supervisors next, then everyone, until it is picked up."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.messages import mail
from handlers.policy.policy import Policy
from handlers.tickets import clocks, desk_mail, tickets
from handlers.tools import Tools
from storage import clocks as rows
from storage import people
from storage.database import Tx
from storage.people import Member
from storage.tickets import Ticket

EVERY = timedelta(minutes=1)
UNTIL_PICKED = frozenset({"queued", "waiting_customer", "appealed"})


def begin(tx: Tx, no: str, policy: Policy, tools: Tools) -> None:
    """Page the agents with the card and set the chain going; it counts from now."""
    ticket = tickets.must(tx, no)
    for name in clocks.PAGES:
        if name in policy.clocks:
            seconds = policy.clocks[name].rough
            rows.start(tx, no, name, started=tools.now, due=tools.now + timedelta(seconds=seconds))
    desk_mail.card(tx, no, tools, mentions=desk_mail.agents(tx, ticket.desk))
    _next(tx, no, tools)


def end(tx: Tx, no: str, tools: Tools) -> None:
    """End the chain: somebody has the ticket."""
    clocks.stop(tx, no, clocks.PAGES, tools)
    mail.let_sleep(tx, f"page:{no}")


def fire(tx: Tx, ticket: Ticket, tools: Tools) -> None:
    """Page whoever is due by now, and again in a minute."""
    running = rows.running(tx, ticket.no, clocks.PAGES)
    if not running or ticket.owner_id is not None or ticket.state not in UNTIL_PICKED:
        return
    for clock in running:
        if rows.breach(tx, ticket.no, clock.name, at=tools.now):
            tickets.log(tx, ticket.no, "late", tickets.CLOCK, tools, clock=clock.name)
    whom = _whom(tx, ticket, {clock.name for clock in running if clock.due_at <= tools.now})
    minutes = (tools.now - running[0].started_at) // EVERY
    desk_mail.page(tx, ticket, desk_mail.say("page", no=ticket.no, minutes=minutes), whom, tools)
    tickets.log(tx, ticket.no, "paged", tickets.CLOCK, tools, whom=[member.name for member in whom])
    _next(tx, ticket.no, tools)


def _whom(tx: Tx, ticket: Ticket, passed: set[str]) -> list[Member]:
    if "page_everyone" in passed:
        return people.staff_of(tx, ticket.desk)
    if "page_supervisor" in passed:
        return desk_mail.supervisors(tx, ticket.desk)
    return desk_mail.agents(tx, ticket.desk)


def _next(tx: Tx, no: str, tools: Tools) -> None:
    ahead: list[datetime] = [clock.due_at for clock in rows.running(tx, no, clocks.PAGES) if clock.due_at > tools.now]
    due = min([tools.now + EVERY, *ahead])
    mail.wake(tx, f"page:{no}", {"ticket": no, "clock": "page"}, due=due, now=tools.now)

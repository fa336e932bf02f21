"""The answer to a leader's 进度: the tickets by site and state, the newest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.claims.leader_phrases import fitting, granted, items, listed, site, who
from handlers.claims.voice import Voice
from handlers.context import TurnContext
from handlers.tickets import clocks
from handlers.tickets.progress import PROMISES
from storage import sites, ticket_lines
from storage.database import Tx
from storage.sites import Sited

STATES = ("waiting_customer", "appealed", "assigned", "queued", "decided", "resolved", "closed", "withdrawn")
RECENT = timedelta(days=14)  # how long a ticket that has ended is still shown
SERIOUS = 1  # the rank up to which an open ticket is always named


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One ticket as it is shown, with what is promised for it."""

    sited: Sited
    what: str
    until: str


def text(tx: Tx, leader_id: int, voice: Voice, context: TurnContext) -> str:
    """Return a leader's tickets, as many as one message holds."""
    rows = [_row(tx, one, voice) for one in sites.filed_by(tx, leader_id, context.now - RECENT)]
    others = sites.others_open(tx, leader_id, [row.sited.ticket.no for row in rows])
    numbers = sorted({row.sited.site_no for row in rows} | set(others), key=lambda number: (not number, number))
    if not numbers:
        return voice.say("leader.progress_none")

    def whole(most: int) -> str:
        lines = [voice.say("leader.progress_head" if rows else "leader.progress_none")]
        for number in numbers:
            lines.append(site(number, voice))
            for state in STATES:
                here = [row for row in rows if (row.sited.site_no, row.sited.ticket.state) == (number, state)]
                lines += _state(state, here, most, voice) if here else []
            if others.get(number):
                lines.append(voice.say("leader.others", count=others[number]))
        return "\n".join(lines)

    return fitting(whole)


def _state(state: str, here: Sequence[Row], most: int, voice: Voice) -> list[str]:
    """Return the tickets in one state; what is promised for most of them is said once, in the heading."""
    until, many = Counter(row.until for row in here).most_common(1)[0]
    shared = until if many > 1 else ""
    head = voice.say("leader.progress_state", state=voice.say(f"notice.state_{state}"), count=len(here), by=shared)
    told = [(row.sited.ticket.rank <= SERIOUS, _line(row, shared, voice)) for row in here]
    # what is serious is named whatever the length; the rest as it came, the newest first
    first, rest = ([line for serious, line in told if serious is wanted] for wanted in (True, False))
    return [head, *first, *listed(rest, most, voice)]


def _line(row: Row, shared: str, voice: Voice) -> str:
    until = row.until if row.until != shared else ""
    return voice.say("leader.line", no=row.sited.ticket.no, what=row.what + until)


def _row(tx: Tx, one: Sited, voice: Voice) -> Row:
    no, lines = one.ticket.no, ticket_lines.of_ticket(tx, one.ticket.no)
    parts = [who(one, voice), granted(lines, voice) or items(lines)]
    due = clocks.promised(tx, no, PROMISES)
    until = voice.say("leader.by", when=voice.moment(due)) if due else ""
    return Row(sited=one, what=" ".join(part for part in parts if part), until=until)

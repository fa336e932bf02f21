"""What a leader hears who asks how the own tickets stand (进度): by site and state, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers import clocks
from handlers.leader_words import fitting, granted, items, listed, site, who
from handlers.progress import PROMISES
from handlers.summary import Voice
from handlers.tools import Tools
from storage import sites, ticket_lines
from storage.database import Tx
from storage.sites import Sited

STATES = ("waiting_customer", "appealed", "assigned", "queued", "decided", "resolved", "closed", "withdrawn")
RECENT = timedelta(days=14)  # how long a ticket that has ended is still told
SERIOUS = 1  # the rank up to which an open ticket is always named


def text(tx: Tx, leader_id: int, voice: Voice, tools: Tools) -> str:
    """Tell a leader's tickets, as many as one message holds."""
    mine = sites.filed_by(tx, leader_id, tools.now - RECENT)
    others = sites.others_open(tx, leader_id, [one.ticket.no for one in mine])
    numbers = sorted({one.site_no for one in mine} | set(others), key=lambda number: (not number, number))
    if not numbers:
        return voice.say("leader.progress_none")
    rows = {one.ticket.no: _row(tx, one, voice) for one in mine}

    def whole(most: int) -> str:
        lines = [voice.say("leader.progress_head" if mine else "leader.progress_none")]
        for number in numbers:
            here = [one for one in mine if one.site_no == number]
            lines += [site(number, voice), *_states(here, rows, most, voice)]
            if others.get(number):
                lines.append(voice.say("leader.others", count=others[number]))
        return "\n".join(lines)

    return fitting(whole)


def _states(mine: Sequence[Sited], rows: dict[str, str], most: int, voice: Voice) -> list[str]:
    lines = []
    for state in STATES:
        here = [one for one in mine if one.ticket.state == state]
        if here:
            lines.append(voice.say("leader.progress_state", state=voice.say(f"notice.state_{state}"), count=len(here)))
            # what is serious is named whatever the length; the rest as it came, the newest first
            first = [one for one in here if one.ticket.rank <= SERIOUS]
            rest = [one for one in here if one.ticket.rank > SERIOUS]
            lines += [rows[one.ticket.no] for one in first]
            lines += listed([rows[one.ticket.no] for one in rest], most, voice)
    return lines


def _row(tx: Tx, one: Sited, voice: Voice) -> str:
    no, lines = one.ticket.no, ticket_lines.of_ticket(tx, one.ticket.no)
    parts = [who(one, voice), granted(lines, voice) or items(lines)]
    due = next((due for due in (clocks.due_of(tx, no, name) for name in PROMISES) if due), None)
    until = voice.say("leader.by", when=voice.moment(due)) if due else ""
    return voice.say("leader.line", no=no, what=" ".join(part for part in parts if part) + until)

"""How a ticket comes before the agents: its promises, its card or its place on the board, its pages."""

from __future__ import annotations

from handlers.tickets import clocks, desk_mail, paging, tickets
from handlers.tools import Tools
from storage.database import Tx
from storage.tickets import Ticket


def promise(tx: Tx, ticket: Ticket, tools: Tools, *, human: bool = True) -> None:
    """Start the clocks of a ticket that now lies with the house; without `human` no agent sees it yet."""
    policy = tools.policy_of(tx, ticket.policy_hash)
    names = ["review_notice", "decision_due"]
    if human and ticket.answered_at is None and not ticket.raised:
        names += human_clocks(ticket)
    for name in names:
        clocks.start(tx, ticket.no, name, policy, tools)
    clocks.refresh(tx, ticket.no)


def human_clocks(ticket: Ticket) -> list[str]:
    """Name the clocks of the first human answer."""
    return ["major_human_response" if ticket.severity in tickets.RANKS else "human_first_response"]


def show_new(tx: Tx, no: str, tools: Tools, *, known: bool = False, quiet: bool = False) -> None:
    """Bring a new ticket to the desk: a card where it deserves one, else the board.

    `known`: it has its card; `quiet`: one of many of a leader's list, which wait on the board unless they are serious.
    """
    ticket = tickets.must(tx, no)
    if known or ticket.owner_id:
        desk_mail.refresh(tx, no, tools)
        return
    if ticket.severity == "safety":
        paging.begin(tx, no, tools.policy_of(tx, ticket.policy_hash), tools)
    elif desk_mail.deserves_card(ticket) and not (quiet and ticket.severity == "normal" and not ticket.raised):
        desk_mail.card(tx, no, tools)
    desk_mail.board(tx, ticket.desk, tools)


def show_risen(tx: Tx, no: str, tools: Tools) -> None:
    """Bring a ticket that became more serious before the agents at once."""
    ticket = tickets.must(tx, no)
    policy = tools.policy_of(tx, ticket.policy_hash)
    if ticket.owner_id is None and ticket.state in tickets.DECIDABLE:
        clocks.stop(tx, no, ["human_first_response"], tools)
        clocks.start(tx, no, "major_human_response", policy, tools)
        clocks.refresh(tx, no)
        if ticket.severity == "safety":
            paging.begin(tx, no, policy, tools)
        else:
            desk_mail.card(tx, no, tools)
    else:
        text = desk_mail.say("risen", no=no, severity=desk_mail.say(f"severity_{ticket.severity}"))
        owner = [(ticket.owner_id, ticket.owner_name or "")] if ticket.owner_id else []
        desk_mail.note(tx, ticket, text, tools, mentions=owner)
    desk_mail.board(tx, ticket.desk, tools)

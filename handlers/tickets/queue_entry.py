"""How a ticket reaches the agents: its promises, its card or its place on the board, its pages."""

from __future__ import annotations

from handlers.context import TurnContext
from handlers.tickets import clocks, desk_outbox, lifecycle, paging
from storage.database import Tx
from storage.tickets import Ticket


def promise(tx: Tx, ticket: Ticket, context: TurnContext, *, human: bool = True) -> None:
    """Start the clocks of a ticket that now waits for the business; without `human` no agent sees it yet."""
    policy = context.policy_of(tx, ticket.policy_hash)
    names = ["review_notice", "decision_due"]
    if human and ticket.answered_at is None and not ticket.raised:
        names += human_clocks(ticket)
    clocks.start_first(tx, ticket.no, names, policy, context, early=comes_first(ticket))
    clocks.refresh(tx, ticket.no)


def human_clocks(ticket: Ticket) -> list[str]:
    """Return the clocks of the first human answer."""
    return ["major_human_response" if ticket.severity != "normal" else "human_first_response"]


def comes_first(ticket: Ticket) -> bool:
    """Return whether a person is promised early: to special groups as fast as to major claims."""
    return ticket.rank <= desk_outbox.RANK_OF_CARDS


def show_new(tx: Tx, ticket: Ticket, context: TurnContext, *, known: bool = False, quiet: bool = False) -> None:
    """Send a new ticket to the desk: a card where it deserves one, else the board.

    `known`: it has its card; `quiet`: one of many of a leader's list, which wait on the board unless they are serious.
    """
    no = ticket.no
    if known or ticket.owner_id:
        desk_outbox.refresh(tx, no, context)
        return
    if ticket.severity == "safety":
        paging.begin(tx, no, context.policy_of(tx, ticket.policy_hash), context)
    elif desk_outbox.deserves_card(ticket) and not (quiet and ticket.severity == "normal" and not ticket.raised):
        desk_outbox.card(tx, no, context)
    desk_outbox.board(tx, ticket.desk, context)


def show_risen(tx: Tx, no: str, context: TurnContext) -> None:
    """Send a ticket that became more serious to the agents at once."""
    ticket = lifecycle.must(tx, no)
    policy = context.policy_of(tx, ticket.policy_hash)
    if ticket.owner_id is None and ticket.state in lifecycle.DECIDABLE:
        clocks.stop(tx, no, ["human_first_response"], context)
        clocks.start(tx, no, "major_human_response", policy, context)
        clocks.refresh(tx, no)
        if ticket.severity == "safety":
            paging.begin(tx, no, policy, context)
        else:
            desk_outbox.card(tx, no, context)
    else:
        text = desk_outbox.say("risen", no=no, severity=desk_outbox.say(f"severity_{ticket.severity}"))
        owner = [(ticket.owner_id, ticket.owner_name or "")] if ticket.owner_id else []
        desk_outbox.note(tx, ticket, text, context, mentions=owner)
    desk_outbox.board(tx, ticket.desk, context)

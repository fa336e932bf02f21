"""Calling a person to a ticket that exists: the customer asks for one, or appeals."""

from __future__ import annotations

from handlers import queueing, tickets
from handlers.tools import Tools
from storage import tickets as rows
from storage.database import Tx


def call(tx: Tx, ticket_no: str, tools: Tools) -> None:
    """Show a ticket's card to the desk at once, as one whose customer wants a person."""
    ticket = tickets.must(tx, ticket_no)
    if not ticket.why:
        rows.change(tx, ticket_no, why="human")
    queueing.show_new(tx, ticket_no, tools, known=False)

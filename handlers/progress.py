"""What a customer or leader hears who asks how the tickets stand (进度)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers import clocks, notices
from handlers.remedies import money
from handlers.tools import Tools
from storage import ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.tickets import Ticket

# the first of these that runs is what the customer waits for
PROMISES = ("appeal_final", "review_notice", "major_human_response", "human_first_response", "refund_due",
            "exchange_due")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How one ticket stands; `words` is the state, `text` the whole line, both in the ticket's language."""

    no: str
    state: str
    items: tuple[str, ...]
    words: str
    promised_at: datetime | None
    amount: int  # 分 granted
    text: str


def progress(tx: Tx, conversation_id: int, tools: Tools) -> list[Progress]:
    """Give a conversation's tickets, open ones first, with states, promised times and sums."""
    return [_of(tx, ticket, tools) for ticket in rows.of_conversation(tx, conversation_id)]


def _of(tx: Tx, ticket: Ticket, tools: Tools) -> Progress:
    lines = ticket_lines.of_ticket(tx, ticket.no)
    amount = sum(line.amount for line in lines if line.state in ticket_lines.GRANTED)
    dues = (clocks.due_of(tx, ticket.no, name) for name in PROMISES)
    promised = next((due for due in dues if due), None)
    words = notices.words(tx, ticket, f"notice.state_{ticket.state}", tools)
    items = tuple(dict.fromkeys(line.item for line in lines if line.item))
    parts = [notices.listed(tx, ticket, items, tools), words]
    if amount:
        parts.append(notices.words(tx, ticket, "notice.refund_of", tools, sum=money(amount, ticket.language)))
    if promised:
        when = notices.moment(tx, ticket, promised, tools)
        parts.append(notices.words(tx, ticket, "notice.by", tools, when=when))
    text = f"{ticket.no} " + " · ".join(part for part in parts if part)
    return Progress(
        no=ticket.no, state=ticket.state, items=items, words=words, promised_at=promised, amount=amount, text=text
    )

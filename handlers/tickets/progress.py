"""The answer to 进度: the state of the account's tickets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from handlers.claims import leader_phrases
from handlers.context import TurnContext
from handlers.messages.money import money
from handlers.tickets import clocks, notices, returns, underway
from storage import ticket_lines
from storage import tickets as rows
from storage.database import Tx
from storage.desk import corrections
from storage.ticket_lines import Line
from storage.tickets import Ticket

CONFIRMED = ("item", "quantity")  # corrections that the customer sees; a type alone is an internal matter
# the first of these that runs is what the customer waits for
PROMISES = ("appeal_final", "review_notice", "major_human_response", "human_first_response", "refund_due",
            "exchange_due")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The state of one ticket; `words` is the state, `text` the whole line, both in the ticket's language."""

    no: str
    state: str
    items: tuple[str, ...]
    words: str
    promised_at: datetime | None
    amount: int  # 分 granted
    text: str


def progress(tx: Tx, conversation_id: int, context: TurnContext) -> list[Progress]:
    """Return a conversation's tickets, open ones first, with states, promised times and sums."""
    return [_of(tx, ticket, context) for ticket in rows.of_conversation(tx, conversation_id)]


def _of(tx: Tx, ticket: Ticket, context: TurnContext) -> Progress:
    lines = ticket_lines.of_ticket(tx, ticket.no)
    amount = sum(line.amount for line in lines if line.state in ticket_lines.GRANTED)
    back = sum(line.amount for line in returns.awaited(lines))
    ways = underway.told(tx, ticket, lines, context)
    promised = clocks.promised(tx, ticket.no, [name for name in PROMISES if not ways or name not in underway.CLOCKS])
    words = notices.words(tx, ticket, f"notice.state_{ticket.state}", context)
    items = tuple(dict.fromkeys(line.item for line in lines if line.item))
    named = dict.fromkeys(_named(tx, ticket, line, context) for line in lines if line.item)
    parts = [notices.listed(tx, ticket, tuple(named), context), words]
    paid = sum(line.money_paid for line in lines)
    sums = {"notice.brief_paid": paid, "notice.refund_of": amount - back - paid, "notice.return_refund_of": back}
    parts += [
        notices.words(tx, ticket, key, context, sum=money(sum_, ticket.language)) for key, sum_ in sums.items() if sum_
    ]
    parts += ways
    if promised and promised > context.now:  # a time that passed promises nothing
        when = notices.moment(tx, ticket, promised, context)
        parts.append(notices.words(tx, ticket, "notice.by", context, when=when))
    text = f"{ticket.no} " + " · ".join(part for part in parts if part)
    return Progress(
        no=ticket.no, state=ticket.state, items=items, words=words, promised_at=promised, amount=amount, text=text
    )


def _named(tx: Tx, ticket: Ticket, line: Line, context: TurnContext) -> str:
    """Return a line's item; one that an agent corrected with its quantity, because it is not what was confirmed."""
    read = corrections.as_read(tx, ticket.no).get(line.line, {})
    if not any(field in read and read[field] != corrections.value(line, field) for field in CONFIRMED):
        return line.item
    unit = line.unit if ticket.language == "zh" or line.unit.isascii() else ""
    count = leader_phrases.quantity(replace(line, unit=unit))
    return notices.words(tx, ticket, "notice.corrected", context, what=" ".join(filter(None, (line.item, count))))

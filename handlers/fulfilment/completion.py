"""The end of lines: one that owes nothing more is done; a ticket whose lines have all ended is resolved."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from handlers.context import TurnContext
from handlers.tickets import clocks, desk_outbox, lifecycle, notices
from handlers.tickets.notices import Buttons
from storage import clocks as rows
from storage import ticket_lines
from storage.database import Tx
from storage.ticket_lines import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a hand-over led to.

    `done` are the lines that ended by it. When the ticket has nothing left to wait for, `ended` is true and `ask` and
    `buttons` ask for satisfaction; they belong into the notice of the hand-over, and are empty where nothing is asked.
    """

    done: tuple[int, ...] = ()
    ended: bool = False
    ask: str = ""
    buttons: Buttons = ()


def hand_over(tx: Tx, no: str, numbers: Collection[int], context: TurnContext, *, goods: bool = False) -> Completion:
    """End those of these lines that owe nothing more, and resolve a decided ticket when all its lines have ended.

    The caller has booked what was handed over: `paid_at` and `issued_at` of a line; `goods`: what was to be sent has
    come. The clocks of what is no longer owed are stopped. The customer is told by the caller.
    """
    done = []
    for line in ticket_lines.of_ticket(tx, no):
        if line.line in numbers and line.state in ticket_lines.OWED and not _owes(line, goods_came=goods):
            lifecycle.move_line(tx, line, "done")
            done.append(line.line)
    lines = ticket_lines.of_ticket(tx, no)
    _clocks(tx, no, lines, context)
    ended = lifecycle.outcome(lines) == "resolved"
    desk_outbox.refresh(tx, no, context)
    if not ended or not done:
        return Completion(done=tuple(done))
    wind_up(tx, no, context)
    ask, buttons = question(tx, no, context)
    return Completion(done=tuple(done), ended=True, ask=ask, buttons=buttons)


def question(tx: Tx, no: str, context: TurnContext) -> tuple[str, Buttons]:
    """Return the question for satisfaction with its buttons; both empty where it has not ended or none is asked."""
    ticket = lifecycle.must(tx, no)
    if ticket.state not in lifecycle.AFTER or lifecycle.outcome(ticket_lines.of_ticket(tx, no)) != "resolved":
        return "", ()
    buttons = notices.survey(tx, ticket, context)
    return (notices.words(tx, ticket, "notice.ask", context) if buttons else ""), buttons


def _owes(line: Line, *, goods_came: bool) -> bool:
    return bool(line.money_owed or line.coupon_owed or (line.goods_owed and not goods_came))


def _clocks(tx: Tx, no: str, lines: Collection[Line], context: TurnContext) -> None:
    """Stop the clocks of what is no longer owed; while some money is, the clock shows when the first of it is due."""
    if not any(line.goods_owed for line in lines):
        clocks.stop(tx, no, ["exchange_due", "follow_up"], context)
    owed = [line.refund_due_at for line in lines if line.money_owed]
    if not owed:
        clocks.stop(tx, no, ["refund_due"], context)
        return
    clock = rows.get(tx, no, "refund_due")
    first = min((due for due in owed if due), default=None)
    if clock and first and clock.stopped_at is None and clock.breached_at is None and first > clock.due_at:
        clocks.set_to(tx, no, "refund_due", first, context)


def wind_up(tx: Tx, no: str, context: TurnContext) -> None:
    """Resolve a decided ticket whose lines have all ended, however they did."""
    ticket = lifecycle.must(tx, no)
    if ticket.state != "decided" or lifecycle.outcome(ticket_lines.of_ticket(tx, no)) != "resolved":
        return  # under appeal, open again, or closed by its customer: what was paid changes nothing there
    lifecycle.move(tx, no, "resolved")
    lifecycle.log(tx, no, "resolved", lifecycle.BOT, context)
    clocks.start(tx, no, "idle_close", notices.policy_of(tx, ticket, context), context)


def reopen(tx: Tx, no: str, context: TurnContext) -> datetime | None:
    """Let a ticket owe money again that was booked by mistake; return when the first of it is due."""
    ticket = lifecycle.must(tx, no)
    if ticket.state == "resolved":
        lifecycle.move(tx, no, "decided")
        clocks.stop(tx, no, ["idle_close"], context)
    dues = [line.refund_due_at for line in ticket_lines.of_ticket(tx, no) if line.money_owed]
    first = min((due for due in dues if due), default=None)
    if first and not rows.running(tx, no, ["refund_due"]):
        clocks.resume(tx, no, "refund_due", first, context)
    desk_outbox.refresh(tx, no, context)
    return first

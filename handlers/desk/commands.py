"""The commands of the desk, typed with a slash or in plain words, and the buttons of its lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from handlers.context import TurnContext
from handlers.desk import assignment, manual_entry, outreach
from handlers.desk.request import Answer, told
from handlers.desk.views import board
from handlers.messages import mailboxes, ticket_numbers
from handlers.messages.models import DeskInbound
from handlers.messages.patterns import pattern_of
from handlers.nlu.text import numerals
from handlers.tickets import desk_outbox, lifecycle, notices
from handlers.tickets.lifecycle import By
from storage import tickets as rows
from storage.database import Tx
from storage.desk import desk_messages, queue, search
from storage.tickets import Ticket

FOUND = 10  # tickets of a search
PLAIN = pattern_of(
    r"\s*(?:(?:接|接手|take|pick(?: up)?)\s*(?:第\s*)?(\d{1,3}|(?<=第)[一二两三四五六七八九十]{1,3})\s*[单行号条]?"
    r"|(?:给我|我)?(?:下一单|接单|(?:接|来|再来)下?一单|接下一个)|take next|next ticket)"
    r"\s*[。.!！]*\s*",
    re.IGNORECASE,
)
NAMED = pattern_of(
    r"(?:^|(?<=\s))(?:手机号?)?(?:尾号|尾数|团长|取货号|批号|单号|订单号|姓名|(?:phone )?tail|leader|pickup|lot)"
    r"\s*[:：是]?\s*(?=\S)",
    re.IGNORECASE,
)  # what kind of word it is: every kind is looked for
ROW = pattern_of(r"^\s*(\d{1,3})\.\s.*?(CD-[0-9A-Z]{6})", re.MULTILINE)


def plain(text: str) -> str:
    """Return the command that plain words are, as 接3 is /next 3; "" for other words."""
    found = PLAIN.fullmatch(text)
    row = numerals.number(found[1]) if found and found[1] else None
    return f"/next {int(row.low) if row else ''}".strip() if found else ""


def row_meant(text: str) -> str:
    """Return the command that a reply to a list is: its number, with or without words; "" for other words."""
    number = text.strip().rstrip("。.!！")
    return f"/next {number}" if number.isdecimal() and len(number) < 4 else plain(text)


def carry_out(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    """Carry a command out."""
    name, _, argument = inbound.text.strip().lstrip("/").partition(" ")
    name, argument = name.partition("@")[0].lower(), argument.strip()
    if name in LOOKED_UP:
        argument = NAMED.sub("", argument, count=1 if name == "new" else 0)
    run = COMMANDS.get(name)
    return run(tx, replace(inbound, text=argument), context) if run else told("commands")


def _by(inbound: DeskInbound) -> By:
    return lifecycle.agent(inbound.desk, inbound.user, inbound.name)


def ticket_of(tx: Tx, inbound: DeskInbound, no: str) -> Ticket | None:
    """Return a ticket that this desk sees."""
    ticket = rows.get(tx, no)
    return ticket if ticket and ticket.desk == inbound.desk else None


def _queue(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    desk_outbox.board(tx, inbound.desk, context)
    number = int(inbound.text) if inbound.text.isdecimal() and len(inbound.text) < 4 else 1
    drawn = board.page(tx, inbound.desk, number, context)
    return Answer(text=drawn.text, buttons=drawn.buttons)


def turn_page(tx: Tx, inbound: DeskInbound, number: str, context: TurnContext) -> Answer:
    """Post another page of the queue, for the tap of its button."""
    wanted = int(number) if number.isdecimal() and len(number) < 4 else 1
    drawn = board.page(tx, inbound.desk, wanted, context)
    buttons = [[[one.label, one.tap] for one in row] for row in drawn.buttons]
    mailboxes.to_desk(tx, inbound.desk, "", "note", {"text": drawn.text, "buttons": buttons}, now=context.now)
    return Answer()


def take_next(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    """Take the first ticket that waits, or the one of a row of the board."""
    number = inbound.text.strip().rstrip("单行号条")
    if not number:
        return assignment.take_next(
            tx, inbound.desk, inbound.user, _by(inbound), context, supervisor=inbound.supervisor
        )
    ticket = _of_row(tx, inbound, number)
    if ticket is None:
        return told("no_row", alert=True, number=number)
    return assignment.take(tx, ticket, inbound.desk, inbound.user, _by(inbound), context, supervisor=inbound.supervisor)


def _of_row(tx: Tx, inbound: DeskInbound, number: str) -> Ticket | None:
    """Return the ticket of a row: of the list that was replied to, else of the board as it hangs, else as it is now."""
    if no := ticket_numbers.parse(number):
        return ticket_of(tx, inbound, no)
    if not number.isdecimal() or len(number) > 3:
        return None
    hanging = desk_messages.newest(tx, inbound.desk, "board")
    for text in (inbound.quoted, str(hanging.data.get("text", "")) if hanging else ""):
        shown = dict(ROW.findall(text))
        if str(int(number)) in shown:
            return ticket_of(tx, inbound, shown[str(int(number))])
    waiting = queue.waiting(tx, inbound.desk, limit=1, skip=int(number) - 1) if int(number) else []
    return waiting[0] if waiting else None


def _mine(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    mine = queue.owned_by(tx, inbound.desk, inbound.user)
    return _list(tx, "mine", mine, context) if mine else told("mine_none")


def _find(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    words = inbound.text.split()
    if not words:
        return told("find_usage", alert=True)
    found = search.find(tx, inbound.desk, words, limit=FOUND + 1)
    if not found:
        return told("found_none", alert=True, words=inbound.text)
    return _list(tx, "found" if len(found) <= FOUND else "found_many", found[:FOUND], context)


def _list(tx: Tx, key: str, found: list[Ticket], context: TurnContext) -> Answer:
    lines = [f"{place}. {board.found_row(tx, one, context)}" for place, one in enumerate(found, 1)]
    buttons = board.numbered([(str(place), f"show:{one.no}") for place, one in enumerate(found, 1)])
    return Answer(text="\n".join([desk_outbox.say(key, count=len(found)), *lines]), buttons=buttons)


def _show(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    no = ticket_numbers.parse(inbound.text)
    ticket = ticket_of(tx, inbound, no) if no else None
    if ticket is None:
        return told("no_such_ticket", alert=True, number=inbound.text or "?")
    desk_outbox.card(tx, ticket.no, context)
    return Answer()


def _stats(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    day = notices.midnight(context)
    figures = {**queue.counts(tx, inbound.desk), **queue.since(tx, inbound.desk, day)}
    return Answer(text=desk_outbox.say("stats", **figures))


def _new(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    return manual_entry.new(tx, inbound, _by(inbound), context)


def _talk(tx: Tx, inbound: DeskInbound, context: TurnContext) -> Answer:
    return outreach.command(tx, inbound, _by(inbound), context)


LOOKED_UP = frozenset({"find", "new", "talk"})  # commands that look for people
COMMANDS: Mapping[str, Callable[[Tx, DeskInbound, TurnContext], Answer]] = {
    "queue": _queue,
    "next": take_next,
    "mine": _mine,
    "find": _find,
    "ticket": _show,
    "new": _new,
    "talk": _talk,
    "stats": _stats,
}

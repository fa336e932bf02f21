"""What was misread, corrected by an agent: a line's problem type, item or quantity, and how serious a ticket is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from handlers.claims.claim import Problem, drafted_time
from handlers.claims.shares import left_open, share_of
from handlers.claims.story import telling
from handlers.claims.summary import item_name, line_of
from handlers.desk import options, order_link
from handlers.desk.correcting import correction_rows, correction_words
from handlers.desk.correcting.correction_rows import CLOSED, described, order_of
from handlers.desk.correcting.correction_words import Correction, correction
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.messages.patterns import pattern_of
from handlers.policy import calendar
from handlers.tickets import desk_outbox, notices
from storage import ticket_lines
from storage import tickets as rows
from storage.orders import Order, OrderLine
from storage.ticket_lines import Line

WHOLE = "all"
PARTS = pattern_of(r"[;；\n]+")
MARKED = pattern_of(r"\s*(\d)(?:[.、:：]\s*|\s+)(?![\d个盒份袋瓶只条枚颗箱板把杯包斤两克罐串块])")


def correct(request: ActionRequest) -> Answer:
    """Ask what is right instead, or take it from a button: LINE:p:CODE, LINE:i:NUMBER, LINE:q:COUNT, :s:CODE."""
    mark, _, chosen = request.argument.partition(":")
    what, _, value = chosen.partition(":")
    if request.ticket.owner_id is None:
        return told("pick_first", alert=True, no=request.no)
    if what == "s":
        return correction_rows.grade(request, value)
    lines = _lines(request, mark)
    if mark and not lines:
        return _not_open(request, mark)
    if len(lines) != 1:
        return _which(request, lines)
    ((mark, line),) = lines.items()
    return put(request, line, TAPPED[what](request, line, value)) if what in TAPPED else _ask(request, mark, line)


def correct_words(request: ActionRequest) -> Answer:
    """Take what is right from a reply, as "少件 2盒", "3盒", "不是草莓是葡萄", "不严重"; ； parts several.

    Of several instructions the answer names those that could not be done.
    """
    parts = [part.strip() for part in PARTS.split(request.words) if part.strip()]
    if len(parts) < 2:
        return _corrected(request)
    done = [(part, _corrected(_told_alone(request, part))) for part in parts]
    left = [desk_outbox.say("correct_left", text=part, why=one.text) for part, one in done if one.alert]
    text = "".join([*(one.text for _, one in done if not one.alert), *left])
    return Answer(text=text, alert=bool(left))


def _told_alone(request: ActionRequest, part: str) -> ActionRequest:
    """Take one of several instructions; one that begins with a line's number means that line."""
    found = MARKED.match(part)
    open_ = _lines(request, found[1]) if found else {}
    if found and open_:
        return replace(request, words=part[found.end() :], argument=found[1])
    return replace(request, words=part)


def _corrected(request: ActionRequest) -> Answer:
    if level := correction_words.severity(request.words):
        return correction_rows.grade(request, level)
    lines = _lines(request, request.argument)
    if not lines:
        return _not_open(request, request.argument)
    policy, order = notices.policy_of(request.tx, request.ticket, request.context), order_of(request)
    today = request.context.now.astimezone(calendar.zone(policy)).date()
    meant = correction(request.words, order, policy, today=today)
    if not meant:
        return told("correct_unread", alert=True)
    line = _meant(list(lines.values()), meant, order, request.words)
    if line is None:
        return told("which_line", alert=True, no=request.no)
    return put(request, line, _said(line, meant, order))


def _lines(request: ActionRequest, mark: str) -> dict[str, Line]:
    """Return the lines that may be put right by their marks: open ones, else what the order has to choose from."""
    known = ticket_lines.of_ticket(request.tx, request.no)
    found = {str(line.line): line for line in known if line.state == "open"}
    if not known:
        chosen = order_link.lines_to_choose(request)
        found = {f"{order_link.BY_LINE}{one.line_no}": order_link.sketch(request, one) for one in chosen}
    return {mark: found[mark]} if mark in found else {} if mark else found


def _not_open(request: ActionRequest, mark: str) -> Answer:
    if not mark:
        return told("nothing_open", alert=True, no=request.no)
    known = [line for line in ticket_lines.of_ticket(request.tx, request.no) if str(line.line) == mark]
    key = "correct_offered" if any(line.state == "offered" for line in known) else "correct_decided"
    return told(key, alert=True, no=request.no, item="、".join(line.item for line in known))


def _which(request: ActionRequest, lines: Mapping[str, Line]) -> Answer:
    rows = [
        *options.lines(request.no, "correct", lines),
        *options.severities(request.ticket, supervisor=request.supervisor),
    ]
    ask(request, "correct", "ask_correct_line" if lines else "ask_correct_ticket", buttons=rows)
    return Answer()


def _ask(request: ActionRequest, mark: str, line: Line) -> Answer:
    policy = notices.policy_of(request.tx, request.ticket, request.context)
    rows = options.corrections(request.ticket, line, order_of(request), policy, mark)
    rows += options.severities(request.ticket, supervisor=request.supervisor)
    what = described(line, request)
    ask(request, "correct", "ask_correct", buttons=rows, argument=mark, what=what)
    return Answer()


# what a button or a reply says, as columns of the line


def _problem(request: ActionRequest, line: Line, value: str) -> dict[str, Any]:
    known = notices.policy_of(request.tx, request.ticket, request.context).problems
    return {"problem": value, "also": ""} if value in known else {}


def _item(request: ActionRequest, line: Line, value: str) -> dict[str, Any]:
    bought = line_of(order_of(request), int(value)) if value.isdecimal() else None
    return _of_item(bought) if bought else {}


def _quantity(request: ActionRequest, line: Line, value: str) -> dict[str, Any]:
    bought = line_of(order_of(request), line.order_line_no)
    return _of_quantity(value, bought.unit if bought else line.unit, bought, share=value == options.HALF_OF)


TAPPED = {"p": _problem, "i": _item, "q": _quantity}


def _of_item(bought: OrderLine) -> dict[str, Any]:
    return {"order_line_no": bought.line_no, "item": item_name(bought)}


def _of_quantity(number: str, unit: str, bought: OrderLine | None, *, share: bool) -> dict[str, Any]:
    """Return a quantity as filing stores it: "all" is the ordered quantity, a share has no unit."""
    if number == WHOLE and bought is None:
        return {}
    if number == WHOLE and bought:
        number, unit, share = str(Fraction(str(bought.quantity))), bought.unit, False
    if number == "half":
        number, share = "1/2", True
    unit = "" if share else unit or (bought.unit if bought else "")
    number = correction_words.plain(number)
    return {"quantity": number, "unit": unit, "share": number if share else ""}


def _said(line: Line, meant: Correction, order: Order | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    bought = line_of(order, meant.item) if meant.item else None
    if bought and bought.line_no != line.order_line_no:
        found |= _of_item(bought)
    if meant.codes:
        found |= {"problem": meant.codes[0], "also": " ".join(meant.codes[1:])}
    if meant.quantity:
        now = bought or line_of(order, line.order_line_no)
        found |= _of_quantity(meant.quantity, meant.unit, now, share=meant.share)
    return found


def _meant(lines: Sequence[Line], meant: Correction, order: Order | None, words: str) -> Line | None:
    """Return the one line that a reply is about: the only one, or the one whose item is named."""
    if len(lines) == 1:
        return lines[0]
    named = [line for line in lines if any(name and name in words for name in _names(line, order))]
    named = named or [line for line in lines if meant.item and line.order_line_no == meant.item]
    return named[0] if len(named) == 1 else None


def _names(line: Line, order: Order | None) -> tuple[str, str]:
    bought = line_of(order, line.order_line_no)
    return line.item, bought.item if bought else ""


# what becomes of it


def put(request: ActionRequest, line: Line, columns: Mapping[str, Any]) -> Answer:
    """Give a line these columns if nothing speaks against it; its share and sum follow."""
    if request.ticket.order_no:
        rows.lock_order(request.tx, request.ticket.order_no)
    after = replace(line, **columns)
    fields = correction_rows.differences(line, after)
    if not fields:
        return told("correct_nothing", alert=True, what=described(line, request))
    if any(_same(one, after) for one in ticket_lines.of_ticket(request.tx, request.no)):
        return told("correct_twin", alert=True, no=request.no)
    bought = line_of(order_of(request), after.order_line_no)
    share = _share(after, bought)
    if bought and "quantity" in fields and share is None and not _left_open(after, bought):
        whole = f"{bought.quantity:g}{bought.unit}"
        return told("correct_too_many", alert=True, item=item_name(bought), whole=whole)
    after = replace(after, share="" if share is None else str(share))
    if fields & {"item", "quantity"}:
        after = correction_rows.summed(request, after)
    if not line.line:
        stored = order_link.store(request, line)
        line, after = replace(line, line=stored.line, problem=""), _heard(request, replace(after, line=stored.line))
    return correction_rows.record(request, line, after, fields)


def _same(one: Line, after: Line) -> bool:
    if one.line == after.line or one.state in CLOSED:
        return False
    return (one.order_line_no, one.problem) == (after.order_line_no, after.problem)


def _as_problem(line: Line) -> Problem:
    share = not line.unit and line.share == line.quantity  # "1/3" is of the whole, as "1/3" and no unit say
    return Problem(line_no=line.order_line_no, quantity=line.quantity, unit=line.unit, share=share)


def _share(line: Line, bought: OrderLine | None) -> Fraction | None:
    return share_of(_as_problem(line), bought) if bought and line.quantity else None


def _left_open(line: Line, bought: OrderLine) -> bool:
    return left_open(_as_problem(line), bought)


def _heard(request: ActionRequest, line: Line) -> Line:
    """Return a line that the bot had not read at all with the message that it came from."""
    at = telling([(at, text) for at, text in request.ticket.said])
    return replace(line, heard_at=drafted_time(at)) if at else line

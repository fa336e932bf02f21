"""Words that change a line of a filed ticket: another count, another problem, a line taken back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from handlers.claims.claim import Problem
from handlers.claims.outcomes import Amend, Change, Remark
from handlers.claims.restated_counts import MORE, NOT_SO_MANY, NOW
from handlers.claims.shares import plain, share_of
from handlers.claims.summary import item_name, line_of
from handlers.dialogue.drafting import LIVE
from handlers.dialogue.message import Message
from handlers.dialogue.turn import Turn
from handlers.messages.models import Button
from handlers.messages.patterns import pattern_of
from handlers.nlu.reading import ReadClaim, Reading
from handlers.nlu.text.numerals import number
from storage.ticket_lines import Line
from storage.tickets import Ticket

CORRECTS = pattern_of(
    r"不是[^,，。!?;\n]{1,12}(?:而?是|[,，\s])|是[^,，。!?;\n]{1,10}[\s,，]+不是[^,，。!?;\n]{1,10}$|^第\s?[\d一二三四五六七八九十]+[个条行]"
    r"|(?:应该|其实)是|(?:写|记|说|打|搞|数|算|看|报)错了?"
    r"|改成|改为|更正"
    r"|\bnot \w+,? but\b|\bi meant?\b|\bshould be\b|\bactually\b|\bcorrection\b|\bmake (?:it|that)\b|\bnot \d",
    re.IGNORECASE,
)
SHOULD_BE = pattern_of(r"应该是|\bshould (?:have been|be) ", re.IGNORECASE)
FIGURE = pattern_of(r"(\d{1,3}|[一二两三四五六七八九十]{1,3})")
PLACE = pattern_of(r"第\s?(\d{1,2}|[一二三四五六七八九十])\s?[条项行]|\b(?:line|item) (\d{1,2})\b", re.IGNORECASE)
DROPS = pattern_of(
    r"不要了|不用了|不报了|不退了|不用[退赔补换管处弄报]|不处理|撤|去掉|删|取消|算了|没事了|不追究"
    r"|\b(?:drop|cancel|forget|remove|withdraw|skip|never mind|leave out|take (?:it |that )?back)\b",
    re.IGNORECASE,
)
OF_THE_LINE = pattern_of(
    r"[那这]一?[条项个行]|第.{1,3}[条项行]|的?(?:申请|售后|报损|登记)|不用[退赔补换管处弄报]|不报|不处理|撤|去掉|删|取消|算了|没事了|不追究"
    r"|\b(?:drop|cancel|forget|remove|withdraw|skip|never mind|leave out)\b",
    re.IGNORECASE,
)
"""Words that can only mean the line; 草莓不要了 alone may mean the goods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What words want changed on a ticket; `among` are the changes of which one is meant, where that is open."""

    changes: tuple[Change, ...] = ()
    among: tuple[Change, ...] = ()
    question: str = ""  # the key of the question which of them


def corrects(text: str) -> bool:
    """Return whether words put something right that was said before: 不是122, should be 5."""
    return bool(CORRECTS.search(text))


def drops_lines(message: Message) -> bool:
    """Return whether the text takes lines of the ticket back, but not all of them: 草莓那条不要了."""
    turn, ticket = message.turn, message.turn.ticket()
    if turn.claim is not None or ticket is None or ticket.state == "withdrawn":
        return False
    meant = _dropped(turn, ticket, message.reading, message.text)
    return bool(meant.changes or meant.among)


def drop_lines(message: Message) -> None:
    """Have the lines taken back, or ask whether they are."""
    turn, ticket = message.turn, message.turn.ticket()
    assert ticket
    found = _dropped(turn, ticket, message.reading, message.text)
    if not found.changes:
        turn.outcomes.append(Remark(ticket_no=ticket.no, text=message.text))
    carry(turn, ticket, found, message.text)


def meant(turn: Turn, ticket: Ticket, reading: Reading, text: str) -> Meant:
    """Return what words about a ticket want changed in the counts or problems of its lines."""
    lines = _lines(turn, ticket)
    plainly = SHOULD_BE.sub(lambda found: "是" if found[0][0] == "应" else "", text)
    if plainly != text:  # of the number that is right, not of the one that was bought
        reading = replace(turn.read(plainly, turn.candidates()), correction=True)
    told = [one for one in reading.claims if one.quantity is not None or one.problems]
    placed = _placed(text, lines)
    fixes = reading.correction or corrects(text)
    found: list[Change] = []
    more = bool(MORE.search(text)) and not fixes
    for one in told:
        mine = [line for line in lines if one.line_no is not None and line.order_line_no == one.line_no]
        named = placed or (mine if "sku" in one.evidence or (len(lines) == 1 and mine) else [])
        if named:
            found += _of_named(turn, one, named, fixes=fixes, more=more)
    if found and more:
        return Meant(among=tuple(each for one in found for each in _sums(turn, one, lines)), question="amend_how_many")
    if found or not fixes:
        return Meant(changes=tuple(found))
    told = told or _bare(text)
    counts = [one for one in told if one.quantity is not None and "sku" not in one.evidence and not one.absent]
    open_ = _counted(turn, counts, lines, text) if len(counts) == 1 else []
    return Meant(changes=tuple(open_)) if len(open_) == 1 else Meant(among=tuple(open_), question="amend_which")


def carry(turn: Turn, ticket: Ticket, found: Meant, text: str) -> None:
    """Have the changes made, or ask which one is meant; the change itself says what became of it."""
    if found.changes:
        turn.outcomes.append(Amend(ticket_no=ticket.no, changes=found.changes, text=text))
        return
    if ticket.owner_id and ticket.state in LIVE:
        return  # the agent who has it asks
    taps = [_tap(ticket, one) for one in found.among]
    keep = (Button(label=turn.voice.say("talk.amend_keep"), tap="keep"),)
    rows = tuple(
        (Button(label=_label(turn, ticket, one), tap=tap),) for one, tap in zip(found.among, taps, strict=True)
    )
    turn.talk = replace(turn.talk, amend_asked=(*taps, "keep"))
    turn.reply(turn.voice.say(f"talk.{found.question}", no=ticket.no), (*rows, keep))


def answers_which(message: Message) -> bool:
    """Return whether the text answers which line is meant, by its number or its item."""
    return bool(_chosen(message))


def answer_which(message: Message) -> None:
    """Have that line changed."""
    tapped(message.turn, _chosen(message), message.text)


def tapped(turn: Turn, tap: str, text: str = "") -> None:
    """Have the change made that a button carries: amend:TICKET:LINE:QUANTITY UNIT, or :drop."""
    if tap == "keep":
        turn.tell("kept")
        return
    _, no, line, what = tap.split(":", 3)
    dropped = what == "drop"
    quantity, _, unit = ("", "", "") if dropped else what.partition(" ")
    change = Change(line=int(line), dropped=dropped, quantity=quantity, unit=unit)
    turn.outcomes.append(Amend(ticket_no=no, changes=(change,), text=text))


def _chosen(message: Message) -> str:
    taps, bare = message.amend_asked, message.phrases.plain
    if not taps:
        return ""
    if bare.isdecimal():
        return taps[int(bare) - 1] if 0 < int(bare) <= len(taps) else ""
    if len(taps) == 2 and message.means("yes", "withdraw"):
        return taps[0]
    if message.means("no", "keep"):
        return "keep"
    named = {told.line_no for told in message.reading.claims if "sku" in told.evidence}
    lines = {str(line.line): line.order_line_no for line in _of(message.turn, taps[0].split(":")[1])}
    fits = [tap for tap in taps if tap != "keep" and lines.get(tap.split(":")[2]) in named]
    return fits[0] if len(fits) == 1 else ""


def _of(turn: Turn, no: str) -> Sequence[Line]:
    return turn.turn_input.found.lines.get(no, ())


def _lines(turn: Turn, ticket: Ticket) -> list[Line]:
    return [line for line in _of(turn, ticket.no) if line.state != "withdrawn"]


def _placed(text: str, lines: Sequence[Line]) -> list[Line]:
    """Return the line that is named by its place: 第2条."""
    found = PLACE.search(text)
    told = number(next(group for group in found.groups() if group)) if found else None
    return [line for line in lines if told is not None and told.exact == line.line]


def _bare(text: str) -> list[ReadClaim]:
    """Read 不是2 是3: numbers without unit or item."""
    denied = NOT_SO_MANY.search(text)
    now = NOW.match(text, denied.end()) if denied else None
    found = FIGURE.match(now[1]) if now else None
    told = number(found[1]) if found else None
    return [ReadClaim(quantity=told.exact)] if told and told.exact else []


def _of_named(turn: Turn, told: ReadClaim, lines: Sequence[Line], *, fixes: bool, more: bool) -> Iterable[Change]:
    """Yield the change that is told of one item; of several lines of it the one with the same problem."""
    same = [line for line in lines if not told.problems or set(told.problems) & set(line.codes)]
    line = next(iter(same or lines))
    known = [code for code in told.problems if code in turn.turn_input.policy.problems]
    retyped = known[0] if fixes and known and not same and len(lines) == 1 else ""
    if known and not same and not retyped:
        return
    quantity = "" if told.quantity is None else str(told.quantity)
    if quantity and (more or not _is_so(turn, line, told)):
        yield Change(line=line.line, quantity=quantity, unit=told.unit or "", share=told.fraction, problem=retyped)
    elif retyped:
        yield Change(line=line.line, problem=retyped)


def _is_so(turn: Turn, line: Line, told: ReadClaim) -> bool:
    """Return whether a line says that number already, in whatever unit."""
    bought = line_of(turn.order, line.order_line_no)
    there = Problem(quantity=str(told.quantity), unit=told.unit or "", share=told.fraction)
    share = share_of(there, bought) if bought else None
    return str(share) == line.share if share is not None and line.share else str(told.quantity) == line.quantity


def _counted(turn: Turn, counts: Sequence[ReadClaim], lines: Sequence[Line], text: str) -> list[Change]:
    """Return the changes that a bare number can mean: of the line with the number that is denied, else of all."""
    told = counts[0]
    found = NOT_SO_MANY.search(text)
    was = number(found[1]) if found else None
    fits = [line for line in lines if line.quantity and not _is_so(turn, line, told)]
    if was is not None:
        fits = [line for line in fits if Fraction(line.quantity) == was.exact] or fits
    unit = [line for line in fits if told.unit and line.unit == told.unit]
    return [
        Change(line=line.line, quantity=str(told.quantity), unit=told.unit or "", share=told.fraction)
        for line in unit or fits
    ]


def _sums(turn: Turn, change: Change, lines: Sequence[Line]) -> Iterable[Change]:
    """Yield what 草莓又坏了1盒 may come to: one more than told before, or that many in all."""
    line = next(line for line in lines if line.line == change.line)
    if line.quantity and change.quantity not in ("all", "half") and change.unit in ("", line.unit):
        total = Fraction(line.quantity) + Fraction(change.quantity)
        bought = line_of(turn.order, line.order_line_no)
        more = replace(change, quantity=str(total), unit=line.unit)
        if bought is None or share_of(Problem(quantity=str(total), unit=line.unit), bought) is not None:
            yield more
    yield change


def _dropped(turn: Turn, ticket: Ticket, reading: Reading, text: str) -> Meant:
    """Return the lines that words take back; what may mean the goods is asked about."""
    lines = [line for line in _lines(turn, ticket) if line.state != "refused"]
    if not DROPS.search(text) or reading.remedies or reading.severity == "safety" or len(lines) < 2:
        return Meant()
    if any(told.problems or told.quantity is not None for told in reading.claims):
        return Meant()
    named = {told.line_no for told in reading.claims if "sku" in told.evidence} - {None}
    mine = _placed(text, lines) or [line for line in lines if line.order_line_no in named]
    changes = tuple(Change(line=line.line, dropped=True) for line in mine)
    if not changes or len(changes) == len(lines):
        return Meant()
    if OF_THE_LINE.search(text):
        return Meant(changes=changes)
    return Meant(among=changes, question="amend_drop")


def _tap(ticket: Ticket, change: Change) -> str:
    what = "drop" if change.dropped else f"{change.quantity} {change.unit}".strip()
    return f"amend:{ticket.no}:{change.line}:{what}"


def _label(turn: Turn, ticket: Ticket, change: Change) -> str:
    line = next(line for line in _of(turn, ticket.no) if line.line == change.line)
    bought = line_of(turn.order, line.order_line_no)
    name = item_name(bought) if bought else line.item
    if change.dropped:
        return turn.voice.say("talk.amend_drop_it", item=name)
    words = {"all": turn.voice.say("talk.all"), "half": turn.voice.say("talk.half")}
    count = words.get(change.quantity) or plain(Fraction(change.quantity)) + turn.voice.unit(change.unit or line.unit)
    return f"{name} {count}"

"""What a leader puts right in a list: another figure, a line taken back or held, before and after it was filed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache

from handlers.claims.list_draft import ListDraft, ListLine
from handlers.dialogue.lists.lines import SHORT, judged, same
from handlers.dialogue.lists.photos import words_of
from handlers.dialogue.lists.reader import Reader
from handlers.messages.codes import SEVERITIES
from handlers.messages.patterns import pattern_of
from handlers.nlu.items import mentions
from handlers.nlu.reading import ReadClaim
from handlers.nlu.text.normalisation import normalise

SHORTEST = 10  # characters of words that say nothing but that a line goes
GONE = ("filed", "raised", "already")  # a ticket has them
ASKS = pattern_of(r"[吗吧呢么?？][\s。.!！]*$")
TOTAL = pattern_of(r"(?:一共|总共|合计|共计|共)(?:是|有|坏了?)?\s*(\d{1,4})")
MORE = pattern_of(r"(?:再|还|多|又)加\s*(\d{1,4})")
SENT = pattern_of(r"[发送拿装配寄]错|发成|送成")


@cache
def said(name: str) -> re.Pattern[str]:
    """Return the words of a list.toml entry as one pattern."""
    return re.compile("|".join(words_of(name)), re.IGNORECASE)


def withdraws(text: str) -> bool:
    """Return whether words hold a line back or take it back, whatever line they mean."""
    return said("holds").search(text) is not None or said("lets_go").search(text) is not None


def of_person(draft: ListDraft, told: ReadClaim, reader: Reader) -> list[ListLine]:
    """Return the lines of the list that are about the person told of, the withdrawn ones too."""
    fits = {order.order_no for order in reader.shelf.fits(told)}
    if told.pickup_no:
        return [line for line in draft.lines if line.pickup == told.pickup_no]
    return [line for line in draft.lines if line.order_no in fits or fits & set(line.among)]


def taken_back(lines: Sequence[ListLine], told: ReadClaim, raw: str, reader: Reader) -> list[ListLine]:
    """Return those of a person's lines that words take back or hold: 弄错了, 没裂, 先别报; none when they do not."""
    if told.question or told.quantity is not None or told.received or told.severity == "safety" or ASKS.search(raw):
        return []
    short = len(same(raw)) <= SHORTEST and not told.problems
    held = said("holds").search(raw) or (short and said("lets_go").search(raw))
    wrong = said("mistaken").search(raw) is not None and not SENT.search(raw)
    fine = not told.problems and said("not_so").search(raw) is not None
    if not (held or fine or (wrong and set(told.problems) <= {"wrong_item"} and not told.remedy)):
        return []
    return of_item([line for line in lines if line.state != "withdrawn"], told, raw, reader)


def is_fine(told: ReadClaim, raw: str, *, alone: bool) -> bool:
    """Return whether words claim nothing but say that all is well: 西瓜都没问题; of one person `alone`: 是我数错."""
    claims = told.problems or told.remedy or told.withdrawn or told.question or told.quantity is not None
    fine = said("not_so").search(raw) or (alone and said("mistaken").search(raw) and not SENT.search(raw))
    return bool(fine) and not claims and not told.signals and not ASKS.search(raw)


def asks(told: ReadClaim, raw: str) -> bool:
    """Return whether words claim nothing and ask how a ticket stands."""
    claims = told.problems or told.remedy or told.withdrawn or told.quantity is not None or told.signals
    return not claims and said("asks").search(raw) is not None


def resumed(lines: Sequence[ListLine], raw: str, reader: Reader) -> list[ListLine]:
    """Return the withdrawn lines that words bring back, ready or asked about anew."""
    if not said("resumes").search(raw) or said("holds").search(raw):
        return []
    return [judged(replace(line, state="ready"), reader.shelf) for line in lines if line.state == "withdrawn"]


def of_item(lines: Sequence[ListLine], told: ReadClaim, raw: str, reader: Reader) -> list[ListLine]:
    """Leave the lines of the item that is named, all where none is."""
    if told.line_no is not None and "sku" in told.evidence:
        return [line for line in lines if line.problem.line_no in (None, told.line_no)]
    found = mentions(normalise(raw, reader.lexicon.emoji), reader.shelf.listed.orders, reader.lexicon)
    named = {place for one in found for place in one.lines}
    if not named:
        return list(lines)
    return [line for line in lines if not line.problem.line_no or (line.order_no, line.problem.line_no) in named]


def meant(lines: Sequence[ListLine], told: ReadClaim, raw: str, reader: Reader) -> ListLine | None:
    """Return the one line that words correct: the person's only one, of that item or problem; None otherwise."""
    codes = {code for code in told.problems if code in reader.shelf.policy.problems}
    marked = said("corrects").search(raw) is not None
    told_more = told.quantity is not None or told.received or told.remedy
    if told.question or not (told_more or marked) or not (codes or told_more):
        return None
    mine = [line for line in lines if line.state != "withdrawn" and not _graver(told, line)]
    near = of_item(mine, told, raw, reader) if not (marked and len(mine) == 1) else mine
    if codes:
        alike = [line for line in near if codes & {line.problem.problem, *line.problem.also}]
        near = alike or (near if marked else [])
    if len(near) > 1 and told.unit:
        near = [line for line in near if line.problem.unit == told.unit] or near
    return near[0] if len(near) == 1 else None


def wished(lines: Sequence[ListLine], told: ReadClaim, *states: str) -> list[ListLine]:
    """Return a person's lines in these states (ready) when a wish is told and nothing else: it is for all of them."""
    named = told.problems or told.quantity is not None or told.received or told.question or "sku" in told.evidence
    return [] if named or not told.remedy else [line for line in lines if line.state in (states or ("ready",))]


def _graver(told: ReadClaim, line: ListLine) -> bool:
    return SEVERITIES.index(told.severity) > SEVERITIES.index(line.severity)


def put_right(line: ListLine, told: ReadClaim, raw: str, reader: Reader) -> ListLine:
    """Put a line right that was not filed yet; its words gain those that correct it."""
    problem, marked = line.problem, said("corrects").search(raw) is not None
    codes = tuple(code for code in told.problems if code in reader.shelf.policy.problems)
    if told.quantity is not None:
        quantity = _count(problem.quantity, str(told.quantity), raw)
        problem = replace(problem, quantity=quantity, unit=told.unit or problem.unit, share=told.fraction)
    if codes and (marked or not problem.problem):
        problem = replace(problem, problem=codes[0], also=codes[1:])
    if told.line_no is not None and "sku" in told.evidence and line.order_no == told.order_no:
        problem = replace(problem, line_no=told.line_no, among=())
    if told.received:
        problem = replace(problem, received=told.received)
    text = line.text if same(raw) in same(line.text) else f"{line.text}；{raw}"[:SHORT]
    after = replace(line, problem=problem, wish=told.remedy or line.wish, text=text)
    return judged(replace(after, ask="" if line.ask in ("quantity", "problem") else line.ask), reader.shelf)


def _count(old: str, new: str, raw: str) -> str:
    """一共15个 is 15; 再加2个 is two more than there were."""
    if total := TOTAL.search(raw):
        return total[1]
    more = MORE.search(raw)
    if more and old.isdecimal():
        return str(Fraction(old) + Fraction(more[1]))
    return new


def differs(line: ListLine, reader: Reader) -> bool:
    """Return whether a line says another figure or wish than the ticket that has it."""
    filed = reader.shelf.filed(line.order_no, line.problem)
    return filed is not None and apart(line.problem.quantity, line.wish, filed.quantity, filed.wish)


def differs_told(line: ListLine, told: ReadClaim, raw: str) -> bool:
    """Return whether words say of a filed line what was not filed, or are marked as a correction."""
    quantity = "" if told.quantity is None else str(told.quantity)
    problem = line.problem
    return said("corrects").search(raw) is not None or apart(quantity, told.remedy or "", problem.quantity, line.wish)


def apart(quantity: str, wish: str, filed_quantity: str, filed_wish: str) -> bool:
    """Return whether a quantity or a wish as told is another than the one that was filed."""
    other = bool(quantity) and quantity != "all" and quantity != filed_quantity
    return other or bool(wish and wish != filed_wish)

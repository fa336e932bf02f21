"""What a leader answers to the questions of a list: by pickup number, by the question's number, or with bare words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.claims.list_draft import ListDraft, ListLine
from handlers.dialogue.lists.corrections import SHORTEST, withdraws
from handlers.dialogue.lists.lines import judged, with_order
from handlers.dialogue.lists.reader import Reader
from handlers.messages.patterns import pattern_of
from handlers.messages.texts import languages, say
from handlers.nlu.dates import day_in, of_day
from handlers.nlu.reading import ReadClaim
from handlers.nlu.text.keyphrases import means
from handlers.nlu.text.normalisation import normalise
from storage.orders import Order

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
PARTS = pattern_of(f"([{CIRCLED}])")
EVERY = pattern_of("都|全|all|both", re.IGNORECASE)


def split(text: str, questions: Sequence[ListLine]) -> list[tuple[ListLine | None, str]]:
    """Cut "①今天 ②不用" into the answers to the questions of these numbers; other words stay whole."""
    pieces = PARTS.split(text)
    if len(pieces) < 3 or pieces[0].strip():
        return [(None, text)]
    found: list[tuple[ListLine | None, str]] = []
    for sign, words in zip(pieces[1::2], pieces[2::2], strict=True):
        number = CIRCLED.index(sign)
        if number >= len(questions):
            return [(None, text)]
        found.append((questions[number], words.strip(" ，,。;；")))
    return found


def numbers_of(text: str, questions: Sequence[ListLine]) -> list[tuple[ListLine, str]]:
    """Return the pickup number that words give each speaker who is asked about: 丁楠是21号，卢飞22."""
    found = []
    for line in questions:
        is_ = r"\s*(?:是|在|的是|[:：=]|is)\s*(?:no\.?\s?)?(\d{1,4})(?!\s?[\d个盒份袋包瓶斤箱])"
        said = re.search(rf"{re.escape(line.who)}(?:{is_}|\s*(\d{{1,4}})\s*[号號])", text) if line.who else None
        found += [(line, f"{int(said[1] or said[2])}号")] if said else []
    return found


def addressed(line: ListLine, words: str, reader: Reader) -> ListLine:
    """Take words as the answer to one question; the line comes back unchanged when they are none."""
    if means(words, "withdraw", "no", "cancel") or (len(words) <= SHORTEST and withdraws(words)):
        return replace(line, state="withdrawn", ask="")
    if line.ask == "refunded" and (means(words, "yes") or anew(words)):
        return replace(line, ask="problem")
    if line.ask == "order" and (order := of_the_day(line, words, reader)):
        return chosen(line, order, reader)
    reading = reader.lines(words if not line.pickup else f"{line.pickup}号 {words}")
    for told in (*reading.claims, *reading.named):
        answer = answered(line, told, reader)
        if answer != line:
            return answer
    return line


def anew(words: str) -> bool:
    """Return whether words ask for a new claim."""
    told = [word for language in languages() for word in say(language, "list.new_claim").split("|")]
    return any(word in words.casefold() for word in told)


def of_the_day(line: ListLine, words: str, reader: Reader) -> Order | None:
    """Return the only one of a line's orders that the day or the name in the words leaves."""
    plain = normalise(words, reader.lexicon.emoji)
    among = [order for number in line.among if (order := reader.shelf.listed.order(number))]
    day, _, _ = day_in(plain, reader.today)
    fits = of_day(among, day, reader.today) if day else among
    named = [order for order in fits if order.buyer_name and order.buyer_name.lower() in plain]
    fits = named or fits
    return fits[0] if len(fits) == 1 and (day or named) else None


def chosen(line: ListLine, order: Order, reader: Reader, place: int = 0) -> ListLine:
    """Tie a line to an order; what it says is read again with that order's items where the item is open."""
    said = reader.with_items(line, order, place) if line.problem.line_no is None else None
    return with_order(line, order, reader.shelf, said)


def spread(before: ListDraft, draft: ListDraft, reader: Reader) -> ListDraft:
    """Let the answer to whose a line is count for the other lines of the same words, which were not asked apart."""
    for line in draft.lines:
        was = before.line(line.key)
        if was is None or not was.asks or was.ask not in ("order", "number", "who") or line.ask == was.ask:
            continue
        alike = [one for one in before.lines if (one.ask, one.pickup, one.text) == (was.ask, was.pickup, was.text)]
        order = reader.shelf.listed.order(line.order_no)
        for place, other in enumerate(alike):
            now = draft.line(other.key)
            if now is None or not now.asks or now.ask != was.ask:
                continue
            if line.state == "withdrawn":
                draft = draft.with_line(replace(now, state="withdrawn", ask=""))
            elif order:
                draft = draft.with_line(chosen(now, order, reader, place))
    return draft


def answered(line: ListLine, told: ReadClaim, reader: Reader) -> ListLine:
    """Take what was read of a person as the answer to a line's question."""
    if told.withdrawn:
        return replace(line, state="withdrawn", ask="")
    if line.ask in ("order", "who", "number"):
        fits = reader.shelf.fits(told)
        if len(fits) != 1 or (line.among and fits[0].order_no not in line.among):
            return line
        return chosen(line, fits[0], reader)
    return _filled(line, told, reader)


def _filled(line: ListLine, told: ReadClaim, reader: Reader) -> ListLine:
    policy, problem = reader.shelf.policy, line.problem
    codes = tuple(code for code in told.problems if code in policy.problems)
    if line.order_no and told.order_no not in (None, line.order_no):
        return line
    if told.line_no is not None and line.order_no:
        problem = replace(problem, line_no=told.line_no, among=(), absent="")
    if codes:
        problem = replace(problem, problem=codes[0], also=codes[1:])
    if told.quantity is not None:
        problem = replace(problem, quantity=str(told.quantity), unit=told.unit or "", share=told.fraction)
    if told.received:
        problem = replace(problem, received=told.received)
    after = replace(line, problem=problem, wish=told.remedy or line.wish)
    if after == line or (line.ask == "refunded" and not codes):
        return line
    severity = told.severity if told.severity != "normal" else line.severity
    signals = tuple(dict.fromkeys((*line.signals, *told.signals)))
    fits = reader.shelf.fits(told)
    order_no = line.order_no or (fits[0].order_no if len(fits) == 1 else "")
    return judged(replace(after, severity=severity, signals=signals, order_no=order_no, ask=""), reader.shelf)


def question_of(draft: ListDraft, told: ReadClaim, newest: int) -> ListLine | None:
    """Find the question, asked before this message, that speaks of the same person."""
    questions = [line for line in draft.questions() if line.key <= newest]
    if told.pickup_no is not None:
        mine = [line for line in questions if line.pickup == told.pickup_no]
    else:
        mine = [line for line in questions if told.order_no and told.order_no in (line.order_no, *line.among)]
    return mine[0] if len(mine) == 1 or (mine and told.withdrawn) else _of_item(mine, told)


def _of_item(lines: Sequence[ListLine], told: ReadClaim) -> ListLine | None:
    same = [line for line in lines if told.line_no is not None and line.problem.line_no == told.line_no]
    return same[0] if same else (lines[0] if lines and not told.problems else None)


def unaddressed(draft: ListDraft, text: str, reader: Reader) -> ListDraft:
    """Take words that name nobody: a day for the questions about orders, else for the one question they answer."""
    questions = draft.questions()
    days = [(line, order) for line in questions if line.ask == "order" and (order := of_the_day(line, text, reader))]
    if days and (len(days) == 1 or EVERY.search(text)):
        for line, order in days:
            draft = draft.with_line(chosen(line, order, reader))
        return draft
    if EVERY.search(text) and means(EVERY.sub("", text), "withdraw", "no", "cancel"):
        for line in questions:
            draft = draft.with_line(replace(line, state="withdrawn", ask=""))
        return draft
    if len(questions) > 1 and means(text, "yes", "no", "thanks", "cancel"):
        return draft
    found = [after for line in questions if line.pickup and (after := addressed(line, text, reader)) != line]
    done = [after for after in found if not after.asks] or found
    return draft.with_line(done[0]) if len(done) == 1 else draft

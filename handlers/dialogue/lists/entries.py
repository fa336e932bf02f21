"""What one read claim or name of a message does to the list: a new line, a correction, an answer, a withdrawal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.claims.list_draft import OPEN, ListDraft, ListLine
from handlers.dialogue.lists import answers, corrections, photos
from handlers.dialogue.lists.lines import SHORT, of_claim, same, stated
from handlers.dialogue.lists.paste_state import Paste
from handlers.nlu.reading import ReadClaim


def claim(paste: Paste, told: ReadClaim, raw: str) -> None:
    draft, turn = paste.draft, paste.turn
    if _taken_back(paste, told, raw) or _fine(paste, told, raw) or _asked(paste, told, raw):
        return
    if _is_caption(paste, told):
        paste.captions.append(told)
        return
    if question := answers.question_of(draft, told, paste.newest):
        after = answers.answered(question, told, paste.reader)
        if after != question:
            paste.draft = draft.with_line(after)
            paste.answered.append(question.key)
            return
    if told.withdrawn:
        _withdrawn(paste, told, raw)
        return
    if _put_right(paste, told, raw):
        return
    who = "" if stated(told) else paste.by or paste.strangers.get(told.line, "")
    line = of_claim(told, paste.reader.shelf, key=paste.next_key(), text=raw, who=who)
    origin = turn.turn_input.inbound.origin
    at = origin.at.isoformat() if origin and origin.at else turn.at
    line = replace(line, batch=draft.batch, at=at, by=paste.by, message=turn.turn_input.inbound.message)
    if twin := _twin(draft, line):
        if twin.key > paste.newest:
            _twice(paste, twin, line)
            return
        _replaced(paste, twin, line)
        return
    if line.state == "already" and corrections.differs(line, paste.reader):
        paste.notes.append((line.key, raw))
    _add(paste, line, told)


def unsaid(paste: Paste, marks: Sequence[str]) -> None:
    """Withdraw the open lines of a message that its edit no longer says."""
    edits, told = paste.turn.turn_input.inbound.edits, {*paste.answered, *paste.changed}
    fresh = {line.key for line in paste.fresh} | told
    for line in paste.draft.lines:
        mine = edits and line.message == edits and line.key not in fresh
        if mine and line.state in OPEN and same(line.text) not in marks:
            paste.draft = paste.draft.with_line(replace(line, state="withdrawn", ask=""))
            paste.answered.append(line.key)


def _replaced(paste: Paste, twin: ListLine, line: ListLine) -> None:
    """Let later words of the same problem count; what another person told otherwise stays readable."""
    other = twin.by != line.by and line.problem.quantity not in ("", twin.problem.quantity)
    if line.problem.quantity:
        said = f"{twin.by}：{twin.text}" if twin.by else twin.text
        text = f"{said}；{line.text}"[:SHORT] if other else twin.text
        kept = replace(twin, problem=line.problem, wish=line.wish or twin.wish, text=text, by="" if other else twin.by)
        paste.draft = paste.draft.with_line(kept)
    (paste.changed if other else paste.answered).append(twin.key)


def _add(paste: Paste, line: ListLine, told: ReadClaim) -> None:
    paste.draft = replace(paste.draft, lines=(*paste.draft.lines, line))
    paste.fresh.append(line)
    paste.placed[line.key] = told.line


def _standing(paste: Paste, told: ReadClaim) -> list[ListLine]:
    """The person's lines that stand above what is told."""
    lines = corrections.of_person(paste.draft, told, paste.reader)
    return [line for line in lines if paste.placed.get(line.key, 0) < told.line]


def _taken_back(paste: Paste, told: ReadClaim, raw: str) -> bool:
    """Take back or hold what was told of a person (弄错了, 先别报), or bring it back; tell whether it was that."""
    several = paste.people.get(told.line, 1) > 1 and told.line in paste.claiming
    if several or not stated(told):
        return False
    lines = _standing(paste, told)
    back = corrections.resumed(lines, raw, paste.reader)
    for line in back:
        paste.draft = paste.draft.with_line(line)
        paste.answered.append(line.key)
    gone = [] if back else corrections.taken_back(lines, told, raw, paste.reader)
    _let_go(paste, gone, raw)
    paste.used |= {told.line} if back or gone else set()
    return bool(back or gone)


def _fine(paste: Paste, told: ReadClaim, raw: str) -> bool:
    """Return whether words say that nothing is wrong with somebody's goods; they are told as no claim."""
    alone = paste.people.get(told.line, 1) == 1
    if not corrections.is_fine(told, raw, alone=alone):
        return False
    paste.fine[told.line] = raw
    return True


def _asked(paste: Paste, told: ReadClaim, raw: str) -> bool:
    """Return whether words ask how it stands with somebody's ticket: 33号处理了吗."""
    if not corrections.asks(told, raw):
        return False
    listed = paste.reader.shelf.listed
    rows = [line for order in paste.reader.shelf.fits(told) for line in listed.lines.get(order.order_no, ())]
    say = paste.turn.voice.say
    label = say("list.number", number=told.pickup_no) if told.pickup_no else told.customer or f"“{raw[:SHORT]}”"
    waits = [""] if any(line.state in OPEN for line in _standing(paste, told)) else []
    paste.asked.append((label, tuple(dict.fromkeys([*(line.ticket_no for line in rows), *waits]))))
    paste.used.add(told.line)
    return True


def _let_go(paste: Paste, lines: Sequence[ListLine], raw: str) -> None:
    """Withdraw open lines; of filed ones a button asks, and what another filed hears the words."""
    for line in lines:
        if line.state in OPEN:
            paste.draft = paste.draft.with_line(replace(line, state="withdrawn", ask=""))
            paste.answered.append(line.key)
        elif line.state == "already" or line.severity == "safety":  # a person looks at what is about safety
            paste.notes.append((line.key, raw))
        else:
            paste.back.append(line.key)


def _put_right(paste: Paste, told: ReadClaim, raw: str) -> bool:
    """Put a line that was told before right; what was filed hears the words. Tell whether it was that."""
    before = [line for line in _standing(paste, told) if line.key <= paste.newest]
    line = corrections.meant(before, told, raw, paste.reader) if stated(told) else None
    if line is None and (wished := corrections.wished(before, told)):
        for one in wished:
            paste.draft = paste.draft.with_line(corrections.put_right(one, told, raw, paste.reader))
            paste.changed.append(one.key)
        return True
    if line is None and stated(told) and (filed := corrections.wished(before, told, *corrections.GONE)):
        paste.notes += [(one.key, raw) for one in filed]
        return True
    if line is None or line.ask == "refunded":
        return False
    if line.state in corrections.GONE:
        other = corrections.differs_told(line, told, raw)
        if told.problems and line.state != "raised" and not other:
            return False
        paste.notes.append((line.key, raw))
        return True
    paste.draft = paste.draft.with_line(corrections.put_right(line, told, raw, paste.reader))
    paste.changed.append(line.key)
    return True


def _twice(paste: Paste, twin: ListLine, line: ListLine) -> None:
    """The same problem twice in one message: the same words count once, other words are asked about."""
    if same(twin.text) == same(line.text) or not line.problem.quantity or line.problem == twin.problem:
        paste.again += 1
        return
    if corrections.said("corrects").search(line.text):
        text = f"{twin.text}；{line.text}"[:SHORT]
        paste.draft = paste.draft.with_line(replace(twin, problem=line.problem, wish=line.wish or twin.wish, text=text))
        return
    asked = replace(twin, state="ask", ask="quantity", text=f"{twin.text}；{line.text}"[:SHORT])
    paste.draft = paste.draft.with_line(asked)


def _is_caption(paste: Paste, told: ReadClaim) -> bool:
    """Return whether words name nothing but a person's item that is on the list: 24号的葡萄."""
    if told.problems or told.remedy or told.withdrawn or told.question or told.quantity is not None:
        return False
    fits = {order.order_no for order in paste.reader.shelf.fits(told)}
    asked = answers.question_of(paste.draft, told, paste.newest)
    return asked is None and any(line.order_no in fits for line in paste.draft.lines)


def _twin(draft: ListDraft, line: ListLine) -> ListLine | None:
    """Find the open line that speaks of the same problem: the later words correct it."""
    if line.state != "ready":
        return None
    alike = (line.order_no, line.problem.line_no, line.problem.problem)
    ready = draft.some("ready")
    return next((one for one in ready if (one.order_no, one.problem.line_no, one.problem.problem) == alike), None)


def _withdrawn(paste: Paste, told: ReadClaim, raw: str) -> None:
    """A line that takes a claim back: shown as withdrawn, whether there was one or not."""
    draft = paste.draft
    fits = {order.order_no for order in paste.reader.shelf.fits(told)}
    mine = [
        line
        for line in draft.lines
        if (line.pickup == told.pickup_no if told.pickup_no else line.order_no in fits)
        and (told.line_no is None or line.problem.line_no in (None, told.line_no))
        and line.state not in ("withdrawn", "already")
    ]
    _let_go(paste, [one for one in mine if one.state in OPEN] or mine, raw)
    gone = [line for line in draft.lines if line.pickup == told.pickup_no and line.state == "withdrawn"]
    paste.answered += [line.key for line in gone if not mine and told.pickup_no]
    if not mine and not (gone and told.pickup_no):
        line = of_claim(told, paste.reader.shelf, key=paste.next_key(), text=raw)
        _add(paste, replace(line, state="withdrawn", ask="", batch=draft.batch, at=paste.turn.at), told)


def name(paste: Paste, told: ReadClaim, raw: str) -> None:
    """A person of whom nothing is claimed: the answer to which order, or the words to a photo."""
    if _taken_back(paste, told, raw) or _fine(paste, told, raw) or _asked(paste, told, raw):
        return
    paste.used.add(told.line)
    if photos.is_caption(paste.draft, paste.text, paste.own_photos()):
        paste.captions.append(told)
        return
    question = answers.question_of(paste.draft, told, paste.newest) or _unknown(paste)
    if question is None:
        paste.captions.append(told)
        return
    if question.ask == "refunded" and answers.anew(paste.text):
        paste.draft = paste.draft.with_line(replace(question, ask="problem"))
        paste.answered.append(question.key)
        return
    alike = [line for line in paste.draft.questions() if question.who and line.who == question.who] or [question]
    fits = paste.reader.shelf.fits(told)
    for place, line in enumerate(alike):
        after = answers.answered(line, told, paste.reader)
        if len(alike) > 1 and len(fits) == 1:
            after = answers.chosen(line, fits[0], paste.reader, place)
        if after != line:
            paste.draft = paste.draft.with_line(after)
            paste.answered.append(line.key)
    if not paste.answered and paste.own_photos():
        paste.captions.append(told)


def _unknown(paste: Paste) -> ListLine | None:
    """The question whose line it is, if there is one such question, or the text names whom it is about."""
    waiting = [line for line in paste.draft.questions() if line.ask in ("who", "number") and line.key <= paste.newest]
    mine = [line for line in waiting if line.who and line.who in paste.text] or waiting
    return mine[0] if len({line.who or str(line.key) for line in mine}) == 1 else None

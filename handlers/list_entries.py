"""What one read claim or name of a message does to the list: a new line, a correction, an answer, a withdrawal."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from handlers import list_answers, list_photos
from handlers.leader_list import OPEN, ListDraft, ListLine
from handlers.list_answers import Reader
from handlers.list_lines import SHORT, of_claim, same, stated
from handlers.lists import ListReading
from handlers.reading import ReadClaim
from handlers.turn import Turn


@dataclass(slots=True)
class Paste:
    """One message being taken into the list."""

    turn: Turn
    reader: Reader
    draft: ListDraft
    text: str
    newest: int = 0  # the last line before this message
    elsewhere: bool = False  # an ordinary draft was spoken of after the list
    live: bool = False  # a list is under way: single lines and photos are about it
    fresh: list[ListLine] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    again: int = 0  # pasted lines that the list has already
    captions: list[ReadClaim] = field(default_factory=list)  # people of whom nothing is claimed
    reading: ListReading | None = None  # of a file, whose lines stand for themselves

    @property
    def by(self) -> str:
        """Who said a forwarded message first."""
        origin = self.turn.scene.inbound.origin
        return origin.name if origin else ""

    @property
    def quoted(self) -> str:
        """The id of the message that this one replies to."""
        answered = self.turn.scene.inbound.data.get("reply_to")
        return str(answered["message"]) if answered else ""

    def own_photos(self) -> list[int]:
        """The photos that the words were written on, or that they reply to."""
        pieces = [number for number, _ in self.turn.scene.found.evidence]
        return pieces or [photo.id for photo in self.draft.photos if self.quoted and photo.message == self.quoted]

    @property
    def raws(self) -> list[str]:
        """The lines as pasted."""
        return self.text.splitlines()

    def marks(self) -> list[str]:
        """What makes each line the same as another; empty lines have none."""
        return [same(f"{self.by} {raw}") if same(raw) else "" for raw in self.raws]

    def next_key(self) -> int:
        """Give the place of the next line."""
        return max((line.key for line in self.draft.lines), default=0) + 1

    def lay(self) -> None:
        """Lay the photos that came with the message to the list."""
        inbound, pieces = self.turn.scene.inbound, self.turn.scene.found.evidence
        if pieces:
            self.draft = list_photos.received(
                self.draft,
                pieces,
                self.reader,
                at=self.turn.at,
                message=inbound.message,
                by=self.by,
                quoted=self.quoted,
            )


def claim(paste: Paste, told: ReadClaim, raw: str) -> None:
    draft, turn = paste.draft, paste.turn
    if _is_caption(paste, told):
        paste.captions.append(told)
        return
    if question := list_answers.question_of(draft, told, paste.newest):
        after = list_answers.answered(question, told, paste.reader)
        if after != question:
            paste.draft = draft.with_line(after)
            paste.answered.append(question.key)
            return
    if told.withdrawn:
        _withdrawn(paste, told, raw)
        return
    who = "" if stated(told) else paste.by
    line = of_claim(told, paste.reader.shelf, key=paste.next_key(), text=raw, who=who)
    origin = turn.scene.inbound.origin
    at = origin.at.isoformat() if origin and origin.at else turn.at
    line = replace(line, batch=draft.batch, at=at, by=paste.by, message=turn.scene.inbound.message)
    if twin := _twin(draft, line):
        if twin.key > paste.newest:
            _twice(paste, twin, line)
            return
        if line.problem.quantity:
            draft = draft.with_line(replace(twin, problem=line.problem, wish=line.wish or twin.wish))
        paste.draft = draft
        paste.answered.append(twin.key)
        return
    paste.draft = replace(draft, lines=(*draft.lines, line))
    paste.fresh.append(line)


def _twice(paste: Paste, twin: ListLine, line: ListLine) -> None:
    """The same problem twice in one message: the same words count once, other words are asked about."""
    if same(twin.text) == same(line.text) or not line.problem.quantity or line.problem == twin.problem:
        paste.again += 1
        return
    asked = replace(twin, state="ask", ask="quantity", text=f"{twin.text}；{line.text}"[:SHORT])
    paste.draft = paste.draft.with_line(asked)


def _is_caption(paste: Paste, told: ReadClaim) -> bool:
    """Tell whether words name nothing but a person's item that is on the list: 24号的葡萄."""
    if told.problems or told.remedy or told.withdrawn or told.question or told.quantity is not None:
        return False
    fits = {order.order_no for order in paste.reader.shelf.fits(told)}
    asked = list_answers.question_of(paste.draft, told, paste.newest)
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
    for line in [one for one in mine if one.state in OPEN] or mine:
        if line.state in OPEN:
            draft = draft.with_line(replace(line, state="withdrawn", ask=""))
        paste.answered.append(line.key)
    paste.draft = draft
    if not mine:
        line = of_claim(told, paste.reader.shelf, key=paste.next_key(), text=raw)
        line = replace(line, state="withdrawn", ask="", batch=draft.batch, at=paste.turn.at)
        paste.draft = replace(draft, lines=(*draft.lines, line))
        paste.fresh.append(line)


def name(paste: Paste, told: ReadClaim) -> None:
    """A person of whom nothing is claimed: the answer to which order, or the words to a photo."""
    question = list_answers.question_of(paste.draft, told, paste.newest) or _unknown(paste)
    if question is None:
        paste.captions.append(told)
        return
    if question.ask == "refunded" and list_answers.anew(paste.text):
        paste.draft = paste.draft.with_line(replace(question, ask="problem"))
        paste.answered.append(question.key)
        return
    alike = [line for line in paste.draft.questions() if question.who and line.who == question.who] or [question]
    fits = paste.reader.shelf.fits(told)
    for place, line in enumerate(alike):
        after = list_answers.answered(line, told, paste.reader)
        if len(alike) > 1 and len(fits) == 1:
            after = list_answers.chosen(line, fits[0], paste.reader, place)
        if after != line:
            paste.draft = paste.draft.with_line(after)
            paste.answered.append(line.key)


def _unknown(paste: Paste) -> ListLine | None:
    """The question whose line it is, if there is one such question, or the text names whom it is about."""
    waiting = [line for line in paste.draft.questions() if line.ask in ("who", "number") and line.key <= paste.newest]
    mine = [line for line in waiting if line.who and line.who in paste.text] or waiting
    return mine[0] if len({line.who or str(line.key) for line in mine}) == 1 else None

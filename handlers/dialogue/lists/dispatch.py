"""A leader's list in the talk: which messages and buttons are about it, and what they come to. Writes nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from handlers.claims import list_draft
from handlers.claims.list_draft import OPEN, ListDraft, ListLine
from handlers.claims.outcomes import Listing, Withdraw
from handlers.dialogue.lists import answers, intake, outcomes, photos, sheets
from handlers.dialogue.lists.lines import Shelf, judged
from handlers.dialogue.lists.paste_state import Paste
from handlers.dialogue.lists.reader import Reader
from handlers.dialogue.turn import Turn
from handlers.messages.patterns import pattern_of
from handlers.nlu.text.keyphrases import contains, language_of, means, plain

LONGEST = 8000  # characters of one list that are read
FORGET = timedelta(hours=12)  # after this long without a word the next list is a new one
LATELY = timedelta(minutes=30)  # so long after its last word a list that is done with is still spoken of
ELSEWHERE = ("status", "human", "rules", "appeal", "help", "other_problem")
NUMBERED = {sign: number for number, sign in enumerate("①②③④⑤⑥⑦⑧⑨", start=1)}
BARE = pattern_of(r"\d{1,2}")
FILES = pattern_of(r"(?:确认)?提交(?:这|全部)?\d*条?|submit(?: ?all| ?the)?(?: ?\d+)?(?: ?lines?)?", re.IGNORECASE)


def takes(turn: Turn) -> bool:
    """Take a leader's message if it is about a list; tell whether it was."""
    if sheets.takes(turn):
        return True
    turn_input, inbound = turn.turn_input, turn.turn_input.inbound
    if turn_input.found.listed is None or any(kind == "voice" for _, kind in turn_input.found.evidence):
        return False
    if inbound.kind in ("start", "sticker", "other") or turn_input.found.named:
        return False
    text = inbound.text[:LONGEST].strip()
    if not inbound.media and not any(char.isalnum() for char in text):
        return False
    draft = _current(turn)
    if not inbound.media and _live(turn, draft) and _thanked(turn, draft, text):
        return True
    if not inbound.media and (means(text, *ELSEWHERE) or (len(text) <= 30 and contains(text, "human_in"))):
        return False
    known = turn.talk.language
    turn.talk = replace(turn.talk, language=language_of(text, known) or "zh")
    newest = max((line.key for line in draft.lines), default=0)
    paste = Paste(turn=turn, reader=_reader(turn), draft=draft, text=text, newest=newest, live=_live(turn, draft))
    paste.elsewhere = turn.claim is not None and turn.claim.touched_at > draft.touched_at
    done = (not inbound.media and _word(paste)) or (intake.take(paste) if text else _photos(paste))
    if done and len(inbound.text.strip()) > LONGEST:
        turn.note("list_cut")
    turn.talk = replace(turn.talk, stickers=0) if done else replace(turn.talk, language=known)
    return done


def _thanked(turn: Turn, draft: ListDraft, text: str) -> bool:
    """Answer thanks after a list; what an echo had to say is not lost to it."""
    questions = draft.questions()
    asked_back = len(questions) == 1 and questions[0].ask == "refunded"
    if not means(text, "thanks") or turn.claim or turn.silent_ticket() or asked_back:
        return False
    if not (draft.unsaid and turn.turn_input.found.echo_back):
        turn.tell("thanks", now=False)
    return True


def _live(turn: Turn, draft: ListDraft) -> bool:
    """Return whether a list is under way: something waits for the leader, or the last word on it is not long ago."""
    lately = turn.turn_input.now - datetime.fromisoformat(draft.touched_at or turn.at) < LATELY
    return draft.is_open or bool(draft.lines and lately)


def _reader(turn: Turn) -> Reader:
    turn_input = turn.turn_input
    shelf = Shelf(listed=turn_input.found.listed or list_draft.Listed(), policy=turn_input.policy)
    return Reader(
        shelf=shelf,
        lexicon=turn_input.lexicon,
        today=turn_input.today,
        opinions=turn_input.opinions,
        chat=turn_input.chat,
    )


def _current(turn: Turn) -> ListDraft:
    """The list that is under way; one left alone for long is forgotten, but for what still waits."""
    draft = list_draft.of(turn.talk)
    if draft is None:
        return ListDraft(id=turn.turn_input.new_id(), touched_at=turn.at)
    if turn.turn_input.now - datetime.fromisoformat(draft.touched_at or turn.at) > FORGET:
        draft = list_draft.forgetting(draft)
    waiting = [line for line in draft.lines if line.state in OPEN or line.asks]
    done = [line for line in draft.lines if line not in waiting][-list_draft.MOST :]
    return replace(draft, lines=tuple(sorted([*waiting, *done], key=lambda line: line.key)))


def _word(paste: Paste) -> bool:
    """Answer the words and numbers that stand for the buttons."""
    turn, draft, text = paste.turn, paste.draft, paste.text
    if paste.elsewhere:
        return False
    if means(text, "list") and (draft.lines or draft.ignored):
        outcomes.tell(turn, draft, Listing(tell="list"))
    elif draft.lines and (means(text, "submit") or FILES.fullmatch(plain(text))):
        outcomes.submit(turn, draft)
    elif draft.is_open and (means(text, "cancel", "withdraw") or plain(text) in _drops()):
        outcomes.drop(turn, draft)
    elif tap := _choice(draft, text):
        kind, _, value = tap.partition(":")
        if kind == "withdraw":
            turn.outcomes.append(Withdraw(ticket_no=value))
        else:
            TAPS[kind](turn, value)
    else:
        return False
    return True


@cache
def _drops() -> frozenset[str]:
    return frozenset(plain(word) for word in photos.words_of("drop"))


def _choice(draft: ListDraft, text: str) -> str:
    """Return the button that a bare number or a button's own words mean."""
    bare = text.strip()
    number = NUMBERED.get(bare) or (int(bare) if BARE.fullmatch(bare) else 0)
    if 0 < number <= len(draft.choices) and not any(tap.startswith("pair:") for _, tap in draft.choices):
        return draft.choices[number - 1][1]  # beside a photo a number is a pickup number
    return next((tap for label, tap in draft.choices if plain(label) == plain(text)), "")


def tapped(turn: Turn, value: str) -> None:
    """Carry a button of the list out; one that is out of date shows how the list stands now."""
    what, _, rest = value.partition("@")[0].partition(":")
    draft = list_draft.of(turn.talk)
    if draft is None:
        turn.tell("nothing_open")
        return
    place, _, choice = rest.partition(":")
    line = draft.line(int(place)) if place.isdecimal() else None
    if what == "show":
        outcomes.tell(turn, draft, Listing(tell="list"))
    elif what == "submit" and place == str(draft.revision):
        outcomes.submit(turn, draft)
    elif what == "answer" and line and line.asks:
        reader = _reader(turn)
        outcomes.answers(turn, draft.with_line(_by_tap(line, choice, reader)), (line.key,), reader=reader)
    elif what == "tray":
        first = next((photo.id for photo in draft.tray()), 0)
        outcomes.tell(turn, replace(draft, tray_at=first), Listing(tell="tray" if first else "photos"))
    else:
        outcomes.tell(turn, draft, Listing(tell="card" if draft.some("ready") else "filed"))


def paired(turn: Turn, value: str) -> None:
    """Carry out the answer to whose a photo of the tray is; one that is out of date shows how the photos stand."""
    number, _, key = value.partition("@")[0].partition(":")
    draft = list_draft.of(turn.talk)
    if draft is None:
        turn.tell("nothing_open")
    elif any(str(photo.id) == number for photo in draft.tray()) and (key == "no" or draft.line(_whole(key))):
        outcomes.pair(turn, draft, int(number), -1 if key == "no" else int(key))
    else:
        outcomes.tell(turn, draft, Listing(tell="tray" if draft.tray() else "photos"))


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _by_tap(line: ListLine, choice: str, reader: Reader) -> ListLine:
    if choice == "no":
        return replace(line, state="withdrawn", ask="")
    if choice == "yes" and line.ask == "refunded":
        return replace(line, ask="problem")
    if choice.startswith("i") and choice[1:].isdecimal() and line.ask == "item":
        problem = replace(line.problem, line_no=int(choice[1:]), among=(), absent="")
        return judged(replace(line, problem=problem, ask=""), reader.shelf)
    number = line.among[int(choice)] if choice.isdecimal() and int(choice) < len(line.among) else ""
    order = reader.shelf.listed.order(number)
    return answers.chosen(line, order, reader) if order else line


def _photos(paste: Paste) -> bool:
    """Take photos without words, unless they belong to an ordinary draft or to a ticket that waits for them."""
    turn, draft = paste.turn, paste.draft
    ticket = turn.ticket()
    if not paste.live or paste.elsewhere or (ticket and ticket.owner_id and not draft.is_open):
        return False
    paste.lay()
    brought = photos.brought(draft, paste.draft)
    outcomes.tell(turn, paste.draft, Listing(tell="photos", echo=True, brought=brought))
    return True


def woken(turn: Turn) -> None:
    """Remind of a list that nobody submitted."""
    draft = list_draft.of(turn.talk)
    if turn.turn_input.inbound.data.get("what") == "list" and draft and draft.some("ready"):
        turn.outcomes.append(Listing(tell="nudge"))


def fetched(turn: Turn) -> None:
    """A list as a file was read; a photo of the tray that could not be fetched is no photo: the leader hears of it."""
    if "sheet" in turn.turn_input.inbound.data:
        _sheet(turn)
        return
    data, draft = turn.turn_input.inbound.data, list_draft.of(turn.talk)
    state = str(data.get("state", ""))
    mine = [photo for photo in draft.photos if photo.id == data.get("evidence")] if draft else []
    line = draft.line(mine[0].line) if draft and mine else None
    if not draft or not mine or state not in ("refused", "gone"):
        return
    left = replace(draft, photos=tuple(photo for photo in draft.photos if photo not in mine))
    turn.talk = list_draft.keep(turn.talk, left)
    if line and line.ticket_no:
        return  # told as what came for a ticket
    turn.tell("photo_gone" if state == "gone" else "photo_refused", now=False)


def _sheet(turn: Turn) -> None:
    """Take the lines of a file, and the words that came with it, like a paste."""
    turn_input, sheet = turn.turn_input, turn.turn_input.inbound.data["sheet"]
    if turn_input.found.listed is None:  # the leader was let go while it was under way
        return
    text = sheets.with_known_names(turn_input.inbound.text, tuple(sheet.get("names", ())), turn_input.found.listed)
    turn.talk = replace(turn.talk, language=turn.talk.language or language_of(text, "") or "zh")
    draft, reader = _current(turn), _reader(turn)
    reading, first = sheets.bounded(reader.lines(text))
    newest = max((line.key for line in draft.lines), default=0)
    paste = Paste(turn=turn, reader=reader, draft=draft, text=text, newest=newest, live=True, reading=reading)
    claims = any(one.problems or one.remedy or one.withdrawn or one.question or one.signals for one in reading.claims)
    if (claims and intake.take(paste)) or sheet.get("why") or first is not None:
        sheets.tell(turn, {**sheet, "first": sheet.get("first") if first is None else first})
    else:
        turn.reply(turn.voice.say("list.sheet_nothing"))


def finish(turn: Turn) -> None:
    """Let an echo about the list that another message took back be said after all."""
    draft = list_draft.of(turn.talk) if turn.turn_input.found.echo_back else None
    if draft and draft.unsaid and not any(isinstance(act, Listing) for act in turn.outcomes):
        turn.outcomes.append(Listing(tell=draft.unsaid, echo=True))


TAPS = {"list": tapped, "pair": paired}
"""The buttons of a list."""

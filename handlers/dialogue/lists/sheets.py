"""A leader's list that comes as a file: which files are lists, what waits until one is read, what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from handlers.claims.claim import SheetWait, Talk
from handlers.claims.decision import LONGEST
from handlers.claims.list_draft import Listed
from handlers.dialogue.turn import Turn
from handlers.messages import ticket_numbers
from handlers.messages.models import Inbound
from handlers.nlu.lists.reader import ListReading
from handlers.nlu.reading import read
from handlers.nlu.text.keyphrases import NAMES as FIXED
from handlers.nlu.text.keyphrases import contains, means
from handlers.nlu.text.lexicon import Lexicon
from media.values import MAX_TABLE

SHEETS = (".xlsx", ".xlsm", ".xltx", ".csv", ".tsv", ".xls", ".xlsb", ".et", ".ods", ".numbers")
PAPERS = (".pdf", ".doc", ".docx", ".wps", ".pages", ".rtf")
PATIENCE = timedelta(seconds=10)  # so long other messages wait for a sheet that was sent before them
MOST = 60  # messages that wait
PROBLEMS = 500  # of one sheet
PICTURES = frozenset({"jpeg", "png", "webp", "gif", "bmp", "tiff", "heic", "avif", "video"})
TOLD = {
    "empty": "empty", "too_big": "big", "locked": "locked", "old": "old", "unreadable": "damaged",
    "time_out": "damaged", "gone": "gone",
}  # fmt: skip


def meant(inbound: Inbound, talk: Talk, *, leads: bool) -> str:
    """Return what a leader's files are: "sheet" for a list, "paper" for one that cannot be read, "" for evidence.

    What names a ticket is evidence; so is a paper with words, or while an ordinary claim is spoken of.
    """
    pieces = inbound.media
    if not leads or not pieces or any(piece.kind != "document" for piece in pieces):
        return ""
    if ticket_numbers.find(inbound.text[:LONGEST]):
        return ""
    names = [piece.name.lower().strip() for piece in pieces]
    if all(name.endswith(SHEETS) for name in names):
        return "sheet"
    claim = talk.claim(talk.current)
    alone = not inbound.text.strip() and not inbound.data.get("reply_to") and (claim is None or claim.dropped)
    return "paper" if alone and all(name.endswith(PAPERS) for name in names) else ""


def caption(inbound: Inbound, lexicon: Lexicon, today: date) -> str:
    """Return the words of a file that are read with its lines; serious ones wait for nothing."""
    text = inbound.text[:LONGEST].strip()
    return "" if text and read(text, (), lexicon, today=today).severity != "normal" else text


# in the turn of the file


def takes(turn: Turn) -> bool:
    """Take a message with a list as a file: it is told that it came, and what follows waits until it is read."""
    turn_input, inbound = turn.turn_input, turn.turn_input.inbound
    what = meant(inbound, turn_input.talk, leads=turn_input.found.conversation.leader_id is not None)
    if what == "paper":
        turn.reply(turn.voice.say("list.sheet_paper"))
    if what != "sheet":
        return what == "paper"
    before = turn.talk.sheets or SheetWait(ids=(), until="")
    waiting = SheetWait(
        ids=(*before.ids, *turn.evidence_ids()),
        until=(turn_input.now + PATIENCE).isoformat(),
        album=inbound.album,
        held=before.held,
    )
    turn.talk = replace(turn.talk, sheets=waiting)
    if inbound.text.strip() and not caption(inbound, turn_input.lexicon, turn_input.today):
        words = replace(inbound, kind="text", media=())
        turn.turn_input = replace(turn_input, inbound=words, found=replace(turn_input.found, evidence=()))
        return False
    if not (inbound.album and before.album == inbound.album):
        turn.reply(turn.voice.say("list.sheet_reading"))
    return True


# what waits


def holds(talk: Talk, inbound: Inbound, now: datetime, lexicon: Lexicon, today: date) -> bool:
    """Return whether words or photos wait for the sheet that came before them: nothing urgent does."""
    waiting = talk.sheets
    if not waiting or inbound.kind not in ("text", "media") or now >= until(talk):
        return False
    if waiting.held >= MOST or meant(inbound, talk, leads=True) == "sheet":
        return False
    text = inbound.text[:LONGEST].strip()
    urgent = means(text, *(name for name in FIXED if name != "submit")) or contains(text[:30], "human_in")
    return not urgent and (not text or read(text, (), lexicon, today=today).severity == "normal")


def until(talk: Talk) -> datetime:
    """Return how long at most messages wait."""
    assert talk.sheets
    return datetime.fromisoformat(talk.sheets.until)


def counted(talk: Talk) -> Talk:
    """Count a message that waits."""
    assert talk.sheets
    return replace(talk, sheets=replace(talk.sheets, held=talk.sheets.held + 1))


def released(talk: Talk, inbound: Inbound, now: datetime) -> tuple[Talk, bool]:
    """Return the talk after a message, and whether what waited may go on: the last sheet was read, or took too long."""
    waiting = talk.sheets
    if not waiting:
        return talk, False
    read_now = inbound.data.get("evidence") if inbound.kind == "fetched" else None
    left = tuple(number for number in waiting.ids if number != read_now)
    if left and now < until(talk):
        return replace(talk, sheets=replace(waiting, ids=left)), False
    return replace(talk, sheets=None), True


# when it was read


def with_known_names(text: str, names: tuple[str, ...], listed: Listed) -> str:
    """Leave out names beside a pickup number that are no buyer's: what a nickname holds is neither item nor problem."""
    buyers = {order.buyer_name for order in listed.orders}
    unknown = sorted((name for name in names if name not in buyers), key=len, reverse=True)
    lines = []
    for line in text.splitlines():
        name = next((name for name in unknown if f"号 {name} " in f"{line} "), "")
        lines.append(f"{line} ".replace(f"号 {name} ", "号 ", 1).strip() if name else line)
    return "\n".join(lines)


def bounded(reading: ListReading) -> tuple[ListReading, int | None]:
    """Keep as many problems as one turn can book; also give the last line that was read whole, None for all."""
    if len(reading.claims) <= PROBLEMS:
        return reading, None
    last = reading.claims[PROBLEMS].line - 1
    kept = tuple(one for one in reading.claims if one.line <= last)
    return replace(reading, claims=kept, named=tuple(one for one in reading.named if one.line <= last)), last


def tell(turn: Turn, sheet: Mapping[str, Any]) -> None:
    """Say why a file could not be read, or what of it was not."""
    say = turn.voice.say
    if why := sheet.get("why"):
        key = "photo" if sheet.get("kind") in PICTURES else TOLD.get(why, "foreign")
        turn.reply(say(f"list.sheet_{key}", limit=MAX_TABLE >> 20))
    if (first := sheet.get("first")) is not None:
        turn.reply(say("list.sheet_first", count=first))
    if others := sheet.get("others"):
        turn.reply(say("list.sheet_others", count=others))
    if silent := sheet.get("silent"):
        turn.reply(say("list.sheet_silent", count=silent))
    if sheet.get("pictures"):
        turn.reply(say("list.sheet_pictures"))

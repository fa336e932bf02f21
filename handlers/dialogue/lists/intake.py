"""Taking a leader's message into the list: its lines, what it answers, what it says of photos."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from handlers.claims import list_draft
from handlers.claims.list_draft import ListDraft, ListLine, ListPhoto
from handlers.claims.outcomes import Listing
from handlers.dialogue.lists import addressing, answers, continuation, entries, outcomes, photo_moves, photos
from handlers.dialogue.lists.lines import same, stated
from handlers.dialogue.lists.paste_state import Paste
from handlers.dialogue.turn import Turn
from handlers.nlu.lists import forwarded_chats
from handlers.nlu.lists.reader import Ignored, ListReading
from handlers.nlu.reading import ReadClaim
from storage.orders import Order

CAPTION = 30  # characters of a caption at most
BEFORE = 3  # lines of the message before that a message is read behind


def take(paste: Paste) -> bool:
    """Take a message's words: answers, captions, and lines of their own; tell whether it was any of these."""
    before = paste.draft
    if paste.reading is None and _addressed(paste, before):
        return True
    reading = paste.reading or continuation.of(paste)
    told = [*reading.claims, *reading.named]
    if not (paste.live or paste.by or _several(paste, told)):
        return False
    pieces = answers.split(paste.text, before.questions())
    if pieces[0][0] is not None:
        _by_number(paste, pieces)
        return True
    someone = any(stated(one) for one in told)
    if not someone and not paste.reading and not _goes_on(paste, reading):
        return _without_person(paste)
    marks = [mark for mark in paste.marks() if mark]
    paste.again = sum(mark in before.texts for mark in marks)
    paste.lay()
    if marks and paste.again == len(marks):
        claims = sum(same(line.text) in marks for line in before.lines)
        outcomes.tell(paste.turn, paste.draft, Listing(tell="same", count=claims or paste.again))
        return True
    _lines(paste, reading)
    return _told(paste, before)


def _addressed(paste: Paste, before: ListDraft) -> bool:
    """Take words about a line or a photo by its number or speaker; tell whether they were that, else point them."""
    if paste.live:
        if unnamed := addressing.unnamed(before, paste.text):
            _by_number(paste, [unnamed])
            return True
        paste.text = addressing.pointed(before, paste.text, paste.reader)
    if given := answers.numbers_of(paste.text, before.questions()):
        _by_number(paste, given)
        return True
    moved = None
    if not paste.turn.turn_input.inbound.media:
        moved = photo_moves.moved(before, paste.text, paste.reader, paste.own_photos())
    if moved is not None:
        outcomes.moved(paste.turn, before, moved)
    return moved is not None


def _several(paste: Paste, told: Sequence[ReadClaim]) -> bool:
    """Return whether a message is a list: of several lines, or about several people.

    One line is led like any claim, unless only as a row of a list its number is read: 21 番茄烂了, without 号.
    """
    people = {(one.pickup_no, one.customer, one.order_no) for one in told if one.pickup_no or one.customer}
    fits = paste.reader.shelf.fits
    bare = (one for one in told if one.problems and one.pickup_no and not _signed(paste.text, one.pickup_no))
    if not paste.elsewhere and any(fits(one) for one in bare):
        return True
    return len([raw for raw in paste.raws if same(raw)]) > 1 or len({person[0] or person[1] for person in people}) > 1


def _signed(text: str, pickup: str) -> bool:
    return re.search(rf"(?<!\d)0*{pickup}\s*[号號#]|[#＃第龙no.]\s*0*{pickup}(?!\d)", text, re.IGNORECASE) is not None


def _goes_on(paste: Paste, reading: ListReading) -> bool:
    """Return whether words that name nobody are lines of a list all the same: whose they are is asked."""
    found, turn = paste.turn.turn_input.found, paste.turn
    if not any(one.problems for one in reading.claims) or paste.elsewhere:
        return False
    if paste.by:
        return True
    ticket = turn.ticket()
    own = found.conversation.customer_id is not None or bool(found.reviews) or bool(ticket and ticket.owner_id)
    return not own and not paste.draft.questions()


def _without_person(paste: Paste) -> bool:
    """Words that name nobody: answers to what was asked, or a caption."""
    turn, before = paste.turn, paste.draft
    paste.lay()
    short = bool(before.lines) and len(paste.text) < CAPTION
    if short and _of_tray(paste, ()):
        return True
    caption = photos.spoken(paste.draft, paste.text, (), paste.reader, paste.own_photos()) if short else None
    if caption or turn.turn_input.inbound.media:
        if not caption and (paste.elsewhere or not before.lines):
            return False
        after = caption or paste.draft
        brought = photos.brought(before, after)
        outcomes.tell(turn, after, Listing(tell="photos", echo=True, brought=brought))
        return True
    number = addressing.numbered(paste.text)
    if number and before.is_open and not turn.turn_input.inbound.media:  # it is no answer to what is asked of others
        turn.reply(turn.voice.say("list.which_line", number=turn.voice.say("list.number", number=number)))
        return True
    draft = answers.unaddressed(before, paste.text, paste.reader)
    if draft == before and before.is_open and not paste.elsewhere and paste.text.isdecimal() and len(paste.text) < 4:
        outcomes.tell(turn, before, Listing(tell="card"))  # a number that stands for no button is no remark
        return True
    if draft == before:
        return False
    keys = [line.key for line in draft.lines if line != before.line(line.key)]
    outcomes.answers(turn, draft, keys, reader=paste.reader)
    return True


def _by_number(paste: Paste, pieces: Sequence[tuple[ListLine | None, str]]) -> None:
    draft, keys = paste.draft, []
    for line, words in pieces:
        if line is not None and (current := draft.line(line.key)):
            draft = draft.with_line(answers.addressed(current, words, paste.reader))
            keys.append(line.key)
    outcomes.answers(paste.turn, draft, keys, reader=paste.reader)


def _lines(paste: Paste, reading: ListReading) -> None:
    raws, marks, known = paste.raws, paste.marks(), set(paste.draft.texts)
    again = {at for at, mark in enumerate(marks, start=1) if mark and mark in known}
    paste.people = _counted(reading)
    paste.claiming = {one.line for one in reading.claims if one.problems or one.quantity is not None or one.remedy}
    for take, found in ((entries.claim, reading.claims), (entries.name, reading.named)):
        for told in found:
            if told.line not in again:
                take(paste, told, raws[told.line - 1].strip() if 0 < told.line <= len(raws) else "")
    entries.unsaid(paste, marks)
    buyers = {order.buyer_name for order in paste.reader.shelf.listed.orders}
    used = forwarded_chats.heads(paste.text, buyers) | paste.used - (
        {one.line for one in paste.captions} if paste.fresh else set()
    )
    used |= photos.holding(paste.text) if paste.fresh else set()
    used |= paste.heads_of_strangers()
    ignored = [one for one in reading.ignored if one.line not in again | used]
    known_by = {one.line for one in ignored}
    ignored += [Ignored(line=at, text=raw, why="") for at, raw in paste.fine.items() if at not in known_by | used]
    paste.ignored = len(ignored)
    _remember(paste, ignored, marks)
    if paste.fresh:
        _adopt(paste)
        paste.draft = photos.expected(paste.draft, paste.text, _places(paste, reading), buyers)


def _counted(reading: ListReading) -> dict[int, int]:
    """Count the people that each pasted line speaks of."""
    people: dict[int, set[tuple[str | None, str | None]]] = defaultdict(set)
    for one in (*reading.claims, *reading.named):
        people[one.line].add((one.pickup_no, None if one.pickup_no else one.customer or one.order_no))
    return {line: len(found) for line, found in people.items()}


def _adopt(paste: Paste) -> None:
    """Photos that came before the list, while nobody knew what they were for, lie in its tray."""
    turn, claim = paste.turn, paste.turn.claim
    if claim is None or claim.order_no or claim.problems or claim.ticket_no or not claim.photos:
        return
    known = {photo.id for photo in paste.draft.photos}
    early = tuple(
        ListPhoto(id=photo.id, kind=photo.kind, at=claim.opened_at, run=paste.draft.run)
        for photo in claim.photos
        if photo.id not in known
    )
    paste.draft = replace(paste.draft, photos=(*early, *paste.draft.photos))
    turn.talk = turn.talk.without(claim.id)


def _remember(paste: Paste, ignored: Sequence[Ignored], marks: Sequence[str]) -> None:
    draft = paste.draft
    told = [(draft.batch, one.text.strip()[:80]) for one in ignored]
    draft = replace(draft, ignored=(*draft.ignored, *told)[-list_draft.MOST :])
    if paste.fresh:
        texts = dict.fromkeys((*draft.texts, *(mark for mark in marks if mark)))
        context = tuple(raw.strip() for raw in paste.raws if raw.strip())[-BEFORE:]
        draft = replace(draft, texts=tuple(texts)[-2 * list_draft.MOST :], context=context)
    paste.draft = draft


def _places(paste: Paste, reading: ListReading) -> dict[int, int]:
    """Return the list's line that each pasted line became (the first, where it became several)."""
    raws = paste.raws
    keys = {line.text: line.key for line in reversed(paste.fresh)}
    return {one.line: keys[raw] for one in reading.claims if (raw := raws[one.line - 1].strip()[:200]) in keys}


def _told(paste: Paste, before: ListDraft) -> bool:
    """Say how the list stands after a message; tell False when the message said nothing about it."""
    turn = paste.turn
    orders = [order for told in paste.captions for order in paste.reader.shelf.fits(told)]
    right = paste.fresh or paste.answered or paste.changed or paste.notes or paste.back
    if orders and not right and _of_tray(paste, orders):
        return True
    if orders and not right:
        after = photos.spoken(paste.draft, paste.text, orders, paste.reader, paste.own_photos())
        if after is None:
            return _asked_about(paste, before, orders)
        brought = photos.brought(before, after)
        outcomes.tell(turn, after, Listing(tell="photos", echo=True, brought=brought))
    elif paste.fresh:
        paste.draft = _with_own(paste) or photos.led(paste.draft, paste.fresh, paste.reader)
        brought = photos.brought(before, paste.draft)
        _warn(turn, paste.fresh)
        keys = tuple(line.key for line in paste.fresh)
        listing = Listing(tell="card", echo=bool(paste.by), keys=keys, brought=brought, count=paste.again)
        listing = replace(listing, ignored=paste.ignored)
        outcomes.tell(turn, paste.draft, _with_corrections(paste, listing))
    elif paste.answered or paste.changed or paste.notes or paste.back:
        brought = photos.brought(before, paste.draft)
        keys = tuple(dict.fromkeys((*paste.answered, *paste.changed)))
        listing = _with_corrections(paste, Listing(tell="answers"))
        outcomes.answers(turn, paste.draft, keys, brought, listing, reader=paste.reader)
    elif paste.fine:
        outcomes.tell(turn, paste.draft, Listing(tell="card"))
    elif paste.asked:
        outcomes.save(turn, paste.draft)
    else:
        return False
    _tell_asked(paste)
    return True


def _tell_asked(paste: Paste) -> None:
    """Answer how it stands with somebody's ticket; it is no claim."""
    for label, numbers in dict(paste.asked).items():
        paste.turn.outcomes.append(Listing(tell="status", about=(label, *numbers)))


def _with_corrections(paste: Paste, listing: Listing) -> Listing:
    once = dict(paste.notes)
    return replace(
        listing,
        changed=tuple(dict.fromkeys(paste.changed)),
        back=tuple(dict.fromkeys(paste.back)),
        notes=tuple(once.items()),
    )


def _with_own(paste: Paste) -> ListDraft | None:
    """Return the photos that a line was written on to that line; None when there are none, or several orders."""
    own = paste.own_photos()
    if not own or len({line.order_no or str(line.key) for line in paste.fresh}) != 1:
        return None
    given = photos.give(paste.draft, own, paste.fresh, paste.reader)
    return replace(given, run=given.run + 1, following=())


def _of_tray(paste: Paste, orders: Sequence[Order]) -> bool:
    """Take words as the answer to whose the photo is that was shown from the tray; tell whether they were that."""
    shown = paste.draft.tray_at
    if not shown or paste.turn.turn_input.inbound.media or all(photo.id != shown for photo in paste.draft.tray()):
        return False
    lines = photos.about(paste.draft, paste.text, orders, paste.reader)
    if lines:
        outcomes.pair(paste.turn, paste.draft, shown, lines[0].key)
    return bool(lines)


def _asked_about(paste: Paste, before: ListDraft, orders: Sequence[Order]) -> bool:
    """A number that is not on the list yet, without a problem: it joins the list, and the problem is asked."""
    for told in tuple(paste.captions):
        entries.claim(paste, told, paste.text)
    given = photos.spoken(paste.draft, paste.text, orders, paste.reader, paste.own_photos())
    paste.draft = given if given and given.following == () else paste.draft
    keys = tuple(line.key for line in paste.fresh)
    brought = photos.brought(before, paste.draft)
    outcomes.tell(paste.turn, paste.draft, Listing(tell="card", keys=keys, brought=brought))
    return True


def _warn(turn: Turn, lines: Sequence[ListLine]) -> None:
    """Safety goes before everything else: what the customers must do now, for the leader to pass on."""
    grave = [line for line in lines if line.severity == "safety" and line.state == "serious"]
    pickups = [turn.voice.say("list.number", number=line.pickup) if line.pickup else line.who for line in grave]
    if pickups:
        numbers = turn.voice.say("talk.comma").join(dict.fromkeys(number for number in pickups if number))
        who = turn.voice.say("list.safety_of", numbers=numbers) if numbers else ""
        turn.reply(who + turn.voice.say("talk.safety"), safety=True)
        turn.talk = replace(turn.talk, safety_at=turn.at)

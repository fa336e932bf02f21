"""What only leaders say: their word on a claim that they were asked about, the digest, the settlement."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from handlers.claims import list_draft
from handlers.claims.outcomes import Digest, Settlement, Testify
from handlers.dialogue.turn import Turn
from handlers.messages import ticket_numbers
from handlers.messages.models import Button
from handlers.messages.texts import languages, say
from handlers.nlu.text.keyphrases import contains, language_of, means, plain

ANSWERS = ("unsure", "no", "yes")  # 没注意 is looked for before 没有, 不属实 before 属实
LONGEST = 500  # characters kept of a leader's words
ELSEWHERE = ("status", "human", "rules", "cancel", "appeal", "help", "other_problem", "thanks")
REPLIES = ("yes", "no", "offer_no", "got", "not_got")  # that an offer or goods under way may be waiting for


@cache
def _said(key: str) -> frozenset[str]:
    return frozenset("|".join(say(language, key) for language in languages()).split("|"))


@cache
def _words(key: str) -> frozenset[str]:
    return frozenset(plain(word) for word in _said(key))


def takes(turn: Turn) -> bool:
    """Take a leader's text if it is one of the leaders' fixed words, or the word on a claim that was asked about.

    Tells whether it was. Words that could as well be a new claim, or mean one of several tickets, are asked back.
    """
    inbound, found = turn.turn_input.inbound, turn.turn_input.found
    text = inbound.text.strip()[:LONGEST]
    if found.conversation.leader_id is None or inbound.kind != "text" or inbound.media or not text:
        return False
    done = _asked(turn, text) or (_open_to_words(turn, text) and _spoke(turn, text))
    if done:
        turn.talk = replace(turn.talk, language=language_of(text, turn.talk.language) or "zh")
    return done


def _asked(turn: Turn, text: str) -> bool:
    bare = plain(text)
    if bare in _words("leader.say_digest"):
        turn.outcomes.append(Digest())
    elif bare in _words("leader.say_settlement") | _words("leader.say_settlement_before"):
        turn.outcomes.append(Settlement(before=bare in _words("leader.say_settlement_before")))
    else:
        return False
    return True


def _open_to_words(turn: Turn, text: str) -> bool:
    """Return whether plain words may be meant for a claim that was asked about; what else they answer goes first."""
    if turn.claim or not (turn.talk.review_asked or turn.turn_input.found.reviews):
        return False
    if means(text, *ELSEWHERE) or plain(text) in _words("words.list") or text.startswith(("绑定", "/")):
        return False
    if "\n" in text or (len(text) <= 30 and contains(text, "human_in")):
        return False
    spoken = turn.ticket()
    lines = turn.turn_input.found.lines.get(spoken.no, ()) if spoken else ()
    return not (means(text, *REPLIES) and any(line.state == "offered" or line.goods_owed for line in lines))


def _spoke(turn: Turn, text: str) -> bool:
    reading = turn.plain_reading()
    if reading.severity != "normal":
        return False
    found, about = turn.turn_input.found, turn.talk.review_asked
    named = [no for no in ticket_numbers.find(text) if no in found.reviews or no == about]
    listing = list_draft.of(turn.talk)
    elsewhere = bool(reading.order_numbers or reading.pickup_numbers or reading.phone_tails or reading.phones)
    if named:
        _testify(turn, named[0], text.replace(named[0], " ").strip(" ：:，,"))
    elif elsewhere or (not about and listing is not None and listing.is_open):
        _remember(turn)
        return False
    elif about or (len(found.reviews) == 1 and (verdict(text) or not reading.claims)):
        _testify(turn, about or found.reviews[0], text)
    else:
        _which(turn, text)
    return True


def tapped(turn: Turn, value: str) -> None:
    """Take the answer of a button: "TICKET:yes", no, unsure, or "TICKET:words" for words that were kept."""
    no, _, answer = value.partition(":")
    kept = turn.talk.review_words
    _remember(turn)
    if no == "other":
        turn.reply(turn.voice.say("leader.other_welcome"))
    elif answer == "words":
        turn.outcomes.append(Testify(ticket_no=no, answer=verdict(kept), text=kept))
    elif answer in ANSWERS:
        turn.outcomes.append(Testify(ticket_no=no, answer=answer))


def _testify(turn: Turn, no: str, text: str) -> None:
    _remember(turn)
    answer = verdict(text)
    bare = bool(answer) and plain(text) in _words(f"leader.say_{answer}")  # as good as the button
    turn.outcomes.append(Testify(ticket_no=no, answer=answer, text="" if bare else text.strip()[:LONGEST]))


def _which(turn: Turn, text: str) -> None:
    _remember(turn, text.strip()[:LONGEST])
    voice = turn.voice
    rows = [
        (Button(label=voice.say("leader.about_review", no=no), tap=f"review:{no}:words"),)
        for no in turn.turn_input.found.reviews[:5]
    ]
    other = Button(label=voice.say("leader.about_other"), tap="review:other")
    turn.reply(voice.say("leader.which_review"), (*rows, (other,)))


def _remember(turn: Turn, words: str = "") -> None:
    turn.talk = replace(turn.talk, review_asked="", review_words=words)


def verdict(text: str) -> str:
    """Read whether words say yes, no or unsure; "" when they begin with none of these."""
    fits = [
        (len(word), name)
        for name in ANSWERS
        for word in _said(f"leader.say_{name}")
        if _begins(text.strip().casefold(), word)
    ]
    return max(fits, default=(0, ""))[1]


def _begins(text: str, word: str) -> bool:
    """A short word is one only where a pause follows it: 对 says yes, 对面的店 does not."""
    shape = r"\s+".join(re.escape(part) for part in word.split())
    ends = r"(?!\w)" if len(word) == 1 or word.isascii() else ""
    return re.match(shape + ends, text) is not None

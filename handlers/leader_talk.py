"""What only leaders say: their word on a claim that they were asked about, the digest, the settlement."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from handlers import ticket_numbers
from handlers.fixed_words import plain
from handlers.leader_acts import Digest, Settlement, Testify
from handlers.messages import Button
from handlers.reading import Reading
from handlers.scene import Turn
from handlers.wording import languages, say

ANSWERS = ("unsure", "no", "yes")  # 没注意 is looked for before 没有, 不属实 before 属实
ABOUT, WORDS = "leader_about", "leader_words"  # kept in the talk: a ticket that words are awaited on, and words kept
LONGEST = 500  # characters kept of a leader's words


@cache
def _said(name: str) -> frozenset[str]:
    return frozenset("|".join(say(language, f"leader.say_{name}") for language in languages()).split("|"))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(plain(word) for word in _said(name))


def asked(turn: Turn, text: str) -> bool:
    """Answer the fixed words of leaders: 日报 and 结算; tell whether the text was one."""
    if turn.scene.found.conversation.leader_id is None:
        return False
    bare = plain(text)
    if bare in _words("digest"):
        turn.acts.append(Digest())
    elif bare in _words("settlement") or bare in _words("settlement_before"):
        turn.acts.append(Settlement(before=bare in _words("settlement_before")))
    else:
        return False
    return True


def tapped(turn: Turn, value: str) -> None:
    """Take the answer of a button: "TICKET:yes", no, unsure, or "TICKET:words" for words that were kept."""
    no, _, answer = value.partition(":")
    kept = str(turn.talk.extra.get(WORDS, ""))
    _remember(turn)
    if no == "other":
        turn.reply(turn.voice.say("leader.other_welcome"))
    elif answer == "words":
        turn.acts.append(Testify(ticket_no=no, answer=verdict(kept), text=kept))
    elif answer in ANSWERS:
        turn.acts.append(Testify(ticket_no=no, answer=answer))


def spoke(turn: Turn, text: str, reading: Reading) -> bool:
    """Take free words as a leader's word on a claim that was asked about; tell whether they were that.

    Words that could as well be a new claim, or mean one of several tickets, are asked back.
    """
    found = turn.scene.found
    if found.conversation.leader_id is None or turn.claim:
        return False
    about = str(turn.talk.extra.get(ABOUT, ""))
    named = [no for no in ticket_numbers.find(text) if no in found.reviews or no == about]
    elsewhere = bool(reading.order_numbers or reading.pickup_numbers or reading.phone_tails or reading.phones)
    if named:
        rest = text.replace(named[0], " ").strip(" ：:，,")
        _testify(turn, named[0], rest)
    elif elsewhere or not (about or found.reviews):
        _remember(turn)
        return False
    elif about or (len(found.reviews) == 1 and (verdict(text) or not reading.claims)):
        _testify(turn, about or found.reviews[0], text)
    else:
        _which(turn, text)
    return True


def _testify(turn: Turn, no: str, text: str) -> None:
    _remember(turn)
    turn.acts.append(Testify(ticket_no=no, answer=verdict(text), text=text.strip()[:LONGEST]))


def _which(turn: Turn, text: str) -> None:
    _remember(turn, **{WORDS: text.strip()[:LONGEST]})
    voice = turn.voice
    rows = [
        (Button(label=voice.say("leader.about_review", no=no), tap=f"review:{no}:words"),)
        for no in turn.scene.found.reviews[:5]
    ]
    other = Button(label=voice.say("leader.about_other"), tap="review:other")
    turn.reply(voice.say("leader.which_review"), (*rows, (other,)))


def _remember(turn: Turn, **more: str) -> None:
    kept = {key: value for key, value in turn.talk.extra.items() if key not in (ABOUT, WORDS)}
    turn.talk = replace(turn.talk, extra={**kept, **more})


def verdict(text: str) -> str:
    """Read whether words say yes, no or unsure; "" when they begin with none of these."""
    fits = [(len(word), name) for name in ANSWERS for word in _said(name) if _begins(text.strip().casefold(), word)]
    return max(fits, default=(0, ""))[1]


def _begins(text: str, word: str) -> bool:
    """A short word is one only where a pause follows it: 对 says yes, 对面的店 does not."""
    shape = r"\s+".join(re.escape(part) for part in word.split())
    ends = r"(?!\w)" if len(word) == 1 or word.isascii() else ""
    return re.match(shape + ends, text) is not None

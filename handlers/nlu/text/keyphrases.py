"""Words with a fixed meaning in every state: 进度, 人工, 取消, yes, no and the like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from handlers.messages.patterns import pattern_of
from handlers.messages.texts import languages, say

NAMES = (
    "status", "human", "human_in", "rules", "cancel", "appeal", "help", "bind", "submit", "yes", "no", "resume",
    "all", "no_photo", "insist", "thanks", "other_problem", "very_satisfied", "satisfied", "neutral", "unsatisfied",
    "withdraw", "offer_no", "got", "not_got", "urge", "keep", "no_photo_in", "all_in", "unsure", "list", "found",
    "all_well", "any_wish", "enough", "drop_in", "count_wrong", "protest", "worse", "more_time", "no_return",
)  # fmt: skip
MARKS = pattern_of(r"[\s，。！？!?,.~～…、；;:：\"“”'‘’()（）\[\]【】😊🙏👌👍]+")
CJK = pattern_of(r"[㐀-鿿]")
WORD = pattern_of(r"[A-Za-z']+")
NUMBERED = pattern_of(r"[A-Za-z]*[-_#]?\d[\w-]*", re.ASCII)  # an order number says nothing of a language


@cache
def _table() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(plain(word) for language in languages() for word in say(language, f"words.{name}").split("|"))
        for name in NAMES
    }


def plain(text: str) -> str:
    """Return a text without spaces, marks and case, as far as comparing whole answers needs."""
    return MARKS.sub("", text).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The key phrases of a text by their names: those that it is as a whole, and those that occur in it."""

    plain: str  # without spaces, marks and case
    whole: frozenset[str]
    within: frozenset[str]


def phrases(text: str) -> Phrases:
    """Return all key phrases of a text."""
    bare, table = plain(text), _table()
    whole = frozenset([name for name, words in table.items() if bare in words])
    within = frozenset([name for name, words in table.items() for word in words if word in bare])
    return Phrases(plain=bare, whole=whole, within=within)


def means(text: str, *names: str) -> bool:
    """Return whether the whole text is one of the words of these names."""
    bare = plain(text)
    return any(bare in _table()[name] for name in names)


def contains(text: str, name: str) -> bool:
    """Return whether a word of this name occurs anywhere in the text."""
    bare = plain(text)
    return any(word in bare for word in _table()[name])


def without(text: str, name: str) -> str:
    """Return a text without a word of this name at its beginning (收到的是鳕鱼)."""
    bare = text.strip()
    starts = [word for language in languages() for word in say(language, f"words.{name}").split("|")]
    for word in sorted(starts, key=len, reverse=True):
        if bare.casefold().startswith(word):
            return bare[len(word) :].strip(" ，,:：") or bare
    return bare


def language_of(text: str, known: str) -> str:
    """Return the language of a customer: kept once known, unless a whole sentence comes in the other one."""
    chinese, english = len(CJK.findall(text)), len(WORD.findall(NUMBERED.sub(" ", text)))
    if not chinese and not english:
        return known
    if not known:
        return "zh" if chinese else "en"
    if known == "zh":
        return "en" if not chinese and english >= 4 else "zh"
    return "zh" if chinese >= 4 else "en"

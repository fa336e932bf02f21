"""Serious words: illness, injury, foreign bodies, threats, and who is vulnerable."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from handlers.messages.codes import strongest
from handlers.messages.patterns import pattern_of
from handlers.nlu.text.lexicon import Lexicon, all_hits

BODILY = {"illness", "allergy", "injury", "foreign_object"}
HARMFUL = frozenset({"quality_spoiled", "expired", "foreign_object"})
"""Problems of goods that are dangerous to vulnerable people."""
WRITERS = frozenset({"pregnant", "senior", "disabled", "minor", "frail"})
"""Groups that may write for themselves: 我吃了 means them, but not a child that is spoken of."""
MYSELF = pattern_of(
    r"(?:(?<![和跟与同])(?:我们?|咱们?|老公|老婆|大人|爸爸|他爸|她爸|孩子爸|我妈|本人)(?:自己|先|就|也|都|刚|已经|只|才|今天|昨天)*"
    r"|自己(?:先|就|都)?|(?<![a-z])(?:i|we|my husband|my wife)(?: only| just| already| have| had|'ve)*)\s*$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serious:
    """The strongest severity of a text, its signals, and the special groups it names."""

    severity: str = "normal"
    signals: tuple[str, ...] = ()
    special: tuple[str, ...] = ()
    angry: bool = False
    eaten: bool = False  # somebody ate of it
    despair: bool = False  # mentions suicide


def _foreign(text: str, lexicon: Lexicon) -> str:
    """Return the severity of a foreign object: normal for hair and sand, safety for what can hurt, else major."""
    words = [hit.word for hit in lexicon.signals["foreign_object"].find(text)]
    harmless = lexicon.phrases.get("normal_objects")
    if words and harmless and all(any(True for _ in harmless.raw(word)) for word in words):
        return "normal"
    hurtful = lexicon.phrases.get("hurtful_objects")
    if hurtful and any(any(True for _ in hurtful.raw(word)) for word in words):
        return "safety"
    return "major"


def _expired(text: str, lexicon: Lexicon) -> bool:
    hits = lexicon.problems["expired"].find(text) if "expired" in lexicon.problems else []
    spans = [(hit.start, hit.end) for hit in lexicon.phrase("past_date", text)] if hits else []
    return any(("期" in hit.word and not hit.word.startswith("日期")) or hit.word.isascii() for hit in hits
               if not any(low < hit.end and hit.start < high for low, high in spans))  # fmt: skip


def swallowed(text: str, lexicon: Lexicon, special: Collection[str]) -> bool:
    """Return whether one of these groups ate of it, in a normalised text; what the writer ate is no child's meal."""
    grown = not WRITERS.isdisjoint(special)
    return any(grown or not MYSELF.search(text[: hit.start]) for hit in lexicon.phrase("eaten", text))


def frail(text: str, lexicon: Lexicon) -> set[str]:
    """Name who may have eaten: not those from whom it was kept (不敢给孩子吃) or who are spoken of by the way."""
    spared = [(hit.start, hit.end) for hit in lexicon.phrase("spared", text)]
    found = {name: matcher.find(text) for name, matcher in lexicon.special.items()}
    found["frail"] = lexicon.phrase("frail", text)
    return {
        name
        for name, hits in found.items()
        if any(all(hit.end <= low or hit.start >= high for low, high in spared) for hit in hits)
    }


def _bad(text: str, lexicon: Lexicon) -> bool:
    """Return whether the goods are said to be spoiled, past their date, or with something in them."""
    if _expired(text, lexicon) or lexicon.phrase("harmful", text):
        return True
    mild = lexicon.phrases.get("mild")
    tables = (lexicon.problems.get("quality_spoiled"), lexicon.signals.get("foreign_object"))
    words = [hit.word for table in tables if table for hit in table.find(text)]
    return any(not (mild and any(True for _ in mild.raw(word))) for word in words)


def harmed(text: str, lexicon: Lexicon, known: Collection[str] = ()) -> bool:
    """Return whether a vulnerable person ate bad goods, by a normalised text; `known`: groups known otherwise."""
    groups = frail(text, lexicon) | set(known)
    return bool(groups) and swallowed(text, lexicon, groups) and _bad(text, lexicon)


def serious(text: str, lexicon: Lexicon, known: Collection[str] = ()) -> Serious:
    """Look for serious words in a normalised text with item names covered; `known`: whom the goods are for."""
    signals = list(dict.fromkeys(name for name, _ in all_hits(lexicon.signals, text)))
    special = list(dict.fromkeys(name for name, _ in all_hits(lexicon.special, text)))
    levels = [lexicon.severities.get(name, "major") for name in signals if name != "foreign_object"]
    if "foreign_object" in signals:
        levels.append(_foreign(text, lexicon))
    if _expired(text, lexicon):
        levels.append("major")
    despair = bool(lexicon.phrase("despair", text))
    if despair:
        signals.append("injury")
        levels.append("major")
    eaten = bool(lexicon.phrase("eaten", text))
    ill_served = eaten and harmed(text, lexicon, known)
    if ill_served:
        levels.append("safety")
    if ill_served or (special and BODILY & set(signals) and not despair):
        signals.append("vulnerable")
    return Serious(
        severity=strongest(*levels),
        signals=tuple(dict.fromkeys(signals)),
        special=tuple(special),
        angry=bool(lexicon.phrase("angry", text)),
        eaten=eaten,
        despair=despair,
    )

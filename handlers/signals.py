"""Serious words: illness, injury, foreign bodies, threats, and who is vulnerable."""

from __future__ import annotations

from dataclasses import dataclass

from .lexicon import Lexicon

ORDER = ("normal", "major", "safety")
BODILY = {"illness", "allergy", "injury", "foreign_object"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Serious:
    """The strongest severity of a text, its signals, and the special groups it names."""

    severity: str = "normal"
    signals: tuple[str, ...] = ()
    special: tuple[str, ...] = ()
    angry: bool = False


def strongest(*severities: str) -> str:
    """The highest of several severities."""
    return max(severities, key=ORDER.index, default="normal")


def _foreign(text: str, lexicon: Lexicon) -> str:
    """Hair and sand are a nuisance; what can hurt is a matter of safety once somebody bit on it."""
    words = [hit.word for hit in lexicon.signals["foreign_object"].find(text)]
    harmless = lexicon.phrases.get("normal_objects")
    if words and harmless and all(any(True for _ in harmless.raw(word)) for word in words):
        return "normal"
    hurtful = lexicon.phrases.get("hurtful_objects")
    if hurtful and any(any(True for _ in hurtful.raw(word)) for word in words):
        return "safety"
    return "major"


def _expired(text: str, lexicon: Lexicon) -> bool:
    near = lexicon.phrases.get("past_date")
    hits = lexicon.problems["expired"].find(text) if "expired" in lexicon.problems else []
    spans = [(hit.start, hit.end) for hit in near.find(text)] if near else []
    return any(("期" in hit.word and not hit.word.startswith("日期")) or hit.word.isascii() for hit in hits
               if not any(low < hit.end and hit.start < high for low, high in spans))  # fmt: skip


def serious(text: str, lexicon: Lexicon) -> Serious:
    """Look for serious words in a normalised text with item names covered."""
    signals = [name for name, matcher in lexicon.signals.items() if matcher.find(text)]
    special = [name for name, matcher in lexicon.special.items() if matcher.find(text)]
    levels = [lexicon.severities.get(name, "major") for name in signals if name != "foreign_object"]
    if "foreign_object" in signals:
        levels.append(_foreign(text, lexicon))
    if _expired(text, lexicon):
        levels.append("major")
    if special and BODILY & set(signals):
        signals.append("vulnerable")
    angry = lexicon.phrases.get("angry")
    return Serious(
        severity=strongest(*levels),
        signals=tuple(signals),
        special=tuple(special),
        angry=bool(angry and angry.find(text)),
    )

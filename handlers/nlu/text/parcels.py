"""A parcel's number in a text, with its carrier: SF1234567890, 圆通 YT..., tracking number 7712..."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handlers.messages.patterns import pattern_of

GAP = r"[ -]?"
SHAPES: Mapping[str, str] = {  # by carrier, how its numbers look when letters lead them
    "sf": rf"sf{GAP}(?:\d{GAP}){{9,14}}\d",
    "yto": rf"yt{GAP}(?:\d{GAP}){{9,17}}\d",
    "zto": rf"zt?o{GAP}(?:\d{GAP}){{9,13}}\d",
    "sto": rf"sto{GAP}(?:\d{GAP}){{9,13}}\d",
    "yunda": rf"yd{GAP}(?:\d{GAP}){{9,14}}\d",
    "jd": rf"jd[a-z]{{0,3}}{GAP}\d(?:{GAP}\d){{7,14}}(?:-\d{{1,3}}){{0,3}}",
    "jt": rf"jt{GAP}(?:\d{GAP}){{9,14}}\d",
    "dbl": rf"dpk{GAP}(?:\d{GAP}){{8,13}}\d",
    "ems": r"[a-z]{2}\d{9}[a-z]{2}",
    "ups": r"1z[0-9a-z]{16}",
}
LETTERED = {carrier: pattern_of(rf"(?<![a-z0-9])({shape})(?![a-z0-9])", re.ASCII) for carrier, shape in SHAPES.items()}
NAMES: Mapping[str, re.Pattern[str]] = {
    "sf": pattern_of(r"顺丰|\bsf\b"),
    "yto": pattern_of(r"圆通|\byto\b"),
    "zto": pattern_of(r"中通|\bzto\b"),
    "sto": pattern_of(r"申通|\bsto\b"),
    "yunda": pattern_of(r"韵达|yunda"),
    "jd": pattern_of(r"京东|\bjd\b"),
    "jt": pattern_of(r"极兔|j&t|\bjt\b"),
    "dbl": pattern_of(r"德邦|deppon"),
    "ems": pattern_of(r"邮政|邮局|\bems\b|china post"),
    "ups": pattern_of(r"\bups\b"),
    "dhl": pattern_of(r"\bdhl\b"),
    "fedex": pattern_of(r"联邦快递|fedex"),
}
BARE = pattern_of(r"(?<![a-z0-9.-])(\d{12,15})(?![a-z0-9.-]|\s?(?:元|块))", re.ASCII)
SHORTER = pattern_of(
    r"(?:(?<!订)单号|运单(?:号)?|快递号|tracking(?: (?:number|no\.?|id|code))?)[是为:：#\s]{0,4}"
    r"(?!1[3-9]\d{9}(?!\d))(\d{10,15})(?![a-z0-9.-])",
    re.ASCII,
)
TOLD = pattern_of(
    r"(?<!订)单号|运单|快递|物流|包裹|寄|发货|发出|退回|tracking|parcel|package|shipped|sent|posted|mailed|courier|waybill"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel's number as it is kept, and its carrier, "" when that is not told; `said` is how the text has it."""

    number: str
    carrier: str = ""
    said: str = ""


def find(text: str, others: Iterable[re.Pattern[str]] = ()) -> Parcel | None:
    """Return the parcel that a text names; `others` are shapes of numbers without letters that are none.

    >>> find("寄了 SF1234567890 ，我怎么知道你们收到没").number
    'SF1234567890'
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    named = next((carrier for carrier, words in NAMES.items() if words.search(plain)), "")
    for carrier, shape in LETTERED.items():
        if found := shape.search(plain):
            return _parcel(found[1], carrier)
    digits = SHORTER.search(plain) or (BARE.search(plain) if named or TOLD.search(plain) else None)
    if digits and not any(pattern.fullmatch(digits[1]) for pattern in others):
        return _parcel(digits[1], named)
    return None


def typed(text: str) -> Parcel | None:
    """Return what an agent typed as number and carrier, with or without either: 顺丰 SF123..., 776655443322, 顺丰."""
    if found := find(f"单号 {text}"):
        return found
    plain = unicodedata.normalize("NFKC", text).strip()
    carrier = next((code for code, words in NAMES.items() if words.search(plain.lower())), "")
    number = re.search(r"(?<![A-Za-z0-9])(?=[A-Za-z-]*\d)[A-Za-z0-9-]{6,40}(?![A-Za-z0-9])", plain, re.ASCII)
    if number:
        return Parcel(number=number[0].upper(), carrier=carrier, said=number[0])
    return Parcel(number="", carrier=carrier) if carrier else None


def _parcel(said: str, carrier: str) -> Parcel:
    number = re.sub(r"[ ]", "", said).upper()
    number = number if carrier == "jd" else number.replace("-", "")
    return Parcel(number=number, carrier=carrier, said=said)


def without(text: str, parcel: Parcel) -> str:
    """Return a text without a parcel's number, so that nothing else is read from its digits."""
    plain = unicodedata.normalize("NFKC", text)
    at = plain.lower().find(parcel.said)
    return f"{plain[:at]} {plain[at + len(parcel.said) :]}" if at >= 0 and parcel.said else text

"""Money and what the bot may name by itself: shares, refunds, counted parts of an order line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from handlers import wording
from handlers.policy import Policy

PRICED = frozenset({"refund", "return_refund"})  # their sum follows from the share of the line
FREE = frozenset({"resend", "exchange", "apology", "explanation"})  # they cost no money to name
COUNTERS = "枚颗粒只个杯瓶罐袋包盒条块片支根抽听桶尾头串"
MEASURE = r"\d+(?:\.\d+)?\s*(?:毫升|千克|公斤|kg|mg|ml|升|克|斤|两|g|l)"
PIECES = re.compile(
    rf"""(?<![\d.约近-])                # neither inside a number nor about that many
    (?:(?P<measure>{MEASURE})\s*[*x×]\s*)?
    (?P<count>\d+)\s*(?P<counter>[{COUNTERS}])""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
RANGE = re.compile(rf"(?:约|大约|近|\d\s*[-~至到])\s*\d+\s*[{COUNTERS}]|\d+\s*[{COUNTERS}]\s*(?:左右|上下)", re.ASCII)
ASIDE = re.compile(r"\([^)]*\)")


def share(quantity: Fraction, total: Fraction) -> Fraction | None:
    """Give what part of a line is meant; None when the line does not have that much."""
    return quantity / total if 0 < quantity <= total else None


def refund(paid: int, part: Fraction, already: int = 0) -> int:
    """Give the sum in 分 for a share of a line, halves up, never more than is left of what was paid."""
    sum_ = (paid * part + Fraction(1, 2)).__floor__()
    return max(0, min(sum_, paid - already))


def money(fen: int, language: str) -> str:
    """Write a sum: "39.80" in Chinese sentences, which say 元 themselves, and "¥39.80" elsewhere."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{'' if language == 'zh' else '¥'}{yuan}.{rest:02d}"


def pieces(item: str, spec: str, unit: str, quantity: float | Fraction) -> tuple[Fraction, str] | None:
    """Count the parts of a line and name their counter; None when neither spec nor name tells them for certain.

    "鸡蛋30枚" x1 has 30 枚, "6杯" has 6 杯, "250ml*16盒" has 16 盒; "300g" and "8-10个" have none that is certain.
    """
    for text in (spec, item):
        plain = unicodedata.normalize("NFKC", text).replace("×", "x")
        if RANGE.search(ASIDE.sub("", plain)):
            return None
        found = {(int(match["count"]), match["counter"]) for match in PIECES.finditer(ASIDE.sub("", plain))}
        if len(found) > 1:
            found = {(count, counter) for count, counter in found if count > 1}  # "1盒6枚": what counts is 6 枚
        if len(found) == 1:
            count, counter = found.pop()
            return (Fraction(str(quantity)) * count, counter) if count else None
        if found:
            return None  # "2盒 6枚": which of the two is meant cannot be told
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A remedy for one ticket line as the bot sees it; `sum` in 分, None when a person sets it."""

    remedy: str
    sum: int | None
    named: bool  # the bot may name it to the customer
    automatic: bool  # the bot may grant it, if all lines of the ticket together may be


def suggest(
    policy: Policy,
    problem: str,
    *,
    paid: int,
    part: Fraction | None,
    remedy: str = "",
    already: int = 0,
    severity: str = "normal",
) -> Suggestion:
    """Say what the bot may name for a line: the customer's wish, else the problem type's first remedy.

    `paid` and `already` (given back before) in 分, `part` the share of the line that is claimed, None if unknown.
    """
    kind = policy.problems.get(problem)
    chosen = remedy or (kind.remedies[0] if kind and kind.remedies else "explanation")
    sum_: int | None = None
    if chosen in PRICED and part is not None:
        sum_ = refund(paid, part, already)
    elif chosen in FREE:
        sum_ = 0
    offered = kind is not None and chosen in kind.remedies
    named = offered and severity != "safety" and sum_ is not None and sum_ <= policy.suggest_cap
    granted = chosen == "refund" and kind is not None and kind.decides == "auto" and severity == "normal"
    automatic = named and granted and sum_ is not None and 0 < sum_ <= policy.auto_approve_cap
    return Suggestion(remedy=chosen, sum=sum_, named=named, automatic=automatic)


def may_grant(policy: Policy, suggestions: Iterable[Suggestion]) -> bool:
    """Tell whether the bot may grant a whole ticket: every line, and the sum of all of them."""
    lines = list(suggestions)
    return (
        bool(lines)
        and all(line.automatic for line in lines)
        and sum(line.sum or 0 for line in lines) <= policy.auto_approve_cap
    )


def choice(suggestion: Suggestion, language: str) -> str:
    """Label a remedy's button, with its sum where the bot may name one."""
    if suggestion.sum and suggestion.named:
        return wording.say(language, "remedy.choice_refund", sum=money(suggestion.sum, language))
    return wording.say(language, f"remedy.{suggestion.remedy}")

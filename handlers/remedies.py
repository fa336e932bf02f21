"""Money and what the bot may name by itself: shares, refunds, suggestions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from handlers import wording
from handlers.policy import Policy
from handlers.portions import pieces, portion

__all__ = ["Suggestion", "choice", "may_grant", "money", "pieces", "portion", "refund", "share", "suggest"]

PRICED = frozenset({"refund", "return_refund"})  # their sum follows from the share of the line
FREE = frozenset({"resend", "exchange", "apology", "explanation"})  # they cost no money to name


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A remedy for one ticket line as the bot sees it; `sum` in 分, None when a person sets it."""

    remedy: str
    sum: int | None
    worth: int | None  # 分: what the claimed share was paid for, whatever the remedy
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
    worth = refund(paid, part, already) if part is not None else None
    sum_ = worth if chosen in PRICED else 0 if chosen in FREE else None
    offered = kind is not None and chosen in kind.remedies
    named = offered and severity != "safety" and sum_ is not None and sum_ <= policy.suggest_cap
    granted = chosen == "refund" and kind is not None and kind.decides == "auto" and severity == "normal"
    automatic = named and granted and sum_ is not None and 0 < sum_ <= policy.auto_approve_cap
    return Suggestion(remedy=chosen, sum=sum_, worth=worth, named=named, automatic=automatic)


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

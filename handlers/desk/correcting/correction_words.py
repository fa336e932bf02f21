"""What an agent's reply to a correction's question means: problem types, another item, another number, how serious."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from handlers.messages.codes import SEVERITIES
from handlers.nlu.reading import ReadClaim, Reading, read
from handlers.policy.lexicons import lexicon_of
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox
from storage.orders import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is right instead; empty where the agent named nothing. `denied`: lines of the order that are not meant."""

    item: int | None = None  # number of the order's line
    denied: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    quantity: str = ""  # as a draft has it: "3", "1/3", "all", "half"
    unit: str = ""
    share: bool = False

    def __bool__(self) -> bool:
        """Return whether the agent named anything."""
        return bool(self.item or self.codes or self.quantity)


def severity(words: str) -> str:
    """Return the severity that a reply names and nothing else, as 不严重; "" for other words."""
    plain = words.strip().rstrip("。.!！").casefold()
    return next((code for code in SEVERITIES if plain in desk_outbox.spoken(f"words_{code}")), "")


def correction(words: str, order: Order | None, policy: Policy, *, today: date) -> Correction:
    """Read a reply as a customer's message would be; nothing is taken from words about several items."""
    reading = read(words, (order,) if order else (), lexicon_of(policy), today=today)
    claims = [claim for claim in reading.claims if claim.line_no is None or claim.line_no not in reading.denied]
    named = list(dict.fromkeys(claim.line_no for claim in claims if _names_item(claim)))
    counts = [claim for claim in claims if claim.quantity is not None]
    if len(named) > 1 or len(counts) > 1:
        return Correction()
    codes = _labelled(words, policy) or [code for claim in claims for code in claim.problems if code in policy.problems]
    return _correction(reading, named, codes, counts[0] if counts else None)


def _correction(
    reading: Reading, named: Sequence[int | None], codes: Sequence[str], count: ReadClaim | None
) -> Correction:
    return Correction(
        item=named[0] if named else None,
        denied=reading.denied,
        codes=tuple(dict.fromkeys(codes)),
        quantity="" if count is None else str(count.quantity),
        unit=(count.unit or "") if count else "",
        share=bool(count and count.fraction),
    )


def _names_item(claim: ReadClaim) -> bool:
    """Return whether an item was named: one that only its unit fits (7枚) is no word for another item."""
    return claim.line_no is not None and "sku" in claim.evidence


def _labelled(words: str, policy: Policy) -> list[str]:
    """Return the problem types whose buttons' names are in the words, in their order."""
    places = {
        code: place
        for code, kind in policy.problems.items()
        for label in kind.label.values()
        if label and (place := words.casefold().find(label.casefold())) >= 0
    }
    return sorted(places, key=lambda code: places[code])


def plain(number: str) -> str:
    """Return a stored quantity as a number is written: "2", "1/3"; "" while it is unknown."""
    return str(Fraction(number)) if number else ""

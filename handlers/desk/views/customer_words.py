"""The customer's own words on a card: always the first and the most serious, the last ones, and how many more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handlers.messages import phone_numbers
from handlers.messages.codes import SEVERITIES
from handlers.messages.patterns import pattern_of
from handlers.nlu.risk_signals import serious
from handlers.nlu.text.normalisation import normalise
from handlers.policy.lexicons import lexicon_of
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox
from storage.tickets import Ticket

SHORT = 160  # characters of one message
LAST = 6  # messages
SENTENCES = pattern_of(r"(?<=[。！？!?；;\n])|(?<=[a-z]\.)\s")
KEPT = 4000  # weighed messages that are remembered
_WEIGHED: dict[tuple[str, str], Weight] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How serious a message is: its severity's place, the number of its signals, and the sentence that shows it."""

    level: int = 0
    signals: int = 0
    sentence: str = ""

    @property
    def order(self) -> tuple[int, int]:
        """Return the sort key: the most serious sentence has the highest."""
        return self.level, self.signals


def lines(ticket: Ticket, policy: Policy) -> Iterator[str]:
    """Yield the words in the order they came, shortened, phones masked, with a count where some are left out."""
    said = [" ".join(text.split()) for _, text in ticket.said]
    weights = [_weight(text, policy) for text in said] if hidden(ticket) else [Weight()] * len(said)
    shown = chosen(weights)
    for place in shown:
        left_out = place - (shown[shown.index(place) - 1] if place != shown[0] else -1) - 1
        if left_out:
            yield desk_outbox.say("words_left_out", count=left_out)
        yield f"「{_shown(said[place], weights[place])}」"


def hidden(ticket: Ticket) -> bool:
    """Return whether a card leaves some of the customer's words out."""
    return len(ticket.said) > LAST or any(len(" ".join(text.split())) > SHORT for _, text in ticket.said)


def chosen(weights: Sequence[Weight]) -> list[int]:
    """Return the places of the messages to be shown: the first, the most serious, and the last ones."""
    if len(weights) <= LAST:
        return list(range(len(weights)))
    gravest = max(range(len(weights)), key=lambda place: (weights[place].order, place))
    places = {0, len(weights) - 1}
    if weights[gravest].level:
        places.add(gravest)
    for place in range(len(weights) - 1, 0, -1):
        if len(places) < LAST:
            places.add(place)
    return sorted(places)


def _shown(text: str, weight: Weight) -> str:
    """Shorten a message; its most serious sentence is kept, wherever it is."""
    plain = phone_numbers.covered(text)
    if len(plain) <= SHORT:
        return plain
    sentence = phone_numbers.covered(weight.sentence)
    if not weight.level or sentence in plain[: SHORT - 1]:
        return plain[: SHORT - 1] + "…"
    grave = sentence if len(sentence) <= SHORT - 40 else sentence[: SHORT - 41] + "…"
    return f"{plain[: SHORT - len(grave) - 4]}… ❗{grave}…"


def _weight(text: str, policy: Policy) -> Weight:
    """Find the most serious sentence of a message; remembered, as cards are drawn again and again."""
    key = (policy.hash, text)
    if key not in _WEIGHED:
        if len(_WEIGHED) >= KEPT:
            _WEIGHED.clear()
        weighed = [_sentence(part, policy) for part in _sentences(text)]
        _WEIGHED[key] = max(weighed, key=lambda one: one.order, default=Weight())
    return _WEIGHED[key]


def _sentence(text: str, policy: Policy) -> Weight:
    found = serious(normalise(text), lexicon_of(policy))
    return Weight(level=SEVERITIES.index(found.severity), signals=len(found.signals), sentence=text)


def _sentences(text: str) -> Iterator[str]:
    """Cut a message into sentences; a long one at its commas, then anywhere."""
    for sentence in SENTENCES.split(text):
        rest = sentence.strip()
        while len(rest) > SHORT:
            at = max(rest.rfind("，", 40, SHORT), rest.rfind(",", 40, SHORT), rest.rfind(" ", 40, SHORT))
            at = at + 1 if at > 0 else SHORT
            yield rest[:at].strip()
            rest = rest[at:].strip()
        if rest:
            yield rest

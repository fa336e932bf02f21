"""One message in words or photos as the handlers see it: the turn, the text and all that was found in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handlers.claims.slot_filling import fits
from handlers.dialogue.turn import Turn
from handlers.nlu.reading import Reading
from handlers.nlu.text.keyphrases import Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a handler decides by; `withdraw_asked` and the like are questions that only this message may answer."""

    turn: Turn
    text: str
    reading: Reading
    phrases: Phrases
    withdraw_asked: str = ""  # a ticket
    drop_asked: str = ""  # a draft
    amend_asked: tuple[str, ...] = ()  # changes to a ticket

    @property
    def scopes(self) -> frozenset[str]:
        """Return the scopes that are open to this message."""
        claim = self.turn.claim
        if claim is None:
            return OPEN_TO["ticket" if self.turn.ticket() else "nothing"]
        return OPEN_TO["question" if claim.asked else "draft"]

    @property
    def tells(self) -> bool:
        """Return whether the text says anything that a claim can hold."""
        return bool(self._states or self.reading.remedies)

    @property
    def wishes_alone(self) -> bool:
        """Return whether a wish is all that a claim can hold of the text."""
        return bool(self.reading.remedies) and not self._states

    @property
    def _states(self) -> bool:
        reading = self.reading
        fit = any(fits(told, self.turn.turn_input.policy) for told in reading.claims)
        named = reading.order_numbers or reading.pickup_numbers or reading.phone_tails or reading.phones
        return bool(fit or named or reading.signals or reading.angry)

    def means(self, *names: str) -> bool:
        """Return whether the whole text is one of the key phrases of these names."""
        return not self.phrases.whole.isdisjoint(names)

    def contains(self, name: str) -> bool:
        """Return whether a key phrase of this name occurs in the text."""
        return name in self.phrases.within

    def says(self, count: int) -> bool:
        """Return whether the text is short enough, at most `count` characters, to say one thing."""
        return len(self.text) <= count


ANY, SPOKEN, DRAFT, ASKED, TICKET = "any", "spoken", "draft", "asked", "ticket"
"""Scopes of handlers: always; a draft or a ticket is spoken of; a draft is; its last question is open; a ticket is."""
OPEN_TO = {
    "nothing": frozenset((ANY,)),
    "ticket": frozenset((ANY, SPOKEN, TICKET)),
    "draft": frozenset((ANY, SPOKEN, DRAFT)),
    "question": frozenset((ANY, SPOKEN, DRAFT, ASKED)),
}


@dataclass(frozen=True, slots=True)
class Handler:
    """A row of the table of handlers: its scope, one sentence, when it applies (no side effects), what it does."""

    scope: str
    sentence: str
    applies: Callable[[Message], bool]
    act: Callable[[Message], None]


def meaning(*names: str) -> Callable[[Message], bool]:
    """Return the condition that the whole text is a key phrase of one of these names."""
    return lambda message: message.means(*names)

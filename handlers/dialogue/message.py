"""One message in words or photos as the handlers see it: the turn, the text and all that was found in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handlers.dialogue.turn import Turn
from handlers.nlu.reading import Reading
from handlers.nlu.text.keyphrases import Phrases


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a handler decides by; `withdraw_asked` and `drop_asked` are questions that only this message may answer."""

    turn: Turn
    text: str
    reading: Reading
    phrases: Phrases
    withdraw_asked: str = ""  # a ticket
    drop_asked: str = ""  # a draft

    def means(self, *names: str) -> bool:
        """Return whether the whole text is one of the key phrases of these names."""
        return not self.phrases.whole.isdisjoint(names)

    def contains(self, name: str) -> bool:
        """Return whether a key phrase of this name occurs in the text."""
        return name in self.phrases.within

    def says(self, count: int) -> bool:
        """Return whether the text is short enough, at most `count` characters, to say one thing."""
        return len(self.text) <= count


@dataclass(frozen=True, slots=True)
class Handler:
    """A row of the table of handlers: one sentence, when it applies (without side effects), and what it does."""

    sentence: str
    applies: Callable[[Message], bool]
    act: Callable[[Message], None]


def meaning(*names: str) -> Callable[[Message], bool]:
    """Return the condition that the whole text is a key phrase of one of these names."""
    return lambda message: message.means(*names)

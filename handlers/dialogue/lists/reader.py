"""How a leader's words are read: with the site's orders, the lexicon and the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from handlers.claims.list_draft import ListLine
from handlers.dialogue.lists.lines import Shelf
from handlers.nlu.lists.reader import ListReading, read_list
from handlers.nlu.models.llm_overlay import Opinions
from handlers.nlu.reading import ReadClaim, read
from handlers.nlu.references import refer
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.normalisation import normalise
from storage.orders import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What words are read with."""

    shelf: Shelf
    lexicon: Lexicon
    today: date
    opinions: Opinions | None = None
    chat: str = ""

    def lines(self, text: str) -> ListReading:
        """Read a leader's words against the orders that were looked up."""
        orders = self.shelf.listed.orders
        reading = read_list(text, orders, self.lexicon, today=self.today)
        return reading if self.opinions is None else self.opinions.over_list(self.chat, text, orders, reading)

    def with_items(self, line: ListLine, order: Order, place: int = 0) -> ReadClaim | None:
        """Read a line's words once more, with the items of the order that it turned out to mean."""
        plain = normalise(line.text, self.lexicon.emoji)
        about = refer(plain, (order,), self.lexicon, today=self.today, leader=True)
        claims = read(about.masked, (order,), self.lexicon, today=self.today).claims
        return claims[min(place, len(claims) - 1)] if claims else None

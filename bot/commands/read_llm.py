"""The second reader of `claimdesk read`: one question after the other, without database or conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from time import monotonic
from types import TracebackType

from bot.runtime.llm_client import SecondReader
from handlers.nlu.lists.reader import ListReading
from handlers.nlu.models import llm_prompt, llm_response
from handlers.nlu.models.llm_overlay import Opinions
from handlers.nlu.models.llm_prompt import Passage
from handlers.nlu.reading import Reading
from handlers.nlu.text.lexicon import Lexicon
from handlers.policy.policy import Policy
from handlers.turn.llm_candidates import Heard, line_passages, passage_of
from storage.orders import Order

ALL = ""  # every line of the input is a chat of its own: nothing is remembered between them


class SecondRead:
    """Asks about what a reading leaves open, with the service's own time-out; a context manager."""

    def __init__(self, reader: SecondReader, policy: Policy) -> None:
        self._reader, self._policy = reader, policy
        self._loop = asyncio.Runner()

    def __enter__(self) -> SecondRead:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.run(self._reader.close())
        self._loop.close()

    def message(self, text: str, orders: Sequence[Order], reading: Reading, lexicon: Lexicon, today: date) -> Reading:
        """Return the reading of a message with an opinion laid over it."""
        passage = passage_of(text, orders, reading, lexicon, today)
        return self._asked([passage] if passage else []).over(ALL, text, orders, reading)

    def listing(
        self, text: str, orders: Sequence[Order], reading: ListReading, lexicon: Lexicon, today: date
    ) -> ListReading:
        """Return a leader's list with opinions laid over its lines."""
        heard = Heard(text=text, orders=orders, reading=reading)
        return self._asked(list(line_passages(heard, lexicon, today))).over_list(ALL, text, orders, reading)

    def _asked(self, passages: Sequence[Passage]) -> Opinions:
        opinions = Opinions(monotonic)
        if not passages:
            return opinions
        answer = self._loop.run(
            self._reader.ask(llm_prompt.messages(passages, self._policy.labels(llm_prompt.LANGUAGE)))
        )
        found = llm_response.opinions(answer, passages, self._policy.problems) if answer is not None else {}
        for place, opinion in found.items():
            opinions.keep(ALL, passages[place].text, passages[place].orders, opinion)
        return opinions

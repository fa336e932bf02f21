"""What an operator should know of imported orders beside their counts: one sentence for each matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from handlers.nlu.number_shapes import shape_patterns
from handlers.nlu.text.lexicon import number_patterns
from handlers.orders.importer import OrderFile
from handlers.orders.records import Gathered
from handlers.policy.policy import Policy
from storage.imports.numbers import shape_of
from storage.orders import ORDER_FIELDS

STANDS_IN = {"promised": "promised_at", "placed": "placed_at"}
SHOWN = 20
PLACE = {name: ORDER_FIELDS.index(name) for name in ("delivered_at", "promised_at", "placed_at", "shared_paid")}


@dataclass(slots=True, kw_only=True)
class Notes:
    """Gathers, order by order, what is worth a sentence; without a policy only what does not depend on it."""

    policy: Policy | None = None
    orders: int = 0
    shared: int = 0
    undelivered: int = 0
    startless: int = 0  # of these, such as no claim window starts for
    unfit: int = 0
    example: str = ""
    _patterns: Sequence[re.Pattern[str]] = field(init=False, default=())

    def __post_init__(self) -> None:
        if self.policy:
            self._patterns = number_patterns(self.policy.orders.patterns)

    def see(self, incoming: Iterable[Gathered]) -> None:
        """Take orders in."""
        stands_in = STANDS_IN.get(self.policy.orders.window_from, "") if self.policy else ""
        place = PLACE.get(stands_in, -1)
        for one in incoming:
            head = one.head
            self.orders += 1
            self.shared += head[PLACE["shared_paid"]] > 0
            if head[PLACE["delivered_at"]] is None:
                self.undelivered += 1
                self.startless += place < 0 or head[place] is None
            for pattern in self._patterns:
                if pattern.search(head[0]):
                    break
            else:
                self._misfit(head[0])

    def _misfit(self, number: str) -> None:
        if self.policy:
            self.unfit += 1
            self.example = self.example or number

    def sentences(self, file: OrderFile) -> Iterator[str]:
        """Say what was gathered."""
        if file.odd_tags:
            yield f"tags that mean nothing by themselves: {_some(file.odd_tags)}"
        if file.odd_words:
            yield f"states that mean nothing here and were passed over: {_some(file.odd_words)}"
        if file.others:
            yield f"further sheets have the columns too and were not read: {', '.join(file.others)}"
        if self.shared:
            yield f"{self.shared} orders came with one sum for all lines; agents name the sums of claims on them"
        if self.policy and self.undelivered:
            yield from self._windows(self.policy)
        if self.unfit:
            yield misfit(self.unfit, self.example)

    def _windows(self, policy: Policy) -> Iterator[str]:
        known = self.undelivered - self.startless
        rule = f'(window_from = "{policy.orders.window_from}" in [orders] of the policy)'
        if known:
            start = STANDS_IN[policy.orders.window_from]
            yield f"{known} orders tell no delivered_at; their claim windows start at {start} {rule}"
        if self.startless:
            yield f"{self.startless} orders tell no time that claim windows start at; no claim on them is late {rule}"


def misfit(count: int, example: str) -> str:
    """Say that order numbers fit no pattern, and whether texts are searched for them all the same."""
    alone = _any(shape_patterns((shape_of(example),)))(example)
    how = (
        "texts are searched for numbers made like them all the same"
        if alone
        else 'in texts they are found only behind a word like "订单号"'
    )
    return f"{count} order numbers, as {example}, fit no [orders] patterns of the policy; {how}"


def _any(patterns: Sequence[re.Pattern[str]]) -> Callable[[str], object]:
    return lambda number: any(pattern.search(number) for pattern in patterns)


def _some(words: Iterable[str]) -> str:
    return " ".join(sorted(words)[:SHOWN])


def unfit(numbers: Iterable[str], policy: Policy) -> list[str]:
    """Return the numbers that no pattern of the policy fits."""
    fits = _any(number_patterns(policy.orders.patterns))
    return [number for number in numbers if not fits(number)]

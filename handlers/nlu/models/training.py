"""Training weights on labelled messages: the features, and the fitting."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from random import Random
from typing import Any

from handlers.nlu.models.examples import Seen
from handlers.nlu.text.weights import FORM, MAJOR, MARKS, STEPS, row_of

SIZES = (1, 2, 3)
LEAST = 3
"""A word part of fewer people is left out: it means little, and may identify one person."""
FEWEST = 10
"""Fewest messages of a problem type from which weights are learned."""
ROUNDS, RATE, DECAY, RUNS = 8, 0.1, 0.01, 3
ENOUGH = 0.02
"""A message with a smaller error is not learned from any more."""
MOST = 8000
"""Word parts of one file: about 240 KB."""

Tell = Callable[[], object]
"""Called when one code is done."""
Content = dict[str, Any]
"""The content of a weights file."""


def fit(rows: Sequence[Sequence[int]], wanted: Sequence[bool], size: int, chance: Random) -> list[float]:
    """Fit one logistic regression with AdaGrad, the mean of several runs; its first weight is the bias."""
    mean = [0.0] * size
    order = list(range(len(rows)))
    for _ in range(RUNS):
        weights, squares = [0.0] * size, [0.01] * size
        of = weights.__getitem__
        for _ in range(ROUNDS):
            chance.shuffle(order)
            for at in order:
                row = rows[at]
                miss = 1 / (1 + math.exp(-max(-30.0, min(30.0, sum(map(of, row)))))) - wanted[at]
                if -ENOUGH < miss < ENOUGH:
                    continue
                for part in row:
                    weight = weights[part]
                    slope = miss + DECAY * weight
                    squares[part] += slope * slope
                    weights[part] = weight - RATE * slope / math.sqrt(squares[part])
        mean = [old + new / RUNS for old, new in zip(mean, weights, strict=True)]
    return mean


def train(lessons: Sequence[Seen], codes: Sequence[str], chance: Random, tell: Tell = lambda: None) -> Content:
    """Return weights for every code with enough examples, and for serious messages."""
    found = [sorted(one.features(SIZES)) for one in lessons]
    counts = Counter(chain.from_iterable(_by_people(lessons, found)))
    names = ["", *sorted(feature for feature, count in counts.items() if count >= LEAST)]
    places = {name: place for place, name in enumerate(names)}
    rows = [[0, *(places[feature] for feature in features if feature in places)] for features in found]
    learned: dict[str, list[int]] = {}
    for code in (*codes, MAJOR):
        wanted = [one.lesson.major if code == MAJOR else code in one.lesson.codes for one in lessons]
        if code == MAJOR or sum(wanted) >= FEWEST:
            learned[code] = [round(weight * STEPS) for weight in fit(rows, wanted, len(names), chance)]
        tell()
    start, *rest = zip(*learned.values(), strict=True)
    table = dict(zip(names[1:], rest, strict=True))
    return {
        "form": FORM,
        "codes": list(learned),
        "sizes": list(SIZES),
        "start": list(start),
        "marks": {name: list(row) for name, row in table.items() if name.startswith(MARKS)},
        "weights": {name: row_of(table[name]) for name in _telling(table)},
    }


def _by_people(lessons: Sequence[Seen], found: Sequence[Collection[str]]) -> Iterable[Collection[str]]:
    """Return the features of each person's messages; a message of unknown writer counts as one person's."""
    people: dict[str | int, set[str]] = {}
    for at, (one, features) in enumerate(zip(lessons, found, strict=True)):
        people.setdefault(one.lesson.who or at, set()).update(features)
    return people.values()


def _telling(table: Mapping[str, Sequence[int]]) -> list[str]:
    """Return the word parts that matter: of too many, those with the largest weights."""
    most = {name: max(map(abs, row)) for name, row in table.items() if not name.startswith(MARKS)}
    telling = sorted((name for name, weight in most.items() if weight), key=lambda name: (-most[name], name))
    return sorted(telling[:MOST])

"""Learning weights from lessons: what is weighed, and the fitting."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from .learned import FORM, MAJOR, UNIT
from .lessons import Seen

SIZES = (1, 2, 3)
LEAST = 3
"""A word part of fewer messages is left out: it says little, and may be one person's own."""
FEWEST = 10
"""Messages of a problem type below which nothing is learned for it."""
ROUNDS, RATE, DECAY, RUNS = 8, 0.1, 0.01, 3
ENOUGH = 0.02
"""A message that is missed by less teaches nothing more."""
SMALLEST, MOST = 4, 12_000
"""Weights below so many hundredths are left out, and all but so many of the largest."""

Tell = Callable[[], object]
"""Called when one code is done."""
Content = dict[str, Any]
"""What a weights file holds."""


def fit(rows: Sequence[Sequence[int]], wanted: Sequence[bool], size: int, chance: Random) -> list[float]:
    """Fit one logistic regression with AdaGrad, the mean of several runs; its first weight is where the sum starts."""
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
    """Learn weights for every code of which there are lessons enough, and for serious messages."""
    found = [sorted(one.features(SIZES)) for one in lessons]
    counts = Counter(feature for features in found for feature in features)
    names = ["", *sorted(feature for feature, count in counts.items() if count >= LEAST)]
    places = {name: place for place, name in enumerate(names)}
    rows = [[0, *(places[feature] for feature in features if feature in places)] for features in found]
    start: dict[str, int] = {}
    weights: dict[str, dict[str, int]] = {}
    for code in (*codes, MAJOR):
        wanted = [one.lesson.major if code == MAJOR else code in one.lesson.codes for one in lessons]
        if sum(wanted) >= FEWEST:
            first, *rest = (round(weight * UNIT) for weight in fit(rows, wanted, len(names), chance))
            start[code] = first
            weights[code] = {name: weight for name, weight in zip(names[1:], rest, strict=True) if weight}
        tell()
    return {"form": FORM, "sizes": list(SIZES), "start": start, "weights": _pruned(weights)}


def _pruned(weights: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Keep the weights that matter: none of the smallest, and of many the largest."""
    sizes = sorted((abs(weight) for row in weights.values() for weight in row.values()), reverse=True)
    least = max(SMALLEST, sizes[MOST] + 1) if len(sizes) > MOST else SMALLEST
    return {
        code: {name: weight for name, weight in row.items() if abs(weight) >= least} for code, row in weights.items()
    }

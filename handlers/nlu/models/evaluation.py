"""How well messages are read with and without weights, measured on labelled messages not used for training."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from handlers.nlu.models.examples import NONE, Seen
from handlers.nlu.models.training import Tell, train
from handlers.nlu.rescoring import weighed
from handlers.nlu.text.weights import Learned, Weights, restore

FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Micro-F1 of the problem types, and recall and precision of serious messages; 0 to 1."""

    types: float
    recall: float
    precision: float


def learned_from(content: object, bounds: Weights) -> Learned | None:
    """Return newly trained weights ready for use, acting from the probabilities of `bounds`."""
    text = json.dumps(content)
    return restore(text, add=bounds.add, more=bounds.more, drop=bounds.drop, major=bounds.major)


def score(lessons: Iterable[Seen], learned: Learned | None) -> Score:
    """Compare what is read of labelled messages with their labels."""
    hits = wanted_all = read_all = right = major = told = 0
    for one in lessons:
        problems, grave = list(one.problems), one.grave
        if learned is not None:
            better = weighed(one.text, problems, grave, learned, several=False)
            problems, grave = [*better.found, *better.added], better.grave
        wanted = one.lesson.codes or {NONE}
        read = {problem.code for problem in problems} or {NONE}
        hits, wanted_all, read_all = hits + len(wanted & read), wanted_all + len(wanted), read_all + len(read)
        serious = grave.severity != "normal"
        right, major, told = right + (serious and one.lesson.major), major + one.lesson.major, told + serious
    return Score(
        types=2 * hits / max(1, wanted_all + read_all),
        recall=right / max(1, major),
        precision=right / max(1, told),
    )


def cross_checked(
    lessons: Sequence[Seen], codes: Sequence[str], bounds: Weights, chance: Random, tell: Tell = lambda: None
) -> tuple[Score, Score]:
    """Score the tables alone, and with weights of each fifth of the messages trained on the other four."""
    order = list(lessons)
    chance.shuffle(order)
    scores = []
    for fold in range(FOLDS):
        rest = [one for place, one in enumerate(order) if place % FOLDS != fold]
        learned = learned_from(train(rest, codes, chance, tell), bounds)
        scores.append(score(order[fold::FOLDS], learned))
    parts = (sum(one.types for one in scores), sum(one.recall for one in scores), sum(one.precision for one in scores))
    types, recall, precision = (part / FOLDS for part in parts)
    return score(order, None), Score(types=types, recall=recall, precision=precision)

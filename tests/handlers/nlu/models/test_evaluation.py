from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random

from handlers.nlu.models import examples as lessons
from handlers.nlu.models.evaluation import cross_checked, score
from handlers.nlu.models.examples import NONE, lesson_of, seen
from handlers.nlu.text.lexicon import compile_words
from handlers.policy import loader
from handlers.policy.lexicons import learned_of

HELD_OUT = Path(__file__).parents[1] / "readings" / "held_out.jsonl"
LESSONS = Path(lessons.__file__).parent / "training_messages"
POLICY = loader.load("community-group-buy")
CODES = [code for code in POLICY.problems if code != NONE]


@cache
def held_out():
    tables = compile_words(POLICY.words, POLICY.orders.patterns)
    return [seen(lesson_of(line, CODES), tables) for line in HELD_OUT.read_text("utf-8").splitlines()]


# a floor some points under what is reached, so that a change of words or weights shows
def test_the_shipped_weights_read_more_than_the_tables_alone():
    tables, both = score(held_out(), None), score(held_out(), learned_of(POLICY))
    assert both.types >= 0.66
    assert both.types >= tables.types + 0.03
    assert both.recall >= tables.recall
    assert both.precision >= tables.precision - 0.1


def test_nothing_held_out_is_among_the_lessons():
    lines = [line for file in LESSONS.glob("*.jsonl") for line in file.read_text("utf-8").splitlines()]
    lessons = {json.loads(line)["text"] for line in lines}
    assert len(lessons) > 2000
    assert not lessons & {one.lesson.text for one in held_out()}


def test_what_is_measured_was_not_learned_from():
    """With labels that mean nothing, weights held out from what they are measured on cannot help."""
    shuffled = [one.lesson for one in held_out()]
    Random(1).shuffle(shuffled)
    at_random = [
        type(one)(lesson=label, text=one.text, problems=one.problems, grave=one.grave)
        for one, label in zip(held_out(), shuffled, strict=True)
    ]
    _, both = cross_checked(at_random, CODES, POLICY.reading, Random(1))
    assert both.types < 0.4


def test_without_weights_the_score_is_that_of_the_tables():
    exact = score(held_out(), None)
    assert 0 < exact.types < 1
    assert 0 < exact.recall <= 1

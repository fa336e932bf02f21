"""How to keep the goods and which photos help: said beside the first question, for every problem type, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.claims.claim import Claim, Problem
from handlers.claims.questions import advice, ask_photos
from handlers.claims.slots import View
from handlers.claims.summary import unadvised
from handlers.claims.voice import Voice
from handlers.messages.codes import LANGUAGES, PROBLEMS
from handlers.policy import loader

POLICY = loader.load("community-group-buy")


def view(*codes: str, language: str = "zh", special: tuple[str, ...] = ()) -> View:
    claim = Claim(id="c", problems=tuple(Problem(problem=code) for code in codes), special=special)
    voice = Voice(language=language, policy=POLICY, now=datetime(2026, 6, 12, tzinfo=UTC))
    return View(claim=claim, order=None, claimed={}, voice=voice)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", PROBLEMS)
def test_what_a_problem_type_advises_is_said_beside_the_first_question(code, language):
    kind, said = POLICY.problems[code], advice(view(code, language=language), "order")
    assert (kind.keep.get(language) or "") in said
    assert not kind.photos or kind.evidence[language] in said
    assert bool(said) == bool(kind.keep or kind.photos)


@pytest.mark.parametrize("code", PROBLEMS)
def test_it_is_said_once(code):
    seen = view(code)
    told = replace(seen, claim=replace(seen.claim, advised=unadvised(seen.claim, POLICY)))
    assert advice(told, "order") == ""
    kind = POLICY.problems[code]
    if kind.photos:
        first, then = ask_photos(seen).text, ask_photos(told).text
        assert kind.evidence["zh"] in first and kind.keep["zh"] in first
        assert kind.evidence["zh"] not in then and kind.keep["zh"] not in then


def test_a_further_problem_has_its_own_advice_and_the_same_words_come_once():
    both = view("quality_spoiled", "quality_other", "foreign_object")
    said = advice(both, "quantity")
    assert said.count(POLICY.problems["quality_spoiled"].keep["zh"]) == 1
    assert POLICY.problems["foreign_object"].keep["zh"] in said


def test_brief_talks_get_no_list_of_shots():
    said = advice(view("quality_spoiled", special=("senior",)), "order")
    assert said == POLICY.problems["quality_spoiled"].keep["zh"]

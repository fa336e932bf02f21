from __future__ import annotations

from datetime import UTC, datetime

import pytest
from doubles.ticket_house import preset

from handlers.claims import questions
from handlers.claims.claim import Claim, Problem
from handlers.claims.slots import View
from handlers.claims.voice import Voice
from storage.orders import Order, OrderLine


def view(*tags: str, language: str = "zh") -> View:
    line = OrderLine(line_no=1, item="草莓", quantity=1, paid=1990, unit="盒", tags=tags)
    claim = Claim(id="c", order_no="KT1", problems=(Problem(line_no=1),))
    voice = Voice(language=language, policy=preset(), now=datetime(2026, 6, 12, tzinfo=UTC))
    return View(claim=claim, order=Order(order_no="KT1", lines=(line,)), claimed={}, voice=voice)


def taps(question: questions.Question) -> list[str]:
    return [tap for _, tap in question.choices]


@pytest.mark.parametrize(("tags", "first"), [(("fresh",), "quality_spoiled"), ((), "quality_other")])
def test_the_likely_five_other_and_more_are_shown(tags, first):
    asked = questions.ask_problem(view(*tags))
    assert taps(asked) == [
        f"problem:{first}", "problem:shortage_missing", "problem:wrong_item", "problem:damaged_package",
        "problem:not_received", "problem:other", "edit:problem",
    ]  # fmt: skip
    assert asked.choices[-1][0] == "更多…"


def test_more_shows_every_problem_type_in_the_same_order():
    asked, whole = questions.ask_problem(view("fresh")), questions.question_for(view("fresh"), "problem")
    assert taps(whole)[:6] == taps(asked)[:6]
    assert sorted(taps(whole)) == sorted(f"problem:{code}" for code in preset().problems)
    assert "edit:problem" not in taps(whole)


def test_more_is_said_in_english_too():
    assert questions.ask_problem(view("fresh", language="en")).choices[-1][0] == "More…"

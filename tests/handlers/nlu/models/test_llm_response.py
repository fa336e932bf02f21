"""An answer counts only where it fits the question: nothing foreign, nothing unknown, nothing above what was bought."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from doubles.completions import answer, claim, passage
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_orders import order_of

from handlers.messages.codes import PROBLEMS
from handlers.nlu.models.llm_overlay import Opinion, Told
from handlers.nlu.models.llm_prompt import Passage
from handlers.nlu.models.llm_response import opinions

FIRST, SECOND = order_of("3"), order_of("5")
ASKED = [
    Passage(text="a", orders=[FIRST, SECOND], masked="a", fits=(FIRST,)),
    Passage(text="b", orders=[FIRST, SECOND], masked="b", fits=(FIRST, SECOND)),
]
NUMBER = FIRST.order_no


def read(text):
    return opinions(text, ASKED, PROBLEMS)


def test_a_good_answer():
    said = answer(
        passage(1, claim("quality_spoiled", line=2, quantity=0.5, remedy="refund")),
        passage(
            2, claim("late", order=2, line=None, quantity="all"), claim(None, order=None, line=None), severity="major"
        ),
    )
    first = Told(order_no=NUMBER, line_no=2, problem="quality_spoiled", quantity=Fraction(1, 2), remedy="refund")
    second = Told(order_no=SECOND.order_no, problem="late", quantity="all")
    assert read(said) == {0: Opinion(claims=(first,)), 1: Opinion(claims=(second, Told()), severity="major")}


def test_order_lines_are_told_by_their_place_and_kept_by_their_number():
    found = read(answer(passage(1, claim("late", line=2))))
    assert found[0].claims[0].line_no == FIRST.lines[1].line_no


@pytest.mark.parametrize("around", ["{}", "```json\n{}\n```", "```\n{}\n```", "  \n{}\n ", "```json{}```"])
def test_a_code_fence_is_taken_off(around):
    assert 0 in read(around.replace("{}", answer(passage(1, claim("late")))))


BROKEN = [
    "",
    "好的，以下是结果：",
    "{",
    "null",
    "[]",
    '"passages"',
    "{}",
    '{"passages": {}}',
    '{"passages": [1]}',
    '{"passages": [[]]}',
    '{"passages": [{"claims": []}]}',
    '{"passages": [{"passage": 0, "claims": []}]}',
    '{"passages": [{"passage": 3, "claims": []}]}',
    '{"passages": [{"passage": true, "claims": []}]}',
    '{"passages": [{"passage": "1", "claims": []}]}',
    '{"passages": [{"passage": 1.0, "claims": []}]}',
    '{"passages": [{"passage": 1, "claims": [{"quantity": NaN}]}]}',
    '{"passages": [{"passage": 1, "claims": [{"quantity": Infinity}]}]}',
    answer(passage(1), passage(1)),
    answer(passage(1, claim("late")))[:-3],
    f"答案：{answer(passage(1))}",
    answer(passage(1)) + answer(passage(2)),
    "[" * 100_000,
    "```" * 30_000,
    "\n" * 60_000,
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_answer_comes_to_nothing(text):
    assert read(text) == {}


NUMBERS = [
    "1e999", "-1e999", "1e-999", "-0.0", "0e5", "1e-9", "1E+400", "9" * 400, "9" * 5000, "-" + "9" * 5000,
    "0." + "1" * 5000, "1e99999999999", "4.0001",
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS, ids=range(len(NUMBERS)))
def test_an_odd_number_spoils_its_passage_alone(number):
    odd = json.dumps({"problem": "late", "order": 1, "line": 1, "quantity": "N"}).replace('"N"', number)
    rows = ", ".join([f'{{"passage": 1, "claims": [{odd}]}}', json.dumps(passage(2, claim("late")))])
    found = read(f'{{"passages": [{rows}]}}')
    assert 1 in found
    assert all(0 < told.quantity <= 4 for told in found.get(0, Opinion()).claims)  # 0.111… is less than four


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,6})?", fullmatch=True), st.data())
def test_no_number_breaks_it_wherever_it_stands(number, data):
    key = data.draw(st.sampled_from(["quantity", "order", "line", "problem", "remedy"]))
    odd = json.dumps({**claim("late"), key: "N"}).replace('"N"', number)
    found = read(f'{{"passages": [{{"passage": 1, "claims": [{odd}]}}, {json.dumps(passage(2))}]}}')
    assert 1 in found
    for told in found.get(0, Opinion()).claims:
        assert told.quantity is None or 0 < told.quantity <= 4


WRONG = [
    claim("quality_spoilt"),
    claim("refund"),
    claim(["late"]),
    claim(1),
    claim("late", remedy="money"),
    claim("late", remedy="refund_all"),
    claim("late", order=2),  # an order of the other passage
    claim("late", order=3),
    claim("late", order="KT260612-0003"),
    claim("late", line=3),
    claim("late", line=-1),
    claim("late", order=None, line=1),
    claim("late", line=True),
    claim("late", quantity=5),  # four were bought
    claim("late", quantity=0),
    claim("late", quantity=-1),
    claim("late", quantity=True),
    claim("late", quantity="2"),
    claim("late", quantity="everything"),
    claim("late", quantity=[2]),
    claim("late", quantity=1e300),
    claim("late", line=None, quantity=1e300),
    claim("late", quantity=1e-9),
    claim("late", line=None, quantity=1000),
    {"order": {}},
]


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_a_passage_with_anything_foreign_is_left_and_the_others_count(wrong):
    said = answer(passage(1, claim("late"), wrong), passage(2, claim("late")))
    assert list(read(said)) == [1]


@pytest.mark.parametrize("severity", ["harmless", "SAFETY", 2, ["safety"], {}, True])
def test_an_unknown_severity_spoils_its_passage(severity):
    row = {"passage": 1, "claims": [], "severity": severity}
    assert read(json.dumps({"passages": [row]})) == ({} if severity else {0: Opinion()})


def test_too_many_claims_are_nobodys_words():
    many = [claim("late", quantity=n / 10) for n in range(1, 12)]
    assert read(answer(passage(1, *many))) == {}


def test_what_nobody_asked_for_is_not_looked_at():
    row = {"passage": 1, "claims": [claim("late", amount=99999, approve=True)], "actions": ["refund"], "severity": None}
    assert read(json.dumps({"passages": [row], "order": "x"}))[0].claims == (
        Told(order_no=NUMBER, line_no=1, problem="late"),
    )


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 9)
    | st.floats()
    | st.sampled_from(["all", "late", "refund", "safety", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["passages", "passage", "claims", "order", "line", "problem", "quantity", "remedy", "severity"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=400, deadline=None)
@given(st.lists(JSON, max_size=3), st.lists(JSON, max_size=3))
def test_no_answer_breaks_it_or_brings_in_what_is_not_there(first, second):
    rows = [{"passage": n, "claims": claims} for n, claims in enumerate((first, second), start=1)]
    for opinion in read(json.dumps({"passages": rows})).values():
        for told in opinion.claims:
            assert told.order_no in (None, FIRST.order_no, SECOND.order_no)
            assert told.problem is None or told.problem in PROBLEMS


@settings(max_examples=200, deadline=None)
@given(st.text() | JSON.map(json.dumps))
def test_no_text_breaks_it(text):
    read(text)

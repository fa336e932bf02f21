from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.nlu.text.normalisation import LIMIT, choice, normalise


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("①5号", "5号"),
        ("⑴ 5号", "5号"),
        ("1️⃣ 3号 坏", "3号 坏"),
        ("3️⃣号 坏", "3号 坏"),
        ("- 3号", "3号"),
        ("１７号 三文魚", "17号 三文鱼"),
        ("雞蛋破了五顆", "鸡蛋破了五颗"),
        ("Refund PLS", "refund pls"),
        ("草\u200b莓\ufe0f", "草莓"),
        ("坏了！！", "坏了!!"),
    ],
)
def test_one_spelling(typed, read):
    assert normalise(typed).strip() == read


def test_a_circled_number_never_joins_the_pickup_number():
    assert "15号" not in normalise("①5号 草莓坏")
    assert "25" not in normalise("3号 草莓坏 ②5号 车厘子软")


def test_emoji_become_the_words_of_the_policy():
    assert normalise("坏果3🍊", {"🍊": "橙子"}) == "坏果3橙子"


@pytest.mark.parametrize(
    ("typed", "number"), [("②", 2), ("2️⃣", 2), ("2", 2), ("２。", 2), ("② 那天晚上", 2), ("2盒", None), ("好", None)]
)
def test_a_leading_choice(typed, number):
    assert choice(typed) == number


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_a_spelling(text):
    assert len(normalise(text)) <= LIMIT
    choice(text)


def test_expanding_characters_stay_within_the_limit():
    assert len(normalise("\ufdfa" * 10000)) <= LIMIT

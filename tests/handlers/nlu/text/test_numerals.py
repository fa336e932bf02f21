from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.nlu.text.numerals import CHINESE, chinese, number


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("2", 2),
        ("1.5", Fraction(3, 2)),
        ("两", 2),
        ("俩", 2),
        ("仨", 3),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十三", 23),
        ("廿三", 23),
        ("一百零五", 105),
        ("一百五", 150),
        ("三千", 3000),
        ("两万", 20000),
        ("半", Fraction(1, 2)),
        ("three", 3),
        ("half", Fraction(1, 2)),
        ("0", 0),
    ],
)
def test_exact_numbers(word, value):
    assert number(word).exact == value


@pytest.mark.parametrize(
    ("word", "low", "high"),
    [
        ("七八", 7, 8),
        ("三四十", 30, 40),
        ("十七八", 17, 18),
        ("几", 2, 9),
        ("好几", 2, 9),
        ("十几", 11, 19),
        ("二十几", 21, 29),
    ],
)
def test_rough_numbers_have_bounds_and_no_value(word, low, high):
    rough = number(word)
    assert (rough.low, rough.high, rough.exact) == (low, high, None)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("三分之一", Fraction(1, 3)),
        ("4分之3", Fraction(3, 4)),
        ("80%", Fraction(4, 5)),
        ("七成", Fraction(7, 10)),
        ("1/3", Fraction(1, 3)),
    ],
)
def test_shares(word, value):
    share = number(word)
    assert share.share
    assert share.exact == value


@pytest.mark.parametrize("word", ["", "草莓", "三三", "1/0", "零分之一", "一二三", "²"])
def test_what_is_no_number(word):
    assert number(word) is None


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=CHINESE + "半几好来多俩仨分之成%/.0123456789", max_size=12))
def test_never_raises(word):
    found = number(word)
    assert found is None or found.low <= found.high


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=1, max_value=9999))
def test_written_out_numbers_come_back(value):
    assert chinese(written(value)) == value


def written(value: int) -> str:
    digits, sizes = "零一二三四五六七八九", ["千", "百", "十", ""]
    text = "".join(
        digits[int(digit)] + size if digit != "0" else "零" for digit, size in zip(f"{value:04d}", sizes, strict=True)
    )
    while "零零" in text:
        text = text.replace("零零", "零")
    return text.strip("零")

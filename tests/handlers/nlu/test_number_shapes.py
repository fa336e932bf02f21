"""Numbers that no pattern of the policy knows are found by the shapes of those that were imported."""

from __future__ import annotations

import pytest
from reading_orders import TODAY, lexicon

from handlers.nlu.number_shapes import with_shapes
from handlers.nlu.reading import read


def numbers(text, *shapes):
    return read(text, (), with_shapes(lexicon(), shapes), today=TODAY).order_numbers


SHOP, SHORT, LETTERS = "999999-999999999999999", "99999", "AA9999999999"


@pytest.mark.parametrize(
    ("text", "shape", "found"),
    [
        ("231129-598877665544332 草莓坏了2盒", SHOP, ("231129-598877665544332",)),
        ("单号231129598877665544332坏了", SHOP, ("231129598877665544332",)),
        ("231129 598877665544332", SHOP, ("231129 598877665544332",)),
        ("qt2611000031 鸡蛋裂了", LETTERS, ("QT2611000031",)),
        ("订单号是12345 草莓坏了", SHORT, ("12345",)),
        ("12345 草莓坏了", SHORT, ()),  # too short to mean an order by itself
        ("13800002231 草莓坏了", "99999999999", ()),  # a phone
        ("20261120 草莓坏了", "99999999", ()),  # a day
        ("CD-7K2M9Q 怎么样了", "AA9A9A9A", ()),  # a ticket
        ("231129-598877665544332 草莓坏了", "9999", ()),
    ],
)
def test_numbers_are_found_by_their_shape(text, shape, found):
    plain = [number.replace(" ", "").replace("-", "") for number in numbers(text, shape)]
    assert plain == [number.replace(" ", "").replace("-", "") for number in found]


def test_shapes_that_are_too_many_are_found_by_their_length():
    assert numbers("a1b2c3d4e5 坏了", "*10") == ("A1B2C3D4E5",)
    assert numbers("a1b2c3d4 坏了", "*10") == ()


def test_without_shapes_only_the_policys_patterns_count():
    assert numbers("231129-598877665544332 坏了") == ()
    assert numbers("KT260612-0003 坏了", SHOP) == ("KT260612-0003",)

"""What single cells of an order file mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from handlers.orders import cells
from handlers.orders.texts import Unclear
from media.values import UNSAVED_CELL

CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("79.60", 7960),
        ("79.6", 7960),
        ("79", 7900),
        ("0", 0),
        ("0.07", 7),
        ("¥1,234.50", 123450),
        ("￥ 12", 1200),
        ("12元", 1200),
        ("１２．５０", 1250),
        ("1，234", 123400),
        ("10000000.00", 10**9),
    ],
)
def test_money_is_whole_fen(text, fen):
    assert cells.money(text) == fen


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("-1", "negative"),
        ("¥-1.00", "negative"),
        ("(5.00)", "negative"),
        ("1.005", "two decimals"),
        ("1,23", "two decimals"),
        ("1.234,56", "two decimals"),
        ("nan", "two decimals"),
        ("inf", "two decimals"),
        ("１e3", "two decimals"),
        ("1E+05", "rounded"),
        ("十元", "two decimals"),
        ("٣", "two decimals"),
        ("10000000.01", "too large"),
        ("9" * 60, "too large"),
        ("9" * 90, "longer than 64"),
        ("12\x0030", "control"),
    ],
)
def test_money_that_is_none(text, why):
    with pytest.raises(Unclear, match=why):
        cells.money(text)


def test_a_price_may_be_missing():
    assert cells.price(" ") is None
    assert cells.price("0.50") == 50


@pytest.mark.parametrize(("text", "amount"), [("4", 4), ("1.5", 1.5), ("２", 2), ("1,000", 1000), ("2.0", 2)])
def test_quantities(text, amount):
    assert cells.pieces(text) == amount


@pytest.mark.parametrize("text", ["", "0", "0.0", "-2", "two", "1e9", "nan", "1/2", "1000001", "9" * 40])
def test_quantities_that_are_none(text):
    with pytest.raises(Unclear):
        cells.pieces(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-12T17:30:00",
        "2026-06-12 17:30",
        "2026-06-12T17:30:00+08:00",
        "2026-06-12T09:30:00Z",
        "2026-06-12T17:30:00+0800",
        "2026/6/12 17:30",
        "2026-6-12  17:30:00",
        "2026年6月12日 17:30",
        "２０２６-06-12T17:30:00",
    ],
)
def test_times_are_of_shanghai_unless_they_say_otherwise(text):
    assert cells.moment(text) == datetime(2026, 6, 12, 9, 30, tzinfo=UTC)


def test_a_bare_date_is_its_midnight_and_none_is_none():
    assert cells.moment("2026-06-12") == datetime(2026, 6, 12, tzinfo=CHINA)
    assert cells.moment("  ") is None


@pytest.mark.parametrize(
    "text", ["06/12/2026", "2026-02-30", "2026-06-12 25:00", "17:30", "46185.7", "昨天", "1926-06-12", "0001-01-01"]
)
def test_times_that_are_none(text):
    with pytest.raises(Unclear):
        cells.moment(text)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("13800002231", "13800002231"),
        ("138-0000-2231", "13800002231"),
        ("+86 138 0000 2231", "13800002231"),
        ("0086 13800002231", "13800002231"),
        ("１３８００００２２３１", "13800002231"),
        ("(021) 6412-0000", "02164120000"),
        ("+852 9123 4567", "85291234567"),
        ("13800002231.0", "13800002231"),
        ("'13800002231", "13800002231"),
        ("`13800002231", "13800002231"),
        ("86-13800002231", "13800002231"),
        ("138 0000 2231", "13800002231"),
        ("138****2231", "138****2231"),
        ("138xxxx2231", "138****2231"),
        ("+86 138****2231", "138****2231"),
        ("*******2231", "****2231"),
        ("13911118812-1234", "13911118812-1234"),
        ("13911118812转1234", "13911118812-1234"),
        ("13911118812,1234", "13911118812-1234"),
        ("139-1111-8812 ext. 7", "13911118812-7"),
        ("021-64120000-801", "02164120000-801"),
        ("", ""),
    ],
)
def test_phones(text, digits):
    assert cells.phone(text) == digits


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("138********", "masked"),
        ("*********", "masked"),
        ("1.38E+10", "rounded"),
        ("1.38000022310E+10", "rounded"),
        ("2231", "not a phone"),
        ("call 13800002231", "not a phone"),
        ("13800002231/13900002231", "two phone"),
        ("13800002231 021-64120000", "two phone"),
    ],
)
def test_phones_that_are_none(text, why):
    with pytest.raises(Unclear, match=why):
        cells.phone(text)


def test_numbers_are_half_width_and_keep_their_shape():
    assert cells.order_number(" ＫＴ２６０６１２－０００３\u200b") == "KT260612-0003"
    assert cells.pickup_number("０３号") == "3"
    assert cells.pickup_number("A-12") == "A12"
    assert cells.pickup_number("") == ""
    for text in ("", "--", "1.2E+19", "x" * 65, "KT\x07"):
        with pytest.raises(Unclear):
            cells.order_number(text)


def test_labels_are_one_clean_line():
    assert cells.named("草莓\u202e（大）\n 300g\ufeff") == "草莓（大） 300g"
    assert cells.named("👩‍🌾 苹果") == "👩‍🌾 苹果"
    for text in ("", "\u200b", "a\x1b[2J", "a\x00", "x" * 501):
        with pytest.raises(Unclear):
            cells.named(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("fresh;elderly", ("fresh", "senior")),
        ("Senior elderly", ("senior",)),
        ("infant；fragile, dry、live", ("infant", "fragile", "dry", "live")),
        (" ; fresh ;", ("fresh",)),
        ("organic", ("organic",)),  # a policy may know it
    ],
)
def test_tags(text, words):
    assert cells.tags(text) == words


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("０2", 2), ("999999", 999999)])
def test_line_numbers(text, number):
    assert cells.place(text) == number


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "a", "", "1000000"])
def test_line_numbers_that_are_none(text):
    with pytest.raises(Unclear, match="whole number"):
        cells.place(text)


def test_the_reason_names_the_column():
    column = cells.Column("paid", cells.money)
    for text, why in (
        ("-1", "is negative"),
        ("#REF!", "holds the formula error #REF!"),
        (UNSAVED_CELL, "is a formula"),
    ):
        with pytest.raises(Unclear, match=f"^paid {why}"):
            column[text]
    assert column["1.50"] == column["1.50"] == 150


def test_a_column_forgets_what_is_long_gone():
    column = cells.Column("paid", cells.money)
    for number in range(3 * cells.KEPT):
        assert column[str(number)] == number * 100
    assert len(column) <= cells.KEPT


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [("1件", 1, "件"), ("2 盒", 2, "盒"), ("x3", 3, ""), ("×2份", 2, "份"), ("1.5kg", 1.5, "kg"), ("4", 4, "")],
)
def test_a_quantity_may_have_its_unit_behind_it(text, amount, unit):
    assert cells.counted(text) == (amount, unit)


@pytest.mark.parametrize(
    ("text", "name"),
    [("20261120001.0", "20261120001"), ("12.00", "12"), ("'0012", "0012"), ("1.5", "1.5"), ("V1.0", "V1.0")],
)
def test_numbers_lose_what_a_spreadsheet_gave_them(text, name):
    assert cells.order_number(text) == name


def test_refunds_are_written_with_and_without_a_minus():
    assert cells.refund("-19.90") == cells.refund("19.90") == 1990
    assert cells.refund("") is None
    assert cells.refund("0.00") == 0

"""Charts: what is drawn where, and that no data breaks them."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from media import fonts
from media.charts import canvas
from media.charts.page import draw
from media.charts.panels import step
from media.charts.values import Bars, Columns, Lines, Page, Tile

FIRST, SECOND = canvas.SERIES[:2]
N = 1 << 24


def picture(*panels, tiles=()):
    return Image.open(BytesIO(draw(Page("售后工单", "2026-06", tiles, [list(panels)])))).convert("RGB")


def amount(image, colour):
    """Return how many pixels have a colour, or nearly."""
    wanted = bytes.fromhex(colour[1:])
    near = (sum(abs(one - other) for one, other in zip(found, wanted, strict=True)) for _, found in image.getcolors(N))
    return sum(count for (count, _), far in zip(image.getcolors(N), near, strict=True) if far < 90)


def test_columns_are_as_high_as_their_numbers():
    image = picture(Columns("每天", ["6/1", "6/2"], [("破损", [10, 0]), ("延误", [5, 0])]))
    legend = 16 * 16
    assert (amount(image, FIRST) - legend) / (amount(image, SECOND) - legend) == pytest.approx(2, rel=0.15)


def test_bars_are_as_long_as_their_values():
    whole = amount(picture(Bars("成本", [("退款", 100.0, "100.00 元")])), FIRST)
    both = amount(picture(Bars("成本", [("退款", 100.0, "100.00 元"), ("优惠券", 50.0, "50.00 元")])), FIRST)
    assert both / whole == pytest.approx(1.5, rel=0.05)


def test_a_line_has_a_gap_where_nothing_is_known():
    values = [1.0, 1.0, 1.0, 1.0, 1.0]
    whole = picture(Lines("按时率", list("12345"), [("按时率", values)]))
    gap = picture(Lines("按时率", list("12345"), [("按时率", [1.0, 1.0, None, 1.0, 1.0])]))
    assert amount(gap, FIRST) < 0.65 * amount(whole, FIRST)


@pytest.mark.parametrize(
    "panel",
    [
        Columns("每天", ["6/1"], [("破损", [0])], "没有工单"),
        Columns("每天", ["6/1"], [], "没有工单"),
        Lines("按时率", ["6/1"], [("按时率", [None])], "还没有"),
        Bars("成本", [], "没有成本"),
        Bars("成本", [("退款", -5.0, "-5.00 元")], "没有成本"),
    ],
)
def test_without_data_a_sentence_stands_there(panel):
    image = picture(panel)
    silent = picture(type(panel)(*[*(getattr(panel, name) for name in panel.__slots__[:-1]), ""]))
    assert image.tobytes() != silent.tobytes()
    assert amount(image, FIRST) == 0


def test_many_labels_and_long_names_stay_within_the_picture():
    labels = [f"{n}/30" for n in range(366)]
    image = picture(
        Columns("每天", labels, [("很长的问题类型名称" * 5, [n % 7 for n in range(366)])]),
        Bars("商品", [("很长的商品名称" * 20, 3.0, "3")] * 6),
        tiles=[Tile("成本合计", "123456789012345.00 元", "1 / 2")] * 6,
    )
    assert image.width == 1200
    paper = tuple(bytes.fromhex(canvas.PAPER[1:]))
    assert {image.getpixel((x, y)) for x in (5, 1195) for y in range(0, image.height, 7)} == {paper}


def test_without_a_font_of_its_own_it_draws_all_the_same(monkeypatch):
    monkeypatch.setattr(fonts, "chinese_font_files", list)
    fonts.font.cache_clear()
    try:
        assert picture(Bars("成本", [("退款", 1.0, "1")]), tiles=[Tile("满意度", "50%")]).width == 1200
    finally:
        fonts.font.cache_clear()


@pytest.mark.parametrize(("most", "between"), [(1, 1), (5, 1), (6, 2), (11, 5), (26, 10), (99, 20), (1000, 200)])
def test_the_grid_has_round_numbers_and_few_lines(most, between):
    assert step(most) == between

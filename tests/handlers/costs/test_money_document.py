"""The worked examples of docs/money.md come out as they stand there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from doubles.ticket_house import preset
from order_files import parsed, written

from handlers.claims.claim import Claim, Problem
from handlers.claims.summary import offer, sums
from handlers.claims.voice import Voice
from storage.orders import Order, OrderLine

TEXT = (Path(__file__).parents[3] / "docs" / "money.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| ")]
PROBLEMS = [row for row in ROWS if len(row) == 4 and re.match(r"\S.*, \d+ ", row[0])]
IMPORTS = [row for row in ROWS if len(row) == 4 and "×" in row[0]]
VOICE = Voice(language="zh", policy=preset(), now=datetime(2026, 6, 12, tzinfo=UTC))


def fen(yuan: str) -> int:
    return round(float(yuan) * 100)


def test_the_document_has_examples():
    assert (len(PROBLEMS), len(IMPORTS)) == (6, 5)


@pytest.mark.parametrize("row", PROBLEMS, ids=lambda row: row[1])
def test_a_sum_comes_about_as_the_document_says(row):
    bought, claimed, comes_to, working = row
    found = re.fullmatch(r"(\S+)(?: (\S+))?, (\d+) (\S+), ([\d.]+)(?:, less ([\d.]+))?", bought)
    item, spec, count, unit, before, less = found.groups()
    discount = fen(less or "0")
    line = OrderLine(
        line_no=1, item=item, spec=spec or "", quantity=int(count), unit=unit, paid=fen(before) - discount,
        discount=discount,
    )  # fmt: skip
    number = claimed.rstrip("盒个箱")
    share = "/" in number
    problem = Problem(line_no=1, problem="quality_spoiled", quantity=number, unit=claimed.removeprefix(number),
                      share=share, wish="refund")  # fmt: skip
    order, claim = Order(order_no="KT1", lines=(line,)), Claim(id="c", order_no="KT1", problems=(problem,))
    assert sums(claim, order, {}) == [fen(comes_to)]
    how = f"（{working}）" if working else ""
    assert offer(claim, order, {}, VOICE) == f"按规则可退 {comes_to} 元{how}，原路退回。"


@pytest.mark.parametrize("row", IMPORTS, ids=lambda row: f"{row[0]} {row[1]}")
def test_an_order_is_imported_as_the_document_says(row, tmp_path):
    lines, told, paid, freight = row
    columns = dict(part.split() for part in told.split(", "))
    rows = []
    for place, line in enumerate(lines.split(", "), 1):
        count, price, sum_ = re.fullmatch(r"(\d+)×([\d.]+)=([\d.]+)", line).groups()
        rows.append(f"A,货{place},{count},{price},{sum_},{','.join(columns.values())}")
    head = f"order_no,item,quantity,unit_price,paid,{','.join(columns)}"
    orders, reasons, _ = parsed(written(tmp_path, head, *rows))
    assert not reasons
    assert [line.paid for line in orders["A"].lines] == [fen(one) for one in paid.split(", ")]
    assert orders["A"].freight == fen(freight or "0")

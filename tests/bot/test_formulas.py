"""Every file that leaves the house for a spreadsheet: no text of it can be a formula, and numbers stay numbers."""

from __future__ import annotations

import ast
import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from itertools import chain
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.commands.orders import import_orders
from bot.runtime.settlement_export import workbook
from handlers.cases.settlement import COLUMNS, Row, Sheet
from handlers.claims.voice import Voice
from handlers.policy.loader import load
from media.tables.text import FORMULA, inert, text_rows

ROOT = Path(__file__).parents[2]
EXPORTERS = {
    "bot/commands/accounting/pack.py",
    "bot/commands/accounting/payouts.py",
    "bot/commands/reporting/report.py",
    "bot/runtime/settlement_export.py",
    "media/tables/writing.py",
}
INVENTED = {"bot/sandbox/sample_sheet.py"}  # writes its own words only
NOW = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)
BAD = [f"{sign}1+cmd|'/C calc'!A0" for sign in FORMULA]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_what_begins_like_a_formula_is_a_text(sign):
    assert inert(f"{sign}1+1") == f"'{sign}1+1"
    assert inert(f"草莓{sign}1") == f"草莓{sign}1"


def test_a_file_that_comes_back_says_what_it_said():
    row = ["=1+1", "-39.80", "+8613800002231", "草莓"]
    assert [cells for _, cells, _ in text_rows(StringIO(",".join(map(inert, row)) + "\n"))] == [row]


def test_rows_that_were_refused_hold_no_formula(tmp_path):
    path = tmp_path / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["order_no", "item", "quantity", "paid", "buyer_name"])
        writer.writerows([f"A{place}", text, "none", text, text] for place, text in enumerate(BAD))
    assert import_orders(path, write=lambda work: work(None), now=NOW, out=StringIO(), err=StringIO()) == 1
    with (tmp_path / "orders.csv.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == len(BAD) + 1
    assert [cell for row in rows for cell in row if cell.startswith(FORMULA)] == []


@pytest.mark.parametrize("text", BAD)
def test_a_settlement_holds_no_formula_and_its_sums_are_numbers(text):
    words = dict.fromkeys(COLUMNS, text) | {
        "date": date(2026, 6, 12),
        "sum": -3980,
        "coupon": 500,
        "paid": 0,
        "owed": 0,
    }
    sheet = Sheet(leader=text, sites=(text,), first=NOW.date(), last=NOW.date(), rows=(Row(**words),))
    made = workbook(sheet, Voice(language="zh", policy=load("community-group-buy"), now=NOW))
    cells = [cell for row in load_workbook(BytesIO(made)).active.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f" or str(cell.value).startswith(FORMULA)] == [
        -39.8,
        -39.8,
    ]
    assert {cell.value for cell in cells if cell.data_type == "n"} >= {-39.8, 5, 0}


def test_every_module_that_writes_tables_is_an_exporter_known_here():
    """A new exporter is named here and tested above."""
    found = set()
    for path in chain((ROOT / "bot").rglob("*.py"), (ROOT / "media").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            attribute = isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter")
            imported = isinstance(node, ast.ImportFrom) and node.module == "openpyxl"
            if imported or (attribute and isinstance(node.value, ast.Name) and node.value.id == "csv"):
                found.add(str(path.relative_to(ROOT)))
    assert found - INVENTED == EXPORTERS
    for name in EXPORTERS:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "inert(" in text or "put(" in text  # put makes its texts inert

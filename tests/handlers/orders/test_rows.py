"""Files as rows of text: encodings, delimiters, workbooks, and what is no table."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from handlers.orders.rows import Unusable, sheets

TABLE = [(1, ["order_no", "item"]), (2, ["KT-1", "草莓，大"])]
TEXT = "order_no,item\r\nKT-1,草莓，大\r\n"


def table(path: Path) -> list[tuple[int, list[str]]]:
    with sheets(path) as found:
        return [(number, cells) for number, cells, _ in found[0].read()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "orders.csv"
    path.write_bytes(TEXT.encode(encoding))
    assert table(path) == TABLE


@pytest.mark.parametrize("change", [(",", ";"), (",", "\t"), ("\r\n", "\n"), ("\r\n", "\r"), ("KT-1", '"KT-1"')])
def test_delimiters_and_line_ends(tmp_path, change):
    path = tmp_path / "orders.txt"
    path.write_bytes(TEXT.replace(*change).encode())
    assert table(path) == TABLE


def test_a_wide_character_across_the_reading_blocks(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(("order_no,item\n" + "KT-1,草莓\n" * 120_000).encode("gb18030"))
    assert len(table(path)) == 120_001


def test_blank_rows_are_nothing_and_numbers_stay(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text('\n,,\norder_no,item\n\n"KT\n-1",x\n,\n')
    assert table(path) == [(3, ["order_no", "item"]), (6, ["KT\n-1", "x"])]


def test_text_cells_dressed_as_formulas(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text('order_no,phone\n="0012",\t13800002231\n')
    assert table(path)[1] == (2, ["0012", "13800002231"])


def sheet(path: Path, *records: list[Any]) -> Path:
    index = Workbook()
    assert index.active
    for record in records:
        index.active.append(record)
    index.save(path)
    return path


def test_cells_of_a_workbook(tmp_path):
    path = sheet(
        tmp_path / "orders.xlsx",
        ["text", 13800002231, 13800002231.0, 79.6, 0.1 + 0.2, 2.0, True, None, "#N/A"],
        [datetime.fromisoformat("2026-06-12T17:30"), date(2026, 6, 12), 202611200937, 12345678901234567890, " x "],
    )
    assert table(path) == [
        (1, ["text", "13800002231", "13800002231", "79.6", "0.3", "2", "True", "", "#N/A"]),
        (2, ["2026-06-12T17:30:00", "2026-06-12T00:00:00", "202611200937", "1.234568E+19", "x"]),
    ]


def test_the_first_sheet_that_can_be_seen(tmp_path):
    index = Workbook()
    assert index.active
    index.active.append(["hidden"])
    index.active.sheet_state = "hidden"
    index.create_sheet().append(["shown"])
    index.save(tmp_path / "orders.xlsx")
    assert table(tmp_path / "orders.xlsx") == [(1, ["shown"])]


NO_TABLES: dict[str, Callable[[Path], object]] = {
    "cannot be opened": lambda path: None,
    "is a folder": lambda path: path.mkdir(),
    "is empty": lambda path: path.touch(),
    "old or encrypted": lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600)),
    "not a text file": lambda path: path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256))),
    "not an XLSX": lambda path: path.write_bytes(b"PK\x03\x04 and so on"),
}


@pytest.mark.parametrize("why", NO_TABLES)
def test_what_is_no_table_is_told_in_one_sentence(tmp_path, why):
    path = tmp_path / "orders.xlsx"
    NO_TABLES[why](path)
    with pytest.raises(Unusable, match=why) as told:
        table(path)
    assert str(told.value).count("\n") == 0


def test_another_zip_is_no_workbook(tmp_path):
    path = tmp_path / "orders.xlsx"
    with ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with pytest.raises(Unusable, match="not an XLSX"):
        table(path)


def test_a_damaged_workbook_never_ends_in_a_traceback(tmp_path):
    whole = sheet(tmp_path / "whole.xlsx", ["order_no", "item"], *[[f"KT{n}", "草莓"] for n in range(30)]).read_bytes()
    chance, path, refused = random.Random(7), tmp_path / "orders.xlsx", 0
    for _ in range(60):
        source, target = ZipFile(BytesIO(whole)), BytesIO()
        victim = chance.choice(source.namelist())
        with ZipFile(target, "w") as archive:
            for name in source.namelist():
                data = bytearray(source.read(name))
                if name == victim:
                    at = chance.randrange(len(data))
                    data[at : at + chance.randrange(1, 60)] = bytes(chance.randrange(256) for _ in range(3))
                archive.writestr(name, bytes(data))
        path.write_bytes(target.getvalue())
        try:
            table(path)
        except Unusable:
            refused += 1
    assert refused > 20

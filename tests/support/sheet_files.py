"""Sheets as leaders send them, made by code: good ones of any shape, and those that no list can be read from."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Sequence
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

Rows = Sequence[Sequence[Any]]

D5 = """翠湖苑 6月12日 售后登记
接龙号|姓名|商品|数量|单位|问题|诉求
3|李婷|草莓|2|盒|坏|
5|老陈|车厘子|||两份都软了|
8|小周|鸡蛋|||碎7个|
||酸奶|||没收到|
12||桃子|||烂了三分之一|
１７|Lisa|三文鱼|||发成鳕鱼|
20|刘爸爸|奶粉|||罐子瘪了 没开|
21-23||香菜|||都没有收到|
24|李姐|葡萄|||说太酸|
25|郑楠|昨天那个桃|||也坏的|
26|高洁|西瓜|||裂|
27|林一帆|西瓜|||裂|
28|马晓东|西瓜|||裂|补发
29|罗奶奶|米|1|袋|少|
30|梁静|牛奶|||漏了|
31|小鱼|牛奶|||漏了|
32|宋伟||||退|
33|唐丽|虾|||死了一半|
34|许妈妈|虾|||都臭了 小孩吃了拉肚子|
35|韩冰||||已经退了吧？|
合计|||3|||
@全体 明天开团樱桃"""
"""The list of D5 as a leader keeps it."""


def cells(text: str) -> list[list[str]]:
    """Cut "3|草莓|坏2盒" into cells, line by line."""
    return [line.split("|") for line in text.splitlines()]


def xlsx(rows: Rows, *, change: Callable[[Workbook], None] = lambda book: None) -> bytes:
    """Make a workbook; whole numbers are numbers in it, as spreadsheets make them of what is typed."""
    book = Workbook()
    sheet = book.active
    assert sheet
    for row in rows:
        sheet.append([int(cell) if str(cell).isascii() and str(cell).isdecimal() else cell or None for cell in row])
    change(book)
    file = BytesIO()
    with warnings.catch_warnings(action="ignore"):
        book.save(file)
    return file.getvalue()


def text(rows: Rows, *, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """Make a text table."""
    file = StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode(encoding)


def repacked(data: bytes, **parts: bytes) -> bytes:
    """Put other contents in place of parts of a workbook; names have `_` for `/` where they begin with xl."""
    file = BytesIO()
    named = {name.replace("__", "/") + ".xml": content for name, content in parts.items()}
    with ZipFile(BytesIO(data)) as old, ZipFile(file, "w", ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, named.pop(entry.filename, old.read(entry)))
        for name, content in named.items():
            new.writestr(name, content)
    return file.getvalue()


def zipped(**parts: bytes) -> bytes:
    """Make a zip of these parts."""
    file = BytesIO()
    with ZipFile(file, "w") as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return file.getvalue()


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le") + bytes(512)
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "Workbook".encode("utf-16-le") + bytes(512)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(64)

BAD: dict[str, Callable[[], bytes]] = {
    "locked": lambda: LOCKED,
    "old": lambda: OLD,
    "photo": lambda: JPEG,
    "pdf": lambda: b"%PDF-1.7\n" + bytes(64),
    "empty": lambda: b"",
    "blank": lambda: xlsx([["", ""], [" ", ""]]),
    "cut": lambda: xlsx(cells(D5))[:3000],
    "word": lambda: zipped(**{"word/document.xml": b"<w/>"}),
    "numbers": lambda: zipped(**{"Index/Document.iwa": b"x"}),
    "orders": lambda: xlsx(cells("接龙号|姓名|商品|数量\n3|李婷|草莓|4\n5|老陈|车厘子|2")),
    "big": lambda: b"PK" + bytes(11 << 20),
}


def made(ref: str) -> bytes | None:
    """Make the file that a reference of a story names, as "x.xlsx:3|草莓|坏2盒" or "x.xlsx:bad locked"; else None."""
    name, _, content = ref.partition(":")
    suffix = PurePath(name).suffix
    if suffix not in (".xlsx", ".xlsm", ".csv", ".tsv", ".xls", ".numbers"):
        return None
    if content.startswith("bad "):
        return BAD[content.removeprefix("bad ")]()
    rows = cells(D5 if content == "D5" else content)
    if suffix in (".xlsx", ".xlsm"):
        return xlsx(rows)
    return text(rows, encoding="gb18030" if "gbk" in name else "utf-8-sig", delimiter="\t" if suffix == ".tsv" else ",")

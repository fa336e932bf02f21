"""Tables of any bytes: what stands on the screen is read, bombs and damage are refused, and nothing else happens."""

from __future__ import annotations

import datetime as d
import random
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from cpu_time import at_most
from sheet_files import BAD, D5, LOCKED, OLD, cells, repacked, text, xlsx, zipped

from media.guard import Examiner
from media.tables import reading
from media.tables.reading import read_table
from media.values import MAX_TABLE, UNSAVED_CELL, Refused, Table
from media.values import MERGED_CELL as SAME

DAY = d.datetime.fromisoformat("2026-06-12")  # spreadsheets know no time zones
ROWS = (("接龙号", "商品", "问题"), ("3", "草莓", "坏2盒"), ("5", "车厘子", "软了，两份"))


def rows(data):
    found = read_table(data)
    assert isinstance(found, Table), found
    return found.rows


def refused(data):
    found = read_table(data)
    assert isinstance(found, Refused), found
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_tables(encoding, delimiter):
    assert rows(text(ROWS, encoding=encoding, delimiter=delimiter)) == ROWS


def test_a_workbook():
    assert rows(xlsx(ROWS)) == ROWS


def test_values_as_they_stand_on_the_screen():
    shown = [
        (3.0, "General", "3"), (2.5, "General", "2.5"), (88, "0000", "0088"), (0.5, "0%", "50%"),
        (1 / 3, "# ?/?", "1/3"), (1.5, "# ?/?", "1 1/2"), (13800002231, "General", "13800002231"),
        (DAY, "yyyy-mm-dd", "2026-06-12"), (DAY, 'm"月"d"日"', "6月12日"), (DAY, "d-mmm", "6月12日"),
        (DAY + d.timedelta(hours=19, minutes=10), "yyyy-mm-dd hh:mm", "2026-06-12 19:10"),
        (d.time(9, 5), "hh:mm", "09:05"),
        ("  3号 ", "General", "3号"), ("#N/A", "General", "#N/A"), (19.9, '"¥"0.00', "19.9"),
    ]  # fmt: skip

    def fill(book):
        for at, (value, shape, _) in enumerate(shown, start=1):
            cell = book.active.cell(1, at, value)
            cell.number_format = shape

    assert rows(xlsx([], change=fill)) == (tuple(said for _, _, said in shown),)


def test_merged_cells_are_marked_below_where_there_is_something():
    def merge(book):
        sheet = book.active
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("C2:C4")
        sheet.merge_cells("A5:A6")

    made = [["翠湖苑"], ["8", "鸡蛋", "漏了"], ["", "酸奶", ""], ["9", "牛奶", ""], ["10", "米", "少"], ["", "", ""]]
    assert rows(xlsx(made, change=merge)) == (
        ("翠湖苑",), ("8", "鸡蛋", "漏了"), (SAME, "酸奶", SAME), ("9", "牛奶", SAME), ("10", "米", "少"),
    )  # fmt: skip


def test_formulas_count_by_their_stored_result_and_say_so_where_there_is_none():
    def formulas(book):
        book.active["A2"] = "=A1+1"
        book.active["B2"] = '=WEBSERVICE("http://127.0.0.1:9/")'
        book.active["C2"] = "坏了"

    data = xlsx([["3", "草莓", "烂"]], change=formulas)
    assert rows(data) == (("3", "草莓", "烂"), (UNSAVED_CELL, UNSAVED_CELL, "坏了"))
    stored = repacked(data, xl__worksheets__sheet1=_part(data).replace(b"<f>A1+1</f><v></v>", b"<f>A1+1</f><v>4</v>")
                      .replace(b"<f>A1+1</f><v />", b"<f>A1+1</f><v>4</v>"))  # fmt: skip
    assert rows(stored)[1][0] == "4"


def _part(data):
    with ZipFile(BytesIO(data)) as book:
        return book.read("xl/worksheets/sheet1.xml")


def test_a_formula_whose_result_is_no_text_is_an_empty_cell():
    data = xlsx([["3", "草莓"], ["5", "桃", "x"]])
    part = _part(data).replace(b"<sheetData>", b"<sheetData>").replace(
        b'<c r="A2"', b'<c r="C1" t="str"><f>IF(A1=3,"","x")</f><v></v></c></row><row r="2"><c r="A2"', 1
    )  # fmt: skip
    part = part.replace(b'</row><row r="2"><c r="C1"', b'<c r="C1"', 1)
    assert rows(repacked(data, xl__worksheets__sheet1=part)) == (("3", "草莓"), ("5", "桃", "x"))


def test_hidden_sheets_are_passed_over_and_others_are_counted():
    def more(book):
        hidden = book.create_sheet("hidden", 0)
        hidden.append(["9", "秘密"])
        hidden.sheet_state = "hidden"
        book.create_sheet("empty", 1)
        book.create_sheet("second").append(["5", "桃"])

    found = read_table(xlsx(ROWS, change=more))
    assert isinstance(found, Table)
    assert (found.rows, found.others, found.more) == (ROWS, 1, False)


def test_of_several_sheets_the_one_with_known_titles_is_read():
    def more(book):
        book.create_sheet("说明", 0).append(["本表由系统导出"])
        book.create_sheet("最后").append(["接龙号", "问题"])

    data = xlsx(ROWS, change=more)
    found = read_table(data, {"接龙号", "问题", "商品"})
    assert isinstance(found, Table)
    assert (found.rows, found.others) == (ROWS, 2)
    assert rows(data) == (("本表由系统导出",),)


def test_texts_are_read_without_the_escapes_of_their_format():
    made = [["草莓_x000D_\n当季", "张_x0041_", "a_x005F_x0041_", "_xD83D__xDE00_", "_x12_"]]
    assert rows(xlsx(made)) == (("草莓\r\n当季", "张A", "a_x0041_", "😀", "_x12_"),)


def test_a_row_per_line_whatever_quotation_marks_stand_in_it():
    data = '接龙号,姓名,问题\n3,"小鱼,坏2盒\n5,阿"毛",软了\n8,"周,漏了\n9,王,少1袋\n'.encode()
    assert rows(data) == (
        ("接龙号", "姓名", "问题"), ("3", "小鱼", "坏2盒"), ("5", '阿"毛"', "软了"), ("8", "周", "漏了"),
        ("9", "王", "少1袋"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "part",
    [b"<c " * 400_000, b"<mergeCell " * 200_000, b'<c r="A1"><f>' * 100_000, b"<!-" * 400_000, b"<!--" * 300_000],
)
def test_a_hostile_part_costs_no_more_than_its_length(part):
    data = repacked(xlsx(ROWS), xl__worksheets__sheet1=b"<worksheet><sheetData><row>" + part)
    with at_most(2):
        assert refused(data).code == "unreadable"


def test_overlapping_merged_ranges_cost_no_more_than_their_number():
    ranges = b"".join(b'<mergeCell ref="A%d:A9999"/>' % row for row in range(1, 5_000))
    data = xlsx([[str(number), "x"] for number in range(5_000)])
    part = _part(data).replace(b"</sheetData>", b"</sheetData><mergeCells>" + ranges + b"</mergeCells>")
    with at_most(3):
        assert len(rows(repacked(data, xl__worksheets__sheet1=part))) > 4_000


def test_pictures_in_cells_are_not_read_and_told():
    def in_cell(book):
        book.active["D2"].value = '=DISPIMG("ID_1",1)'
        book.active["D2"].data_type = "s"  # as the spreadsheet keeps its result

    found = read_table(xlsx(ROWS, change=in_cell))
    assert isinstance(found, Table)
    assert (found.rows, found.pictures) == (ROWS, True)
    beside = read_table(repacked(xlsx(ROWS), xl__cellimages=b"<x/>"))
    assert isinstance(beside, Table) and beside.pictures
    plain = read_table(xlsx(ROWS))
    assert isinstance(plain, Table) and not plain.pictures


def test_what_is_too_much_is_left_and_told():
    made = [["1", "x" * 1000, *["y"] * 100], *[[str(number), "x"] for number in range(2, reading.ROWS + 50)]]
    found = read_table(text(made))
    assert isinstance(found, Table)
    assert found.more and len(found.rows) == reading.ROWS
    assert len(found.rows[0]) == reading.COLUMNS and len(found.rows[0][1]) == reading.CELL


def test_a_wide_sheet_is_cut_in_the_worker():
    merged = xlsx([["说" * 300] * 60, *[["1"] * 60] * 40], change=lambda book: [
        book.active.merge_cells(start_row=1, end_row=41, start_column=at, end_column=at) for at in range(1, 60)
    ])  # fmt: skip
    for data in (text([["坏" * 299] * 59] * 100), xlsx([["坏" * 299] * 59] * 20), merged):
        found = read_table(data)
        assert isinstance(found, Table)
        assert sum(len(cell) for row in found.rows for cell in row) <= reading.CHARACTERS
        assert found.more and len(found.rows) > 5


def test_a_cell_far_out_costs_nothing():
    def far(book):
        book.active.cell(1, 16_384, "x")
        book.active.cell(1_048_576, 1, "y")

    book = xlsx([["3", "草莓"]], change=far)
    with at_most(2):
        found = read_table(book)
    assert isinstance(found, Table)
    assert (found.rows, found.more) == ((("3", "草莓"),), True)


@pytest.mark.parametrize(
    ("name", "code", "kind"),
    [
        ("locked", "locked", ""), ("old", "old", ""), ("photo", "not_a_table", "jpeg"), ("pdf", "not_a_table", "pdf"),
        ("empty", "empty", ""), ("blank", "empty", ""), ("cut", "unreadable", ""), ("word", "not_a_table", "word"),
        ("numbers", "not_a_table", "numbers"), ("big", "too_big", ""),
    ],
)  # fmt: skip
def test_files_that_are_no_tables(name, code, kind):
    found = refused(BAD[name]())
    assert (found.code, found.kind) == (code, kind)


def test_other_files_that_are_no_tables():
    assert refused(zipped(**{"content.xml": b"<x/>"})).kind == "ods"
    assert refused(zipped(**{"xl/workbook.bin": b"x"})).code == "old"
    assert refused(zipped(readme=b"x")).code == "unreadable"
    assert refused(b"<html><table></table></html>").kind == "html"
    assert refused(bytes(range(256)) * 8).code == "unreadable"
    assert (refused(LOCKED).code, refused(OLD).code) == ("locked", "old")


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("part", ["xl__worksheets__sheet1", "xl__styles", "xl__workbook", "xl__sharedStrings"])
def test_entities_are_refused_before_anything_reads_them(part, coding):
    bomb = BOMB.decode().encode(coding)
    assert refused(repacked(shared("草莓"), **{part: bomb})).code == "unreadable"


def shared(*texts):
    """Make a workbook that keeps its texts apart, as spreadsheets do: one row."""
    data = xlsx([["x"]])
    with ZipFile(BytesIO(data)) as book:
        links = book.read("xl/_rels/workbook.xml.rels")
    link = b'<Relationship Type="http://x/sharedStrings" Target="sharedStrings.xml" Id="rId9"/></Relationships>'
    cells = "".join(f'<c t="s"><v>{place}</v></c>' for place in range(len(texts)))
    parts = {
        "xl__worksheets__sheet1": f"<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>".encode(),
        "xl__sharedStrings": f"<sst>{''.join(f'<si>{text}</si>' for text in texts)}</sst>".encode(),
    }
    file = BytesIO()
    with ZipFile(BytesIO(repacked(data, **parts))) as old, ZipFile(file, "w") as new:
        for name in old.namelist():
            whole = links.replace(b"</Relationships>", link)
            new.writestr(name, whole if name == "xl/_rels/workbook.xml.rels" else old.read(name))
    return file.getvalue()


def test_texts_that_cells_share_their_runs_and_no_pronunciation():
    made = shared("<t>草莓</t>", "<r><t>坏</t></r><r><t>2盒_x000D_</t></r>", "<t>東京</t><rPh><t>トウキョウ</t></rPh>")
    assert rows(made) == (("草莓", "坏2盒", "東京"),)


def test_a_zip_bomb_is_refused_by_its_directory():
    bomb = repacked(xlsx(ROWS), xl__worksheets__sheet1=bytes(reading.MAX_INSIDE + 1))
    assert len(bomb) < MAX_TABLE
    with at_most(0.5):
        assert refused(bomb).code == "too_big"


def test_links_out_of_the_workbook_are_not_followed(monkeypatch):
    link = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLink" '
        b'Target="http://127.0.0.1:9/x" TargetMode="External"/></Relationships>'
    )
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("it looked outside"))
    assert rows(repacked(xlsx(ROWS), **{"xl__externalLinks___rels__externalLink1": link})) == ROWS


def test_a_sheet_with_macros_is_read_like_any_other():
    file = BytesIO(xlsx(ROWS))
    with ZipFile(file, "a", ZIP_DEFLATED) as book:
        book.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(100))
    assert rows(file.getvalue()) == ROWS


@pytest.mark.parametrize("seed", range(200))
def test_damaged_bytes_never_raise(seed):
    chance = random.Random(seed)
    data = bytearray(xlsx(cells(D5)) if seed % 4 else text(cells(D5), encoding="gb18030"))
    for _ in range(chance.choice((1, 3, 20, 200))):
        at = chance.randrange(len(data) or 1)
        deed = chance.random()
        if deed < 0.6:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif deed < 0.8:
            del data[at : at + chance.randrange(1, 200)]
        else:
            data[at:at] = chance.randbytes(chance.randrange(1, 50))
    assert isinstance(read_table(bytes(data)), (Table, Refused))


@pytest.mark.parametrize("seed", range(40))
def test_damage_inside_a_whole_zip_never_raises(seed):
    chance = random.Random(seed)
    whole = xlsx(cells(D5))
    part = bytearray(_part(whole))
    for _ in range(chance.choice((1, 5, 40))):
        at = chance.randrange(len(part))
        part[at : at + chance.randrange(3)] = chance.choice((b"<", b"9999999", b"", b'"', b"&", b"A", b"\xff"))
    found = read_table(repacked(whole, xl__worksheets__sheet1=bytes(part)))
    assert isinstance(found, (Table, Refused))


def test_the_worker_says_the_same_and_survives_what_kills_it():
    with Examiner() as examiner:
        assert examiner.table(xlsx(ROWS)) == read_table(xlsx(ROWS))
        assert examiner.table(LOCKED) == read_table(LOCKED)
        assert examiner.table(text(ROWS, encoding="gb18030")) == read_table(text(ROWS))


def test_a_sheet_that_costs_too_much_ends_its_worker_only():
    wide = xlsx([["草" * 200] * 40 for _ in range(1500)])
    with Examiner(memory=120 << 20) as examiner:
        assert isinstance(examiner.table(wide), (Refused, Table))
        assert examiner.table(text(ROWS)) == read_table(text(ROWS))

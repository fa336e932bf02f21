"""`claimdesk payouts export` and `import`: what accounting gets, and what is booked of what it returns."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from io import BytesIO, StringIO

import pytest
from doubles.ticket_house import ZONE, House
from openpyxl import Workbook, load_workbook

from bot.commands.accounting import payouts
from handlers.cases import filing
from handlers.desk import dispatch
from handlers.fulfilment.payouts import COLUMNS
from handlers.tickets import lifecycle
from media.tables.text import FORMULA
from storage import payments, ticket_lines
from storage import tables as t

HEADER = "ticket_no,amount,paid_at,reference"
PAID = "2026-06-15 15:02"
ROUNDED = "reference was rounded by a spreadsheet; format the column as text and export again"
NOTHING = "no money is owed: it was not granted, was withdrawn, or waits for goods that come back"
NOW = datetime(2026, 6, 16, 9, tzinfo=ZONE)


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


@pytest.fixture
def two(house):
    lines = house.lines() + house.lines(line=2, item="鸡蛋", problem="damaged_package", amount=625)
    return approved(house, lines=lines)


def approved(house: House, number: str = "KT260612-0003", **facts) -> str:
    no = filing.file(house.tx, house.draft(number, **facts), house.context).no
    for tap in ("pick", "approve"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=f"{tap}:{no}"), house.context)
    return no


def exported(house: House, path, *, samples=False):
    out = StringIO()
    read = lambda work: work(house.tx)  # noqa: E731
    code = payouts.export(path, read=read, policy=house.policy, samples=samples, out=out)
    assert code == 0
    return out.getvalue()


def rows_of(path) -> list[dict]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    page = load_workbook(path).active
    head, *rest = ([cell.value for cell in row] for row in page.iter_rows())
    return [dict(zip(head, row, strict=True)) for row in rest]


def returned(house: House, path, content: str | bytes, *, samples=False, now=NOW):
    """Import a file; give the exit code, what was printed, and the reasons of the rejected rows."""
    if isinstance(content, str):
        content = content.encode()
    path.write_bytes(content)
    return imported(house, path, samples=samples, now=now)


def imported(house: House, path, *, samples=False, now=NOW):
    out, err = StringIO(), StringIO()
    house.now = now
    write = lambda work: work(house.tx)  # noqa: E731
    code = payouts.import_file(
        path, write=write, policy=house.policy, now=now, samples=samples, out=out, err=err
    )  # fmt: skip
    beside = path.with_name(path.name + ".rejected.csv")
    reasons = [row["reason"] for row in rows_of_rejected(beside)] if beside.exists() else []
    return code, out.getvalue() + err.getvalue(), reasons


def rows_of_rejected(path) -> list[dict]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def states(house, no):
    return [line.state for line in ticket_lines.of_ticket(house.tx, no)]


@pytest.mark.parametrize("name", ["due.csv", "due.xlsx"])
def test_each_owed_line_is_exported_once_with_what_accounting_needs(house, two, tmp_path, name):
    filing.file(house.tx, house.draft("KT260612-0005", lines=house.lines(item="车厘子JJ")), house.context)  # undecided
    assert exported(house, tmp_path / name) == f"{tmp_path / name}: lines owed: 2, 46.05 yuan\n"
    first, second = rows_of(tmp_path / name)
    assert tuple(first) == COLUMNS
    assert {key: str(value or "") for key, value in first.items()} == {
        "ticket_no": two, "line": "1", "order_no": "KT260612-0003", "buyer": "李婷", "phone": "138****2231",
        "item": "草莓", "remedy": "退款", "amount": str(first["amount"]), "decided_at": "2026-06-12 19:10",
        "due": "2026-06-24", "channel": "telegram", "paid_at": "", "reference": "",
    }  # fmt: skip
    assert [float(row["amount"]) for row in (first, second)] == [39.8, 6.25]


def test_no_cell_of_an_export_is_a_formula(house, two, tmp_path):
    for place, sign in enumerate(FORMULA):
        item = f"{sign}1+cmd|'/C calc'!A0"
        house.tx.execute(t.ticket_lines.update().values(item=item))
        house.tx.execute(t.orders.update().values(buyer_name=item))
        for name in (f"{place}.csv", f"{place}.xlsx"):
            exported(house, tmp_path / name)
            cells = [str(cell) for row in rows_of(tmp_path / name) for cell in row.values() if cell is not None]
            assert [cell for cell in cells if cell.startswith(FORMULA)] == []
            assert any("cmd" in cell for cell in cells)


def test_a_file_of_another_kind_is_not_written(house, tmp_path):
    read = lambda work: work(house.tx)  # noqa: E731
    assert payouts.export(tmp_path / "due.pdf", read=read, policy=house.policy, samples=False) == 2
    assert not (tmp_path / "due.pdf").exists()


def test_the_sandbox_is_exported_where_no_business_runs_only(house, tmp_path):
    no = approved(house)
    house.tx.execute(t.tickets.update().values(desk="sandbox"))
    assert "lines owed: 0" in exported(house, tmp_path / "a.csv")
    assert "lines owed: 1" in exported(house, tmp_path / "b.csv", samples=True)
    code, _, reasons = returned(house, tmp_path / "c.csv", f"{HEADER}\n{no},39.80,{PAID},R1\n")
    assert (code, reasons) == (1, [f"there is no ticket {no}"])
    assert returned(house, tmp_path / "c.csv", f"{HEADER}\n{no},39.80,{PAID},R1\n", samples=True)[0] == 0


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_sheet_that_comes_back_is_booked_where_it_was_filled_in(house, two, tmp_path, kind):
    path = tmp_path / f"due.{kind}"
    exported(house, path)
    rows = rows_of(path)
    rows[0] |= {"paid_at": PAID, "reference": "4200001234567890123456"}
    _write(path, rows)
    code, told, reasons = imported(house, path)
    assert (code, reasons) == (0, [])
    assert "rows read: 2, paid: 1, still open: 1, already known: 0, differing: 0, rejected: 0" in told
    assert "booked now: 39.80 yuan; still owed: 6.25 yuan, lines: 1" in told
    assert states(house, two) == ["done", "owed"]
    (payment,) = payments.of_ticket(house.tx, two)
    assert (payment.reference, payment.actor) == ("4200001234567890123456", "payouts")
    assert payment.paid_at == datetime(2026, 6, 15, 15, 2, tzinfo=ZONE)
    assert "39.80 元已退回" in house.heard(1)[-1]
    heard = house.heard(1)
    code, told, _ = imported(house, path)
    assert (code, house.heard(1)) == (0, heard)
    assert "paid: 0, still open: 1, already known: 1" in told


def _write(path, rows):
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        return
    book = load_workbook(path)
    for number, row in enumerate(rows, 2):
        for place, name in enumerate(COLUMNS, 1):
            book.active.cell(number, place).value = row[name]
    book.save(path)


def test_a_ticket_as_a_whole_is_settled_by_its_sum_and_ends(house, two, tmp_path):
    code, told, _ = returned(house, tmp_path / "p.csv", f"{HEADER}\n{two},46.05,{PAID},R1\n")
    assert (code, "paid: 1" in told, states(house, two)) == (0, True, ["done", "done"])
    assert lifecycle.must(house.tx, two).state == "resolved"
    assert "满意吗" in house.heard(1)[-1]


@pytest.mark.parametrize(
    ("no", "amount", "paid_at"),
    [
        ("{no}", "￥39.80", PAID),
        ("{no}", "39.8", "2026/6/15 15:02"),
        ("{no}", "３９．８０", "2026年6月15日"),
        ("{no}", "39.80元", "2026-06-15T15:02:00+08:00"),
        ("{no}", "39.8", "2026-06-15"),
        ("{low}", "¥ 39.80", "2026-06-12"),
        ("ＣＤ－{body}", "39.80", PAID),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_sums_times_and_encodings_of_many_hands_are_read(house, tmp_path, no, amount, paid_at, encoding):
    number = approved(house)
    written = no.format(no=number, low=number.lower(), body=number[3:])
    content = f"工单号,退款金额,打款时间,流水号\n{written},{amount},{paid_at},R1\n".encode(encoding, errors="replace")
    code, told, reasons = returned(house, tmp_path / "p.csv", content)
    assert (code, reasons, states(house, number)) == (0, [], ["done"]), told


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("{no},39.81,PAID,R1", "amount 39.81 is not what is owed: 39.80"),
        ("CD-000000,39.80,PAID,R1", "there is no ticket CD-000000"),
        ("CD-7K3M9Z,39.80,PAID,R1", "ticket_no is no number of a ticket; one letter may be wrong"),
        (",39.80,PAID,R1", "ticket_no is empty"),
        ("{no},0,PAID,R1", "amount is zero"),
        ("{no},-39.80,PAID,R1", "amount is negative"),
        ("{no},=19.90*2,PAID,R1", "amount is not a sum in yuan with up to two decimals"),
        ("{no},39.80,yesterday,R1", "paid_at is not an ISO 8601 time like 2026-06-12T17:30:00"),
        ("{no},39.80,2026-02-30,R1", "paid_at is not a day or time that exists"),
        ("{no},39.80,,R1", "paid_at is empty"),
        ("{no},39.80,2026-06-11,R1", "paid_at is before the decision"),
        ("{no},39.80,2026-06-12 18:00,R1", "paid_at is before the decision"),
        ("{no},39.80,2026-06-17 09:00,R1", "paid_at is in the future"),
        ("{no},39.80,PAID,4.20000123E+21", ROUNDED),
        ("{waits},39.80,PAID,R1", NOTHING),
    ],
)  # fmt: skip
def test_what_cannot_be_booked_is_rejected_with_its_reason(house, tmp_path, cells, reason):
    no = approved(house)
    cherries = house.draft("KT260612-0005", lines=house.lines(item="车厘子JJ"))
    waits = filing.file(house.tx, cherries, house.context).no
    row = cells.format(no=no, waits=waits).replace("PAID", PAID)
    code, told, reasons = returned(house, tmp_path / "p.csv", f"{HEADER}\n{row}\n")
    assert (code, reasons) == (1, [reason]), told
    assert (states(house, no), payments.of_ticket(house.tx, no)) == (["owed"], [])
    assert "已退回" not in house.heard(1)[-1]


def test_the_lines_of_one_ticket_are_told_in_one_message(house, two, tmp_path, monkeypatch):
    monkeypatch.setattr(payouts, "BATCH", 1)  # rows of one ticket stay together all the same
    heard = len(house.heard(1))
    rows = [f"{two},39.80,{PAID},R1,1", f"{two},6.25,{PAID},R1,2"]
    code, told, _ = returned(house, tmp_path / "p.csv", "\n".join([f"{HEADER},line", *rows]))
    assert (code, "paid: 2" in told, states(house, two)) == (0, True, ["done", "done"])
    (text,) = house.heard(1)[heard:]
    assert f"{two} 的 46.05 元已退回" in text
    assert "满意吗" in text


def test_a_row_twice_and_a_reference_twice(house, two, tmp_path):
    other = approved(house, "KT260612-0005", lines=house.lines(item="车厘子JJ"))
    rows = [f"{two},39.80,{PAID},R1"] * 2 + [f"{other},39.80,{PAID},R1", f"{two},39.80,{PAID},R2"]
    code, told, reasons = returned(house, tmp_path / "p.csv", "\n".join([HEADER, *rows]))
    assert code == 1
    assert "rows read: 4, paid: 1, still open: 0, already known: 1, differing: 1, rejected: 1" in told
    assert reasons == [f"reference R1 is booked for {two}", "amount 39.80 is not what is owed: 6.25"]
    code, _, reasons = returned(house, tmp_path / "p.csv", f"{HEADER},line\n{two},39.80,{PAID},R3,1\n")
    assert reasons == ["it is paid already: 39.80 on 2026-06-15 15:02, reference R1"]


def test_the_rejected_rows_can_be_mended_and_imported_again(house, two, tmp_path):
    path = tmp_path / "p.csv"
    code, _, _ = returned(house, path, f"{HEADER},line\n{two},93.80,{PAID},'=R1,1\n")
    beside = tmp_path / "p.csv.rejected.csv"
    assert code == 1
    mended = beside.read_text("utf-8-sig").replace("93.80", "39.80")
    code, _, reasons = returned(house, tmp_path / "again.csv", mended)
    assert (code, reasons, states(house, two)) == (0, [], ["done", "owed"])
    assert returned(house, path, f"{HEADER}\n{two},6.25,{PAID},R2\n")[0] == 0
    assert not beside.exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        ("ticket_no,amount\n", "lacks the columns paid_at, reference"),
        (b"\xd0\xcf\x11\xe0old", "old or encrypted"),
        (b"PK\x03\x04broken", "not an XLSX workbook"),
        (b"\xff\xfe\xff\xff\x00", "not a text file"),
    ],
)
def test_an_unusable_file_ends_with_one_sentence(house, tmp_path, content, told):
    code, said, _ = returned(house, tmp_path / "p.csv", content)
    assert (code, told in said, said.count("\n")) == (2, True, 1), said


def test_titles_totals_blank_and_merged_cells_of_a_workbook(house, two, tmp_path):
    book = Workbook()
    page = book.active
    page.append(["六月打款"])
    page.append(["工单号", "行号", "金额", "打款时间", "流水号"])
    page.append([two, 1, 39.8, datetime(2026, 6, 15, 15, 2), "R1"])  # noqa: DTZ001  cells have no zone
    page.append(["", 2, 6.25, "", "R1"])
    page.append([])
    page.append(["合计", "", 46.05, "", ""])
    page.merge_cells("A3:A4")
    page.merge_cells("D3:D4")
    kept = BytesIO()
    book.save(kept)
    code, told, reasons = returned(house, tmp_path / "p.xlsx", kept.getvalue())
    assert (code, reasons) == (0, []), told
    assert "rows read: 2, paid: 2" in told
    assert states(house, two) == ["done", "done"]


def test_formulas_and_stray_marks_are_rejected_and_the_other_rows_booked(house, two, tmp_path):
    book = Workbook()
    page = book.active
    page.append(["ticket_no", "line", "amount", "paid_at", "reference"])
    page.append([two, 1, "=19.9*2", PAID, "R1"])
    page.append([two, 2, 6.25, PAID, "=HYPERLINK(A1)"])
    kept = BytesIO()
    book.save(kept)
    code, _, reasons = returned(house, tmp_path / "p.xlsx", kept.getvalue())
    unsaved = "is a formula whose result the file does not hold; open it in a spreadsheet, save it, try again"
    assert (code, reasons) == (1, [f"amount {unsaved}", f"reference {unsaved}"])
    rows = f'{two},39.80,{PAID},"R1 it said "stray" here,1\n{two},6.25,{PAID},R2,2\n'
    code, _, reasons = returned(house, tmp_path / "p.csv", f"{HEADER},line\n{rows}")
    assert (code, "stray quotation mark" in reasons[0]) == (1, True)
    assert states(house, two) == ["owed", "done"]


def test_hundreds_of_rows_go_in_batches_each_customer_told_once(house, tmp_path):
    numbers = [approved_bare(house, place) for place in range(payouts.BATCH + 5)]
    batches = []

    def write(work):
        batches.append(1)
        return work(house.tx)

    path = tmp_path / "p.csv"
    path.write_text("\n".join([HEADER, *(f"{no},1.00,2026-06-13,R{place}" for place, no in enumerate(numbers))]))
    out = StringIO()
    house.now = NOW
    assert (
        payouts.import_file(path, write=write, policy=house.policy, now=NOW, samples=False, out=out, err=StringIO())
        == 0
    )
    assert len(batches) == 3  # two of rows, one that sums what is still owed
    assert f"paid: {len(numbers)}" in out.getvalue()
    assert [len([text for text in house.heard(place + 1) if "已退回" in text]) for place in range(len(numbers))] == [
        1
    ] * len(numbers)


def approved_bare(house: House, place: int) -> str:
    talk = house.talk(f"b{place}", name=f"buyer {place}")
    no = filing.file(house.tx, house.draft(talk=talk, id=f"bare{place}", photos=0, said=()), house.context).no
    ticket_lines.change(house.tx, no, 1, state="owed", remedy="refund", amount=100, decided_at=house.now,
                        decided_by="agent:telegram:77", refund_due_at=house.now + timedelta(days=10))  # fmt: skip
    lifecycle.move(house.tx, no, "decided")
    return no


@pytest.mark.parametrize(
    ("paid", "refunded", "held"), [(7960, 0, False), (3979, 0, True), (7960, 3980, False), (7960, 3981, True)]
)
def test_money_is_not_paid_out_where_less_was_paid_than_was_granted(house, tmp_path, capsys, paid, refunded, held):
    no = approved(house)
    line = (t.order_lines.c.order_no == "KT260612-0003") & (t.order_lines.c.line_no == 1)
    house.tx.execute(t.order_lines.update().where(line).values(paid=paid, refunded=refunded))
    assert ("lines owed: 0" in exported(house, tmp_path / "due.csv")) == held
    assert (f"left out until somebody has looked: {no}" in capsys.readouterr().err) == held

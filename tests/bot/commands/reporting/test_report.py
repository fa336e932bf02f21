"""The report as an operator gets it: the table, the files, the pictures, and what is refused."""

from __future__ import annotations

import csv
import io

import figures_week as week
import pytest
from doubles.ticket_house import House
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import update

from bot.__main__ import main
from bot.commands.reporting import layout
from bot.commands.reporting.report import report
from handlers.reports.breakdowns import BY
from storage import tables as t

DAYS = ("2026-06-12", "2026-06-18")


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def run(house, days=DAYS, folder=None, **more):
    out, err = io.StringIO(), io.StringIO()
    code = report(
        days, folder, read=lambda ask: ask(house.tx), policy=house.policy, now=house.now, out=out, err=err, **more
    )
    return code, out.getvalue(), err.getvalue()


def rows(file, encoding="utf-8"):
    return list(csv.DictReader(io.StringIO(file.read_bytes().decode(encoding))))


def test_the_table_shows_value_and_counts(house):
    week.play(house)
    code, out, err = run(house)
    assert (code, err) == (0, "")
    told = {line.split()[0]: " ".join(line.split()[1:]) for line in out.splitlines() if line}
    assert told["售后数据"] == "2026-06-12 至 2026-06-18"
    assert told["满意度"] == "50.0% 1 / 2"
    assert told["按时率"] == "40.0% 2 / 5"
    assert told["售后率（每千单）"] == "1500.00 6 / 4"
    assert told["人工首次响应"] == "32.5 小时 5850.75 / 3"
    assert told["成本合计"] == "89.70 元"
    assert told["小林"] == "3 50.0% 66.7% 66.7% 89.70 元"
    assert told[week.BERRIES] == "1 100.0% 100.0% 100.0% 39.80 元"
    assert told["未记录"].startswith("1 – –"), "a ticket without a line has no rates"


def test_the_table_stands_in_columns(house):
    week.play(house)
    figures = run(house)[1].split("\n\n")[1].splitlines()
    with_counts = [line for line in figures if " / " in line]
    assert len({layout.width(line) for line in with_counts}) == 1
    assert len({len(line) for line in with_counts}) > 1, "Chinese characters take two places"


def test_a_folder_gets_tables_and_pictures(house, tmp_path):
    week.play(house)
    code, out, _ = run(house, folder=tmp_path / "new" / "out")
    files = {file.name: file for file in (tmp_path / "new" / "out").iterdir()}
    assert code == 0
    assert set(files) == {
        "figures.csv",
        "figures.xlsx",
        "tickets.png",
        "service.png",
        *(f"by_{name}.csv" for name in BY),
    }
    assert all(name in out for name in files)
    found = {row["figure"]: (row["value"], row["numerator"], row["denominator"]) for row in rows(files["figures.csv"])}
    assert found == week.MADE
    (agent, nobody) = rows(files["by_agent.csv"], "utf-8-sig")
    assert (agent["agent"], agent["name"], agent["resolution"], agent["cost"]) == ("77", "小林", "0.6667", "89.70")
    assert (nobody["agent"], nobody["satisfaction"]) == ("", "")
    book = load_workbook(files["figures.xlsx"])
    assert book.sheetnames == ["figures", *(f"by_{name}" for name in BY)]
    assert [cell.value for cell in book["figures"][2]] == ["satisfaction", 0.5, 1, 2]
    for name in ("tickets.png", "service.png"):
        with Image.open(files[name]) as picture:
            assert (picture.format, picture.width) == ("PNG", 1200)


def test_an_empty_period_is_said_and_written(house, tmp_path):
    code, out, _ = run(house, ("2026-05-01", "2026-05-31"), tmp_path)
    assert code == 0
    assert "这段时间没有工单和订单。" in out
    found = {row["figure"]: row for row in rows(tmp_path / "figures.csv")}
    assert (found["satisfaction"]["value"], found["satisfaction"]["denominator"]) == ("", "0")
    assert rows(tmp_path / "by_agent.csv", "utf-8-sig") == []
    assert (tmp_path / "service.png").exists()


def test_the_sandbox_is_named(house):
    week.play(house)
    out = run(house, samples=True)[1]
    assert "(沙盒数据)" in out
    assert "工单 1" in " ".join(out.split()), "the sandbox's one ticket"
    assert "沙盒" not in run(house)[1]


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        (("", ""), "2026-05-14", "2026-06-12"),  # the clock stands at 12 June
        (("", "2026-06-30"), "2026-06-01", "2026-06-30"),
        (("2026-06-10", ""), "2026-06-10", "2026-06-12"),
        (("2026-06-12", "2026-06-12"), "2026-06-12", "2026-06-12"),
    ],
)
def test_days_that_are_not_named_are_the_last_thirty(house, days, first, last):
    assert run(house, days)[1].startswith(f"售后数据  {first} 至 {last}\n")


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (("2026-06-02", "2026-06-01"), "the period ends before it begins; --from is its first day, --to its last"),
        (("2026-06-13", ""), "the period ends before it begins; --from is its first day, --to its last"),
        (("yesterday", ""), "write the dates as 2026-06-01"),
        (("2026-06-01", "2026-06-31"), "write the dates as 2026-06-01"),
        (("", "0001-01-01"), "write the dates as 2026-06-01"),
        (("", "9999-12-31"), "write the dates as 2026-06-01"),
        (("1999-12-31", "2026-06-01"), "write the dates as 2026-06-01"),
    ],
)
def test_dates_that_make_no_period_are_one_sentence(house, days, why, tmp_path):
    assert run(house, days, tmp_path / "out") == (2, "", f"claimdesk: {why}.\n")
    assert not (tmp_path / "out").exists()


def test_no_cell_is_a_formula(house, tmp_path):
    week.play(house)
    house.tx.execute(update(t.order_lines).where(t.order_lines.c.item == "草莓").values(supplier="=1+1"))
    run(house, folder=tmp_path)
    assert "'=1+1" in {row["supplier"] for row in rows(tmp_path / "by_supplier.csv", "utf-8-sig")}
    assert "'=1+1" in {cell.value for cell in load_workbook(tmp_path / "figures.xlsx")["by_supplier"]["A"]}


def test_the_program_reports_on_a_new_house(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    assert main(["report", "--out", "out"]) == 0
    assert "沙盒数据" in capsys.readouterr().out
    assert main(["report", "--from", "2026-02-02", "--to", "2026-02-01"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    (tmp_path / "file").write_text("")
    assert main(["report", "--out", "file"]) == 2
    told = capsys.readouterr()
    assert len(told.err.splitlines()) == 1 and "Traceback" not in told.err

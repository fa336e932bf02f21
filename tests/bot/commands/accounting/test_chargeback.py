"""The pack for a supplier or carrier, and the booking of what comes back."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
from doubles.ticket_house import House
from openpyxl import load_workbook
from sqlalchemy import update

from bot.commands.accounting import recoveries
from bot.commands.accounting.chargeback import chargeback
from bot.commands.tickets import whole
from handlers.cases import filing
from handlers.desk import cards, dispatch
from media.store import open_store
from storage import evidence, ticket_lines
from storage import tables as t

PHOTOS = Path(__file__).parents[4] / "media" / "photos"
DAYS = ("2026-06-12", "2026-06-12")
BERRIES, EGGS = "清源果园", "禾田蛋业"
BUYER = ("李婷", "13800002231", "2231", "草莓坏了2盒", "KT260612-0003", "阳光里")


@pytest.fixture
def house():
    made = House()
    for item, supplier in (("草莓", BERRIES), ("鸡蛋", EGGS)):
        rows = update(t.order_lines).where(t.order_lines.c.item == item)
        made.tx.execute(rows.values(supplier=supplier, carrier="顺路冷链", sku=f"SKU-{item}"))
    yield made
    made.close()


@pytest.fixture
def store(tmp_path):
    return open_store(str(tmp_path / "media"))


def run(house, store, name, out, days=DAYS):
    told = (io.StringIO(), io.StringIO())
    code = chargeback(
        name, days, out, read=lambda ask: ask(house.tx), store=store, policy=house.policy, now=house.now, out=told[0],
        err=told[1],
    )  # fmt: skip
    return code, told[0].getvalue(), told[1].getvalue()


def back(house, name, amount, reference, **where):
    told = (io.StringIO(), io.StringIO())
    code = recoveries.add(
        name, amount, reference, write=lambda work: work(house.tx), policy=house.policy, now=house.now, out=told[0],
        err=told[1], **where,
    )  # fmt: skip
    return code, told[0].getvalue() + told[1].getvalue()


def tap(house, tap_):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap_), house.context)


def decided(house, store, *, cause="supplier", photos=("strawberries_rotten",), **facts):
    no = filing.file(house.tx, house.draft(**facts), house.context).no
    for piece, name in zip(evidence.of_ticket(house.tx, no), photos, strict=False):
        key = store.put((PHOTOS / f"{name}.jpg").read_bytes(), ".jpg")
        house.fetched(piece.id, media_key=key, sha256="e" * 64)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    if cause:
        tap(house, f"cause:{no}:1:{cause}")
    return no


def table(data: bytes, sheet: int) -> list[list[object]]:
    return [list(row) for row in load_workbook(io.BytesIO(data)).worksheets[sheet].iter_rows(values_only=True)]


def test_the_pack_holds_lines_sums_photos_and_their_hashes(house, store, tmp_path):
    no = decided(house, store, photos=("strawberries_rotten", "too_dark"))
    paper = house.photo(house.talk(), ticket_no=no)
    evidence.restrict(house.tx, [paper], restricted=True)
    out = tmp_path / "pack.zip"
    code, told, warned = run(house, store, f" {BERRIES} ", out)
    assert (code, told) == (0, f"{out}: 1 lines of the supplier {BERRIES}, 1 photos; 39.80 yuan claimed\n")
    assert "look through the photos" in warned
    with zipfile.ZipFile(out) as pack:
        files = {name: pack.read(name) for name in pack.namelist()}
    assert files.keys() == {"lines.xlsx", "README.txt", "SHA256SUMS", "photos/0001.jpg", "sheets/001.jpg"}
    lines = table(files["lines.xlsx"], 0)
    assert lines[1][:2] == ["供应商", BERRIES] and lines[3][:2] == ["索赔合计", 39.8]
    row = dict(zip(lines[5], lines[6], strict=True))
    assert row == {
        "序号": 1, "工单": no, "行": 1, "决定日期": "2026-06-12", "送达日期": "2026-06-12", "批次": "B2405",
        "商品编码": "SKU-草莓", "商品": "草莓", "规格": "300g", "购买数量": "4盒", "问题数量": "2盒",
        "问题": "腐烂变质",
        "原因": "供应商", "退款": 39.8, "运费": 0, "优惠券": 0, "补换货": 0, "已追回": 0, "索赔金额": 39.8, "照片": "1",
    }  # fmt: skip
    assert table(files["lines.xlsx"], 1)[6][:4] == ["B2405", "草莓", 1, 39.8]
    assert table(files["lines.xlsx"], 2)[6][:3] == [1, no, "photos/0001.jpg"]
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(out).extractall(unpacked)
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=unpacked, capture_output=True, text=True)
    assert checked.returncode == 0 and len(checked.stdout.splitlines()) == 4


def test_the_pack_holds_nothing_of_the_customer(house, store, tmp_path):
    decided(house, store)
    out = tmp_path / "pack.zip"
    assert run(house, store, "顺路冷链", out)[0] == 1
    assert run(house, store, BERRIES, out)[0] == 0
    with zipfile.ZipFile(out) as pack:
        book = load_workbook(io.BytesIO(pack.read("lines.xlsx")))
        cells = " ".join(str(cell) for page in book for row in page.iter_rows(values_only=True) for cell in row)
        texts = cells + pack.read("README.txt").decode() + " ".join(pack.namelist())
        assert b"Exif" not in pack.read("photos/0001.jpg")
    assert not [word for word in (*BUYER, "小林") if word in texts]
    assert not re.search(r"1[3-9]\d{9}", texts)


def test_a_carrier_answers_for_a_whole_order_that_it_brought(house, store, tmp_path):
    whole_order = House.lines(line=None, item="", problem="not_received", quantity="all", share=None, amount=10640)
    decided(house, store, cause="carrier", lines=whole_order)
    out = tmp_path / "pack.zip"
    code, told, _ = run(house, store, "顺路冷链", out)
    assert code == 0 and "1 lines of the carrier 顺路冷链, 1 photos; 106.40 yuan" in told
    row = table(zipfile.ZipFile(out).read("lines.xlsx"), 0)[6]
    assert "整单" in row and "Z07" in row


@pytest.mark.parametrize(
    ("name", "days", "code", "said"),
    [
        ("清源", DAYS, 1, f"no order line has a supplier or carrier 清源; near it: {BERRIES}."),
        ("清源果圆", DAYS, 1, f"near it: {BERRIES}."),
        ("某某", DAYS, 1, "no order line has a supplier or carrier 某某."),
        (EGGS, DAYS, 1, f"from 2026-06-12 to 2026-06-12 has its cause with the supplier {EGGS}."),
        (BERRIES, ("2026-06-13", "2026-06-14"), 1, "no line that was decided from 2026-06-13"),
        (BERRIES, ("2026-06-14", "2026-06-13"), 2, "the period ends before it begins"),
        (BERRIES, ("06-14", "2026-06-13"), 2, "write the dates as 2026-06-01"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_said_in_one_sentence(house, store, tmp_path, name, days, code, said):
    decided(house, store)
    out = tmp_path / "pack.zip"
    found = run(house, store, name, out, days)
    assert found[0] == code and said in found[2] and not out.exists()


def test_lines_without_a_cause_are_counted(house, store, tmp_path):
    decided(house, store, cause="")
    code, _, said = run(house, store, BERRIES, tmp_path / "pack.zip")
    assert code == 1 and "1 line on its goods has no cause yet" in said


def test_a_name_that_is_both_has_to_say_which(house, store, tmp_path):
    house.tx.execute(update(t.order_lines).where(t.order_lines.c.item == "草莓").values(carrier=BERRIES))
    decided(house, store)
    assert "write supplier:" in run(house, store, BERRIES, tmp_path / "pack.zip")[2]
    assert run(house, store, f"supplier:{BERRIES}", tmp_path / "pack.zip")[0] == 0


def test_what_comes_back_is_booked_once_and_lowers_the_cost(house, store, tmp_path):
    no = decided(house, store)
    assert back(house, BERRIES, "20.00", "R1", ticket=no)[0] == 0
    assert "R1 was booked before" in back(house, BERRIES, "20", "R1", ticket=no)[1]
    assert back(house, BERRIES, "21", "R1", ticket=no) == (
        1,
        "claimdesk: another sum is booked with the reference R1.\n",
    )
    assert "39.80" in run(house, store, BERRIES, tmp_path / "a.zip")[1].replace("19.80 yuan claimed, 20.00", "39.80")
    code, told = back(house, BERRIES, "19.80", "R2", days=DAYS)
    assert (code, told) == (0, f"19.80 from the supplier {BERRIES} booked on 1 line\n")
    found = whole(house.tx, no)
    assert [(cost["kind"], cost["amount"]) for cost in found["costs"]] == [
        ("refund", 3980), ("recovery", -2000), ("recovery", -1980),
    ]  # fmt: skip
    assert [event["kind"] for event in found["events"]][-2:] == ["recovered", "recovered"]
    assert "本单成本 0.00 元：退款 39.80、追回 -39.80" in cards.card(house.tx, no, house.context).text
    assert back(house, BERRIES, "-19.80", "R3", ticket=no)[0] == 0
    assert "本单成本 19.80 元" in cards.card(house.tx, no, house.context).text


def test_one_sum_for_a_period_is_shared_over_its_lines_to_the_fen(house, store):
    first = decided(house, store)
    second = decided(
        house, store, lines=House.lines(quantity="1", problem="damaged_package", amount=1990), talk=house.talk("1002")
    )
    assert back(house, BERRIES, "10.01", "R1", days=DAYS)[0] == 0
    found = [whole(house.tx, no)["costs"][-1]["amount"] for no in (first, second)]
    assert found == [-667, -334] and sum(found) == -1001


@pytest.mark.parametrize(
    ("amount", "reference", "where", "code", "said"),
    [
        ("x", "R1", {"days": DAYS}, 2, "the amount is not a sum in yuan"),
        ("0", "R1", {"days": DAYS}, 2, "the amount is zero"),
        ("1", "", {"days": DAYS}, 2, "a reference has 1 to 64 characters"),
        ("1", "R1", {}, 2, "say what it is for"),
        ("1", "R1", {"ticket": "CD-000000"}, 1, "no ticket CD-000000"),
        ("1", "R1", {"ticket": "own", "line": 7}, 1, "has no line 7"),
        ("1", "R1", {"ticket": "other"}, 1, f"is not about goods of the supplier {BERRIES}"),
    ],
)
def test_what_cannot_be_booked_is_said_in_one_sentence(house, store, amount, reference, where, code, said):
    own = decided(house, store)
    other = decided(house, store, lines=House.lines(line=2, item="鸡蛋", amount=100), cause="")
    named = {"own": own, "other": other}.get(where.get("ticket", ""))
    found = back(house, BERRIES, amount, reference, **(where | ({"ticket": named} if named else {})))
    assert found[0] == code and said in found[1]
    assert {cost["kind"] for cost in whole(house.tx, own)["costs"]} == {"refund"}


def test_a_cause_is_chosen_by_taps_and_changed(house, store):
    no = decided(house, store, cause="")
    tap(house, f"cause:{no}")
    question = house.at_desk(no, "note")[-1]
    assert "问题出在哪一方" in question["text"]
    labels = [label for row in question["buttons"] for label, _ in row]
    assert labels == ["供应商", "承运方", "顾客", "团长", "仓库", "不明"]
    for code, label in (("warehouse", "仓库"), ("supplier", "供应商")):
        assert label in tap(house, f"cause:{no}:1:{code}").text
        assert ticket_lines.of_ticket(house.tx, no)[0].cause == code
        assert f"原因：{label}" in cards.card(house.tx, no, house.context).text
    events = [event["data"] for event in whole(house.tx, no)["events"] if event["kind"] == "cause"]
    assert [(data.get("was"), data["now"]) for data in events] == [(None, "warehouse"), ("warehouse", "supplier")]

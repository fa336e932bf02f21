"""The workbook, the command, and the sheet that comes by chat."""

from __future__ import annotations

import asyncio
from io import BytesIO, StringIO

import pytest
from doubles.site_house import Sites
from doubles.ticket_house import START
from openpyxl import load_workbook

from bot.runtime import settlement_export as bot
from handlers.cases import settlement as rows
from handlers.claims.claim import Talk
from handlers.claims.outcomes import Settlement
from handlers.turn import apply_leaders
from media.store import Store
from storage import conversations, imports, outbox, people
from storage.orders import Order, OrderLine


@pytest.fixture
def house():
    made = Sites()
    yield made
    made.close()


def settle(house, target, who="王姐", first="2026-06-01", last="2026-06-30"):
    out = StringIO()
    read = lambda work: work(house.tx)  # noqa: E731  the command's reader
    code = bot.settle(who, first, last, target, read=read, policy=house.policy, now=START, out=out)
    return code, out.getvalue()


def cells(data):
    return [[cell.value for cell in row] for row in load_workbook(BytesIO(data)).active.iter_rows()]


def test_the_command_writes_the_sheet(house, tmp_path):
    no = house.ticket(state="owed", coupon=500)
    house.ticket("KT260612-0005", state="done", amount=4990, lines=house.lines(item="车厘子JJ", quantity="1"))
    theirs = house.ticket("KT260612-0901", state="done", lines=house.lines(item="香菜"))
    target = tmp_path / "june.xlsx"
    code, out = settle(house, target)
    assert code == 0 and "2 lines of 王姐 (Z07)" in out and "sum 89.70, paid 49.90, owed 39.80, coupon 5.00" in out
    found = cells(target.read_bytes())
    head = found.index(next(row for row in found if row[0] == "日期" and row[1] == "工单号"))
    by_name = dict(zip(found[head], found[head + 1], strict=True))
    assert by_name["工单号"] == no and by_name["接龙号"] == "3" and by_name["电话"] == "138****2231"
    assert by_name["退款（元）"] == 39.8 and by_name["券（元）"] == 5 and by_name["未付（元）"] == 39.8
    assert by_name["日期"].date() == START.date()
    total = dict(zip(found[head], found[-1], strict=True))
    assert (total["日期"], total["退款（元）"], total["已付（元）"], total["未付（元）"]) == ("合计", 89.7, 49.9, 39.8)
    everything = str(found)
    assert theirs not in everything and "外人" not in everything and "13800002231" not in everything


def test_a_name_is_no_formula(house, tmp_path):
    line = OrderLine(line_no=1, item="=1+1\x07", quantity=1, unit="盒", paid=100)
    imports.upsert(house.tx, [Order(order_no="X1", lines=(line,), site_no="Z07", buyer_name='=HYPERLINK("x")',
                                    buyer_phone="13700000001")], now=START)  # fmt: skip
    house.ticket("X1", state="done", lines=house.lines(item="甲"))
    target = tmp_path / "x.xlsx"
    assert settle(house, target)[0] == 0
    page = load_workbook(target).active
    cells = [cell for row in page.iter_rows() for cell in row if "=" in str(cell.value)]
    assert [(cell.value, cell.data_type) for cell in cells] == [('\'=HYPERLINK("x")', "s"), ("'=1+1", "s")]


@pytest.mark.parametrize(
    ("who", "first", "last", "code", "words"),
    [
        ("李四", "2026-06-01", "2026-06-30", 1, "no leader is called 李四"),
        ("王姐", "June", "2026-06-30", 2, "write the dates as 2026-06-01"),
        ("王姐", "2026-06-30", "2026-06-01", 2, "ends before it begins"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(house, tmp_path, capsys, who, first, last, code, words):
    assert settle(house, tmp_path / "x.xlsx", who, first, last)[0] == code
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1 and not (tmp_path / "x.xlsx").exists()


def test_two_of_one_name_are_told_apart_by_id(house, tmp_path, capsys):
    second = people.add_leader(house.tx, "王姐", ["Z08"], None, START)
    assert settle(house, tmp_path / "x.xlsx")[0] == 1
    assert f"{second.id} (Z08)" in capsys.readouterr().err
    assert settle(house, tmp_path / "x.xlsx", str(second.id))[0] == 0


def order_by_chat(house):
    who = conversations.by_id(house.tx, house.wang_talk)
    _, reply = apply_leaders.carry_out(house.tx, Settlement(), who, Talk(), house.voice, house.context)
    return who, reply.text


def carry(house, store):
    async def do(work):
        return work(house.tx)

    (bundle,) = [one for one in outbox.pick(house.tx, now=house.now, lease="l", until=house.now + outbox.LEASE, limit=9)
                 if one.mailbox.startswith("sheet:")]  # fmt: skip
    clerk = bot.Clerk(read=do, do=do, context=lambda: house.context, store=store)
    asyncio.run(clerk.carry(bundle))


def test_the_sheet_comes_by_chat(house, tmp_path):
    house.ticket(state="owed")
    who, text = order_by_chat(house)
    order_by_chat(house)
    assert "1 行，退款 39.80 元" in text and "明细表" in text
    store = Store(tmp_path)
    carry(house, store)
    (kind, key), = house.mails(f"chat:{who.id}")[-1]["media"]  # fmt: skip
    assert kind == "document" and key.endswith(".xlsx") and "KT260612-0003" in str(cells(store.get(key)))
    assert house.mails(f"sheet:{who.id}") == []


def test_a_channel_without_files_tells_the_sums(house):
    house.ticket(state="owed")
    talk = house.talk("w", channel="wechat")
    people.lead(house.tx, talk, house.wang, house.now)
    who = conversations.by_id(house.tx, talk)
    _, reply = apply_leaders.carry_out(house.tx, Settlement(), who, Talk(), house.voice, house.context)
    assert "1 行" in reply.text and "明细表" not in reply.text and house.mails(f"sheet:{talk}") == []


def test_a_leader_removed_in_between_gets_nothing(house, tmp_path):
    house.ticket(state="owed")
    who, _ = order_by_chat(house)
    people.remove_leader(house.tx, house.wang, house.now)
    carry(house, Store(tmp_path))
    assert house.mails(f"chat:{who.id}") == [] and house.mails(f"sheet:{who.id}") == []


def test_every_column_has_its_name():
    assert set(rows.COLUMNS) == set(rows.Row.__dataclass_fields__)

"""Rows gathered into orders."""

from __future__ import annotations

import csv
import tracemalloc
from pathlib import Path

import pytest
from openpyxl import Workbook

from handlers.orders.columns import ALIASES, COLUMNS
from handlers.orders.importer import opened
from handlers.orders.records import Gathered, Rejected, Repeated
from handlers.orders.rows import Unusable
from storage.orders import Order

HEADER = "order_no,line_no,item,quantity,paid,buyer_phone"


def parsed(path: Path) -> tuple[list[Order], list[tuple[int, str]], int]:
    """Give the orders, the rejected rows with their reasons, and how many rows were repeated."""
    with opened(path) as file:
        found = list(file.orders())
    orders = [each.order for each in found if isinstance(each, Gathered)]
    rejected = sorted((each.row, each.reason) for each in found if isinstance(each, Rejected))
    repeated = [each for each in found if isinstance(each, Repeated)]
    taken = sum(len(each.rows) for each in found if isinstance(each, Gathered))
    assert file.rows == taken + len(rejected) + len(repeated)
    return orders, rejected, len(repeated)


@pytest.fixture
def write(tmp_path):
    def write(*lines: str) -> Path:
        path = tmp_path / "orders.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def test_an_order_with_everything(write):
    values = {
        "order_no": "KT-1",
        "activity_no": "G1",
        "participate_no": "03",
        "site_no": "Z07",
        "leader_name": "王姐",
        "buyer_name": "甲",
        "buyer_phone": "13500009999",
        "placed_at": "2026-06-11T20:14:05",
        "promised_at": "2026-06-12T17:30",
        "delivered_at": "2026-06-12T17:30+08:00",
        "line_no": "2",
        "sku": "S",
        "item": "草莓",
        "spec": "300g",
        "quantity": "1.5",
        "unit": "盒",
        "unit_price": "19.90",
        "paid": "29.85",
        "order_paid": "37.85",
        "freight": "8",
        "discount": "",
        "lot_no": "L",
        "supplier": "某果园",
        "carrier": "车01",
        "tags": "fresh;elderly",
        "order_status": "已完成",
        "refund_status": "部分退款",
        "refunded": "9.95",
    }
    assert tuple(values) == COLUMNS
    (order,), rejected, _ = parsed(write(",".join(values), ",".join(values.values())))
    assert not rejected
    assert (order.participate_no, order.buyer_phone, order.leader_name) == ("3", "13500009999", "王姐")
    assert order.promised_at == order.delivered_at
    (line,) = order.lines
    assert (line.line_no, line.quantity, line.unit_price, line.paid, line.tags) == (
        2,
        1.5,
        1990,
        2985,
        ("fresh", "senior"),
    )


def test_rows_of_one_order_may_lie_apart(write):
    path = write(HEADER, "A,,草莓,1,1,", "B,,桃,1,2,", "a,,x,1,3,", "A,,鸡蛋,1,4,13500009999")
    orders, rejected, _ = parsed(path)
    assert [order.order_no for order in orders] == ["B"]  # A is written in two ways
    assert {row for row, _ in rejected} == {2, 4, 5}
    assert all("differ in order_no" in reason for _, reason in rejected)


def test_without_line_numbers_the_place_counts_bad_rows_too(write):
    path = write("order_no,item,quantity,paid", "A,草莓,1,1", "B,桃,1,1", "A,鸡蛋,1,much", "A,酸奶,1,3")
    orders, rejected, _ = parsed(path)
    assert {order.order_no: [line.line_no for line in order.lines] for order in orders} == {"A": [1, 3], "B": [1]}
    assert rejected == [(4, "paid is not a sum in yuan with up to two decimals")]


def test_a_rejected_row_keeps_its_line_number(write):
    with opened(write("order_no,item,quantity,paid", "A,草莓,1,1", "A,鸡蛋,0,2")) as file:
        (rejected,) = [each for each in file.orders() if isinstance(each, Rejected)]
    assert rejected.cells == {"order_no": "A", "item": "鸡蛋", "quantity": "0", "paid": "2", "line_no": "2"}


def test_the_same_key_twice(write):
    path = write(
        HEADER,
        "A,1,草莓,1,19.90,",
        "A,1,草莓,1,¥19.9,",  # says the same
        "A,2,鸡蛋,1,2,",
        "A,2,鸡蛋,1,3,",
        "A,3,桃,1,3,",
        "A,3,桃,1,bad,",
    )
    (order,), rejected, repeated = parsed(path)
    assert [line.line_no for line in order.lines] == [1]
    assert repeated == 1
    assert [row for row, _ in rejected] == [4, 5, 6, 7]
    assert all("twice" in reason for row, reason in rejected if row != 7)


def test_rows_that_disagree_about_the_order_are_all_refused(write):
    path = write(HEADER, "A,1,草莓,1,1,13500009999", "A,2,桃,1,1,13500008888", "A,3,桃,1,1,", "B,1,桃,1,1,13500008888")
    orders, rejected, _ = parsed(path)
    assert [order.order_no for order in orders] == ["B"]
    assert [row for row, _ in rejected] == [2, 3, 4]
    assert {reason for _, reason in rejected} == {"the rows of this order differ in buyer_phone"}


def test_what_one_row_leaves_out_another_may_say(write):
    (order,), rejected, _ = parsed(write(HEADER, "A,1,草莓,1,1,", "A,2,桃,1,1,13500009999"))
    assert not rejected
    assert order.buyer_phone == "13500009999"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",1,草莓,1,1,", "order_no is empty"),
        ("A,1,,1,1,", "item is empty"),
        ("A,1,草莓,-1,1,", "quantity is negative"),
        ("A,1,草莓,1,-1,", "paid is negative"),
        ("A,1,草莓,1,NaN,", "paid is not a sum"),
        ("A,1,草莓,inf,1,", "quantity is not a number"),
        ("A,1,草莓,1,99999999999999,", "paid is too large"),
        ("A,1,草莓,1,1,138********", "buyer_phone is masked"),
        ("A,1,草莓,1,1,1.38E+10", "buyer_phone was rounded"),
        ("A,1,草莓,1,#REF!,", "formula error"),
        ("A,x,草莓,1,1,", "line_no is not a whole number"),
        ("A,1,草\x07莓,1,1,", "item holds a control character"),
        ("A,1,草莓,1,1,234.00,13500009999", "more cells than the header"),
        ("A,1", "item is empty"),
    ],
)
def test_bad_rows_tell_why_and_spare_the_others(write, row, why):
    orders, rejected, _ = parsed(write(HEADER, row, "B,1,桃,1,1,"))
    assert [order.order_no for order in orders] == ["B"]
    assert len(rejected) == 1
    assert rejected[0][0] == 2
    assert why in rejected[0][1]


def test_an_order_too_long_for_one_transaction(write):
    orders, rejected, _ = parsed(write(HEADER, *(f"A,{n},草莓,1,1," for n in range(1, 202)), "B,1,桃,1,1,"))
    assert [order.order_no for order in orders] == ["B"]
    assert len(rejected) == 201


@pytest.mark.parametrize(
    "header",
    [
        "order_sn,participate_no,receiver_mobile,goods_name,goods_number,goods_amount",
        "订单号,接龙号,收货人电话,商品名称,数量,商品金额（元）",
        "Order No,participate_no,BUYER_PHONE,item, quantity ,Paid",
    ],
)
def test_names_of_exports(write, header):
    (order,), rejected, _ = parsed(write("团购订单", header, "A,3,13500009999,草莓,2,39.80"))
    assert not rejected
    assert (order.participate_no, order.buyer_phone) == ("3", "13500009999")
    assert (order.lines[0].item, order.lines[0].quantity, order.lines[0].paid) == ("草莓", 2, 3980)


def test_every_column_has_its_aliases_and_none_means_two():
    assert set(ALIASES) == set(COLUMNS)
    names = [name for column in COLUMNS for name in (column, *ALIASES[column])]
    assert len(names) == len(set(names))


def test_of_two_names_for_a_column_the_better_counts(write):
    header = "order_no,item,quantity,goods_amount,real_goods_amount,nick_name,receiver_name"
    (order,), _, _ = parsed(write(header, "A,草莓,1,20,18.50,小鱼,于小姐"))
    assert (order.lines[0].paid, order.buyer_name) == (1850, "于小姐")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("order_no,item\nA,草莓", "lacks the columns quantity, paid;"),
        ("hello\nworld", "lacks the columns order_no, item, quantity, paid;"),
        ("order_no,item,quantity,paid,paid\n", "the column paid twice"),
    ],
)
def test_wrong_columns(write, text, why):
    with pytest.raises(Unusable, match=why):
        parsed(write(text))


def test_a_header_alone_is_an_empty_export(write):
    assert parsed(write(HEADER)) == ([], [], 0)


def test_a_workbook_reads_like_the_table(tmp_path, write):
    lines = [HEADER, "A,1,草莓,2,39.8,13500009999", "A,2,桃,1,32.9,13500009999"]
    index = Workbook()
    assert index.active
    for cells in csv.reader(lines):
        index.active.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in cells])
    index.save(tmp_path / "orders.xlsx")
    assert parsed(tmp_path / "orders.xlsx") == parsed(write(*lines))


def test_memory_does_not_grow_with_the_rows(write):
    path = write(HEADER, *(f"A{n // 20},,草莓{n},1,1,13500009999" for n in range(6000)))
    count = 0
    tracemalloc.start()
    with opened(path) as file:
        for each in file.orders():
            count += isinstance(each, Gathered)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 300
    assert peak < 2_000_000

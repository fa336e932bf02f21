"""Exports as shops have them: damaged files, states, sums of whole orders, several goods in a cell."""

from __future__ import annotations

import pytest
from order_files import FAULTS, parsed, written

from handlers.orders.statuses import order_status, refund_status

SHOP = "订单号,订单状态,商品,数量,实付,退款状态,退款金额,联系电话"


def lines(order):
    return [(line.item, line.quantity, line.unit, line.paid) for line in order.lines]


# damaged files


def test_a_stray_quote_names_its_lines_and_takes_nothing_of_their_orders():
    orders, reasons, _ = parsed(FAULTS / "o03b_quote_pair.csv")
    assert {no: order.phone_tail for no, order in orders.items()} == {"QT2611000031": "8031", "QT2611000034": "8034"}
    assert reasons.keys() == {3, 4} and all("stray quotation mark" in reason for reason in reasons.values())


def test_a_stray_quote_in_one_row_takes_nothing_of_its_whole_order(tmp_path):
    path = written(tmp_path, "order_no,item,quantity,paid", "A,草莓,1,1", 'A,"鸡蛋,1,1', "B,桃,1,1", 'A,桃",1,1')
    orders, reasons, _ = parsed(path)
    assert orders.keys() == {"B"}
    assert reasons.keys() == {2, 3, 5} and "row 3 of the same order" in reasons[2]


@pytest.mark.parametrize("cell", ['"草莓, 大"', '"草莓\n大"', '"草""莓"'])
def test_a_quoted_cell_that_is_well_formed_is_one_cell(tmp_path, cell):
    orders, reasons, _ = parsed(written(tmp_path, "order_no,item,quantity,paid", f"A,{cell},1,1", "B,桃,1,1"))
    assert not reasons and orders.keys() == {"A", "B"}
    assert orders["A"].lines[0].item == cell[1:-1].replace("\n", " ").replace('""', '"')


def test_zeros_that_a_format_shows_are_kept():
    orders, reasons, _ = parsed(FAULTS / "o01_zero_padded.xlsx")
    assert not reasons and {no: order.phone_tail for no, order in orders.items()} == {
        "00001203": "8001",
        "00001204": "8002",
    }


def test_escapes_of_the_format_are_no_text():
    orders, reasons, _ = parsed(FAULTS / "o02_x000D.xlsx")
    assert not reasons and lines(orders["QT2611000011"]) == [("草莓 当季", 2, "盒", 3980)]
    assert orders["QT2611000012"].buyer_name == "张A"


def test_a_merged_sum_is_no_lines_own():
    orders, reasons, _ = parsed(FAULTS / "o04c_merged_total_46.70.xlsx")
    (order,) = orders.values()
    assert not reasons and lines(order) == [
        ("草莓", 1, "盒", 990),
        ("鸡蛋", 1, "份", 2680),
        ("酸奶", 1, "份", 1000),
    ]
    assert (order.buyer_name, order.phone_tail, order.left()) == ("周妈", "8041", 4670)


def test_formulas_without_a_stored_result_are_named():
    orders, reasons, _ = parsed(FAULTS / "o05_formula.xlsx")
    assert not orders and all("formula whose result the file does not hold" in reason for reason in reasons.values())


def test_phones_as_spreadsheets_and_shops_write_them():
    orders, reasons, _ = parsed(FAULTS / "o07_phones.csv")
    assert {no[-2:]: order.phone_tail for no, order in orders.items()} == {
        f"{number}": f"80{number}" for number in (72, 73, 74, 75, 76, 77, 78, 80, 81, 82)
    }
    assert "rounded by a spreadsheet" in reasons[2] and "two phone numbers" in reasons[10]


def test_a_title_above_the_columns_in_the_encoding_of_old_spreadsheets():
    orders, reasons, _ = parsed(FAULTS / "o09_gbk_title.csv")
    assert not reasons and orders.keys() == {"QT2611000091", "QT2611000092"}


# sums, goods, deliveries


def test_a_row_of_sums_is_no_order(tmp_path):
    path = written(tmp_path, "order_no,item,quantity,paid", "A,草莓,2,39.80", "合计,,2,39.80", ",总计,2,39.80")
    orders, reasons, file = parsed(path)
    assert (orders.keys(), reasons, file.rows, file.skipped) == ({"A"}, {}, 1, 2)


def test_a_number_that_a_spreadsheet_took_for_a_sum(tmp_path):
    orders, _, _ = parsed(written(tmp_path, "order_no,item,quantity,paid", "202611300937.0,草莓,1件,19.9"))
    assert lines(orders["202611300937"]) == [("草莓", 1, "件", 1990)]


def test_several_goods_of_a_cell_are_lines_of_their_own(tmp_path):
    path = written(tmp_path, "order_no,item,quantity,paid", "A,草莓¥19.90*2盒;鸡蛋¥26.80*1,3,66.60")
    orders, reasons, _ = parsed(path)
    assert not reasons and lines(orders["A"]) == [("草莓", 2, "盒", 3980), ("鸡蛋", 1, "", 2680)]


def test_a_common_sum_that_no_prices_explain_is_nobodys_own(tmp_path):
    orders, _, _ = parsed(written(tmp_path, "order_no,item,quantity,paid", "A,草莓*2;鸡蛋*1,3,50.00"))
    assert [line.paid for line in orders["A"].lines] == [0, 0]
    assert (orders["A"].shared_paid, orders["A"].left()) == (5000, 5000)


def test_an_order_that_came_in_parts_has_come_with_the_last(tmp_path):
    path = written(
        tmp_path,
        "order_no,item,quantity,paid,delivered_at,订单状态",
        "A,草莓,1,10,2026-11-20 10:00,已签收",
        "A,鸡蛋,1,10,2026-11-22 18:00,已发货",
    )
    orders, reasons, _ = parsed(path)
    assert not reasons and f"{orders['A'].delivered_at:%d %H:%M}" == "22 18:00" and orders["A"].order_status == "live"


# states


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("已完成", "live"), ("待发货", "live"), ("已取消", "cancelled"), ("交易关闭", "cancelled"),
        ("待付款", "unpaid"), ("Cancelled", "cancelled"), ("退款中", "refunding"),
        ("", ""), ("已退款", "refunded"), ("火星", "?火星"),
    ],
)  # fmt: skip
def test_states_of_orders(text, code):
    assert order_status(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("无售后", "none"), ("退款成功", "refunded"), ("部分退款", "part_refunded"), ("待商家处理退款", "refunding"),
        ("退款关闭", "none"), ("-", "none"), ("退款申请中", "refunding"), ("未退款", "none"),
    ],
)  # fmt: skip
def test_states_of_refunds(text, code):
    assert refund_status(text) == code


@pytest.mark.parametrize(
    ("row", "status", "left"),
    [
        ("A,已完成,草莓,2,39.80,,,", "live", 3980),
        ("A,已取消,草莓,2,39.80,,,", "cancelled", 0),
        ("A,待付款,草莓,2,39.80,,,", "unpaid", 0),
        ("A,已完成,草莓,2,39.80,退款成功,,", "live", 0),
        ("A,已完成,草莓,2,39.80,退款成功,39.80,", "live", 0),
        ("A,已完成,草莓,2,39.80,部分退款,9.80,", "live", 3000),
        ("A,已完成,草莓,2,39.80,,-9.80,", "live", 3000),
        ("A,已完成,草莓,2,39.80,退款关闭,,", "live", 3980),
    ],
)
def test_what_is_left_of_an_order(tmp_path, row, status, left):
    orders, reasons, _ = parsed(written(tmp_path, SHOP, row))
    assert not reasons
    assert (orders["A"].order_status, orders["A"].left()) == (status, left)


def test_a_refunded_line_leaves_the_others(tmp_path):
    path = written(tmp_path, SHOP, "A,已完成,草莓,2,39.80,退款成功,39.80,", "A,已完成,鸡蛋,1,26.80,,,")
    (order,) = parsed(path)[0].values()
    assert (order.left(1), order.left(2), order.left()) == (0, 2680, 2680)


def test_states_without_a_meaning_are_told_and_change_nothing(tmp_path):
    orders, reasons, file = parsed(written(tmp_path, SHOP, "A,火星,草莓,2,39.80,,,"))
    assert (orders["A"].order_status, reasons, file.odd_words) == ("", {}, {"火星"})

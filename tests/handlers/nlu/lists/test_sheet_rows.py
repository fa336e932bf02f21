"""Rows of a leader's sheet as the lines of a list: heads of any shape, rows that go on, sums, exports."""

from __future__ import annotations

import pytest
from sheet_files import D5, cells

from handlers.nlu.lists import sheet_header, sheet_rows
from handlers.orders.columns import ALIASES
from media.values import MERGED_CELL


def lines(text):
    return sheet_rows.take(cells(text)).lines


def test_columns_in_any_order():
    told = """诉求|问题|商品|数量（盒）|姓名|备注|接龙号|电话后四位
退款|烂|草莓|2|李婷||3|2231
|软了|车厘子|||都不能吃|5|"""
    assert lines(told) == ["3号 李婷 尾号2231 草莓 烂2盒 退款", "5号 车厘子 软了 都不能吃"]


def test_titles_above_the_head_sums_and_blank_rows_say_nothing():
    told = """翠湖苑 6月12日||
（共两单）||
||
接龙号|商品|问题
3|草莓|坏2盒
||
5|车厘子|软了
合计|2|
||"""
    assert lines(told) == ["3号 草莓 坏2盒", "5号 车厘子 软了"]


def test_a_sum_without_its_name_says_nothing():
    assert lines("接龙号|商品|数量|问题\n3|草莓|2|烂\n||2|") == ["3号 草莓 烂2"]


def test_rows_without_a_number_go_on_about_the_one_before():
    told = """接龙号|姓名|商品|问题
8|小周|鸡蛋|碎7个
||酸奶|没收到
|||瓶子也破了
|小周|草莓|烂
|老陈|车厘子|软了"""
    assert lines(told) == [
        "8号 小周 鸡蛋 碎7个", "8号 小周 酸奶 没收到 瓶子也破了", "8号 小周 草莓 烂", "老陈 车厘子 软了",
    ]  # fmt: skip


def test_merged_cells_say_the_same_of_every_row_but_a_figure():
    same = MERGED_CELL
    told = [
        ["接龙号", "姓名", "商品", "数量", "问题", "诉求"],
        ["8", "小周", "鸡蛋", "3", "碎了", "退款"],
        [same, same, "酸奶", same, "漏了", same],
        ["9", "老陈", "米", "1", "少", ""],
        [same, same, "油", "2", "漏", ""],
    ]
    assert sheet_rows.take(told).lines == [
        "8号 小周 鸡蛋 碎了 退款", "8号 小周 酸奶 漏了 退款", "9号 老陈 米 少1", "9号 老陈 油 漏2",
    ]  # fmt: skip


def test_marks_for_the_same_as_above_are_read():
    told = "接龙号|姓名|商品|数量|问题\n8|小周|鸡蛋|2|碎了\n〃|同上|酸奶|〃|同上"
    assert lines(told) == ["8号 小周 鸡蛋 碎了2", "8号 小周 酸奶 碎了2"]


def test_a_merged_cell_in_a_sheet_without_a_head():
    assert sheet_rows.take([["3", "草莓坏2盒"], [MERGED_CELL, "鸡蛋碎3个"]]).lines == ["3 草莓坏2盒", "3 鸡蛋碎3个"]


def test_a_number_without_a_name_takes_no_name_from_above():
    assert lines("接龙号|姓名|商品|问题\n8|小周|鸡蛋|碎了\n9||牛奶|漏了") == ["8号 小周 鸡蛋 碎了", "9号 牛奶 漏了"]


def test_a_cell_that_could_not_be_read_is_nobody_rather_than_the_one_above():
    assert lines("接龙号|商品|问题\n3|草莓|烂\n#N/A|鸡蛋|碎了") == ["3号 草莓 烂", "鸡蛋 碎了"]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("3", "3号"), ("3.0", "3号"), ("０３", "3号"), ("3号", "3号"), ("#3", "3号"), ("No.3", "3号"),
        ("21-23", "21-23号"), ("21、23", "21、23号"), ("21号到23号", "21到23号"), ("张阿姨", "张阿姨"),
        ("6月12日", "6月12日"),
    ],
)  # fmt: skip
def test_pickup_numbers(cell, said):
    assert lines(f"接龙号|商品|问题\n{cell}|草莓|烂了一盒") == [f"{said} 草莓 烂了一盒"]


@pytest.mark.parametrize(
    ("title", "cell", "said"),
    [
        ("电话后四位", "88", "尾号0088"), ("尾号", "2231", "尾号2231"), ("电话后四位", "0", ""),
        ("手机号", "13800002231", "13800002231"), ("电话", "138****2231", "尾号2231"),
        ("电话", "138 0000 2231", "13800002231"),
        ("订单号", "KT260612-0003", "KT260612-0003"), ("订单号", "", ""),
    ],
)  # fmt: skip
def test_other_ways_to_say_who(title, cell, said):
    assert lines(f"姓名|{title}|商品|问题\n李婷|{cell}|草莓|烂了一盒")[0].replace("李婷", "").split()[:1] == (
        [said] if said else ["草莓"]
    )


def test_counted_rows_are_no_pickup_numbers_where_names_say_who():
    assert lines("序号|姓名|商品|问题\n1|李婷|草莓|烂\n2|老陈|车厘子|软了") == ["李婷 草莓 烂", "老陈 车厘子 软了"]
    assert lines("序号|姓名|商品|问题\n3|李婷|草莓|烂\n5|老陈|车厘子|软了")[0] == "3号 李婷 草莓 烂"
    assert lines("序号|接龙号|商品|问题\n1|3|草莓|烂\n2|5|车厘子|软了")[0] == "3号 草莓 烂"


def test_what_the_words_count_goes_before_the_column_of_numbers():
    told = "接龙号|商品|数量|问题\n3|草莓|4|坏2盒\n5|车厘子|2|一股怪味\n8|鸡蛋|30|碎了一半"
    assert lines(told) == ["3号 草莓 坏2盒", "5号 车厘子 一股怪味2", "8号 鸡蛋 碎了一半"]


def test_an_export_of_orders_claims_what_somebody_wrote_beside_it():
    head = "order_sn|participate_no|nick_name|receiver_mobile|goods_name|goods_number|goods_amount|下单时间|"
    told = f"""{head}self_pick_site_no|售后问题|备注
KT260612-0003|3|李婷|13800002231|草莓|4|79.60|2026-06-11|Z07|坏2盒|
KT260612-0003|3|李婷|13800002231|鸡蛋|1|26.80|2026-06-11|Z07||放门口
KT260612-0005|5|老陈|13900008812|车厘子|2|99.80|2026-06-11|Z07||"""
    made = sheet_rows.take(cells(told))
    assert made.lines == ["KT260612-0003 3号 李婷 13800002231 草莓 坏2盒"]
    assert made.silent == 2


def test_every_heading_of_the_order_import_is_known():
    for column, names in ALIASES.items():
        for name in (column, *names):
            assert sheet_header.role_of(name) != sheet_header.UNKNOWN, name


def test_columns_of_unknown_titles_count_where_they_hold_words():
    assert lines("接龙号|商品|坏果情况登记|编码X\n3|草莓|烂了两盒|8812") == ["3号 草莓 烂了两盒"]


def test_sheets_without_a_head():
    assert lines("3|草莓|坏2盒\n|鸡蛋|碎3个\n5|车厘子|软了") == ["3 草莓 坏2盒", "3 鸡蛋 碎3个", "5 车厘子 软了"]
    assert lines("3号 草莓坏2盒\n5号 车厘子软了") == ["3号 草莓坏2盒", "5号 车厘子软了"]


def test_remarks_across_the_sheet_stay_lines_of_their_own():
    assert lines(D5)[-1] == "@全体 明天开团樱桃"
    assert lines(D5)[0] == "3号 李婷 草莓 坏2盒"
    assert len(lines(D5)) == 21


def test_names_beside_numbers_are_told_apart():
    made = sheet_rows.take(cells("接龙号|昵称|商品|问题\n3|桃子妈妈|草莓|烂\n|老陈|车厘子|软了"))
    assert made.names == ["桃子妈妈"]


def test_more_than_a_list_may_have_is_left_and_counted():
    made = sheet_rows.take([["接龙号", "问题"], *([str(n % 90 + 1), f"第{n}盒坏了"] for n in range(450))])
    assert (len(made.lines), made.left) == (400, 50)
    long = sheet_rows.take([["接龙号", "问题"], *([str(n % 90 + 1), "坏" * 500] for n in range(200))])
    assert max(map(len, long.lines)) <= sheet_rows.LINE
    assert sum(map(len, long.lines)) <= sheet_rows.LENGTH and long.left


def test_control_characters_and_line_breaks_are_gone():
    assert sheet_rows.take([["接龙号", "问题"], ["3", "草莓\n坏\u202e2\x00盒"]]).text == "3号 草莓 坏2盒"

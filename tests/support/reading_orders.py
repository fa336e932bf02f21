"""The shipped words, and orders to read messages against: those of the dialogues and some of odd goods."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import handlers
from handlers.nlu.lists.reader import ListReading, read_list
from handlers.nlu.reading import Reading, read
from handlers.nlu.text.lexicon import Lexicon, compile_words
from storage.orders import Order, OrderLine

CHINA = timezone(timedelta(hours=8))
TODAY = date(2026, 6, 12)
WORDS = Path(handlers.__file__).parent / "policy" / "presets" / "base.toml"

# order number, pickup number, buyer, phone, lines as (item, quantity, unit, spec)
ROWS = [
    ("KT260612-0003", "3", "李婷", "13800002231", [("草莓", 4, "盒", "300g"), ("鸡蛋", 1, "板", "30枚")]),
    ("KT260612-0005", "5", "老陈", "13900008812", [("车厘子JJ", 2, "份", "500g")]),
    (
        "KT260612-0008",
        "8",
        "小周",
        "13600000408",
        [("鸡蛋", 1, "板", "30枚"), ("酸奶", 1, "组", "6杯"), ("草莓", 1, "盒", "300g")],
    ),
    ("KT260612-0012", "12", "张阿姨", "13700006610", [("水蜜桃", 1, "箱", "5斤")]),
    ("KT260611-0012", "12", "张莉", "13700001199", [("水蜜桃", 1, "箱", "5斤")]),
    ("KT260612-0017", "17", "Lisa", "15000007733", [("三文鱼 salmon", 1, "份", "400g"), ("牛奶 milk", 2, "瓶", "1L")]),
    ("KT260612-0020", "20", "刘爸爸", "15800009021", [("婴儿奶粉", 1, "罐", "900g")]),
    ("KT260612-0021", "21", "吴敏", "13500001021", [("香菜", 2, "把", "100g"), ("番茄", 1, "份", "1.5kg")]),
    ("KT260612-0022", "22", "孙小雨", "13500001022", [("香菜", 1, "把", "100g"), ("嫩豆腐", 2, "盒", "350g")]),
    ("KT260612-0023", "23", "何建国", "13500001023", [("香菜", 1, "把", "100g"), ("鸡蛋", 1, "板", "30枚")]),
    ("KT260612-0024", "24", "李姐", "13500001024", [("阳光玫瑰葡萄", 1, "份", "2斤"), ("全麦吐司", 1, "袋", "400g")]),
    ("KT260612-0025", "25", "郑楠", "13500001025", [("黄瓜", 1, "份", "1kg"), ("嫩豆腐", 1, "盒", "350g")]),
    ("KT260611-0025", "25", "郑楠", "13500001025", [("水蜜桃", 1, "箱", "5斤"), ("鸡蛋", 1, "板", "30枚")]),
    ("KT260612-0026", "26", "高洁", "13500001026", [("麒麟西瓜", 1, "个", ""), ("婴儿奶粉", 2, "罐", "900g")]),
    ("KT260611-0026", "26", "高洁", "13500001026", [("婴儿奶粉", 1, "罐", "900g")]),
    ("KT260612-0027", "27", "林一帆", "13500001027", [("麒麟西瓜", 1, "个", "")]),
    ("KT260612-0028", "28", "马晓东", "13500001028", [("麒麟西瓜", 2, "个", ""), ("黄瓜", 1, "份", "1kg")]),
    ("KT260612-0029", "29", "罗奶奶", "13500001029", [("五常大米", 2, "袋", "5kg")]),
    ("KT260612-0030", "30", "梁静", "13500001030", [("牛奶 milk", 3, "瓶", "1L"), ("全麦吐司", 1, "袋", "400g")]),
    ("KT260612-0031", "31", "小鱼", "13500001031", [("牛奶 milk", 1, "瓶", "1L"), ("草莓", 2, "盒", "300g")]),
    (
        "KT260612-0032",
        "32",
        "宋伟",
        "13500001032",
        [("黑猪五花肉", 1, "份", ""), ("番茄", 1, "份", ""), ("花生油", 1, "桶", "5L")],
    ),
    ("KT260612-0033", "33", "唐丽", "13500001033", [("基围虾", 2, "份", "500g")]),
    ("KT260612-0034", "34", "许妈妈", "13500001034", [("基围虾", 1, "份", "500g"), ("蓝莓", 1, "份", "125g×4盒")]),
    ("KT260612-0035", "35", "韩冰", "13500001035", [("车厘子JJ", 1, "份", "500g"), ("鸡蛋", 1, "板", "30枚")]),
]


@cache
def lexicon() -> Lexicon:
    """Return the shipped words, compiled once."""
    return compile_words(tomllib.loads(WORDS.read_text("utf-8"))["words"])


def order(number: str, pickup: str, buyer: str, phone: str, lines: list[tuple[str, int, str, str]]) -> Order:
    """Return an order handed over at 17:30 on the day in its number."""
    day = datetime.strptime(number[2:8], "%y%m%d").replace(hour=17, minute=30, tzinfo=CHINA)
    rows = tuple(
        OrderLine(line_no=at, item=item, quantity=quantity, unit=unit, spec=spec, paid=1990, sku=f"{item}-sku")
        for at, (item, quantity, unit, spec) in enumerate(lines, start=1)
    )
    return Order(
        order_no=number, participate_no=pickup, buyer_name=buyer, buyer_phone=phone, delivered_at=day, lines=rows
    )


ORDERS = [order(*row) for row in ROWS]


def order_of(pickup: str, day: str = "260612") -> Order:
    """Return the order with this pickup number."""
    return next(one for one in ORDERS if one.participate_no == pickup and day in one.order_no)


def goods(*items: str, pickup: str = "5") -> Order:
    """Return an order of these items, two of each."""
    return order("KT260612-0099", pickup, "林女士", "13800006789", [(item, 2, "", "") for item in items])


def said(text: str, *orders: Order) -> Reading:
    """Read one message."""
    return read(text, orders, lexicon(), today=TODAY)


def listed(text: str, *orders: Order) -> ListReading:
    """Read a leader's list, against all orders when none is given."""
    return read_list(text, orders or ORDERS, lexicon(), today=TODAY)

"""The traps that first lists fall into: each is a message and what must come of it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from reading_orders import goods, listed, order_of, said

HALF = Fraction(1, 2)


def only(reading):
    assert len(reading.claims) == 1, reading.claims
    return reading.claims[0]


@pytest.mark.parametrize(
    ("text", "items", "problems"),
    [
        ("酸奶没收到", ("原味酸奶", "草莓"), ("not_received",)),
        ("咸鸭蛋少了2个", ("咸鸭蛋", "草莓"), ("shortage_missing",)),
        ("enoki is rotten", ("金针菇", "草莓"), ("quality_spoiled",)),
        ("苦瓜没到", ("苦瓜", "草莓"), ("late",)),
        ("老豆腐碎了", ("老豆腐", "草莓"), ("damaged_package",)),
        ("臭豆腐少一盒", ("臭豆腐", "草莓"), ("shortage_missing",)),
    ],
)
def test_names_of_goods_are_no_problems(text, items, problems):
    claim = only(said(text, goods(*items)))
    assert (claim.line_no, claim.problems) == (1, problems)


@pytest.mark.parametrize(
    ("text", "quantity", "unit"),
    [
        ("草莓坏了俩", 2, None),
        ("草莓坏了仨", 3, None),
        ("草莓坏了半盒", HALF, "盒"),
        ("草莓坏了一斤半", Fraction(3, 2), "斤"),
        ("草莓坏了三四十个", None, "个"),
        ("草莓坏了七八个", None, "个"),
        ("草莓坏了两盒", 2, "盒"),
        ("草莓 坏 x3", 3, None),
        ("草莓烂了一半", "half", None),
        ("草莓全部烂了", "all", None),
        ("草莓坏了八成", Fraction(4, 5), None),
        ("草莓坏了20%", Fraction(1, 5), None),
        ("草莓坏了1/3", Fraction(1, 3), None),
        ("12盒草莓坏了3盒", 3, "盒"),
        ("有3个草莓是坏的", 3, "个"),
    ],
)
def test_counts(text, quantity, unit):
    claim = only(said(text, goods("草莓", "大米")))
    assert (claim.quantity, claim.unit) == (quantity, unit)


@pytest.mark.parametrize(
    "text",
    [
        "草莓过期3个月",
        "3个人去了急诊，草莓坏了",
        "草莓坏了 退2块",
        "小孩吃了半盒草莓 坏的",
        "11月20号买的草莓坏了",
        "草莓坏了 放了两天",
        "有一股味 草莓坏了",
        "草莓坏了 我都2次了",
        "草莓坏了 能换一盒不",
    ],
)
def test_numbers_that_count_no_goods(text):
    assert only(said(text, goods("草莓", "大米"))).quantity is None


def test_hours_of_waiting_count_no_goods_and_are_a_matter_of_the_order():
    late, spoiled = said("等了3个小时 草莓坏了", goods("草莓", "大米")).claims
    assert (late.problems, late.line_no, late.quantity) == (("late",), None, None)
    assert (spoiled.problems, spoiled.line_no, spoiled.quantity) == (("quality_spoiled",), 1, None)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("四盒草莓只给了三盒", 1),
        ("草莓应到12实到11", 1),
        ("订了3份草莓来了2份", 1),
        ("草莓只收到1盒", 1),
        ("草莓5斤 到手3斤8两", Fraction(6, 5)),
    ],
)
def test_what_is_missing_is_reckoned(text, quantity):
    claim = only(said(text, goods("草莓", "大米")) if "只收到" not in text else said(text, order_with_units()))
    assert (claim.quantity, claim.problems) == (quantity, ("shortage_missing",))


def order_with_units():
    from reading_orders import order

    return order("KT260612-0098", "9", "王女士", "13800006788", [("草莓", 2, "盒", ""), ("大米", 1, "袋", "")])


def test_a_spec_beside_a_count():
    claim = only(said("30号30枚碎了3枚", order_of("23")))
    assert claim.quantity == 3


def test_series_and_ranges_of_pickup_numbers():
    claims = listed("3、5、8号各少一盒").claims
    assert [(one.pickup_no, one.quantity, one.problems) for one in claims] == [
        (number, 1, ("shortage_missing",)) for number in ("3", "5", "8")
    ]
    assert [one.pickup_no for one in listed("21-23号 都没有收到香菜").claims] == ["21", "22", "23"]


def test_the_line_before():
    claims = listed("27号 西瓜裂了\n28号也是\n26号 同上").claims
    assert [(one.pickup_no, one.problems, one.certain) for one in claims] == [
        (number, ("damaged_package",), True) for number in ("27", "28", "26")
    ]


SERIOUS = [
    ("吃完坏肚子了", "illness"),
    ("拉了一下午肚子", "illness"),
    ("吃完反胃", "illness"),
    ("半夜拉了五六次", "illness"),
    ("吃了过敏起疹子", "allergy"),
    ("里面有蛆", "foreign_object"),
    ("有死蚊子", "foreign_object"),
    ("袋子被老鼠啃了", "foreign_object"),
    ("吃出玻璃渣", "foreign_object"),
    ("有块石头 牙都硌掉了", "injury"),
    ("再不处理打12315", "legal_threat"),
    ("找律师告你们", "legal_threat"),
    ("不退就曝光", "media_threat"),
    ("my kid got sick after eating it", "illness"),
    ("there was glass in it", "foreign_object"),
]


@pytest.mark.parametrize(("text", "signal"), SERIOUS)
def test_serious_words(text, signal):
    reading = said(text)
    assert signal in reading.signals
    assert reading.severity != "normal"


@pytest.mark.parametrize(
    "text",
    [
        "饿的胃疼才送来",
        "怕闹肚子没吃",
        "硬得跟石头似的",
        "水果都划伤了",
        "难吃到吐",
        "看着恶心想吐",
        "苹果有虫眼",
        "等得我胃疼",
        "头发都等白了",
        "没有不舒服",
        "气得肝疼",
        "服务太差 投诉",
        "菜里有根头发",
        "快过期了",
        "给住院的朋友买的",
        "酸得牙疼",
    ],
)
def test_figures_of_speech_are_not_serious(text):
    assert said(text).severity == "normal"


def test_what_hurts_is_a_matter_of_safety():
    assert said("吃了拉肚子").severity == "safety"
    assert said("汤里有玻璃").severity == "safety"
    assert said("菜里有虫子").severity == "major"
    assert said("面包已经过期三天").severity == "major"


@pytest.mark.parametrize(
    ("text", "wanted", "refused"),
    [
        ("不要退款补一份", ("resend",), ("refund",)),
        ("不用补了 直接退我钱", ("refund",), ("resend",)),
        ("退货吧，不要了", ("return_refund",), ()),
        ("要么换要么退", ("exchange", "refund"), ()),
        ("退两块钱就行", ("partial_refund",), ()),
        ("不要了退款", ("refund",), ()),
        ("已经退了吧？", (), ()),
        ("你们不给退款", (), ()),
        ("能换一个不", ("exchange",), ()),
        ("don't want a refund, please resend", ("resend",), ("refund",)),
    ],
)
def test_wishes(text, wanted, refused):
    reading = said(text)
    assert (reading.remedies, reading.refused_remedies) == (wanted, refused)


@pytest.mark.parametrize(
    ("text", "withdrawn"),
    [
        ("算了不退了", True),
        ("不要了", True),
        ("算了", True),
        ("算了 还是换吧", False),
        ("草莓坏了 不要了", False),
        ("收到1斤9两 算了 不过有点臭", False),
        ("never mind", True),
    ],
)
def test_claims_taken_back(text, withdrawn):
    assert said(text).withdrawn is withdrawn


def test_not_broken_is_no_problem():
    assert said("没坏").claims == ()
    claim = only(said("鸡蛋没坏 草莓坏了1盒", order_of("3")))
    assert (claim.line_no, claim.quantity) == (1, 1)


def test_not_this_but_that():
    claim = only(said("不是草莓是鸡蛋 碎了", order_of("3")))
    assert (claim.line_no, claim.problems) == (2, ("damaged_package",))


@pytest.mark.parametrize(
    ("typed", "item"),
    [
        ("草梅", "草莓"),
        ("鸡旦", "土鸡蛋"),
        ("chelizi", "车厘子"),
        ("士多啤梨", "草莓"),
        ("提子", "葡萄"),
        ("马铃薯", "黄心土豆"),
        ("洋芋", "土豆"),
        ("西红柿", "普罗旺斯番茄"),
        ("虾", "鲜活基围虾"),
        ("油", "鲁花花生油"),
        ("🍓", "丹东草莓"),
        ("雞蛋", "鸡蛋"),
        ("猪肉", "黑猪五花肉"),
        ("eggs", "鸡蛋"),
        ("饺子", "手工水饺"),
    ],
)
def test_other_words_for_the_goods(typed, item):
    claim = only(said(f"{typed} 坏了", goods(item, "洗衣液")))
    assert (claim.line_no, claim.certain) == (1, True)


@pytest.mark.parametrize(
    ("text", "items", "line"),
    [
        ("草莓坏了", ("丹东草莓", "奶油草莓"), None),
        ("奶油草莓坏了", ("丹东草莓", "奶油草莓"), 2),
        ("鸡蛋碎了", ("韭菜鸡蛋水饺", "土鸡蛋"), 2),
        ("鸡蛋碎了", ("韭菜鸡蛋水饺", "大米"), None),
        ("饺子破了", ("猪肉水饺", "韭菜水饺"), None),
        ("韭菜饺子破了", ("猪肉水饺", "韭菜水饺"), 2),
        ("红富士烂了", ("烟台红富士苹果", "丑苹果"), 1),
        ("苹果烂了", ("烟台红富士苹果", "丑苹果"), None),
        ("奶漏了", ("纯牛奶", "酸奶"), None),
    ],
)
def test_two_items_that_both_fit_are_asked_about(text, items, line):
    claim = only(said(text, goods(*items)))
    assert (claim.line_no, claim.certain) == (line, line is not None)

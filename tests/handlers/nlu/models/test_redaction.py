"""Nothing personal leaves in a masked text, however it was typed; what is wrong with the goods stays readable."""

from __future__ import annotations

import pytest
from cpu_time import at_most
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reading_orders import ORDERS, TODAY, lexicon, order

from handlers.nlu.models.redaction import GONE, mask, unnamed
from handlers.nlu.references import refer
from handlers.nlu.text.normalisation import normalise

KEPT = "草莓烂了两盒黏糊糊的没法下嘴"
TAKEN_OUT = [
    "13800002231",
    "138 0000 2231",
    "138-0000-2231",
    "+86 138 0000 2231",
    "１３８００００２２３１",
    "一三八零零零零二二三一",
    "幺三八 零零零零 二二三一",
    "010-88886666",
    "11010119900307123X",
    "6222 0213 4567 8901 234",
    "wxid_a8b9c0d1e2",
    "微信号：liting_88",
    "wx: lt-8899x",
    "QQ 10086123",
    "liting@example.com",
    "https://example.com/a?b=李婷",
    "example.com/x/y",
    "@liting_shop",
    "KT260612-0003",
    "kt2606120003",
    "AB12CD34",
    "朝阳区建国路88号院3号楼2单元501室",
    "幸福花园8栋1203",
    "中山大道",
    "收货人：李婷婷",
    "王阿姨",
    "刘先生",
]


@pytest.mark.parametrize("secret", TAKEN_OUT)
@pytest.mark.parametrize("text", ["{}，" + KEPT, KEPT + " {}", "那个 {} 的 " + KEPT + "，谢谢"])
def test_what_rules_can_find_is_taken_out(secret, text):
    masked = mask(text.format(secret), [])
    kept = [part for part in masked.split(GONE) if part]
    assert GONE in masked
    assert not any(char.isdecimal() for char in "".join(kept)), masked
    for part in ("88", "婷", "建国", "幸福", "刘", "王阿姨", "example", "liting", "中山", "幺三八", "wxid"):
        assert part not in masked, masked


@pytest.mark.parametrize(
    "text",
    [
        KEPT,
        "在你们超市买的虾不知道怎么弄,冰镇的也化了",
        "500g的牛奶2瓶,有1/3漏了",
        "路上颠坏了,小区门口拿到就这样",
        "给我奶奶买的,她吃了没事",
        "鸡蛋30个碎了12个,剩下的一股味",
        "1000ml的油洒了一半",
        "小黄瓜蔫了,老干妈漏油",
    ],
)
def test_goods_and_what_is_wrong_with_them_stay(text):
    assert mask(text, []) == text


def test_a_buyer_is_not_named_by_any_of_his_names():
    known = order("KT260612-0022", "22", "孙小雨", "13500001022", [("香菜", 1, "把", "")])
    masked = mask("孙小雨的香菜，小雨说黄了，小孙不满意，孙姐要退", [known])
    assert not {"孙", "雨"} & set(masked)
    assert "香菜" in masked and "黄了" in masked


def test_the_name_of_an_item_loses_people_only():
    known = order("KT260612-0022", "22", "孙小雨", "13500001022", [("孙小雨定制蛋糕500gx2盒", 1, "个", "")])
    assert unnamed(known.lines[0].item, [known]) == f"{GONE}定制蛋糕500gx2盒"


@pytest.mark.parametrize(
    "spelt",
    [
        "138.0013.8000", "138/0013/8000", "138 0013 8000", "138_0013_8000", "138·0013·8000", "(138)0013-8000",
        "1 3 8 0 0 1 3 8 0 0 0", "138—0013—8000", "138 零零13 8000", "一三八零零一三八零零零", "+86.138.0013.8000",
        "010.8888.6666", "0571/88886666", "138,0013,8000",
    ],
)  # fmt: skip
@pytest.mark.parametrize("text", ["电话{} 退款", "{},草莓坏了", "草莓坏了打{}"])
def test_a_phone_goes_whole_however_it_is_set_apart(spelt, text):
    known = order("KT260612-0022", "22", "孙小雨", "13800138000", [("香菜", 1, "把", "")])
    for orders in ([], [known]):
        masked = mask(text.format(spelt), orders)
        assert not any(char.isdecimal() or char in "零一三八" for char in masked), masked
        assert masked.count(GONE) == 1


@pytest.mark.parametrize(
    "text",
    ["1/3漏了", "2.5kg/袋,坏了1.5", "19.90的草莓", "3/5/8号的都没到", "6.12买的,6.13到的", "30枚碎了12个", "1.5斤×2"],
)
def test_counts_and_days_are_no_phones(text):
    assert GONE not in mask(text, [])


@pytest.mark.parametrize(
    ("names", "text", "left"),
    [
        (["王小雨"], "王 小 雨的草莓坏了,小雨很生气", "〔…〕的草莓坏了,〔…〕很生气"),
        (["王小雨"], "王.小.雨 王·小·雨 雨姐 小王", "〔…〕"),
        (["Li Ting 🌸"], "ting的草莓坏了,eating it", "〔…〕的草莓坏了,eating it"),
        (["李婷(Z07自提点)"], "李婷的草莓", "〔…〕的草莓"),
        (["欧阳建国"], "建国的草莓,小欧阳说的", "〔…〕的草莓,〔…〕说的"),
        (["草莓", "A", "3", "20", "🌸", ""], "草莓a 20个坏了3个", "草莓a 20个坏了3个"),
        (["小白"], "小白的小白菜坏了", "〔…〕的小白菜坏了"),
        (["微信用户"], "草莓坏了", "草莓坏了"),
    ],
)
def test_people_who_are_known_beside_the_orders(names, text, left):
    assert mask(text, [], names, lexicon().same) == left


def test_a_name_set_apart_in_other_words_is_not_one():
    assert mask("下雨 姐姐去拿的", [], ["孙小雨"]) == "下雨 姐姐去拿的"


NAMES = st.one_of(
    st.sampled_from([one.buyer_name for one in ORDERS]),
    st.text(st.sampled_from("王李张刘陈婷敏伟芳静小雨国建欧阳a1楠"), min_size=2, max_size=4),
    st.from_regex(r"[A-Z][a-z]{2,8}", fullmatch=True),
)
PHONES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
NUMBERS = st.one_of(
    st.from_regex(r"KT[0-9]{6}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"[0-9]{8}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"[A-Z]{1,3}[0-9]{3,9}", fullmatch=True),
)
GLUE = st.sampled_from([" ", "，", "：", "\n", "的", "（", ""])
PIECES = st.lists(
    st.sampled_from(["{name}", "{phone}", "{tail}", "{number}", KEPT, "尾号", "订单", "2盒", "说", "电话"]),
    min_size=1,
    max_size=9,
)


@settings(max_examples=300, deadline=None)
@given(name=NAMES, phone=PHONES, number=NUMBERS, pieces=PIECES, glue=GLUE)
@example(name="Lisa", phone="13800002231", number="KT1", pieces=["{name}", "{tail}", "{name}"], glue="")
def test_names_phones_and_numbers_of_given_orders_never_leave(name, phone, number, pieces, glue):
    given_order = order("KT260612-0003", "3", name, phone, [("草莓", 4, "盒", "300g")])
    given_order = type(given_order)(
        **{**{f: getattr(given_order, f) for f in given_order.__slots__}, "order_no": number}
    )
    parts = [piece.format(name=name, phone=phone, tail=phone[-4:], number=number) for piece in pieces]
    text = glue.join(parts)
    about = refer(normalise(text, lexicon().emoji), [given_order], lexicon(), today=TODAY)
    masked = mask(about.masked, [given_order])
    assert "\ue000" not in masked
    assert phone not in masked and number.lower() not in masked
    if glue:  # glued to other letters and digits nobody can tell them apart
        assert phone[-4:] not in masked, masked
        assert normalise(name) not in masked, masked


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_masked_and_masking_again_changes_nothing_of_weight(text):
    once = mask(text, ORDERS)
    assert mask(once, ORDERS).count(GONE) <= once.count(GONE) + 1


@pytest.mark.parametrize(
    "text",
    [
        "我是李" * 300,
        "小李的" * 300,
        "138 " * 300,
        "1/3." * 300,
        "1 " * 500,
        "李婷" * 500,
        "a1" * 500,
        "路" * 1000,
        "一" * 1000,
        "3号楼" * 300,
        "." * 1000,
    ],
)
def test_hostile_texts_are_masked_quickly(text):
    with at_most(0.2):
        mask(text, ORDERS)

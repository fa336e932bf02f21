from __future__ import annotations

import pytest
from reading_orders import listed, order


def brief(text):
    return [(one.pickup_no, one.line_no, one.quantity, one.problems, one.remedy) for one in listed(text).claims]


SPOILED, SHORT, BROKEN = ("quality_spoiled",), ("shortage_missing",), ("damaged_package",)


@pytest.mark.parametrize("word", ["同上", "也是", "一样", "同样问题", "+1", "同3号", "跟3号一样", "也"])
def test_the_line_before_is_meant(word):
    claims = brief(f"3号 草莓坏2盒\n31号 {word}")
    assert claims[1] == ("31", 2, 2, SPOILED, None)


def test_what_the_leaning_line_says_itself_counts():
    assert brief("28号 西瓜裂了 退款\n27号 同上 要换\n26号 一样 1个")[1:] == [
        ("27", 1, None, BROKEN, "exchange"),
        ("26", 1, 1, BROKEN, "exchange"),
    ]


def test_an_item_left_out_is_the_one_before():
    assert brief("35号 鸡蛋碎5个\n23号 同上 3个\n3号 同上")[1:] == [
        ("23", 2, 3, BROKEN, None),
        ("3", 2, 3, BROKEN, None),
    ]


@pytest.mark.parametrize("text", ["更正 3号是3盒", "刚才3号说错了 是3盒"])
def test_a_correction_keeps_item_and_problem(text):
    assert brief(f"3号 草莓坏2盒\n{text}")[1] == ("3", 1, 3, SPOILED, None)


@pytest.mark.parametrize(
    "line",
    [
        "30号 牛奶漏了一点 他说不用处理",
        "30号 牛奶瓶瘪了 没关系",
        "30号 取消，人家说没事了",
        "30号 少一瓶 后来找到了",
        "30号 不要了",
    ],
)
def test_what_is_let_go_is_withdrawn(line):
    (claim,) = listed(line).claims
    assert claim.withdrawn


@pytest.mark.parametrize(
    "line", ["30号 牛奶漏了 没事吧？ 要退", "30号 牛奶漏了 还没处理", "30号 算了 补发牛奶", "30号 少一瓶牛奶 没找到"]
)
def test_what_is_not_let_go_stands(line):
    assert not any(one.withdrawn for one in listed(line).claims)


@pytest.mark.parametrize(
    ("heading", "problems"),
    [
        ("少货：", SHORT),
        ("【少件】", SHORT),
        ("破损：", BROKEN),
        ("[坏果]", SPOILED),
        ("缺货登记：", SHORT),
        ("漏发", SHORT),
    ],
)
def test_headings(heading, problems):
    claims = brief(f"{heading}\n3号 草莓1盒\n30号 牛奶2瓶")
    assert claims == [("3", 1, 1, problems, None), ("30", 1, 2, problems, None)]


def test_a_heading_ends_with_the_next_and_reaches_no_chatter():
    assert brief("【破损】\n3号 草莓1盒\n【其他】\n30号 牛奶2瓶")[1][3] == ()
    assert brief("【破损】\n30号说下次还要拼牛奶") == []


@pytest.mark.parametrize(
    "text", ["草莓：3号坏2盒，31号烂1盒", "草莓：\n3号 坏2盒\n31号 烂1盒", "草莓 3号坏2盒 31号坏1盒"]
)
def test_an_item_stands_above_its_people(text):
    assert brief(text) == [("3", 1, 2, SPOILED, None), ("31", 2, 1, SPOILED, None)]


def test_names_cut_a_line_like_numbers():
    claims = listed("李婷草莓坏2盒 林一帆西瓜裂了，宋伟的油漏了").claims
    assert [(one.customer, one.line_no, one.quantity) for one in claims] == [
        ("李婷", 1, 2),
        ("林一帆", 1, None),
        ("宋伟", 3, None),
    ]
    assert [one.customer for one in listed("林一帆、马晓东 西瓜都裂了").claims] == ["林一帆", "马晓东"]


@pytest.mark.parametrize(
    "line",
    [
        "28号说下次还要拼西瓜",
        "3号夸草莓新鲜",
        "30号问牛奶怎么保存",
        "33号的虾已经放冰箱了",
        "5号、8号还没来拿",
        "27号没问题",
        "3号收到退款了 谢谢",
        "29号换自提点了",
        "天冷了，大家注意保暖",
        "今天草莓偏小 大家见谅",
        "一共30单，5单有问题",
        "下次开团26号",
        "草莓坏的怎么处理？",
    ],
)
def test_chatter_claims_nothing_and_is_told(line):
    reading = listed(line)
    assert [one for one in reading.claims if not one.question] == []
    assert reading.named or reading.ignored


def test_an_item_with_words_nobody_knows_is_asked_about():
    (claim,) = listed("3号 草莓 有点那个").claims
    assert (claim.line_no, claim.certain) == (1, False)


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("3号 草莓 两坏一", 1),
        ("3号 鸡蛋 5个烂3", 3),
        ("3号 草莓 少一", 1),
        ("3号 草莓 买4收3", 1),
        ("30号 牛奶少俩瓶", 2),
        ("3号 草莓应4实3", 1),
    ],
)
def test_short_counts(text, quantity):
    (claim,) = listed(text).claims
    assert (claim.quantity, claim.certain) == (quantity, True)


def test_heads_within_one_line():
    text = "坏的：3号草莓2盒，31号草莓1盒；少的：30号牛奶1瓶；没到的：27号西瓜"
    assert brief(text) == [
        ("3", 1, 2, SPOILED, None),
        ("31", 2, 1, SPOILED, None),
        ("30", 1, 1, SHORT, None),
        ("27", 1, None, ("late",), None),
    ]


def test_goods_below_a_problem():
    assert brief("6.12漏发统计\n香菜：21号、22号\n鸡蛋：23号") == [
        ("21", 1, None, SHORT, None),
        ("22", 1, None, SHORT, None),
        ("23", 2, None, SHORT, None),
    ]


def test_a_wish_for_all_of_a_line():
    assert [one[4] for one in brief("3号 草莓坏2盒 30号 牛奶漏1瓶 都要退款")] == ["refund", "refund"]


@pytest.mark.parametrize("text", ["例：3号草莓坏2盒", "比如：3号 草莓坏2盒", "格式 3号草莓坏2盒"])
def test_an_example_claims_nothing(text):
    reading = listed(text)
    assert (reading.claims, len(reading.ignored)) == ((), 1)


def test_more_people_than_are_read_of_one_line_are_told():
    reading = listed("".join(f"{number}号" for number in range(1, 200)) + "没收到")
    assert any("send it in parts" in one.why for one in reading.ignored)


@pytest.mark.parametrize(
    "text",
    [
        "21号 番茄没给 给了土豆",
        "21号 土豆当番茄发",
        "21号 错发土豆 应该是番茄",
        "21号 把番茄发成土豆了",
        "21号 定的番茄给的土豆",
    ],
)
def test_what_came_instead_in_many_words(text):
    (claim,) = listed(text).claims
    assert (claim.line_no, claim.received, claim.certain) == (2, "土豆", True)
    assert "wrong_item" in claim.problems


def test_all_but_one_item_is_asked_about():
    (claim,) = listed("21号 除了番茄都没到").claims
    assert (claim.line_no, claim.certain) == (None, False)


@pytest.mark.parametrize(
    ("text", "quantity", "unit"),
    [
        ("32号 五花肉买一斤 到家称八两", 2, "两"),
        ("3号 4盒草莓1盒好的3盒坏的", 3, "盒"),
        ("3号 草莓烂了俩 一盒10个", 2, None),
    ],
)
def test_which_of_several_counts_is_claimed(text, quantity, unit):
    (claim,) = listed(text).claims
    assert (claim.quantity, claim.unit) == (quantity, unit)


def test_both_of_a_kind_and_a_count_for_each():
    assert [(one.line_no, one.quantity) for one in listed("21号 香菜/番茄各缺1").claims] == [(1, 1), (2, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "KT260612-0003、KT260612-0031 草莓都烂了",
        "尾号2231、尾号1031 草莓都烂了",
        "3号31号草莓都烂了",
        "李婷和小鱼的草莓都烂了",
    ],
)
def test_several_people_told_in_one_way(text):
    claims = listed(text).claims
    assert [(one.order_no, one.line_no) for one in claims] == [("KT260612-0003", 1), ("KT260612-0031", 2)]


@pytest.mark.parametrize("text", ["小王那份虾臭了", "老钱说虾臭了", "陈阿姨的虾臭了"])
def test_a_person_nobody_knows_is_named_and_asked_about(text):
    (claim,) = listed(text).claims
    assert (claim.customer is not None, claim.certain, claim.line_no) == (True, False, None)


def test_four_digits_that_end_a_phone_lead_a_line():
    (claim,) = listed("2231 草莓坏2盒").claims
    assert (claim.phone_tail, claim.order_no, claim.quantity) == ("2231", "KT260612-0003", 2)


def test_lines_set_in_below_a_person_speak_of_the_same():
    assert [one[:2] for one in brief("3号 草莓坏2盒\n    鸡蛋碎5个\n30号 牛奶漏了\n\t吐司发霉")] == [
        ("3", 1),
        ("3", 2),
        ("30", 1),
        ("30", 2),
    ]


def test_a_form_of_fields():
    assert brief("姓名：李婷\n号码：3号\n商品：草莓\n问题：坏了2盒") == [("3", 1, 2, SPOILED, None)]


def test_what_follows_chatter_about_a_person_is_not_the_person_s():
    (claim,) = listed("3号请明天再来拿\n草莓坏2盒").claims
    assert (claim.pickup_no, claim.certain) == (None, False)


@pytest.mark.parametrize(
    "text", ["11.20 27号 西瓜裂", "11/20 27号 西瓜裂", "11月20日 27号 西瓜裂", "18:30 27号 西瓜裂"]
)
def test_a_day_or_time_before_the_number(text):
    (claim,) = listed(text).claims
    assert (claim.pickup_no, claim.line_no, claim.quantity) == ("27", 1, None)


def test_each_of_several_people_keeps_the_own_name():
    orders = [order("KT260612-0003", "3", "李婷", "13800002231", [("草莓", 2, "盒", "")]),
              order("KT260612-0005", "5", "陈明", "13900008812", [("草莓", 2, "盒", "")])]  # fmt: skip
    claims = listed("3号李婷 5号陈明 草莓各坏1盒", *orders).claims
    assert [(one.pickup_no, one.customer, one.order_no) for one in claims] == [
        ("3", "李婷", "KT260612-0003"),
        ("5", "陈明", "KT260612-0005"),
    ]

"""Who names himself or a neighbour is covered; goods and ordinary words that look like names stay."""

from __future__ import annotations

import pytest
from reading_orders import ORDERS, lexicon

from handlers.nlu.models.redaction import GONE, mask
from handlers.nlu.references import MASK
from handlers.nlu.text.normalisation import normalise


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("我是李雷 草莓坏了", "我是〔…〕 草莓坏了"),
        ("我是王小雨，草莓坏了", "我是〔…〕,草莓坏了"),
        ("我是李雷草莓坏了", "我是〔…〕草莓坏了"),
        ("我是李雷买的草莓坏了", "我是〔…〕买的草莓坏了"),
        ("你好我叫欧阳建国3号草莓坏了", "你好我叫〔…〕3号草莓坏了"),
        ("我叫王小雨草莓坏了", "我叫〔…〕草莓坏了"),
        ("我的名字叫张伟，退款", "我的〔…〕,退款"),
        ("本人陈建华，草莓坏了", "本人〔…〕,草莓坏了"),
        ("我姓孙，草莓坏了", None),
        ("叫我小李就行", "叫我〔…〕就行"),
        ("给隔壁小张带的草莓坏了", "给隔壁〔…〕带的草莓坏了"),
        ("帮小刘拿的草莓坏了", "帮〔…〕拿的草莓坏了"),
        ("小周的酸奶鼓包了", "〔…〕的酸奶鼓包了"),
        ("邻居老王说也坏了", "邻居〔…〕说也坏了"),
        ("草莓是阿陈订的", "草莓是〔…〕订的"),
        ("朋友小白的草莓", "朋友〔…〕的草莓"),
    ],
)
def test_who_names_himself_or_a_neighbour_is_taken_out(text, left):
    masked = mask(text, [], goods=lexicon().same)
    assert masked == (normalise(text) if left is None else left)


GOODS = (
    "小龙虾", "小白菜", "阿胶", "老干妈", "小米", "小米粥", "老陈醋", "小黄鱼", "小黄瓜", "小苏打", "小包装",
    "小金桔", "小青菜", "小油菜", "小番茄", "小汤圆", "小笼包", "小馒头", "小熊饼干", "小麻花", "老婆饼", "老姜",
    "老白茶", "老鸭汤", "阿尔卑斯糖", "小王子饼干", "小郡肝", "小葱", "小芋头", "小南瓜", "小土豆", "小鸡腿", "老抽",
    "老豆腐", "老面馒头", "老酸奶", "小梅子", "小毛肚", "小河虾", "小银鱼", "小羊排", "小牛肉", "小排", "小麦粉",
    "小香葱", "小蛋糕", "小面包", "小核桃", "小龙坎火锅底料", "江小白", "王老吉", "王中王火腿肠", "李锦记蚝油",
    "李子", "老金磨方", "叶酸", "叶菜", "黄桃", "黄瓜", "白菜", "白萝卜", "白糖", "石榴", "石斑鱼", "梅干菜", "毛豆",
    "马蹄", "马铃薯", "牛奶", "牛腩", "熊猫竹笋", "金针菇", "金桔", "方便面", "方火腿", "江米", "田螺", "汤圆",
    "温泉蛋", "安心油条", "康师傅泡面", "张飞牛肉", "周黑鸭", "孔府菜", "贾老五", "钟薛高雪糕", "贺州马蹄",
)  # fmt: skip
SAYINGS = (
    "{}坏了两盒", "给我的{}坏了", "{}的味道不对", "给{}退款", "鸡蛋和{}都烂了", "叫我说{}不行", "隔壁的{}好",
    "买了{} 2盒", "是{}的问题", "说{}化了", "{} 说坏了", "送来的是{}", "跟{}放一起", "{}要退", "{}带的汤漏了",
    "我是{}没收到", "问{}的事", "本人{}没收到",
)  # fmt: skip
SHELF = sorted({*GOODS, *lexicon().same, *(line.item for one in ORDERS for line in one.lines)} - {"8424"})


@pytest.mark.parametrize("text", ["{}小张 草莓坏了", "{} 小张的草莓坏了", "{}小张,草莓坏了"])
def test_a_name_beside_a_number_that_was_covered(text):
    assert "小张" not in mask(text.format(MASK), [])


def test_goods_beside_a_number_stay():
    for item in SHELF:
        assert mask(f"{MASK}{item} 坏了", []).endswith(f"{normalise(item)} 坏了")


@pytest.mark.parametrize("saying", SAYINGS)
def test_no_goods_are_taken_for_people(saying):
    taken = []
    for item in SHELF:
        text = normalise(saying.format(item))
        if mask(text, [], goods=SHELF) != text:
            taken.append(text)
    assert taken == []


@pytest.mark.parametrize("saying", [one for one in SAYINGS if not one.startswith(("我是", "本人"))])
def test_nor_are_goods_of_which_nobody_knows(saying):
    taken = [text for item in SHELF if mask(text := normalise(saying.format(item)), []) != text]
    assert taken == []


ORDINARY = [
    "我是老顾客了,草莓坏了", "我是真的无语,草莓坏了", "我是方便的时候拿的", "我是严重过敏的人", "我是高中生",
    "我是常客", "我是程序员", "我是万万没想到", "本人严重怀疑是隔夜的", "我叫了三次客服", "客服叫我等着",
    "叫我马上去", "医生叫我多吃火龙果", "APP还叫我打五星", "我是做甜品店的", "我是连着两回了", "里面有小强",
    "小区门口拿的", "小时候的味道", "老板说不管", "老师说的", "给老婆买的", "老公吃了拉肚子", "给小孩吃的",
    "小程序的图", "跟小程序的不一样", "小方块的那种", "小包的坏了", "老的坏了", "阿姨说不新鲜", "大的小的都有",
    "小单子",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_no_names(text):
    assert GONE not in mask(text, []).removeprefix(f"{GONE}说不新鲜")

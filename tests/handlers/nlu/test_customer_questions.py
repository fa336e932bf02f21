from __future__ import annotations

import pytest

from handlers.nlu.customer_questions import asks_for_person, nothing_else, nothing_wrong, questions


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("钱什么时候退到我卡上", "money_when"),
        ("退款要几天", "money_when"),
        ("when will I get my refund", "money_when"),
        ("how long until the money is back", "money_when"),
        ("退回去邮费谁出啊", "freight"),
        ("who covers the postage", "freight"),
        ("坏的要不要给你们寄回来", "send_back"),
        ("需要退回吗", "send_back"),
        ("do I have to send it back?", "send_back"),
        ("你们能上门来取吗", "collect"),
        ("can someone collect it?", "collect"),
        ("要准备哪些材料", "needed"),
        ("what do you need from me?", "needed"),
        ("多久能处理好", "how_long"),
        ("how long does it take", "how_long"),
        ("可以开发票吗", "invoice"),
        ("can I have an invoice", "invoice"),
        ("你们几点关门", "hours"),
        ("what are your opening hours", "hours"),
        ("你是机器人还是真人", "robot"),
        ("are you a bot?", "robot"),
        ("客服电话是多少", "phone"),
        ("what is your phone number", "phone"),
        ("这个还能喝吗", "eat"),
        ("can my son still eat it", "eat"),
    ],
)
def test_questions_by_their_words(text: str, name: str) -> None:
    assert name in questions(text)


@pytest.mark.parametrize(
    "text", ["草莓坏了2盒", "退款", "3号单", "2 boxes rotten, refund please", "收到了", "电话尾号2231", "补发吧"]
)
def test_what_asks_nothing(text: str) -> None:
    assert questions(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "来个活人行不行",
        "叫你们老板来",
        "让你们店长给我回话",
        "换个真人跟我说",
        "我不跟机器说了 找个管事的",
        "打个电话给我",
        "I want to speak to a manager",
        "get me a real person",
        "please call me back",
        "put me through to your supervisor",
        "I need a human",
    ],
)
def test_a_person_is_asked_for(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "你是真人吗",
        "are you a real person?",
        "老板说今天到",
        "我朋友也是经理",
        "不用叫老板",
        "am I talking to a human or a bot",
        "店长推荐的草莓坏了",
    ],
)
def test_no_person_is_asked_for(text: str) -> None:
    assert not asks_for_person(text)


@pytest.mark.parametrize(
    "text", ["我就是问问", "没什么问题", "都好的", "just asking", "nothing, thanks", "all good now"]
)
def test_nothing_is_claimed(text: str) -> None:
    assert nothing_wrong(text)


@pytest.mark.parametrize(("text", "alone"), [("没问题", True), ("冇事喇", True), ("白菜冇事", False)])
def test_one_item_being_fine_is_not_nothing(text, alone):
    assert nothing_else(text) == alone

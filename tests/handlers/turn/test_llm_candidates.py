"""Only what the bot would have to ask about is worth a question, and only orders that the text may mean are told."""

from __future__ import annotations

import pytest
from reading_orders import ORDERS, TODAY, goods, lexicon, listed, order_of, said

from handlers.nlu.models.llm_prompt import LINES
from handlers.nlu.models.llm_prompt import ORDERS as MOST_ORDERS
from handlers.turn.llm_candidates import Heard, line_passages, passage_of

BERRIES = order_of("3")


def ask(text, *orders, **more):
    return passage_of(text, orders, said(text, *orders), lexicon(), TODAY, **more)


def lines(text, *orders, **more):
    given = orders or ORDERS
    heard = Heard(text=text, orders=given, reading=listed(text, *given))
    return list(line_passages(heard, lexicon(), TODAY, **more))


@pytest.mark.parametrize(
    "text",
    [
        "草莓坏了2盒要退款",
        "草莓",
        "2盒",
        "草莓2盒",
        "有两个坏了",  # which, nobody can tell from this
        "葡萄烂了一半",
        "你好",
        "在吗在吗",
        "尾号2231",
        "KT260612-0003",
        "3号 昨天的 李婷",
        "要退款",
        "不要了",
        "已经退了吧？",
        "2",
        "吃完上吐下泻，去医院了",
        "好" * 1200,
    ],
)
def test_what_is_understood_or_says_too_little_is_not_asked_about(text):
    assert ask(text, BERRIES) is None


@pytest.mark.parametrize(
    "text",
    [
        "草莓两盒都跟广播体操似的",
        "打开一股怪味道孩子都躲着走",
        "跟广播体操似的伸胳膊踢腿呢",
        "looks like a brass band on parade",
    ],
)
def test_what_would_have_to_be_asked_is(text):
    passage = ask(text, BERRIES)
    assert passage is not None and passage.fits == (BERRIES,) and passage.masked == text


def test_an_item_or_a_number_adds_to_a_problem_that_is_known():
    assert ask("草莓两盒都是这个样子", BERRIES) is not None
    assert ask("草莓两盒都是这个样子", BERRIES, known=True) is None


def test_only_orders_that_fit_what_was_said_are_told():
    text = "5号 跟广播体操似的伸胳膊踢腿呢"
    assert [order.participate_no for order in ask(text, *ORDERS).fits] == ["5"]
    assert ask("99号 跟广播体操似的伸胳膊踢腿呢", *ORDERS).fits == ()
    two = "12号 跟广播体操似的伸胳膊踢腿呢"
    assert {order.order_no for order in ask(two, *ORDERS).fits} == {"KT260612-0012", "KT260611-0012"}


def test_too_many_orders_are_none():
    many = [goods("草莓") for _ in range(MOST_ORDERS + 1)]
    assert ask("跟广播体操似的伸胳膊踢腿呢", *many).fits == ()
    wide = goods(*(f"礼盒{n}" for n in range(LINES + 1)))
    assert ask("跟广播体操似的伸胳膊踢腿呢", wide).fits == ()


def test_of_a_list_only_the_lines_that_leave_something_open():
    found = lines("3号 草莓坏了2盒\n5号 说跟广播体操似的\n大家好\n8号 鸡蛋碎了3个\n24号 葡萄看着跟广播体操似的")
    assert [(one.text, [order.participate_no for order in one.fits]) for one in found] == [
        ("5号 说跟广播体操似的", ["5"]),
        ("24号 葡萄看着跟广播体操似的", ["24"]),
    ]


def test_a_line_of_a_person_whom_nobody_knows_is_not_asked_about():
    assert lines("99号 说跟广播体操似的") == []


def test_a_name_that_answers_is_not_asked_about():
    assert lines("12号 是今天的那个张阿姨家的", answering=True) == []

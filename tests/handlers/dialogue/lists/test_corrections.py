"""What a leader puts right: figures, lines that are taken back or held, before and after they are filed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from leader_evening import NOW, Evening, whole
from playing import DATA, orders_of, preset
from sqlalchemy import select

from handlers.claims import list_draft
from handlers.claims.claim import Problem
from handlers.desk import cards
from handlers.dialogue.lists import answers, reader
from handlers.dialogue.lists.lines import Shelf
from handlers.messages.models import Origin
from handlers.policy.lexicons import lexicon_of
from storage import tables as t

NUMBERED = "1. 3号草莓坏1盒\n2. 12号桃子坏了\n3. 30号牛奶漏2瓶\n4. 27号西瓜裂了\n5. 29号大米少1袋"


@pytest.fixture
def evening():
    made = Evening()
    yield made
    made.world.close()


def count(evening, pickup: str) -> str:
    return next(line.problem.quantity for line in evening.list().lines if line.pickup == pickup)


def said(evening, order_no: str) -> list[str]:
    with evening.world.write() as tx:
        rows = tx.execute(select(t.tickets.c.said).where(t.tickets.c.order_no == order_no)).scalar_one()
    return [text for _, text in rows]


@pytest.mark.parametrize(
    ("words", "quantity"),
    [
        ("30号是3瓶", "3"),
        ("30号不对 是1瓶", "1"),
        ("30号改成3瓶", "3"),
        ("第3条写错了 是牛奶漏1瓶", "1"),
        ("30号牛奶漏3瓶（更正）", "3"),
        ("30号再加1瓶", "3"),
        ("30号再加1瓶 一共3瓶", "3"),
    ],
)
def test_a_figure_is_put_right_before_it_is_filed(evening, words, quantity):
    evening.say(NUMBERED)
    told = whole(evening.say(words))
    assert "✏️ 已改：30号" in told
    assert count(evening, "30") == quantity
    assert len(evening.list().lines) == 5
    evening.say("提交")
    assert evening.lines("KT260612-0030") == [("damaged_package", quantity, "refund")]


@pytest.mark.parametrize("words", ["30号是3瓶", "30号改成3瓶都漏", "30 牛奶漏3瓶（更正）", "第3条不对 是3瓶"])
def test_a_filed_ticket_hears_what_puts_it_right(evening, words):
    evening.say(NUMBERED)
    evening.say("提交")
    told = whole(evening.say(words))
    assert "📝 已补充到：30号 CD-" in told
    assert "不重复建" not in told
    assert said(evening, "KT260612-0030")[-1].endswith(words[3:])
    assert len(evening.lines("KT260612-0030")) == 1


def test_a_decided_ticket_is_said_to_be_so(evening):
    evening.say(NUMBERED)
    evening.say("提交")
    with evening.world.write() as tx:
        tx.execute(t.tickets.update().where(t.tickets.c.order_no == "KT260612-0029").values(state="decided"))
    told = whole(evening.say("29号是2袋"))
    assert "29号 CD-" in told
    assert "已经有结果" in told
    assert said(evening, "KT260612-0029") == ["5. 29号大米少1袋"]


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        ("5不要了", "29"),
        ("第4条撤掉", "27"),
        ("27号不要了", "27"),
        ("27号先别报", "27"),
        ("刚才说的27号先别报", "27"),
        ("27号别提交", "27"),
        ("撤回27号", "27"),
        ("27号西瓜没裂 弄错了", "27"),
        ("27号弄错了 没裂", "27"),
        ("29 大米 没少 是我数错", "29"),
        ("29号大米找到了 没少", "29"),
    ],
)
def test_a_line_is_taken_back(evening, words, gone):
    evening.say(NUMBERED)
    assert f"已撤下：{gone}号" in whole(evening.say(words))
    assert {line.pickup for line in evening.list().lines if line.state == "withdrawn"} == {gone}
    assert evening.states()["12"] == "ask order"


@pytest.mark.parametrize("words", ["27号鸡蛋没坏", "27号弄错了 发成冬瓜了", "27号又裂了1个", "27号没问题吧"])
def test_what_takes_nothing_back(evening, words):
    evening.say(NUMBERED)
    evening.say(words)
    assert evening.states()["27"] == "ready"


def test_a_number_that_is_nowhere_withdraws_nobody(evening):
    evening.say(NUMBERED)
    assert "没有找到 9号" in whole(evening.say("9不要了"))
    assert not evening.list().some("withdrawn")


def test_what_is_held_may_be_filed_after_all(evening):
    evening.say(NUMBERED)
    evening.say("27号先别报")
    assert "可以提交：27号" in whole(evening.say("27号可以报了"))
    assert evening.states()["27"] == "ready"


def test_a_filed_line_is_taken_back_by_a_button(evening):
    evening.say(NUMBERED)
    evening.say("提交")
    told = evening.say("27号弄错了 没裂")
    assert "27号 已经建单" in whole(told)
    assert told[-1].buttons[0][0].startswith("撤回 CD-")
    evening.tap("撤回 CD-")
    assert dict(evening.tickets())["KT260612-0027"] == "withdrawn"


def test_corrections_among_new_lines_are_told_on_the_card(evening):
    evening.say(NUMBERED)
    evening.say("提交")
    told = whole(evening.say("30号牛奶漏3瓶（更正）\n27号西瓜没裂 弄错了\n26号西瓜裂"))
    assert "1 条可直接提交" in told
    assert "已补充到：30号" in told
    assert "27号 已经建单" in told


def test_more_about_a_person_of_whom_is_asked_makes_no_second_question(evening):
    evening.say(NUMBERED)
    evening.say("12号是两个都坏了")
    evening.say("99号虾死了\n98号虾死了")
    evening.say("99号虾死了 4只 不是全部")
    assert [line.pickup for line in evening.list().questions()] == ["12", "99", "98"]
    assert count(evening, "12") == "2"
    assert count(evening, "99") == "4"


@pytest.mark.parametrize("words", ["26 27 28 西瓜都没问题", "28号西瓜没裂", "28号是我看错了"])
def test_that_nothing_is_wrong_is_no_claim_and_told(evening, words):
    evening.say("3号草莓坏1盒\n5号车厘子软了")
    assert f"1 行不是售后：“{words}”" in whole(evening.say(words))
    assert len(evening.list().lines) == 2


@pytest.mark.parametrize("words", ["27号的照片", "下面是27号的", "27号西瓜的图"])
def test_a_caption_is_one_while_something_is_asked(evening, words):
    evening.say("桃子 1 坏了\n27号西瓜裂\n26号西瓜裂")
    evening.say(words)
    evening.say("", photos=1)
    (photo,) = evening.list().photos
    line = evening.list().line(photo.line)
    assert line and line.pickup == "27"
    assert [one.ask for one in evening.list().questions()] == ["who"]


def test_a_caption_on_its_photo_is_one_while_something_is_asked(evening):
    evening.say("桃子 1 坏了\n27号西瓜裂\n26号西瓜裂")
    evening.say("这是27号的", photos=1)
    assert [one.ask for one in evening.list().questions()] == ["who"]
    assert evening.list().photos[0].line == 2


def card(evening, order_no: str) -> str:
    with evening.world.write() as tx:
        no = tx.execute(select(t.tickets.c.no).where(t.tickets.c.order_no == order_no)).scalar_one()
        return cards.card(tx, no, evening.world.context()).text


def test_the_desk_sees_what_the_leader_puts_right(evening):
    evening.say(NUMBERED)
    evening.say("提交")
    evening.say("30号是3瓶")
    assert "⚠ 团长说的是：30号是3瓶" in card(evening, "KT260612-0030")


def test_the_desk_sees_both_figures_when_a_customer_joins_the_leaders_ticket(evening):
    evening.say("3号 草莓坏1盒\n27号 西瓜裂")
    evening.tap("提交")
    buyer = "李婷"
    evening.world.bind(buyer, "13800002231", buyer)
    evening.say("KT260612-0003 草莓坏了2盒，换货", buyer)
    evening.say("", buyer, photos=2)
    told = whole(evening.say("提交", buyer))
    assert "已经有单" in told
    assert "⚠ 客户说的是：草莓300g 2盒 换货" in card(evening, "KT260612-0003")
    assert "最迟 6月13日19:10 前" in told
    assert evening.tickets()[0] == ("KT260612-0003", "queued")  # its photos came with the customer


def test_no_time_is_promised_where_none_runs(evening):
    evening.say("3号 草莓坏1盒\n27号 西瓜裂")
    evening.tap("提交")
    evening.say("作废")
    buyer = "李婷"
    evening.world.bind(buyer, "13800002231", buyer)
    evening.say("KT260612-0003 草莓坏了1盒，要退款", buyer)
    evening.say("没有照片", buyer)
    told = whole(evening.say("提交", buyer))
    assert "还缺照片，发来就开始审核" in told
    assert "最迟" not in told


def test_the_desk_sees_both_figures_when_the_leader_lists_what_was_filed(evening):
    buyer = "李婷"
    evening.world.bind(buyer, "13800002231", buyer)
    evening.say("KT260612-0003 草莓坏了2盒，想退这两盒的钱", buyer)
    evening.say("", buyer, photos=2)
    evening.say("提交", buyer)
    told = whole(evening.say("3号 草莓坏3盒\n27号 西瓜裂"))
    assert "📝 已补充到：3号 CD-" in told
    assert "3号 李婷：顾客自己报的是 2盒，您报的是 3盒" in told
    assert "团长说的是：3号 草莓坏3盒" in card(evening, "KT260612-0003")


def test_how_a_ticket_stands_is_no_claim(evening):
    evening.say("3号草莓坏1盒\n29号大米少1袋")
    assert whole(evening.say("29号处理了吗")) == "29号 在清单里，还没提交。"
    evening.say("提交")
    told = whole(evening.say("29号处理了吗"))
    assert told.startswith("29号：CD-")
    assert "等待处理，最迟 6月13日19:10" in told
    assert whole(evening.say("28号处理好了吗")) == "28号 还没有报过售后单。要报就写什么问题。"
    assert len(evening.list().lines) == 2


def test_the_list_that_is_shown_is_the_one_under_way(evening):
    evening.say("3号草莓坏1盒\n29号大米少1袋\n12号桃子坏了\n大家辛苦了啊")
    evening.say("提交")
    assert "29号" in whole(evening.say("看清单"))
    evening.say("5号车厘子软了\n谢谢各位邻居")
    told = whole(evening.say("看清单"))
    assert "5号" in told
    assert "❓ 12号" in told  # still asked
    assert "29号" not in told
    assert "大家辛苦了" not in told


def test_the_same_list_again_counts_its_claims(evening):
    text = "今天的汇总\n3号草莓坏1盒\n29号大米少1袋\n大家辛苦了"
    evening.say(text)
    evening.say("提交")
    assert "这 2 条和之前的一样" in whole(evening.say(text))


def test_a_lone_number_is_no_remark(evening):
    evening.say("3号草莓坏1盒\n12号桃子坏了")
    evening.say("77")
    assert evening.world.phones["王姐"][-1].text.startswith("读到 2 个问题")


def test_a_caption_of_a_line_whose_order_is_asked(evening):
    evening.say("12号桃子坏了\n26号西瓜裂\n27号西瓜裂")
    evening.say("", photos=2)
    assert "2 张已配对" in whole(evening.say("这是12号的"))
    evening.say("", photos=1)
    evening.say("27号也是")
    assert [evening.list().line(photo.line).pickup for photo in evening.list().photos] == ["12", "12", "27"]
    assert len(evening.list().lines) == 3


def two() -> tuple[list_draft.ListDraft, reader.Reader]:
    """Give a list with two problems that one line tells of 12号, whose order is asked, and what it is read with."""
    orders = [one for one in orders_of(DATA / "g0612.csv") if one.participate_no == "12"]
    policy = preset()
    shelf = Shelf(listed=list_draft.Listed(orders=tuple(orders)), policy=policy)
    among = tuple(one.order_no for one in orders)
    lines = tuple(
        list_draft.ListLine(
            key=key,
            text="12号 坏了，少了",
            pickup="12",
            among=among,
            state="ask",
            ask="order",
            problem=Problem(problem=code),
        )
        for key, code in ((1, "quality_spoiled"), (2, "shortage_missing"))
    )
    reading = reader.Reader(shelf=shelf, lexicon=lexicon_of(policy), today=NOW.date())
    return list_draft.ListDraft(id="d", lines=lines), reading


def test_what_one_line_says_of_somebody_is_asked_once():
    before, reader = two()
    (question,) = before.questions()
    order = reader.shelf.listed.orders[0]
    after = before.with_line(answers.chosen(question, order, reader))
    assert {line.order_no for line in answers.spread(before, after, reader).lines} == {order.order_no}
    assert answers.spread(before, before, reader) == before


def test_one_question_taken_back_is_all_of_it():
    before, reader = two()
    after = before.with_line(replace(before.lines[0], state="withdrawn", ask=""))
    assert not answers.spread(before, after, reader).some("ask")


def test_different_words_are_asked_apart(evening):
    evening.say("12号 桃子坏了\n27号西瓜裂\n12号 少发了一箱")
    assert len(evening.list().questions()) == 2


def test_what_is_about_safety_is_not_withdrawn_by_a_word(evening):
    evening.say("34号虾臭了 小孩吃了拉肚子\n27号西瓜裂")
    told = evening.say("34号没事了 弄错了")
    assert "已补充到：34号 CD-" in whole(told)
    assert not any(label.startswith("撤回") for label, _ in told[-1].buttons)
    assert said(evening, "KT260612-0034")[-1] == "34号没事了 弄错了"


def test_a_wish_alone_is_for_all_that_was_told_of_somebody(evening):
    evening.say("8号 鸡蛋碎7个，酸奶没收到\n27号西瓜裂")
    assert "✏️ 已改：8号" in whole(evening.say("8号要退款"))
    assert [line.wish for line in evening.list().lines] == ["refund", "refund", ""]


def test_what_buyer_and_leader_tell_differently_is_shown_and_both_stay_readable(evening):
    origin = Origin(name="李婷", at=NOW)
    evening.say("草莓坏2盒", origin=origin)
    evening.say("27号 西瓜裂", wait=0.1)
    assert "✏️ 已改：3号 草莓300g 腐烂变质 3盒" in whole(evening.say("3号 草莓坏3盒"))
    evening.say("提交")
    assert [text for text in said(evening, "KT260612-0003") if "李婷：草莓坏2盒；3号 草莓坏3盒" in text]

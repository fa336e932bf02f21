"""Numbers that stand for lines of the leader's own list, before and after it is filed."""

from __future__ import annotations

import pytest
from leader_evening import Evening, whole

from handlers.dialogue.lists.addressing import labels

COUNTED = "1. 3号草莓坏1盒\n2. 12号今天的桃子坏了\n3. 30号牛奶漏2瓶\n4. 27号西瓜裂了\n5. 29号大米少1袋"
PLAIN = "3号草莓坏1盒\n30号牛奶漏2瓶\n27号西瓜裂了\n29号大米少1袋\n5号车厘子软了"


@pytest.fixture
def evening():
    made = Evening()
    yield made
    made.world.close()


def gone(evening) -> set[str]:
    return {line.pickup for line in evening.list().some("withdrawn")}


def count(evening, pickup: str) -> list[str]:
    return [line.problem.quantity for line in evening.list().lines if line.pickup == pickup]


@pytest.mark.parametrize(
    ("pasted", "words", "pickup"),
    [
        (COUNTED, "4 不要了", "27"),
        (COUNTED, "第4条撤掉", "27"),
        (COUNTED, "哦对了 4 不要了", "27"),
        (COUNTED, "第4个不要了", "27"),
        (COUNTED, "27 不要了", "27"),  # outside the list: a pickup number
        (COUNTED, "27号不要了", "27"),
        (PLAIN, "4 不要了", "29"),
        (PLAIN, "5 不要了", "5"),
        (PLAIN, "3号不要了", "3"),  # with 号 it is the pickup number, whatever the list counts
        (PLAIN, "4 车厘子不要了", ""),
        ("30 牛奶漏2瓶\n3 草莓坏1盒\n5 车厘子软了", "3 不要了", "3"),  # the list itself is numbered by pickup numbers
    ],
)
def test_a_number_within_the_list_is_a_line_of_it(evening, pasted, words, pickup):
    evening.say(pasted)
    evening.say(words)
    assert gone(evening) == ({pickup} if pickup else set())


@pytest.mark.parametrize(
    ("words", "pickup", "quantity"),
    [("第5个是2袋", "29", "2"), ("3 是1瓶", "30", "1"), ("3 改成1瓶", "30", "1"), ("第1条不对 是2盒", "3", "2")],
)
def test_a_figure_of_a_line_is_put_right_by_its_number(evening, words, pickup, quantity):
    evening.say(COUNTED)
    assert "✏️ 已改" in whole(evening.say(words))
    assert count(evening, pickup) == [quantity]
    assert len(evening.list().lines) == 5


def test_several_lines_in_one_message(evening):
    evening.say(COUNTED)
    told = whole(evening.say("第3条是1瓶 · 1 不要了"))
    assert "已撤下：3号" in told
    assert "已改：30号" in told
    assert (gone(evening), count(evening, "30")) == ({"3"}, ["1"])


@pytest.mark.parametrize(
    ("words", "pickups"),
    [
        ("2、3不要了", {"30", "27"}),
        ("2 和 5 都不要了", {"30", "5"}),
        ("3号不要了 · 5号车厘子也不要了", {"3", "5"}),
    ],
)
def test_several_numbers_for_one_word(evening, words, pickups):
    evening.say(PLAIN)
    evening.say(words)
    evening.say(words)  # said twice it is no line of its own
    assert gone(evening) == pickups
    assert len(evening.list().lines) == 5


def test_who_speaks_again_puts_the_own_figure_right(evening):
    evening.say("李婷 19:02\n草莓坏了2盒\n老陈 19:05\n车厘子软了\n李婷 19:09\n说错了 是3盒")
    first, _ = evening.list().lines
    assert (first.pickup, first.problem.quantity, first.ask) == ("3", "3", "")


def test_of_two_lines_of_one_buyer_only_the_numbered_one(evening):
    evening.say("8号 鸡蛋碎7个，酸奶没收到\n27号西瓜裂了")
    evening.say("2 不要了")
    assert {line.key for line in evening.list().some("withdrawn")} == {2}


def test_a_line_of_nobody_known_is_addressed_too(evening):
    evening.say("卢飞 08:41\n香菜烂了一把\n丁楠 08:44\n番茄烂了3个")
    evening.say("1 不要了")
    evening.say("2 盒都坏了")  # a count, no line
    assert evening.list().lines[1].asks
    evening.say("2是21号的")
    first, second, *_ = evening.list().lines
    assert (first.state, second.pickup, second.state) == ("withdrawn", "21", "ready")


def test_after_filing_too(evening):
    evening.say(PLAIN)
    evening.say("提交")
    assert "📝 已补充到：30号 CD-" in whole(evening.say("2 是3瓶"))
    told = evening.say("3 不要了")
    assert "27号 已经建单" in whole(told)
    assert told[-1].buttons[0][0].startswith("撤回 CD-")


def test_a_wish_by_a_number_of_the_list(evening):
    evening.say(PLAIN)
    assert "30号" in whole(evening.say("2 退款"))
    assert [line.wish for line in evening.list().lines] == ["", "refund", "", "", ""]
    evening.say("提交")
    assert "📝 已补充到：27号 CD-" in whole(evening.say("3 补发"))
    assert "📝 已补充到：30号 CD-" in whole(evening.say("30 补发"))


def test_what_came_before_is_not_told_again_with_more_lines(evening):
    evening.say(f"{PLAIN}\n大家辛苦了\n34 虾臭了 小孩吃了拉肚子")
    told = whole(evening.say("26号 西瓜裂\n谢谢各位邻居"))
    assert "一共读到 7 个问题，新的：\n7. ✅ 26号" in told
    assert "谢谢各位邻居" in told
    assert "大家辛苦了" not in told
    assert "34号" not in told


def test_an_open_question_about_a_pickup_number_goes_before_the_places(evening):
    evening.say("3号草莓坏1盒\n32号 退\n27号西瓜裂了")
    evening.say("\n".join(f"{number}号 没收到货" for number in [*range(4, 32), 33, 34, 35]))
    evening.say("32 不要了")
    assert "32" in gone(evening)


def test_the_third_ordinal_beyond_the_list_is_a_pickup_number(evening):
    evening.say("3号草莓坏1盒\n27号西瓜裂了")
    evening.say("第30个牛奶也漏了")
    assert {line.pickup for line in evening.list().lines} == {"3", "27", "30"}


def test_labels_are_the_leaders_own_numbers_else_the_places(evening):
    evening.say(COUNTED)
    assert list(labels(evening.list()).values()) == ["1", "2", "3", "4", "5"]
    other = Evening()
    other.say("3 草莓坏1盒\n5 车厘子软了")
    assert labels(other.list()) == {}  # her own numbers are the pickup numbers
    other.world.close()

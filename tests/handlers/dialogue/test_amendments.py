"""A filed ticket's lines are changed and taken back by its customer's words, while they are undecided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from one_chat import Chat, played
from playing import World

from storage import events
from storage.database import Tx

FOUR = "鸡蛋碎了3个 酸奶少了1杯 草莓烂了半盒 还晚到了两小时 退款"


@dataclass(slots=True)
class Filed:
    """小周's chat with a filed ticket."""

    world: World
    chat: Chat
    no: str = ""

    def lines(self) -> dict[str, tuple[str, str, Any, str]]:
        return {
            f"{one.item} {one.problem}": (one.quantity, one.unit, one.wish_amount, one.state)
            for one in self.chat.lines(self.no)
        }

    def happened(self) -> list[str]:
        def read(tx: Tx) -> list[str]:
            return [one.kind for one in events.of_ticket(tx, self.no)]

        with self.world.write() as tx:
            return read(tx)

    def told(self, words: str) -> str:
        return "\n".join(one.text for one in self.chat.say(words))


@pytest.fixture
def filed() -> Iterator[Filed]:
    with played() as world:
        chat = Chat(world, "小周", "13600000408")
        chat.say(FOUR)
        chat.photo(many=2)
        chat.say("提交")
        [ticket] = chat.tickets()
        yield Filed(world, chat, ticket.no)


EGGS, YOGHURT, BERRIES = "鸡蛋30枚 damaged_package", "酸奶6杯 shortage_missing", "草莓300g quality_spoiled"


def test_four_problems_of_one_message_are_four_lines(filed: Filed) -> None:
    lines = filed.lines()
    assert lines[EGGS] == ("3", "个", 268, "open")
    assert lines[YOGHURT] == ("1", "杯", 375, "open")
    assert lines[BERRIES] == ("1/2", "盒", 995, "open")
    assert lines[" late"][3] == "open"
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("words", "item", "now"),
    [
        ("鸡蛋不是3个是5个", EGGS, ("5", "个", 447)),
        ("不是3个 是5个", EGGS, ("5", "个", 447)),
        ("eggs should be 5 sorry", EGGS, ("5", "枚", 447)),
        ("第1条是5个", EGGS, ("5", "个", 447)),
        ("酸奶是2杯不是1杯", YOGHURT, ("2", "杯", 750)),
        ("草莓写错了 全烂了", BERRIES, ("1", "盒", 1990)),
    ],
)
def test_a_count_is_put_right_in_line_sum_and_log(filed: Filed, words: str, item: str, now: tuple[str, ...]) -> None:
    before = filed.lines()
    told = filed.told(words)
    after = filed.lines()
    assert after.pop(item)[:3] == now
    before.pop(item)
    assert after == before
    assert filed.no in told
    assert f"{now[2] / 100:.2f}" in told  # type: ignore[operator]
    assert "amended" in filed.happened()


def test_a_number_that_fits_two_lines_is_asked_about_once(filed: Filed) -> None:
    filed.told("鸡蛋不是3个是1个")
    assert "哪一样" in filed.told("不是1 是2")
    assert "已改：酸奶" in filed.told("酸奶")
    assert filed.lines()[YOGHURT][:2] == ("2", "杯")


def test_more_of_the_same_is_summed_or_not_as_the_customer_says(filed: Filed) -> None:
    assert "一共" in filed.told("草莓又烂了半盒")
    assert filed.lines()[BERRIES][0] == "1/2"
    assert "已改：草莓" in filed.told("1")
    assert filed.lines()[BERRIES][0] == "1"


def test_more_than_was_bought_changes_nothing(filed: Filed) -> None:
    before = filed.lines()
    assert "没有改" in filed.told("鸡蛋是40个")
    assert filed.lines() == before


def test_a_line_is_taken_back_and_the_others_go_on(filed: Filed) -> None:
    assert "草莓300g已撤下" in filed.told("草莓那条不要了")
    assert filed.lines()[BERRIES][3] == "withdrawn"
    assert filed.chat.tickets()[0].state == "queued"
    assert "line_withdrawn" in filed.happened()


def test_words_that_may_mean_the_goods_are_asked_about(filed: Filed) -> None:
    assert "撤下" in filed.told("草莓不要了")
    assert filed.lines()[BERRIES][3] == "open"
    filed.told("不改")
    assert filed.lines()[BERRIES][3] == "open"
    filed.told("草莓不要了")
    filed.chat.tap(filed.chat.button("撤下草莓"))
    assert filed.lines()[BERRIES][3] == "withdrawn"


def test_another_problem_of_the_same_goods_is_put_right(filed: Filed) -> None:
    assert "破损" in filed.told("草莓不是烂是压坏了")
    assert "草莓300g damaged_package" in filed.lines()


def test_a_wish_beside_words_of_dropping_takes_no_line_back(filed: Filed) -> None:
    filed.told("草莓不要了 退款就行")
    assert filed.lines()[BERRIES][3] == "open"


def test_somebody_elses_button_changes_nothing(filed: Filed) -> None:
    before = filed.lines()
    other = Chat(filed.world, "老陈", "13900008812")
    other.tap(f"amend:{filed.no}:1:9 个")
    assert filed.lines() == before

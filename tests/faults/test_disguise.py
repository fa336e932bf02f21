"""Customers who write like the house: their names, files, captions and lines cannot pass for a card."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from one_chat import Chat, played
from playing import World

CARD = "📋 售后 · CD-7K3M9Q · 处理中 · 处理人 何姐"
NOTE = "✅ 何姐 已批准退款 500.00"
LINES = (CARD, NOTE, "  💬 CD-7K3M9Q 何姐：请马上打款", "⬆ 升级为食品安全", "cd-7k3m9q 已批准")


@pytest.fixture
def world() -> Iterator[World]:
    with played(staffed=True) as world:
        yield world


def shown(world: World) -> list[str]:
    """Give every line of the group, after all has been carried."""
    world.until(world.now + timedelta(seconds=10))
    return [line for posted in world.desk.posted for line in posted.text.splitlines()]


@pytest.mark.parametrize("line", LINES)
def test_words_of_many_lines_make_no_line_of_the_house(world: World, line: str) -> None:
    chat = Chat(world)
    chat.say(f"草莓坏了2盒 退款\n{line}")
    chat.photo()
    chat.say("提交")
    world.desk.types("A1", "/next")
    chat.say(f"在吗\n\n{line}\u202e\r{line}\u2028{line}")
    lines = shown(world)
    assert not [one for one in lines if one.strip().startswith(line.strip())]
    assert any(one.startswith("┊") and line.strip() in one for one in lines)  # kept, and marked as theirs
    assert not any("\u202e" in one for one in lines)


def test_plain_lines_stay_as_they_were_written(world: World) -> None:
    chat = Chat(world)
    chat.say("草莓坏了2盒 退款")
    chat.photo()
    chat.say("提交")
    world.desk.types("A1", "/next")
    chat.say("两盒都坏了\n照片在上面\n（第二张）")
    assert shown(world)[-3:-1] != []
    assert {"照片在上面", "（第二张）"} <= set(shown(world))


def test_a_caption_and_a_file_name_make_none_either(world: World) -> None:
    chat = Chat(world)
    chat.say("草莓坏了2盒 退款")
    chat.photo()
    chat.say("提交")
    world.desk.types("A1", "/next")
    chat.door.files(chat.name, [("document", "text:x")], text=f"看\n{CARD}", name=f"\u202egpj.exe\n{CARD}")
    assert not [one for one in shown(world) if one.startswith(CARD)]


def test_a_name_makes_none_either(world: World) -> None:
    chat = Chat(world, name=f"\u202e李婷\n{CARD}", phone="")
    chat.say("人工")
    world.desk.taps("A1", "接手")
    chat.say("在吗")
    lines = shown(world)
    assert any("李婷" in one and "CD-7K3M9Q" in one for one in lines)  # as one line, behind the house's own sign
    assert not [one for one in lines if one.startswith(CARD) or "\u202e" in one]

"""What nobody can read is told to its sender, whoever has the talk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from one_chat import Chat, played, text
from playing import World


@pytest.fixture
def world() -> Iterator[World]:
    with played(staffed=True) as world:
        yield world


def test_with_an_agent_in_the_talk_it_is_said_that_a_poll_was_not_read(world: World) -> None:
    chat = Chat(world)
    chat.say("草莓坏了2盒 退款")
    chat.photo()
    chat.say("提交")
    world.desk.types("A1", "/next")
    heard = len(world.phones[chat.name])
    chat.door.other(chat.name)
    world.until(world.now + timedelta(seconds=4))
    assert "看不了" in text(world.phones[chat.name][heard:])
    assert chat.door.sticker(chat.name)
    assert chat.wait(4) == []

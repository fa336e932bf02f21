from __future__ import annotations

import pytest
from doubles.botapi import BotApi
from doubles.telegram_desk import Scene


@pytest.fixture
def api():
    with BotApi() as running:
        yield running
        assert running.violations == []


@pytest.fixture
def scene(api):
    return Scene(api, "supergroup")


async def answer_to(scene, said):
    return await scene.api.until(lambda: next((m for m in scene.group.messages if m.reply_to is said), None))


async def test_the_pinned_board_shows_its_one_button(tmp_path, scene):
    """Chats show the button of a pinned message at the top of the screen when it is the only one."""
    async with scene.running(tmp_path):
        await scene.raised()
        board = await scene.api.until(lambda: scene.board and scene.board.pinned and scene.board)
        assert board.labels == ["接下一单"]


async def test_a_board_that_may_not_be_pinned_comes_anew_when_it_went_up(tmp_path, api, monkeypatch):
    monkeypatch.setattr("bot.desks.telegram.board.BURIED", 5)
    scene = Scene(api, "supergroup", admin=False)
    async with scene.running(tmp_path):
        await scene.raised()
        first = await api.until(lambda: scene.board)
        for number in range(8):
            scene.lin.text(scene.group, f"第{number}句")
        asked = scene.lin.text(scene.group, "/queue")
        await answer_to(scene, asked)
        await api.until(lambda: scene.board and scene.board is not first and first.deleted)
        assert len([m for m in scene.group.messages if scene.is_board(m)]) == 1


async def test_a_board_under_another_pin_comes_anew_and_is_pinned(tmp_path, scene):
    async with scene.running(tmp_path):
        await scene.raised()
        first = await scene.api.until(lambda: scene.board and scene.board.pinned and scene.board)
        notice = scene.boss.text(scene.group, "今天盘点")
        scene.boss.pin(notice)
        await scene.api.until(lambda: first.deleted and scene.board and scene.board.pinned)
        assert scene.board is not first
        assert notice.pinned


async def test_the_queue_has_a_button_for_each_row(tmp_path, scene):
    async with scene.running(tmp_path):
        first, second = await scene.raised(), await scene.raised(1005)
        listed = await answer_to(scene, scene.lin.text(scene.group, "/queue"))
        assert listed.labels == ["1", "2"]
        row = next(line for line in listed.text.splitlines() if line.startswith("2. "))
        wanted = first if first in row else second
        tap = await scene.tapped(scene.lin, listed, "2")
        assert wanted in tap.text


async def test_a_row_is_taken_in_plain_words(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        assert no in (await answer_to(scene, scene.lin.text(scene.group, "接1"))).text
        await scene.api.until(lambda: "小林" in scene.card(no).text)


async def test_what_is_found_calls_nobody(tmp_path, scene):
    async with scene.running(tmp_path):
        await scene.says(1009, "转人工", name="@xiaolin_88 http://evil.cn")
        await scene.api.until(lambda: scene.group.messages)
        found = await answer_to(scene, scene.lin.text(scene.group, "/find xiaolin_88"))
        assert {entity["type"] for entity in found.entities} <= {"code"}
        assert found.labels == ["1"]

from __future__ import annotations

import asyncio
import logging

import pytest
from doubles.botapi import BotApi
from doubles.telegram_desk import Scene, eventually

from storage.platforms import telegram
from storage.tables import desk_messages


@pytest.fixture
def api():
    with BotApi() as running:
        yield running
        assert running.violations == []


@pytest.fixture
def plain(api):
    return Scene(api, "supergroup")


@pytest.fixture
def forum(api):
    return Scene(api, "forum")


async def test_a_group_that_becomes_a_supergroup_is_followed(tmp_path, api):
    scene = Scene(api, "group")
    old = scene.group.id
    async with scene.running(tmp_path):
        no = await scene.raised()
        await api.until(lambda: scene.board and scene.board.pinned)
        new = scene.group.upgrade()
        kept = await eventually(lambda: scene.house.app.read(lambda tx: telegram.kept(tx, f"telegram:{old}:group")))
        assert kept == str(new)
        second = await scene.raised(1005, "转人工")
        assert api.called("sendMessage", scene.group)[-1].params["chat_id"] == new
        await scene.tapped(scene.lin, scene.card(second), "接手")
        scene.lin.text(scene.group, f"/ticket {no}")
        await api.until(lambda: any(call.params.get("chat_id") == new and no in call.params.get("text", "")
                                    for call in api.called("sendMessage", scene.group)))  # fmt: skip
        await api.until(
            lambda: [m for m in scene.group.messages if scene.is_board(m) and m.pinned and "处理中 1" in m.text]
        )
    scene.bot.commands.clear()
    async with scene.running(tmp_path):  # the settings still name the old one
        await scene.raised(1017, "转人工")


@pytest.mark.parametrize("before", [0, 1])
async def test_the_board_of_an_upgraded_group_is_pinned_though_its_number_was_used_before(tmp_path, api, before):
    scene = Scene(api, "group")
    async with scene.running(tmp_path):
        for _ in range(4):
            scene.lin.text(scene.group, "早")
        await scene.raised()
        await api.until(lambda: scene.board and scene.board.pinned)
        number = scene.board.id
        scene.group.upgrade()
        scene.group.last_message_id = number - 1 - before  # the board comes first, or after the card
        await scene.raised(1005, "转人工")
        await api.until(
            lambda: [m for m in scene.group.messages if scene.is_board(m) and m.pinned and m.chat_id == scene.group.id]
        )


async def test_an_upgrade_heard_of_only_by_a_refusal(tmp_path, api):
    scene = Scene(api, "group")
    async with scene.running(tmp_path):
        scene.bot.inbox.allowed = ["callback_query"]  # the service messages never come
        new = scene.group.upgrade()
        no = await scene.raised()
        assert scene.card(no)
        assert api.called("sendMessage", scene.group)[-1].params["chat_id"] == new


@pytest.mark.parametrize("gone", ["card", "board"])
async def test_what_somebody_deleted_is_posted_anew(tmp_path, plain, gone):
    scene = plain
    async with scene.running(tmp_path):
        no = await scene.raised()
        await scene.api.until(lambda: scene.board and no in scene.board.text)
        card, board = scene.card(no), scene.board
        scene.boss.delete(card if gone == "card" else board)
        if gone == "card":
            tap = scene.lin.tap(card, "接手")
            await scene.api.until(lambda: tap.answered)
            await scene.api.until(lambda: scene.card(no) and "小林" in scene.card(no).text)
        else:
            await scene.tapped(scene.lin, card, "接手")
            await scene.api.until(lambda: scene.board and scene.board is not board and scene.board.pinned)


async def test_without_the_right_to_pin_it_works_and_says_so_once(tmp_path, api):
    scene = Scene(api, "supergroup", admin=False)
    async with scene.running(tmp_path):
        no = await scene.raised()
        await api.until(lambda: any("置顶" in m.text for m in scene.group.messages))
        await scene.picked(scene.lin, no)
        assert not scene.board.pinned
    scene.bot.commands.clear()
    async with scene.running(tmp_path):
        await scene.raised(1005, "转人工")
        await asyncio.sleep(0.2)
        scene.group.promote(scene.bot)
        await eventually(lambda: leads(scene))
        await scene.raised(1017, "转人工")
        await api.until(lambda: scene.board.pinned)
    assert sum("我没有置顶" in m.text for m in scene.group.messages) == 1


async def leads(scene):
    return scene.desk._staff.leads


async def test_each_ticket_that_is_taken_has_its_topic_until_its_end(tmp_path, forum):
    scene = forum
    async with scene.running(tmp_path):
        no = await scene.raised()
        assert scene.card(no).thread is None
        old = scene.card(no)
        card = await scene.picked(scene.lin, no)
        assert card.thread
        await scene.api.until(lambda: old.deleted)
        topic = scene.group.topics[card.thread]
        assert topic.name.startswith(no)
        scene.lin.text(scene.group, "您好，什么问题？", thread=card.thread)
        scene.jie.reply(scene.lin.text(scene.group, "别的话题"), "嗯")
        told = await eventually(lambda: said_to(scene, no))
        assert told == ["您好，什么问题？"]
        await scene.says(1001, "草莓坏了")
        relayed = await scene.api.until(lambda: next((m for m in scene.group.topic(card.thread) if "草莓坏了" in m.text
                                                      and not m.labels), None))  # fmt: skip
        assert no in relayed.text
        await scene.tapped(scene.lin, card, "结束")
        await scene.api.until(lambda: topic.closed or any("结束" in m.text for m in scene.group.topic(card.thread)))


async def said_to(scene, no):
    from storage import events

    found = await scene.house.app.read(lambda tx: events.of_ticket(tx, no))
    return [event.data["text"] for event in found if event.kind == "told"]


async def test_a_deleted_topic_is_made_anew_and_nothing_is_lost(tmp_path, forum):
    scene = forum
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        scene.boss.delete_topic(scene.group, card.thread)
        await scene.says(1001, "草莓坏了")
        relayed = await scene.api.until(lambda: next((m for m in scene.group.messages if "草莓坏了" in m.text
                                                      and m.sender is scene.bot and not m.labels), None))  # fmt: skip
        assert relayed.thread not in (None, card.thread)
        await scene.api.until(lambda: (found := scene.card(no)) and found.thread == relayed.thread)


async def test_without_the_right_to_topics_it_goes_on_among_the_others(tmp_path, forum):
    scene = forum
    scene.group.promote(scene.bot, quiet=True, can_manage_topics=False)
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        assert card.thread is None


async def test_429_with_a_long_wait_is_waited_out(tmp_path, plain):
    scene = plain
    async with scene.running(tmp_path):
        began = scene.desk._group.pace.now()
        scene.api.fail("429", method="sendMessage", chat=scene.group, retry_after=2)
        no = await scene.raised()
        assert scene.card(no)
        assert scene.desk._group.pace.now() - began > 1.9


@pytest.mark.parametrize("fault", ["500", "reset", "drop"])
async def test_trouble_of_the_platform_is_tried_again(tmp_path, plain, fault):
    scene = plain
    async with scene.running(tmp_path):
        scene.api.fail(fault, method="sendMessage", chat=scene.group)
        assert await scene.raised()


async def test_a_bot_thrown_out_loses_nothing(tmp_path, plain, monkeypatch, caplog):
    monkeypatch.setattr("bot.desks.telegram.group.SHUT_OUT", 0.3)
    scene = plain
    async with scene.running(tmp_path):
        scene.group.remove(scene.bot, kicked=True)
        await scene.says(1001, "转人工")
        await scene.api.until(lambda: any(call.code == 403 for call in scene.api.called("sendMessage")))
        scene.group.promote(scene.bot)
        (ticket,) = await scene.house.tickets()
        await scene.api.until(lambda: scene.card(ticket["no"]))
    assert "add it again" in caplog.text


async def test_a_revoked_token_is_named_without_being_told(tmp_path, plain, caplog):
    scene = plain
    scene.api.revoke(scene.bot)
    with caplog.at_level(logging.INFO):
        from doubles.telegram_house import telegram_house

        async with telegram_house(tmp_path, scene.make_desk):
            await scene.api.until(lambda: "is refused" in caplog.text)
    assert "TELEGRAM_DESK_TOKEN" in caplog.text
    assert scene.bot.token not in caplog.text


async def test_the_numbers_of_messages_may_begin_anew(tmp_path, api):
    scene = Scene(api, "group")
    async with scene.running(tmp_path):
        await scene.raised()
        scene.group.upgrade()
        await scene.raised(1005, "转人工")
        await eventually(lambda: two_chats(scene))


async def two_chats(scene):
    return len({row["message_id"].partition("/")[0] for row in await scene.house.rows(desk_messages)}) == 2

from __future__ import annotations

import asyncio

import pytest
from doubles.botapi import BotApi
from doubles.botapi.files import one_pixel
from doubles.telegram_desk import Scene, eventually

from storage.tables import dead_letters

PNG = one_pixel()
ILL = "吃了你家的虾拉肚子，还发烧"


@pytest.fixture
def api():
    with BotApi() as running:
        yield running
        assert running.violations == []


@pytest.fixture
def scene(api):
    return Scene(api, "supergroup")


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr("bot.desks.telegram.group.SHUT_OUT", 0.2)
    monkeypatch.setattr("bot.desks.telegram.desk.REFUSED_AGAIN", 0.2)


async def raised(scene, text=ILL):
    await scene.says(1001, text)
    return (await scene.house.tickets())[-1]["no"]


@pytest.mark.parametrize(
    "said",
    [
        "CHAT_RESTRICTED",
        "not enough rights to send text messages to the chat",
        "have no rights to send a message",
        "CHAT_WRITE_FORBIDDEN",
        "chat not found",
        "group chat was upgraded to a supergroup chat",
    ],
)
async def test_what_somebody_can_cure_is_waited_for_and_told_once(tmp_path, scene, caplog, said):
    async with scene.running(tmp_path):
        scene.boss.start(scene.bot)
        fault = scene.api.fail("400", description=said, method="sendMessage", chat=scene.group, times=4)
        no = await raised(scene)
        await scene.api.until(lambda: fault.used_up and scene.card(no))
        assert await scene.house.rows(dead_letters) == []
        told = scene.api.chat(scene.bot, scene.boss)
        await scene.api.until(lambda: any("发不了消息" in m.text for m in told.messages))
        assert sum("发不了消息" in m.text for m in told.messages) == 1
    assert caplog.text.count("may not write to its group") == 1
    assert "can be written to again" in caplog.text


async def test_a_flood_wait_in_words_is_waited_out(tmp_path, scene):
    async with scene.running(tmp_path):
        scene.api.fail("400", description="FLOOD_WAIT_2", method="sendMessage", chat=scene.group)
        began = scene.desk._group.pace.now()
        no = await raised(scene)
        await scene.api.until(lambda: scene.card(no))
        assert scene.desk._group.pace.now() - began > 1.9
        assert await scene.house.rows(dead_letters) == []


@pytest.mark.parametrize("said", ["PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED"])
async def test_a_cards_picture_that_is_no_photo_comes_as_a_document(tmp_path, scene, said):
    async with scene.running(tmp_path, customers=True):
        for method in ("sendPhoto", "editMessageMedia"):  # the photo may come after the card
            scene.api.fail("400", description=said, method=method, chat=scene.group, times=99)
        scene.li.text(scene.shop, "KT260612-0003 草莓坏了2盒，尾号2231")
        scene.li.photo(scene.shop, PNG)
        scene.li.text(scene.shop, "转人工")
        card = await scene.api.until(
            lambda: next((m for m in scene.group.messages if "接手" in "".join(m.labels)), None)
        )
        sheet = await scene.api.until(lambda: next((m for m in scene.group.messages if m.kind == "document"), None))
        assert sheet.data
        no = card.text.split(" · ")[1]
        await scene.tapped(scene.lin, scene.card(no), "接手")
        await scene.api.until(lambda: scene.card(no) and "小林" in scene.card(no).text)
        assert await scene.house.rows(dead_letters) == []


@pytest.mark.parametrize(
    ("said", "kind"),
    [("PHOTO_INVALID_DIMENSIONS", "document"), ("not enough rights to send photos to the chat", "text")],
)
async def test_a_customers_photo_comes_in_another_form_or_is_told(tmp_path, scene, said, kind):
    async with scene.running(tmp_path, customers=True):
        scene.li.text(scene.shop, "转人工")
        card = await scene.api.until(
            lambda: next((m for m in scene.group.messages if "接手" in "".join(m.labels)), None)
        )
        await scene.tapped(scene.lin, card, "接手")
        scene.api.fail("400", description=said, method="sendPhoto", chat=scene.group, times=9)
        scene.li.photo(scene.shop, PNG)
        if kind == "document":
            await scene.api.until(lambda: any(m.kind == "document" for m in scene.group.messages))
        else:
            await scene.api.until(lambda: any("放不进群" in m.text for m in scene.group.messages))
        assert await scene.house.rows(dead_letters) == []


async def test_a_safety_card_refused_for_a_reason_nobody_knows_is_never_buried(tmp_path, scene):
    async with scene.running(tmp_path):
        fault = scene.api.fail("400", description="SOMETHING_NEW", method="sendMessage", chat=scene.group, times=12)
        no = await raised(scene)
        await scene.api.until(lambda: scene.card(no))
        assert len(fault.met) > 3
        assert await scene.house.rows(dead_letters) == []
        await scene.picked(scene.lin, no)


async def test_a_card_refused_for_its_markup_comes_plain_with_its_buttons(tmp_path, scene):
    async with scene.running(tmp_path):
        scene.api.fail("400", description="can't parse entities: x", method="sendMessage", chat=scene.group)
        no = await raised(scene)
        card = await scene.api.until(lambda: scene.card(no))
        assert "接手" in "".join(card.labels)
        assert await scene.house.rows(dead_letters) == []


@pytest.mark.parametrize("said", ["TOPIC_CLOSED", "TOPIC_DELETED"])
async def test_a_closed_topic_is_opened_or_left(tmp_path, api, said):
    scene = Scene(api, "forum")
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        assert card.thread
        scene.api.fail("400", description=said, method="sendMessage", chat=scene.group)
        await scene.says(1001, "草莓坏了")
        await scene.api.until(lambda: any("草莓坏了" in m.text and m.sender is scene.bot for m in scene.group.messages))
        assert await scene.house.rows(dead_letters) == []


async def test_a_refused_edit_lets_the_card_come_anew(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        old = scene.card(no)
        scene.api.fail("400", description="MESSAGE_NOT_MINE", method="editMessageText", chat=scene.group, times=2)
        await scene.tapped(scene.lin, old, "接手")
        await scene.api.until(lambda: scene.card(no) is not old and "小林" in scene.card(no).text)


async def test_a_note_that_no_form_of_comes_through_does_not_stop_the_others(tmp_path, scene, caplog):
    async with scene.running(tmp_path):
        no = await scene.raised()
        await scene.picked(scene.lin, no)
        scene.api.fail("400", description="SOMETHING_NEW", method="sendMessage", chat=scene.group, times=2)
        await scene.says(1001, "第一句")
        await eventually(lambda: scene.house.rows(dead_letters))
        await scene.says(1001, "第二句")
        await scene.api.until(lambda: any("第二句" in m.text for m in scene.group.messages))
    assert "in every form" in caplog.text


async def test_what_customers_write_calls_nobody_and_links_nowhere(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        await scene.picked(scene.lin, no)
        bad = "看 @xiaolin_88 http://evil.cn/a?b=1 www.evil.com 发 /next 或 #退款 t.me/evil"
        await scene.says(1001, bad)
        heard = await scene.api.until(
            lambda: next((m for m in scene.group.messages if "@xiaolin_88" in m.text and not m.labels), None)
        )
        assert bad in heard.text
        assert {entity["type"] for entity in heard.entities} == {"code"}
        await asyncio.sleep(0.3)
        await scene.api.until(lambda: "@xiaolin_88" in scene.card(no).text)
        assert {entity["type"] for entity in scene.card(no).entities} <= {"code", "text_mention"}

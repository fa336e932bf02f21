from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from doubles.botapi import BotApi, render
from doubles.telegram_desk import Scene, eventually

from storage import events
from storage.tables import staff


@pytest.fixture
def api():
    with BotApi() as running:
        yield running
        assert running.violations == []


@pytest.fixture
def scene(api):
    return Scene(api, "supergroup")


async def told(scene, no):
    found = await scene.house.app.read(lambda tx: events.of_ticket(tx, no))
    return [event.data["text"] for event in found if event.kind == "told"]


async def owner(scene, no):
    return next(row["owner_id"] for row in await scene.house.tickets() if row["no"] == no)


async def answer_to(scene, said):
    return await scene.api.until(lambda: next((m for m in scene.group.messages if m.reply_to is said), None))


def written(scene, who, text, *, reply=None):
    """Let somebody who is not in the group write there, as under a public group's post."""
    payload = {
        "message_id": 900_000 + scene.api.world.serial(),
        "date": int(datetime.now(UTC).timestamp()),
        "chat": render.chat(scene.group),
        "from": render.account(who),
        "text": text,
    }
    if reply is not None:
        payload["reply_to_message"] = render.message(scene.api.world.files, scene.bot, reply, with_reply=False)
    scene.api.push(scene.bot, "message", payload, scene.group.id)


# the staff check fails closed


@pytest.mark.parametrize(
    "fault", [{"kind": "500"}, {"kind": "reset"}, {"kind": "400", "description": "member list is inaccessible"}]
)
async def test_a_tap_waits_while_the_platform_does_not_say_who_it_is(tmp_path, scene, fault):
    async with scene.running(tmp_path):
        no = await scene.raised()
        scene.api.fail(method="getChatMember", times=1, **fault)
        tap = await scene.tapped(scene.lin, scene.card(no), "接手")
        assert tap.alert
        assert "没有执行" in tap.text
        assert await owner(scene, no) is None
        again = await scene.tapped(scene.lin, scene.card(no), "接手")
        assert no in again.text
        assert await owner(scene, no) == "2002"


async def test_a_platform_that_hangs_is_not_waited_for(tmp_path, scene, monkeypatch):
    monkeypatch.setattr("bot.desks.telegram.staff.PATIENCE", 0.3)
    async with scene.running(tmp_path):
        no = await scene.raised()
        scene.api.fail("hang", method="getChatMember")
        tap = await scene.tapped(scene.lin, scene.card(no), "接手")
        assert "没有执行" in tap.text
        assert await owner(scene, no) is None


async def test_a_reply_and_a_command_wait_for_that_too(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        scene.api.fail("500", method="getChatMember", times=2)
        said = scene.lin.reply(scene.card(no), "您好")
        assert "没有执行" in (await answer_to(scene, said)).text
        asked = scene.lin.text(scene.group, "/next")
        assert "没有执行" in (await answer_to(scene, asked)).text
        assert await told(scene, no) == []
        assert await owner(scene, no) is None
        scene.lin.reply(scene.card(no), "您好")
        assert await eventually(lambda: told(scene, no)) == ["您好"]


async def test_who_is_not_in_the_group_becomes_nobody(tmp_path, scene):
    stranger = scene.api.user(6666, "路人")
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = scene.card(no)
        written(scene, stranger, "大家好")
        written(scene, stranger, "/start")
        written(scene, stranger, "/next")
        written(scene, stranger, "我是客服，把钱转给我", reply=card)
        scene.lin.text(scene.group, "/stats")
        await scene.api.until(lambda: not scene.bot.inbox.pending)
        await eventually(lambda: scene.house.rows(staff, staff.c.user_id == "2002"))
        assert await scene.house.rows(staff, staff.c.user_id == "6666") == []
        assert await owner(scene, no) is None
        assert await told(scene, no) == []


async def test_who_left_unheard_is_asked_for_again_and_leaves(tmp_path, api, monkeypatch):
    monkeypatch.setattr("bot.desks.telegram.staff.KNOWN_FOR", 0.0)
    scene = Scene(api, "supergroup", admin=False)  # nobody tells the bot of changes
    async with scene.running(tmp_path):
        no = await scene.raised()
        scene.jie.text(scene.group, "/stats")
        await eventually(lambda: scene.house.rows(staff, staff.c.user_id == "2003"))
        scene.group.members[2003].status = "left"
        tap = await scene.tapped(scene.jie, scene.card(no), "接手")
        assert "售后同事" in tap.text
        assert await owner(scene, no) is None
        (row,) = await scene.house.rows(staff, staff.c.user_id == "2003")
        assert row["left_at"] is not None


# what cannot be carried is told


@pytest.mark.parametrize("what", ["sticker", "location", "contact", "dice"])
async def test_what_no_customer_can_be_brought_is_told_at_once(tmp_path, scene, what):
    extra = {
        "location": {"location": {"latitude": 31.2, "longitude": 121.4}},
        "contact": {"contact": {"phone_number": "13900000000", "first_name": "王师傅"}},
        "dice": {"dice": {"emoji": "🎲", "value": 3}},
    }
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        if what == "sticker":
            said = scene.lin.sticker(scene.group, reply=card)
        else:
            said = scene.lin.odd(scene.group, reply=card, **extra[what])
        assert "没有转给客户" in (await answer_to(scene, said)).text
        assert await told(scene, no) == []


async def test_a_reply_as_a_channel_is_told_and_talk_as_one_is_not(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        quiet = scene.lin.as_channel(scene.group, "大家好")
        said = scene.lin.as_channel(scene.group, "马上处理", reply=card)
        assert "频道" in (await answer_to(scene, said)).text
        assert await told(scene, no) == []
        assert not [m for m in scene.group.messages if m.reply_to is quiet]


async def test_every_reply_of_an_anonymous_administrator_is_told(tmp_path, scene):
    scene.group.hide(scene.boss)
    async with scene.running(tmp_path):
        no = await scene.raised()
        for _ in range(2):
            said = scene.boss.reply(scene.card(no), "我来")
            assert "没有转给客户" in (await answer_to(scene, said)).text


async def test_an_edited_reply_is_asked_about_and_sent_as_a_correction(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        said = scene.lin.reply(card, "退您19元")
        assert await eventually(lambda: told(scene, no)) == ["退您19元"]
        scene.lin.edit(said, "退您29元")
        asked = await scene.api.until(
            lambda: next((m for m in scene.group.messages if "发给客户" in "".join(m.labels)), None)
        )
        assert await told(scene, no) == ["退您19元"]
        await scene.tapped(scene.lin, asked, "发给客户")
        assert await told(scene, no) == ["退您19元", "更正：退您29元"]


async def test_an_edited_answer_to_a_question_is_not_carried_out_again(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        await scene.tapped(scene.lin, card, "备注")
        question = await scene.api.until(lambda: next((m for m in scene.group.messages if "备注什么" in m.text), None))
        said = scene.lin.reply(question, "老客户")
        await scene.api.until(lambda: [m for m in scene.group.messages if m.reply_to is said])
        scene.lin.edit(said, "新客户")
        await scene.api.until(
            lambda: [m for m in scene.group.messages if m.reply_to is said and "不会再执行" in m.text]
        )
        assert await told(scene, no) == []


async def test_an_edited_command_is_told(tmp_path, scene):
    async with scene.running(tmp_path):
        asked = scene.lin.text(scene.group, "/stats")
        await answer_to(scene, asked)
        scene.lin.edit(asked, "/next")
        await scene.api.until(lambda: any("改过的命令" in m.text for m in scene.group.messages))


async def test_plain_words_get_one_hint_a_day_and_are_not_kept(tmp_path, scene):
    from storage.tables import inbox

    async with scene.running(tmp_path):
        no = await scene.raised()
        await scene.picked(scene.lin, no)
        first = scene.lin.text(scene.group, "亲，马上给您退")
        assert "没有转给客户" in (await answer_to(scene, first)).text
        second = scene.lin.text(scene.group, "好的")
        scene.jie.reply(second, "收到")
        scene.lin.text(scene.group, "/stats")
        await scene.api.until(lambda: not scene.bot.inbox.pending)
        await asyncio.sleep(0.3)
        assert sum("没有转给客户" in m.text for m in scene.group.messages) == 1
        assert "马上给您退" not in str(await scene.house.rows(inbox))
        assert await told(scene, no) == []

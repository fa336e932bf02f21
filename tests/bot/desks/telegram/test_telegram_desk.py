from __future__ import annotations

import pytest
import shots
from doubles.botapi import BotApi
from doubles.botapi.files import one_pixel
from doubles.telegram_desk import Scene, eventually

from handlers.tickets import desk_outbox, lifecycle
from storage.tables import evidence, parked, staff

PNG = one_pixel()


@pytest.fixture
def api():
    with BotApi() as running:
        yield running
        assert running.violations == []


@pytest.fixture(params=["group", "supergroup"])
def scene(api, request):
    return Scene(api, request.param)


@pytest.fixture
def plain(api):
    return Scene(api, "supergroup")


async def roles(scene):
    return {row["user_id"]: row["role"] for row in await scene.house.rows(staff) if row["left_at"] is None}


async def test_two_press_pick_up_and_one_has_it(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = scene.card(no)
        won, lost = scene.lin.tap(card, "接手"), scene.jie.tap(card, "接手")
        await scene.api.until(lambda: won.answered and lost.answered)
        assert no in won.text
        assert "小林" in lost.text
        assert lost.alert
        await scene.api.until(lambda: "问客户" in scene.card(no).labels)
        assert scene.card(no) is card  # edited in place
        assert len([m for m in scene.group.messages if no in m.text and m.labels and not scene.is_board(m)]) == 1


async def test_the_board_is_pinned_and_true(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        await scene.api.until(lambda: scene.board and scene.board.pinned and no in scene.board.text)
        tap = await scene.tapped(scene.lin, scene.board, "接下一单")
        assert no in tap.text
        await scene.api.until(lambda: no not in scene.board.text)
        assert len([m for m in scene.group.log if scene.is_board(m)]) == 1


async def test_commands_are_answered_and_others_bots_are_left_theirs(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        scene.lin.text(scene.group, "/queue@other_bot")
        asked = scene.lin.text(scene.group, "/queue@desk_bot")
        answer = await scene.api.until(
            lambda: next(iter([m for m in scene.group.messages if m.reply_to is asked]), None)
        )
        assert no in answer.text
        old = scene.card(no)
        scene.jie.text(scene.group, f"/ticket {no}")
        await scene.api.until(lambda: scene.card(no) is not old)
        await scene.api.until(lambda: old.deleted)
        nothing = scene.jie.text(scene.group, "/mine")
        await scene.api.until(lambda: [m for m in scene.group.messages if m.reply_to is nothing])


async def test_words_and_media_go_both_ways(tmp_path, plain):
    scene = plain
    async with scene.running(tmp_path, customers=True):
        scene.li.text(scene.shop, "转人工")
        card = await scene.api.until(
            lambda: next((m for m in scene.group.messages if "接手" in "".join(m.labels)), None)
        )
        await scene.tapped(scene.lin, card, "接手")
        scene.lin.reply(card, "您好，坏了几盒？")
        mine = lambda: [m for m in scene.api.chat(scene.shop, scene.li).messages if m.sender is scene.shop]  # noqa: E731
        await scene.api.until(lambda: any("您好，坏了几盒？" in m.text for m in mine()))
        scene.lin.photo(scene.group, PNG, reply=card)
        scene.lin.voice(scene.group, b"OggS..", reply=card)
        await scene.api.until(lambda: {"photo", "voice"} <= {m.kind for m in mine()})
        scene.li.text(scene.shop, "两盒")
        scene.li.voice(scene.shop, b"OggS!!", 7)
        heard = lambda kind: [m for m in scene.group.messages if m.sender is scene.bot and m.kind == kind]  # noqa: E731
        relayed = await scene.api.until(
            lambda: next((m for m in heard("text") if "两盒" in m.text and not m.labels), None)
        )
        assert "CD-" in relayed.text
        voice = await scene.api.until(lambda: heard("voice"))
        assert voice[-1].data == b"OggS!!"
        scene.lin.reply(relayed, "收到，马上处理")
        await scene.api.until(lambda: any(m.text == "收到，马上处理" for m in mine()))


async def test_a_question_is_answered_by_a_reply_to_it(tmp_path, plain):
    scene = plain
    async with scene.running(tmp_path):
        await scene.says(1001, "KT260612-0003 草莓坏了2盒，想退款，尾号2231")
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        await scene.tapped(scene.lin, card, "备注")
        question = await scene.api.until(lambda: next((m for m in scene.group.messages if m.reply_to is card), None))
        scene.lin.reply(question, "老客户")
        events = await eventually(lambda: noted(scene, no))
        assert "老客户" in str(events)


async def noted(scene, no):
    from storage import events

    found = await scene.house.app.read(lambda tx: events.of_ticket(tx, no))
    return [event.data for event in found if event.kind == "noted"]


async def test_photos_stand_on_one_sheet_that_grows(tmp_path, plain):
    scene = plain
    async with scene.running(tmp_path, customers=True):
        scene.li.text(scene.shop, "KT260612-0003 草莓坏了2盒，尾号2231")
        scene.li.text(scene.shop, "转人工")
        card = await scene.api.until(
            lambda: next((m for m in scene.group.messages if "接手" in "".join(m.labels)), None)
        )
        assert card.kind == "text"
        scene.li.album(scene.shop, [PNG, PNG, PNG])
        await scene.api.until(lambda: card.kind == "photo" and "照片 3" in card.text)
        first = card.data
        scene.li.photo(scene.shop, PNG)
        await scene.api.until(lambda: "照片 4" in card.text and card.data != first)
        assert "接手" in "".join(card.labels)


async def test_two_photos_come_side_by_side_on_one_picture(tmp_path, plain):
    scene = plain
    async with scene.running(tmp_path):
        no = await scene.raised()
        app = scene.house.app
        keys = [app.store.put(shots.jpeg(shots.scene(480, 360, seed)), ".jpg") for seed in (1, 2)]
        pair = [(keys[0], f"{no} · 06-12"), (keys[1], "CD-2 · 06-03")]
        words = "🔍 对照"

        def note(tx):
            desk_outbox.note(tx, lifecycle.must(tx, no), words, app.context(), pair=pair)

        await app.runner.do(note)
        app.runner.settled()
        shown = await scene.api.until(lambda: next((m for m in scene.group.messages if words in m.text), None))
        assert shown.kind == "photo"
        width, height = shots.opened(shown.data).size
        assert width > 2 * 480 and height < width


async def test_administrators_lead_and_changes_are_learned(tmp_path, scene):
    async with scene.running(tmp_path):
        assert await roles(scene) == {"2001": "supervisor"}
        new = scene.api.user(2009, "新人")
        scene.group.add(new)
        await eventually(lambda: known(scene, "2009", "agent"))
        scene.group.promote(scene.lin)
        await eventually(lambda: known(scene, "2002", "supervisor"))
        scene.group.demote(scene.lin)
        await eventually(lambda: known(scene, "2002", "agent"))
        scene.group.remove(new)
        await eventually(lambda: known(scene, "2009", None))
        assert len(scene.api.called("getChatAdministrators")) == 1


async def known(scene, user, role):
    return (await roles(scene)).get(user) == role


async def test_who_was_demoted_meanwhile_no_longer_leads(tmp_path, plain):
    scene = plain
    scene.group.promote(scene.lin, quiet=True)
    async with scene.running(tmp_path):
        assert (await roles(scene))["2002"] == "supervisor"
    scene.group.demote(scene.lin)
    scene.bot.inbox.pending.clear()
    scene.bot.commands.clear()
    async with scene.running(tmp_path):
        assert (await roles(scene))["2002"] == "agent"


async def test_strangers_are_refused_and_members_known(tmp_path, plain):
    scene = plain
    stranger = scene.api.user(6666, "路人")
    async with scene.running(tmp_path):
        stranger.start(scene.bot)
        chat = scene.api.chat(scene.bot, stranger)
        await scene.api.until(lambda: chat.messages[-1].sender is scene.bot)
        assert "售后同事" in chat.messages[-1].text
        no = await scene.raised()
        scene.group.add(stranger, quiet=True)
        scene.group.remove(stranger)
        tap = await scene.tapped(stranger, scene.card(no), "接手")
        assert tap.alert
        assert "售后同事" in tap.text
        scene.jie.start(scene.bot)
        await eventually(lambda: known(scene, "2003", "agent"))
        assert "6666" not in await roles(scene)
        (ticket,) = await scene.house.tickets()
        assert ticket["owner_id"] is None


async def test_an_anonymous_administrator_is_asked_to_use_buttons(tmp_path, plain):
    scene = plain
    scene.group.hide(scene.boss)
    async with scene.running(tmp_path):
        no = await scene.raised()
        scene.boss.reply(scene.card(no), "我来")
        await scene.api.until(lambda: any("匿名" in m.text for m in scene.group.messages))
        tap = await scene.tapped(scene.boss, scene.card(no), "接手")
        assert no in tap.text


async def test_talk_among_the_staff_is_not_the_houses(tmp_path, plain):
    scene = plain
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        said = scene.lin.text(scene.group, "中午吃什么")
        scene.jie.reply(said, "面")
        scene.lin.reply(card, "您好")
        pieces = await eventually(lambda: told(scene, no))
        assert [data["text"] for data in pieces] == ["您好"]
        await eventually(lambda: known(scene, "2003", "agent"))


async def told(scene, no):
    from storage import events

    found = await scene.house.app.read(lambda tx: events.of_ticket(tx, no))
    return [event.data for event in found if event.kind == "told"]


async def test_the_same_update_twice_has_one_effect(tmp_path, plain):
    scene = plain
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        scene.lin.reply(card, "您好")
        scene.api.repeat(scene.bot)
        await eventually(lambda: told(scene, no))
        scene.lin.text(scene.group, "/stats")
        await scene.api.until(lambda: not scene.bot.inbox.pending)
        assert len(await told(scene, no)) == 1


async def test_a_malformed_update_is_parked(tmp_path, plain):
    scene = plain
    async with scene.running(tmp_path):
        scene.api.push(scene.bot, "message", {"message_id": "soon"})
        scene.lin.text(scene.group, "/stats")
        await scene.api.until(lambda: not scene.bot.inbox.pending)
        rows = await eventually(lambda: scene.house.rows(parked))
        assert [row["door"] for row in rows] == ["telegram"]
        await scene.api.until(lambda: any("待" in m.text for m in scene.group.messages))


async def test_a_restart_finds_its_messages_again(tmp_path, plain):
    scene = plain
    async with scene.running(tmp_path):
        no = await scene.raised()
        await scene.api.until(lambda: scene.board)
    scene.bot.commands.clear()
    async with scene.running(tmp_path):
        card = scene.card(no)
        await scene.picked(scene.lin, no)
        assert scene.card(no) is card
        scene.lin.reply(card, "您好")
        await eventually(lambda: told(scene, no))
        assert len([m for m in scene.group.log if scene.is_board(m)]) == 1
        assert await scene.house.rows(evidence) == []

"""python-telegram-bot, unmocked, against the Bot API double."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from doubles.botapi import BotApi
from doubles.botapi.files import one_pixel
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Update
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.ext import Application, CallbackQueryHandler, CommandHandler

PNG = one_pixel()
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("接手", callback_data="take:1")]])


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def desk(api):
    return api.bot("desk_bot")


@pytest.fixture
def boss(api):
    return api.user(1, "何姐")


@pytest.fixture
def group(api, desk, boss):
    return api.group("售后", creator=boss, members=[api.user(2, "小林")], admins=[desk], kind="forum")


def builder(api, desk):
    return Application.builder().token(desk.token).base_url(f"{api.url}/bot").base_file_url(f"{api.url}/file/bot")


@pytest.fixture
async def app(api, desk):
    """An application without an updater, fed by hand as behind an own web server."""
    application = builder(api, desk).updater(None).build()
    await application.initialize()
    yield application
    await application.shutdown()


async def test_fed_updates_answer_taps_and_commands(api, desk, group, boss, app):
    async def queue(update, context):
        await update.effective_message.reply_text("队列", reply_markup=KEYS)

    async def take(update, context):
        await update.callback_query.answer("已由何姐接手", show_alert=True)
        await update.callback_query.edit_message_text("已接手")

    app.add_handler(CommandHandler("queue", queue))
    app.add_handler(CallbackQueryHandler(take, pattern="^take:"))
    boss.text(group, "/queue@desk_bot")
    await app.process_update(Update.de_json(desk.updates[-1].body, app.bot))
    card = group.messages[-1]
    tap = boss.tap(card, "接手")
    await app.process_update(Update.de_json(desk.updates[-1].body, app.bot))
    assert (tap.text, tap.alert, card.text) == ("已由何姐接手", True, "已接手")
    assert api.violations == []


async def test_its_own_poller_runs(api, desk, group, boss):
    application = builder(api, desk).build()

    async def mine(update, context):
        await update.effective_message.reply_text("没有")

    application.add_handler(CommandHandler("mine", mine))
    async with application:
        await application.start()
        await application.updater.start_polling(timeout=5)
        boss.text(group, "/mine")
        await api.until(lambda: group.messages[-1].text == "没有")
        await application.updater.stop()
        await application.stop()
    assert api.violations == []


async def test_topics_pins_media_and_files(api, desk, group, boss, app):
    bot = app.bot
    topic = await bot.create_forum_topic(group.id, "CD-1")
    card = await bot.send_photo(
        group.id,
        PNG,
        caption="<b>CD-1</b>",
        parse_mode="HTML",
        reply_markup=KEYS,
        message_thread_id=topic.message_thread_id,
    )
    await bot.edit_message_caption(group.id, card.message_id, caption="CD-1 已接手")
    await bot.edit_message_media(InputMediaPhoto(PNG + b"\0", caption="新"), group.id, card.message_id)
    await bot.send_media_group(
        group.id,
        [InputMediaPhoto(PNG), InputMediaPhoto(card.photo[-1].file_id)],
        message_thread_id=topic.message_thread_id,
    )
    await bot.pin_chat_message(group.id, card.message_id, disable_notification=True)
    await bot.send_voice(group.id, b"OggS", reply_to_message_id=card.message_id)
    assert [message.kind for message in group.topic(topic.message_thread_id)] == ["photo"] * 3 + ["voice"]
    assert group.pinned[0].photo == PNG + b"\0"
    boss.photo(group, PNG, thread=topic.message_thread_id, reply=group.pinned[0])
    heard = Update.de_json(desk.updates[-1].body, bot).message
    assert heard.reply_to_message.message_id == card.message_id
    file = await heard.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == PNG
    assert [member.user.first_name for member in await bot.get_chat_administrators(group.id)] == ["何姐", "desk_bot"]
    await bot.close_forum_topic(group.id, topic.message_thread_id)
    await bot.delete_forum_topic(group.id, topic.message_thread_id)
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(group.id, "x", message_thread_id=topic.message_thread_id)
    assert api.violations == []


async def test_refusals_arrive_as_its_exceptions(api, desk, group, boss, app, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    api.fail("429", chat=group, retry_after=9)
    with pytest.raises(RetryAfter) as told:
        await app.bot.send_message(group.id, "x")
    assert told.value.retry_after == timedelta(seconds=9)
    for kind, expected in {
        "500": NetworkError,
        "502": NetworkError,
        "kicked": Forbidden,
        "drop": NetworkError,
        "not_modified": BadRequest,
        "edit_gone": BadRequest,
    }.items():
        api.fail(kind, method="sendMessage")
        with pytest.raises(expected):
            await app.bot.send_message(group.id, kind)
    assert [message.text for message in group.messages] == ["drop"]
    plain = api.group("旧", creator=boss, members=[desk], kind="group")
    old, new = plain.id, plain.upgrade()
    with pytest.raises(ChatMigrated) as moved:
        await app.bot.send_message(old, "x")
    assert moved.value.new_chat_id == new
    api.revoke(desk)
    with pytest.raises(InvalidToken):
        await app.bot.get_me()


async def test_two_pollers_conflict(api, desk, app):
    first = asyncio.create_task(app.bot.get_updates(timeout=5))
    await api.until(lambda: desk.poller)
    # A bot keeps one connection for getUpdates, so the rival is another one.
    async with Bot(desk.token, base_url=f"{api.url}/bot") as rival:
        second = asyncio.create_task(rival.get_updates(timeout=5))
        with pytest.raises(Conflict):
            await first
        api.user(1, "何姐").text(desk, "在")
        assert (await second)[0].message.text == "在"

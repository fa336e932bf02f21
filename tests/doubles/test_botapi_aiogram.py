"""aiogram, unmocked, against the Bot API double."""

from __future__ import annotations

import asyncio
import io

import pytest
from aiogram import Bot, Dispatcher, F, methods
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
    ReplyParameters,
    Update,
)
from doubles.botapi import BotApi, from_channel, from_hidden
from doubles.botapi.files import one_pixel
from doubles.botapi.parameters import NAMES

PNG = one_pixel()
KEYS = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="提交", callback_data="go")]])


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def shop(api):
    return api.bot("shop_bot")


@pytest.fixture
async def bot(api, shop):
    session = AiohttpSession(api=TelegramAPIServer.from_base(api.url), timeout=5)
    client = Bot(shop.token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    yield client
    await session.close()


@pytest.fixture
def li(api, shop):
    person = api.user(1001, "李婷")
    person.start(shop, "CODE7")
    return person


async def test_an_own_polling_loop_talks_and_taps(api, shop, bot, li):
    dispatcher = Dispatcher()

    @dispatcher.message(F.photo)
    async def photo(message: Message):
        held = io.BytesIO()
        await message.bot.download(message.photo[-1], held)
        await message.answer(f"<b>{len(held.getvalue())}</b> 字节", reply_markup=KEYS)

    @dispatcher.callback_query()
    async def tapped(query):
        await query.message.edit_text("已提交")
        await query.answer("好", show_alert=True)

    async def loop():
        offset = 0
        while True:
            for update in await bot.get_updates(offset, timeout=30, allowed_updates=["message", "callback_query"]):
                await dispatcher.feed_update(bot, update)
                offset = update.update_id + 1

    running = asyncio.create_task(loop())
    li.photo(shop, PNG, "坏的")
    chat = api.chat(shop, li)
    answer = await api.until(lambda: [m for m in chat.messages if m.labels])
    assert answer[0].text == f"{len(PNG)} 字节"
    tap = li.tap(answer[0], "提交")
    await api.until(lambda: tap.answered)
    assert (tap.text, tap.alert) == ("好", True)
    assert (answer[0].text, answer[0].labels) == ("已提交", [])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert api.violations == []


async def test_its_own_poller_runs(api, shop, bot, li):
    dispatcher = Dispatcher()

    @dispatcher.message(F.text.startswith("/start"))
    async def started(message: Message):
        await message.reply(f"欢迎 {message.text}")

    running = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False))
    await api.until(lambda: api.chat(shop, li).messages[1].text == "欢迎 /start CODE7")
    await dispatcher.stop_polling()
    await running
    assert api.violations == []


async def test_every_kind_of_update_parses(api, shop, bot, li):
    group = api.group("售后", creator=li, admins=[shop], kind="forum")
    at = api.world.now()
    li.album(shop, [PNG, PNG])
    li.document(shop, PNG, "a.jpg", "image/jpeg")
    li.voice(shop)
    li.video(shop, b"mp4")
    li.sticker(shop)
    li.location(shop, 31.2, 121.5)
    li.contact(shop, "13800000000")
    li.forward(shop, from_hidden("张阿姨", at), "软了")
    li.forward(shop, from_channel("团购", at, signature="x"), photo=PNG)
    li.edit(li.text(shop, "甲"), "乙")
    thread = li.open_topic(group, "话题")
    li.text(group, "话", thread=thread)
    group.promote(api.user(5, "阿杰"), "组长", anonymous=True)
    li.block(shop)
    updates = await bot.get_updates()
    assert len(updates) == len(shop.updates)
    assert [update.message.media_group_id for update in updates[1:3]] == [updates[1].message.media_group_id] * 2
    assert all(update.event_type for update in updates)
    assert updates[0].message.text == "/start CODE7"


async def test_sending_and_editing_keep_every_rule(api, shop, bot, li):
    chat = api.chat(shop, li)
    sent = await bot.send_message(li.id, "卡", reply_markup=KEYS)
    await bot.edit_message_reply_markup(chat_id=li.id, message_id=sent.message_id)
    photo = await bot.send_photo(
        li.id,
        BufferedInputFile(PNG, "a.png"),
        caption="<i>图</i>",
        reply_parameters=ReplyParameters(message_id=sent.message_id),
    )
    await bot.edit_message_caption(chat_id=li.id, message_id=photo.message_id, caption="新")
    await bot.edit_message_media(
        InputMediaPhoto(media=BufferedInputFile(PNG + b"\0", "b.png"), caption="换"),
        chat_id=li.id,
        message_id=photo.message_id,
    )
    album = await bot.send_media_group(
        li.id,
        [
            InputMediaPhoto(media=BufferedInputFile(PNG, "1.png"), caption="一"),
            InputMediaPhoto(media=photo.photo[-1].file_id),
        ],
    )
    assert len({message.media_group_id for message in album}) == 1
    assert chat.messages[2].reply_to is chat.messages[1]
    assert (chat.messages[2].caption, chat.messages[2].photo) == ("换", PNG + b"\0")
    await bot.send_voice(li.id, BufferedInputFile(b"OggS", "v.oga"))
    await bot.send_document(li.id, BufferedInputFile(b"x", "a.csv"))
    await bot.send_chat_action(li.id, "typing")
    await bot.set_my_commands([BotCommand(command="progress", description="进度")], language_code="zh")
    assert (await bot.get_my_commands(language_code="zh"))[0].description == "进度"
    await bot.delete_message(li.id, sent.message_id)
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await bot.edit_message_text("x", chat_id=li.id, message_id=sent.message_id)
    assert api.violations == []


async def test_refusals_arrive_as_its_exceptions(api, shop, bot, li):
    group = api.group("售后", creator=li, admins=[shop], kind="group")
    old, new = group.id, group.upgrade()
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(old, "x")
    assert moved.value.migrate_to_chat_id == new
    for kind, expected in {
        "429": TelegramRetryAfter,
        "500": TelegramServerError,
        "blocked": TelegramForbiddenError,
        "drop": TelegramNetworkError,
        "reset": TelegramNetworkError,
    }.items():
        api.fail(kind, method="sendMessage", retry_after=9)
        with pytest.raises(expected) as caught:
            await bot.send_message(li.id, kind)
        assert kind != "429" or caught.value.retry_after == 9
    assert [message.text for message in api.chat(shop, li).messages[1:]] == ["drop"]
    api.fail("hang", method="sendMessage")
    with pytest.raises(TelegramNetworkError):
        await bot.send_message(li.id, "hang", request_timeout=0.2)
    assert api.chat(shop, li).messages[-1].text == "hang"
    api.revoke(shop)
    with pytest.raises(TelegramUnauthorizedError):
        await bot.get_me()


def test_its_methods_have_the_parameters_we_hold_documented():
    for name, known in NAMES.items():
        fields = getattr(methods, name[0].upper() + name[1:]).model_fields
        current = {
            field.alias or key: field
            for key, field in fields.items()
            if not (field.json_schema_extra or {}).get("deprecated")
        }
        assert set(current) == set(known), name
        assert {key for key, field in current.items() if field.is_required()} >= {key for key in known if known[key]}


async def test_raw_webhook_bodies_feed_the_dispatcher(api, shop, bot, li):
    dispatcher, heard = Dispatcher(), []

    @dispatcher.message()
    async def any_message(message: Message):
        heard.append(message.text)

    await dispatcher.feed_raw_update(bot, shop.updates[-1].body)
    assert heard == ["/start CODE7"]
    assert Update.model_validate(shop.updates[-1].body).update_id == shop.updates[-1].id

"""The same four-message form as both libraries' examples teach it, and as the house does it: one process each."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DONE = "已受理"
ASKED = ("请说问题", "请说怎么处理", "对吗？")


class Count:
    """CPU of this process from the end of the first form, which warms it, to the end of the last."""

    def __init__(self, forms: int) -> None:
        self.forms, self.left, self.began, self.over = forms, forms, 0.0, asyncio.Event()

    def done(self) -> None:
        self.began = self.began or time.process_time()
        self.left -= 1
        if not self.left:
            self.over.set()

    def tell(self) -> None:
        spent = time.process_time() - self.began
        print(json.dumps({"ms": spent / (self.forms - 1) / 4 * 1000}), flush=True)


def table() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE claims (chat INT, data TEXT)")
    return database


async def polled(dispatcher: Any, bot: Any, count: Count) -> None:
    """Let aiogram poll until the last form is over, and print what it cost."""
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False))
    print("ready", flush=True)
    await count.over.wait()
    count.tell()
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)
    await bot.session.close()


async def aiogram_form(base: str, token: str, forms: int) -> None:
    """aiogram's finite states in memory, one insert at the end."""
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.fsm.context import FSMContext
    from aiogram.fsm.state import State, StatesGroup
    from aiogram.types import Message

    class Form(StatesGroup):
        problem, wish, confirm = State(), State(), State()

    count, database, dispatcher = Count(forms), table(), Dispatcher()
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(base)))

    async def step(message: Message, state: FSMContext, after: State, text: str) -> None:
        await state.update_data({text: message.text})
        await state.set_state(after)
        await message.answer(text)

    @dispatcher.message(Form.confirm)
    async def confirm(message: Message, state: FSMContext) -> None:
        with database:
            database.execute("INSERT INTO claims VALUES (?, ?)", (message.chat.id, json.dumps(await state.get_data())))
        await state.clear()
        await message.answer(DONE)
        count.done()

    @dispatcher.message(Form.wish)
    async def wish(message: Message, state: FSMContext) -> None:
        await step(message, state, Form.confirm, ASKED[2])

    @dispatcher.message(Form.problem)
    async def problem(message: Message, state: FSMContext) -> None:
        await step(message, state, Form.wish, ASKED[1])

    @dispatcher.message()
    async def order(message: Message, state: FSMContext) -> None:
        await step(message, state, Form.problem, ASKED[0])

    await polled(dispatcher, bot, count)


async def decide(session: Any, message: Any) -> str:
    """Return the reply to a message, with the talk and the ticket written into the session."""
    from bench.durable_tables import Order, Talk, Ticket

    text = message.text or ""
    talk = await session.get(Talk, message.chat.id) or Talk(chat=message.chat.id, step=0, facts={})
    session.add(talk)
    if talk.step == 0:
        order = await session.get(Order, text.partition(" ")[0])
        if order is None or not text.endswith(order.phone[-4:]):
            return "查不到"
    if talk.step == len(ASKED):
        session.add(Ticket(chat=message.chat.id, order_no=talk.facts["0"].partition(" ")[0], facts=talk.facts))
        talk.step, talk.facts = 0, {}
        return DONE
    talk.facts = {**talk.facts, str(talk.step): text}
    talk.step += 1
    return ASKED[talk.step - 1]


async def durable_form(base: str, token: str, forms: int) -> None:
    """The house's promise as a careful hand writes it with aiogram: dedupe, state, order and ticket through the ORM.

    One transaction an update, committed with synchronous=FULL before the reply.
    """
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import Message
    from sqlalchemy import event
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    from bench.durable_tables import Base, Order, Seen

    count, dispatcher = Count(forms), Dispatcher()
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(base)))
    with tempfile.TemporaryDirectory() as name:
        engine = create_async_engine(f"sqlite+aiosqlite:///{name}/shop.db")

        @event.listens_for(engine.sync_engine, "connect")
        def full(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")

        sessions = async_sessionmaker(engine, expire_on_commit=False)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with sessions.begin() as session:
            session.add_all(Order(no=f"KT261101-{n:04d}", phone=f"1390000{n:04d}") for n in range(1, forms + 1))

        @dispatcher.message()
        async def take(message: Message) -> None:
            async with sessions.begin() as session:
                key = f"{message.chat.id}:{message.message_id}"
                if await session.get(Seen, key):
                    return
                session.add(Seen(key=key))
                reply = await decide(session, message)
            await message.answer(reply)
            if reply == DONE:
                count.done()

        await polled(dispatcher, bot, count)
        await engine.dispose()


async def ptb_form(base: str, token: str, forms: int) -> None:
    """python-telegram-bot's ConversationHandler in memory, one insert at the end."""
    from telegram import Update
    from telegram.ext import Application, ContextTypes, ConversationHandler, MessageHandler, filters

    count, database = Count(forms), table()
    Context = ContextTypes.DEFAULT_TYPE  # noqa: N806  a type

    def step(after: int, text: str) -> Callable[[Update, Context], Any]:
        async def take(update: Update, context: Context) -> int:
            assert update.message
            assert context.user_data is not None
            context.user_data[text] = update.message.text
            await update.message.reply_text(text)
            return after

        return take

    async def confirm(update: Update, context: Context) -> int:
        assert update.message
        with database:
            row = (update.message.chat.id, json.dumps(context.user_data))
            database.execute("INSERT INTO claims VALUES (?, ?)", row)
        await update.message.reply_text(DONE)
        count.done()
        return ConversationHandler.END

    steps = [step(place, text) for place, text in enumerate(ASKED)]
    states = {place: [MessageHandler(filters.TEXT, take)] for place, take in enumerate([*steps[1:], confirm])}
    builder = Application.builder().token(token).base_url(base + "/bot").base_file_url(base + "/file/bot")
    app = builder.build()
    app.add_handler(ConversationHandler([MessageHandler(filters.TEXT, steps[0])], states, []))  # type: ignore[arg-type]
    await app.initialize()
    await app.start()
    assert app.updater
    await app.updater.start_polling()
    print("ready", flush=True)
    await count.over.wait()
    count.tell()
    await app.updater.stop()
    await app.stop()
    await app.shutdown()


class Counted:
    """A channel that counts the forms whose last answer went out."""

    def __init__(self, channel: Any, count: Count) -> None:
        self._channel, self._count = channel, count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    async def send(self, account: str, mails: Any) -> Any:
        delivery = await self._channel.send(account, mails)
        for _ in (mail for mail in mails if mail.id <= delivery.sent and DONE in mail.payload["text"]):
            self._count.done()
        return delivery


async def our_form(base: str, token: str, forms: int) -> None:
    """The house: every message durable before it is acknowledged, replies out of the outbox."""
    from bench.turns import POLICY, orders
    from bot.app import build
    from bot.commands.serve import keep_loaded
    from bot.settings import Settings
    from storage import imports
    from storage.database import transaction

    count = Count(forms)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "policy.toml").write_text(POLICY)
        policy = str(folder / "policy.toml")
        settings = Settings(
            data_dir=str(folder / "var"), policy=policy, telegram_bot_token=token, telegram_api_base=base
        )
        app = build(settings)
        with transaction(app.engine) as tx:
            imports.upsert(tx, orders(forms), now=app.clock())
        app.channels["telegram"] = Counted(app.channels["telegram"], count)
        await app.start()
        keep_loaded()
        await app.warm_up()
        print("ready", flush=True)
        await count.over.wait()
        count.tell()
        await app.stop()


FORMS = {
    "aiogram FSM": aiogram_form,
    "aiogram with database": durable_form,
    "PTB ConversationHandler": ptb_form,
    "claimdesk": our_form,
}

if __name__ == "__main__":
    asyncio.run(FORMS[sys.argv[1]](sys.argv[2], sys.argv[3], int(sys.argv[4])))

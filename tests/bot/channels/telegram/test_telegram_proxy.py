"""Both bots and `doctor` through a proxy, as a shop behind a firewall runs them."""

from __future__ import annotations

import pytest
from aiogram import Bot
from doubles.botapi import BotApi
from doubles.proxies import Proxy
from doubles.telegram_doors import Shelf

from bot.app import build
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.session import open_session
from bot.commands.doctor_telegram import check_customers, failed
from bot.settings import Settings, problems
from handlers.messages.models import Reply, to_payload
from storage.outbox import Mail

POLICY = 'extends = "community-group-buy"\n[talk]\nquiet = "0.2s"\n'


@pytest.fixture
def proxy():
    with Proxy() as running:
        yield running


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_customers_and_agents_are_reached_through_it(tmp_path, proxy, scheme):
    with BotApi() as api:
        shop, desk = api.bot("shop_bot"), api.bot("desk_bot")
        customer, boss = api.user(1001, "李婷"), api.user(2001, "何姐")
        group = api.group("售后", creator=boss, admins=[desk])
        (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
        app = build(
            Settings(
                data_dir=str(tmp_path), sandbox="off", policy=str(tmp_path / "policy.toml"),
                telegram_api_base=api.url, telegram_proxy=proxy.url(scheme), telegram_bot_token=shop.token,
                telegram_desk_token=desk.token, telegram_desk_chat_id=str(group.id),
            )
        )  # fmt: skip
        await app.start()
        try:
            await api.until(lambda: shop.poller and desk.poller)
            customer.text(shop, "转人工")
            await api.until(lambda: any(m.sender is shop for m in api.chat(shop, customer).messages))
            await api.until(lambda: any("接手" in " ".join(m.labels) for m in group.messages))
        finally:
            await app.stop()
    assert proxy.through[scheme] >= 2  # aiogram's and python-telegram-bot's


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_doctor_asks_through_it(proxy, scheme):
    with BotApi() as api:
        lines = await check_customers(api.bot("shop_bot").token, api_base=api.url, proxy=proxy.url(scheme))
    assert not failed(lines)
    assert proxy.through[scheme] >= 1


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_while_it_is_down_replies_wait(scheme):
    bot = Bot("1:a", session=open_session("http://127.0.0.1:9", f"{scheme}://127.0.0.1:9", 5))
    mail = Mail(id=1, kind="say", payload=to_payload(Reply(text="好")))
    delivery = await Sender(bot=bot, store=Shelf()).send("1001", [mail])
    await bot.session.close()
    assert (delivery.sent, delivery.refused, delivery.error) == (0, 0, "no answer")
    assert delivery.later


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_not_there_is_named(scheme):
    lines = await check_customers("1:a", proxy=f"{scheme}://127.0.0.1:9")
    assert failed(lines)
    assert "TELEGRAM_PROXY" in lines[0][1]


@pytest.mark.parametrize("value", ["127.0.0.1:1080", "ftp://127.0.0.1", "socks5://"])
def test_what_is_no_proxy_is_refused_at_the_start(value):
    assert any("TELEGRAM_PROXY" in sentence for sentence in problems(Settings(telegram_proxy=value)))

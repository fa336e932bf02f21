from __future__ import annotations

import subprocess
import sys

import pytest
from doubles.botapi import BotApi
from doubles.botapi.asking import ask

from bot.commands.doctor_telegram import check_customers, check_desk, failed


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


def told(lines):
    return "\n".join(sentence for _, sentence in lines)


async def test_all_is_well(api, desk, boss):
    group = api.group("售后", creator=boss, admins=[desk], kind="forum")
    lines = await check_desk(desk.token, group.id, api_base=api.url)
    assert not failed(lines)
    assert "@desk_bot" in told(lines)
    assert "with topics" in told(lines)
    assert "long polling" in told(lines)
    assert api.violations == []


async def test_a_token_that_is_refused_is_not_told(api, desk):
    api.revoke(desk)
    lines = await check_customers(desk.token, api_base=api.url)
    assert failed(lines)
    assert "TELEGRAM_BOT_TOKEN is refused" in told(lines)
    assert desk.token not in told(lines)


async def test_nobody_answers(desk):
    lines = await check_customers(desk.token, api_base="http://127.0.0.1:9")
    assert failed(lines)
    assert "does not answer" in told(lines)
    assert desk.token not in told(lines)


async def test_a_group_that_the_bot_is_not_in(api, desk):
    lines = await check_desk(desk.token, -100777, api_base=api.url)
    assert failed(lines)
    assert "the bot is not in the group -100777" in told(lines)


@pytest.mark.parametrize(("right", "word"), [("can_pin_messages", "pin"), ("can_manage_topics", "topics")])
async def test_each_missing_right_is_named(api, desk, boss, right, word):
    group = api.group("售后", creator=boss, members=[desk], kind="forum")
    group.promote(desk, quiet=True, **{right: False})
    lines = await check_desk(desk.token, group.id, api_base=api.url)
    assert [word in sentence for ok, sentence in lines if not ok] == [True]


async def test_a_plain_member_is_told_what_to_do(api, desk, boss):
    group = api.group("售后", creator=boss, members=[desk])
    lines = await check_desk(desk.token, group.id, api_base=api.url)
    assert "privacy mode" in told(lines)
    assert failed(lines)


async def test_an_upgraded_group_has_a_new_id(api, desk, boss):
    group = api.group("售后", creator=boss, admins=[desk], kind="group")
    old = group.id
    group.upgrade()
    lines = await check_desk(desk.token, old, api_base=api.url)
    assert "supergroup" in told(lines)


async def test_the_webhook_is_compared(api, desk):
    lines = await check_customers(desk.token, api_base=api.url, public_url="https://shop.example")
    assert "it should be https://shop.example/telegram/customers" in told(lines)
    ask(api, desk, "setWebhook", url="http://127.0.0.1:9/telegram/customers")
    lines = await check_customers(desk.token, api_base=api.url, public_url="http://127.0.0.1:9")
    assert not failed(lines)
    api.user(1001, "李婷").text(desk, "你好")
    await api.until(lambda: desk.webhook.last_error)
    lines = await check_customers(desk.token, api_base=api.url, public_url="http://127.0.0.1:9/")
    assert "cannot deliver" in told(lines)
    assert failed(lines)


def test_no_telegram_library_is_loaded():
    code = (
        "import sys, bot.commands.doctor_telegram\n"
        "print([m for m in ('aiogram', 'telegram', 'httpx') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"

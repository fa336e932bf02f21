"""A run with LOG_LEVEL=debug beside both Telegram bots and a WeChat that does not answer: the log holds no secret."""

from __future__ import annotations

import json

import pytest
from doubles.botapi import BotApi
from doubles.telegram_service import TelegramService, order_of, write_orders

AES = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SECRETS = {
    "WECHAT_APP_SECRET": "wechat-app-secret-1",
    "WECHAT_TOKEN": "wechat-token-1",
    "WECHAT_AES_KEY": AES,
    "ORDER_WEBHOOK_SECRET": "order-webhook-secret-1",
    "SANDBOX_PASSWORD": "sandbox-password-1",
    "LLM_API_KEY": "llm-api-key-1",
    "SECRET_KEY": "kept-secret-key-1",
}
REST = {
    "WECHAT_APP_ID": "wx1",
    "WECHAT_API_BASE": "http://127.0.0.1:9",
    "ORDER_WEBHOOK_URL": "http://127.0.0.1:9/hook",
    "LLM_BASE_URL": "http://127.0.0.1:9/v1",
    "LLM_MODEL": "small",
}
PHONE = "13912345678"


@pytest.mark.parametrize("style", [pytest.param("console", marks=pytest.mark.long), "json"])
def test_a_debug_log_holds_no_token_secret_or_phone(tmp_path, style):
    write_orders(tmp_path / "orders.csv", 2)
    with BotApi() as api:
        more = {"LOG_LEVEL": "debug", "LOG_FORMAT": style, **SECRETS, **REST}
        house = TelegramService(tmp_path, api, hooks=style == "json", **more)
        person = api.user(1001, "客1")
        with house.running(tmp_path / "orders.csv"):
            person.text(house.shop, f"{order_of(1)} 尾号0001 白菜少了1颗，退款，我的电话{PHONE}\n{PHONE}")
            house.settled()
            person.text(house.shop, "提交")
            house.settled()
            person.text(house.shop, f"我要找人工，打{PHONE}")
            house.settled()
        log = house.service.log()
    assert "DEBUG" in log or '"debug"' in log
    assert "Calling Bot API endpoint" in log  # the libraries' own lines are there
    tokens = [token for bot in (house.shop, house.bot) for token in (bot.token, bot.token.partition(":")[2])]
    hidden = [*SECRETS.values(), *tokens, house.public["TELEGRAM_WEBHOOK_SECRET"], PHONE, "13900000001"]
    for secret in hidden:
        assert secret not in log, secret
    if style == "json":
        assert all(json.loads(line)["message"] is not None for line in log.splitlines())

from __future__ import annotations

import pytest
from doubles.botapi import BotApi
from doubles.telegram_desk import Scene

from storage import ticket_lines
from storage.desk import corrections


@pytest.fixture
def scene():
    with BotApi() as running:
        yield Scene(running, "supergroup")
        assert running.violations == []


async def test_a_claim_is_put_right_by_a_button_and_by_a_reply(tmp_path, scene):
    async def line():
        return (await scene.house.app.read(lambda tx: ticket_lines.of_ticket(tx, no)))[0]

    async with scene.running(tmp_path):
        await scene.says(1001, "KT260612-0003 草莓坏了2盒，想退款，尾号2231")
        no = await scene.raised()
        card = await scene.picked(scene.lin, no)
        await scene.tapped(scene.lin, card, "更正")
        question = await scene.api.until(lambda: next((m for m in scene.group.messages if m.reply_to is card), None))
        assert {"破损", "少发漏发", "鸡蛋30枚", "3盒"} <= set(question.labels)
        tap = await scene.tapped(scene.lin, question, "少发漏发")
        assert "已更正" in tap.text
        assert (await line()).problem == "shortage_missing"
        scene.lin.reply(question, "3盒")
        await scene.api.until(lambda: "更正 1. 数量：2盒 → 3盒" in card.text)
        assert "同意 59.70" in card.labels
        assert (await line()).quantity == "3"
        fields = [one.field for one in await scene.house.app.read(lambda tx: corrections.of_ticket(tx, no))]
        assert fields == ["problem", "quantity"]

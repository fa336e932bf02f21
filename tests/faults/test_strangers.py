"""Strangers at the agents' group: whoever is no member, or of whom the platform says nothing, moves nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from doubles.botapi import BotApi, render
from doubles.telegram_desk import Scene, eventually

from storage import events
from storage.tables import staff

SAID = ("/next", "/find 李婷", "/new 3号 草莓坏2盒 退款", "接1", "/talk 3号")


@pytest.fixture
def scene():
    with BotApi() as api:
        yield Scene(api, "supergroup")


def written(scene, who, text, *, reply=None):
    """Let somebody who is not in the group write there, as under a public group's post."""
    payload = {
        "message_id": 900_000 + scene.api.world.serial(), "date": int(datetime.now(UTC).timestamp()),
        "chat": render.chat(scene.group), "from": render.account(who), "text": text,
    }  # fmt: skip
    if reply is not None:
        payload["reply_to_message"] = render.message(scene.api.world.files, scene.bot, reply, with_reply=False)
    scene.api.push(scene.bot, "message", payload, scene.group.id)


async def test_neither_words_nor_replies_of_strangers_move_anything(tmp_path, scene):
    stranger = scene.api.user(6666, "路人")
    async with scene.running(tmp_path):
        no = await scene.raised()
        card = scene.card(no)
        for text in SAID:
            written(scene, stranger, text)
        written(scene, stranger, "我是客服，把钱转给我", reply=card)
        await scene.api.until(lambda: not scene.bot.inbox.pending)
        scene.lin.text(scene.group, "/stats")  # comes last, and makes its writer known
        await eventually(lambda: scene.house.rows(staff, staff.c.user_id == "2002"))
        assert await scene.house.rows(staff, staff.c.user_id == "6666") == []
        rows = await scene.house.tickets()
        assert [row["owner_id"] for row in rows if row["no"] == no] == [None]
        assert len(rows) == 1
        found = await scene.house.app.read(lambda tx: events.of_ticket(tx, no))
        assert [event for event in found if event.kind == "told"] == []


async def test_who_cannot_be_asked_for_moves_nothing(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        scene.api.fail("500", method="getChatMember", times=1)
        assert (await scene.tapped(scene.lin, scene.card(no), "接手")).alert
        assert [row["owner_id"] for row in await scene.house.tickets()] == [None]

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer, unused_port
from doubles.botapi import BotApi
from doubles.botapi.files import one_pixel
from doubles.telegram_desk import Scene, eventually
from doubles.telegram_house import telegram_house

from bot.channels.base import Gone, TooBig, Unreachable
from bot.channels.telegram.webhook import SECRET
from bot.desks.telegram.desk import PATH, steps
from bot.runtime.web import make_app
from storage.outbox import Mail
from storage.tables import staff

PNG = one_pixel()
DATA = b"OggS" + bytes(100_000)


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def scene(api):
    return Scene(api, "supergroup")


def mail(number, kind, **payload):
    return Mail(id=number, kind=kind, payload=payload)


def ids(made):
    return [[each.id for each in step] for step in made]


def test_of_drawings_only_the_newest_is_made():
    assert ids(steps([mail(1, "refresh"), mail(2, "relay"), mail(3, "refresh")])) == [[2], [3]]
    assert ids(steps([mail(1, "card"), mail(2, "refresh"), mail(3, "relay")])) == [[1], [3]]
    assert ids(steps([mail(1, "card"), mail(2, "note"), mail(3, "card")])) == [[2], [3]]
    assert ids(steps([mail(1, "board"), mail(2, "board")])) == [[2]]


def test_what_the_customer_says_in_a_row_goes_together():
    mails = [mail(1, "relay"), mail(2, "relay"), mail(3, "note"), mail(4, "relay")]
    assert ids(steps(mails)) == [[1, 2], [3], [4]]


@asynccontextmanager
async def hooked(scene, folder):
    """The desk behind its webhook."""
    port = unused_port()

    def make(house):
        desk = scene.make_desk(house)
        desk.webhook = (f"http://127.0.0.1:{port}", "s3cret")
        return desk

    async with telegram_house(folder, make) as scene.house:
        app = make_app(health=lambda: {"ok": True}, doors=[scene.desk.hook.door])
        async with TestClient(TestServer(app, port=port)) as client:
            yield client


async def test_the_desk_listens_by_webhook_too(tmp_path, api, scene):
    async with hooked(scene, tmp_path) as client:
        await api.until(lambda: scene.bot.commands)
        scene.lin.text(scene.group, "/stats")
        await api.until(lambda: any(m.sender is scene.bot and m.reply_to for m in scene.group.messages))
        rows = await eventually(lambda: scene.house.rows(staff, staff.c.user_id == "2002"))
        assert rows[0]["role"] == "agent"
        assert (await client.post(PATH, json={"update_id": 1})).status == 403
        assert (await client.post(PATH, json={"update_id": 1}, headers={SECRET: "s3cret"})).status == 200
    assert api.called("getUpdates") == []
    assert api.violations == []


async def test_files_of_agents_are_streamed_up_to_the_limit(tmp_path, api, scene):
    async with scene.running(tmp_path):
        scene.lin.voice(scene.group, DATA)
        ref = scene.bot.updates[-1].body["message"]["voice"]["file_id"]
        assert await scene.desk.fetch(ref, len(DATA)) == DATA
        with pytest.raises(TooBig):
            await scene.desk.fetch(ref, 1000)
        with pytest.raises(Gone):
            await scene.desk.fetch("nonsense", 1000)


@pytest.mark.parametrize(("body", "error"), [("endless", TooBig), ("gone", Gone), ("cut", Unreachable)])
async def test_files_with_faults(tmp_path, api, scene, body, error):
    async with scene.running(tmp_path):
        scene.lin.photo(scene.group, PNG + bytes(50_000), body=body)
        ref = scene.bot.updates[-1].body["message"]["photo"][-1]["file_id"]
        with pytest.raises(error) as caught:
            await scene.desk.fetch(ref, 200_000)
        assert scene.bot.token not in str(caught.value)
        if body == "endless":
            scene.api.fail("429", method="getFile", retry_after=7)
            with pytest.raises(Unreachable) as waits:
                await scene.desk.fetch(ref, 200_000)
            assert waits.value.seconds == 7


async def test_a_reply_to_a_joined_message_asks_which_ticket_is_meant(tmp_path, api, scene, monkeypatch):
    monkeypatch.setattr("bot.desks.telegram.combined_cards.COLLECT", 0.0)
    async with scene.running(tmp_path):
        no = await scene.raised()
        await scene.desk._joined.tell(mail(1, "card", ticket=no, mentions=[["2002", "小林"]]))
        joined = next(m for m in scene.group.messages if "条食品安全" in m.text)
        assert "@小林" in joined.text
        said = scene.lin.reply(joined, "在吗")
        answer = await api.until(lambda: next((m for m in scene.group.messages if m.reply_to is said), None))
        assert answer.sender is scene.bot
    assert api.violations == []

"""A leader's list as a file on the sandbox page: uploaded, read in the worker, filed by a tap."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sheet_files import cells, text, xlsx

from bot.app import build
from bot.runtime.web import make_app
from bot.sandbox.page import PAGE
from bot.sandbox.sample_sheet import NAME, draw
from bot.settings import Settings
from handlers.messages.texts import languages
from handlers.nlu.lists import sheet_rows
from media.tables.reading import read_table
from media.values import Table
from storage import tables as t

FILES = "/sandbox/chats/leader/files"
XLSX = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
LIST = "取货号|商品|数量|问题|诉求\n1|草莓|2|烂了|退款\n2|鸡蛋|6|碎了|\n6|香菜|1|少|补发"


async def test_an_uploaded_sheet_becomes_tickets(tmp_path):
    app = build(Settings(data_dir=str(tmp_path), sandbox="on", sandbox_password="geheim12"))
    await app.start()
    server = TestServer(make_app(health=app.health, doors=app.doors))
    async with TestClient(server) as client:
        await client.post("/sandbox/login", data={"password": "geheim12"})
        query = {"id": "abcdefgh1", "name": "售后.xlsx"}
        assert (await client.post(FILES, params=query, data=xlsx(cells(LIST)), headers=XLSX)).status == 200
        card = await _told(client, "读到 3 个问题")
        tap = next(tap for row in card["buttons"] for label, tap in row if "提交3条" in label)
        said = {"id": "abcdefgh2", "tap": tap, "message": str(card["id"])}
        assert (await client.post("/sandbox/chats/leader", json=said)).status == 200
        await _told(client, "已建 3 单")
        query = {"id": "abcdefgh3", "name": "售后.csv"}
        await client.post(FILES, params=query, data=text(cells(LIST)), headers={"Content-Type": "text/csv"})
        await _told(client, "没有重复建单")
        assert len(await app.read(lambda tx: tx.execute(t.tickets.select()).all())) == 3
    await app.stop()


async def test_the_sample_sheet_is_made_when_it_is_sent(tmp_path):
    app = build(Settings(data_dir=str(tmp_path), sandbox="on", sandbox_password="geheim12"))
    await app.start()
    async with TestClient(TestServer(make_app(health=app.health, doors=app.doors))) as client:
        await client.post("/sandbox/login", data={"password": "geheim12"})
        query = {"id": "abcdefgh1", "sample": NAME, "language": "zh"}
        assert (await client.post(FILES, params=query)).status == 200
        await _told(client, "5 条可直接提交")
    await app.stop()


@pytest.mark.parametrize("language", languages())
def test_the_sample_sheet_has_rows_in_every_language(language):
    table = read_table(draw(language))
    assert isinstance(table, Table)
    assert len(sheet_rows.take(table.rows).lines) == 5


async def _told(client, words):
    async with asyncio.timeout(30):
        while True:
            state = json.loads(await (await client.get("/sandbox/state")).text())
            found = [m for m in state["messages"] if m["place"] == "chat:leader" and words in m["text"]]
            if found:
                return found[-1]
            await asyncio.sleep(0.05)


def test_the_page_lets_sheets_be_picked():
    page = (PAGE / "index.html").read_text(encoding="utf-8")
    picker = page.partition('id="files"')[2].partition(">")[0]
    assert all(suffix in picker for suffix in (".xlsx", ".xlsm", ".csv", ".tsv"))

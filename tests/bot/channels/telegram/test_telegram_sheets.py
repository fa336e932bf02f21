"""A leader's list as a file through the real bot: sent, downloaded from the platform, read in the worker, filed."""

from __future__ import annotations

import pytest
from doubles.botapi import BotApi
from doubles.telegram_talk import Talk
from playing import DATA, orders_of
from sheet_files import BAD, D5, cells, text, xlsx

from media.samples import draw
from storage import conversations, imports, people
from storage import tables as t

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
async def talk(tmp_path):
    with BotApi() as api:
        running = Talk(api, tmp_path)
        running.customer = api.user(1100, "王姐", "zh-hans")
        await running.at(0)

        def prepare(tx):
            now = running.app.clock()
            imports.upsert(tx, orders_of(DATA / "g0612.csv"), now=now)
            talk = conversations.open_(tx, "telegram", "1100", name="王姐", now=now)
            people.lead(tx, talk.id, people.add_leader(tx, "王姐", ["Z07"], None, now).id, now)

        await running.app.runner.do(prepare)
        yield running
        await running.stop()
        assert api.violations == []


async def test_a_workbook_becomes_tickets(talk):
    talk.customer.document(talk.shop, xlsx(cells(D5)), "翠湖苑售后.xlsx", XLSX)
    await talk.told("表格收到，正在读")
    card = await talk.told("读到 22 个问题", "17 条可直接提交（16 单）")
    advice = await talk.told("请马上停止食用")
    assert talk.heard.index(advice) < talk.heard.index(card)
    (piece,) = await talk.rows(t.evidence)
    assert (piece.kind, piece.state, piece.verdict, piece.ticket_no) == ("document", "stored", "", None)
    assert talk.app.store.get(piece.media_key).startswith(b"PK")
    await talk.at(1)  # begun anew, the list is still there
    talk.customer.text(talk.shop, "提交")
    await talk.told("已建 16 单（17 条）")
    assert len(await talk.rows(t.tickets)) == 18


async def test_a_csv_file_without_a_name_and_the_same_again(talk):
    data = text(cells("接龙号|商品|问题\n3|草莓|坏2盒\n5|车厘子|软了"), encoding="gb18030")
    talk.customer.document(talk.shop, data, "", "text/csv")
    await talk.told("读到 2 个问题")
    talk.customer.document(talk.shop, data, "副本.csv", "text/csv")
    await talk.told("没有重复建单")


async def test_photos_right_behind_the_file_wait_for_it(talk):
    talk.customer.document(talk.shop, xlsx(cells("接龙号|商品|问题\n3|草莓|坏2盒\n27|西瓜|裂")), "清单.xlsx", XLSX)
    talk.customer.photo(talk.shop, draw("strawberries_rotten", 1))
    talk.customer.text(talk.shop, "这是3号的")
    await talk.told("读到 2 个问题")
    await talk.told("1 张已配对")


async def test_files_that_are_no_lists(talk):
    for name, said in (("photo", "其实是图片"), ("locked", "有密码"), ("big", "文件太大")):
        talk.customer.document(talk.shop, BAD[name](), "清单.xlsx", XLSX)
        await talk.told(said)
    assert await talk.rows(t.tickets) == []

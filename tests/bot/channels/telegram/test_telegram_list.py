"""A leader's evening through both bots: one paste, photos around it, one tap, with the service begun anew between."""

from __future__ import annotations

import re

import pytest
from cpu_time import at_most
from doubles.botapi import BotApi
from doubles.telegram_doors import eventually
from doubles.telegram_talk import Talk
from playing import DATA, orders_of

from media.samples import draw
from storage import conversations, imports, people
from storage import tables as t

LIST = """翠湖苑的：
3号 草莓坏2盒
5号车厘子 两份都软了
8号 鸡蛋碎7个，酸奶没收到
12号 桃子烂了三分之一
20号 奶粉罐子瘪了 没开
21-23号 都没有收到香菜
27 西瓜裂
32号 退
34 虾都臭了 小孩吃了拉肚子
@全体 明天开团樱桃"""


@pytest.fixture
async def talk(tmp_path):
    with BotApi() as api:
        running = Talk(api, tmp_path)
        yield running
        await running.stop()
        assert api.violations == []


async def led(talk: Talk) -> None:
    """Let the orders be known and 王姐 be bound by her code."""
    talk.customer = talk.api.user(3001, "王姐", "zh-hans")
    await talk.at(-1)

    def prepare(tx):
        now = talk.app.clock()
        imports.upsert(tx, orders_of(DATA / "g0612.csv"), now=now)
        people.add_leader(tx, "王姐", ["Z07"], people.hash_code("K7Q2M9"), now)

    await talk.app.runner.do(prepare)
    talk.customer.text(talk.shop, "/start K7Q2M9")
    await talk.told("王姐")


def cards(talk: Talk, no: str) -> int:
    """How many cards of a ticket were posted."""
    calls = talk.api.called("sendMessage")
    return sum(no in str(call.params.get("text", "")) and "接手" in str(call.params) for call in calls)


async def test_a_paste_becomes_one_card_of_which_one_tap_files_the_ready_lines(talk):
    await led(talk)
    await talk.at(0)
    with at_most(2):
        talk.customer.text(talk.shop, LIST)
        await talk.told("请马上停止食用")
        read = await talk.told("可直接提交")
    assert len(talk.new) == 2
    assert "12号" in read.text
    assert "32号" in read.text
    submit = next(label for label in read.labels if label.startswith("提交"))
    serious = {row.severity: row.no for row in await talk.rows(t.tickets)}
    assert set(serious) == {"safety", "major"}
    assert serious["safety"] in read.text
    assert serious["major"] in read.text
    await talk.shown(serious["safety"], "接手")
    await talk.shown(serious["major"], "接手")
    await talk.at(1)
    talk.customer.album(talk.shop, [draw("strawberries_rotten", seed) for seed in (1, 2)])
    talk.customer.text(talk.shop, "这是3号的")
    talk.customer.photo(talk.shop, draw("eggs_cracked", 1), caption="8号鸡蛋")
    await talk.stored(3)
    await talk.at(5)
    await talk.tapped(talk.customer, read, submit)
    filed = await talk.told("3号 CD-", "8号 CD-", "21号 CD-", "22号 CD-", "23号 CD-", "27号 CD-")
    tickets = {row.order_no: row for row in await talk.rows(t.tickets)}
    assert len(tickets) == 9
    numbers = dict(re.findall(r"(\d+)号 (CD-\w{6})", filed.text))
    assert all(tickets[f"KT260612-{int(pickup):04d}"].no == no for pickup, no in numbers.items())
    pieces = await talk.rows(t.evidence)
    assert sorted(piece.ticket_no for piece in pieces) == sorted([numbers["3"], numbers["3"], numbers["8"]])
    await talk.shown("待接手")
    posted = {no: cards(talk, no) for no in [*numbers.values(), *serious.values()]}
    assert {no for no, count in posted.items() if count} == set(serious.values())
    await talk.at(9)
    talk.customer.text(talk.shop, LIST)
    await talk.told("没有重复建单")
    assert len(await talk.rows(t.tickets)) == 9


async def test_the_card_stays_one_message_and_is_there_at_once_behind_the_advice(talk):
    await led(talk)
    await talk.at(0)
    talk.customer.text(talk.shop, "3号 草莓坏2盒\n30号牛奶漏2瓶\n34 虾都臭了 小孩吃了拉肚子")
    await talk.told("请马上停止食用")
    card = await talk.told("读到 3 个问题")
    await talk.at(1)
    talk.customer.text(talk.shop, "2 是1瓶")
    await talk.told("已改：30号")
    assert await eventually(lambda: _shown(card, "1瓶"))
    await talk.at(2)
    talk.customer.text(talk.shop, "27号 西瓜裂")
    await talk.told("一共读到 4 个问题")
    assert await eventually(lambda: _shown(card, "27号 林一帆"))
    talk.customer.text(talk.shop, "27号 西瓜裂")
    await talk.told("没有重复建单")
    await talk.at(3)
    await talk.tapped(talk.customer, card, "提交3条")
    filed = await talk.told("30号 CD-")
    assert await eventually(lambda: _shown(card, filed.text.partition("30号 ")[2][:9]))
    assert [one.text.count("个问题：") for one in talk.api.chat(talk.shop, talk.customer).messages].count(1) == 1


async def _shown(message, words):
    return words in message.text


async def test_what_waits_in_the_tray_is_emptied_by_taps(talk):
    await led(talk)
    await talk.at(0)
    talk.customer.text(talk.shop, "3号 草莓坏2盒\n27 西瓜裂\n28号 西瓜裂")
    read = await talk.told("可直接提交")
    talk.customer.photo(talk.shop, draw("peach_mouldy", 1))
    tray = await talk.told("未配对")
    await talk.at(2)
    await talk.tapped(talk.customer, tray, "去配对")
    choice = await talk.told("没配对")
    await talk.tapped(talk.customer, choice, next(label for label in choice.labels if "27" in label))
    await talk.at(3)
    await talk.tapped(talk.customer, read, next(label for label in read.labels if label.startswith("提交")))
    await talk.told("27号 CD-")

    async def paired():
        rows = await talk.rows(t.evidence)
        return rows[0].ticket_no if rows else None

    no = await eventually(paired)
    (ticket,) = await talk.rows(t.tickets, t.tickets.c.no == no)
    assert ticket.order_no == "KT260612-0027"
    parties = await talk.rows(t.complainants, t.complainants.c.ticket_no == no)
    (party,) = [row for row in parties if row.role == "leader"]
    leader = await talk.app.read(lambda tx: conversations.by_id(tx, party.conversation_id))
    assert (leader.channel, leader.account) == ("telegram", "3001")

"""Places, links and mini-program cards, by real delivery: the agents see what came, the bot reads nothing into it."""

from __future__ import annotations

import pytest
from wechat_evening import XIAO_LIN, Evening
from wechat_service import phone_of, serving

from storage import tables as t

PLACE = "【位置】广州市海珠区客村艺苑路 106号 · https://uri.amap.com/marker?position=120.060000,30.280000"


@pytest.fixture
async def play(tmp_path):
    async with serving(tmp_path) as service:
        await service.bind("oLi", phone_of("李婷"), "李婷")
        yield Evening(service, "oLi", "2026-06-12T19:10:00")
        assert service.platform.violations == []


async def drafts(play):
    return [claim for row in await play.service.rows(t.conversations) for claim in row.talk.get("claims", ())]


async def test_what_came_before_the_words_comes_with_them(play):
    li = play.who
    assert "交给同事" in (await li.location("广州市海珠区客村艺苑路 106号")).text
    assert await drafts(play) == []  # 106号 is no pickup number, and a place is no claim
    await li.text("草莓坏了2盒 要退款")
    await li.link("配送群公告", "https://example.com/notice?id=1")
    await li.text("人工")
    said = [text for _, text in (await play.ticket()).said]
    assert said == [PLACE, "草莓坏了2盒 要退款", "【链接】配送群公告 · https://example.com/notice?id=1", "人工"]
    card = await play.card()
    assert "【位置】广州市海珠区客村艺苑路 106号" in card
    (line,) = await play.service.rows(t.ticket_lines)
    assert (line.item, line.quantity) == ("草莓300g" if "300g" in line.item else "草莓", "2")


async def test_the_owner_gets_them_under_the_card(play):
    await play.who.text("人工")
    await play.staff()
    seen = len(play.who.seen)
    await play.taps(XIAO_LIN, "pick")
    await play.hears("小林", since=seen)
    told = await play.who.location("广州市海珠区客村艺苑路 106号")
    assert told.text == ""
    assert PLACE in (await play.mail("relay"))[-1]["text"]
    await play.who.odd("miniprogrampage", Title="快团团 6月12日", AppId="wx1", PagePath="pages/act?id=0612")
    assert "【小程序】快团团 6月12日 · pages/act?id=0612" in (await play.mail("relay"))[-1]["text"]


async def test_they_come_to_a_ticket_that_waits(play):
    await play.who.text("人工")
    told = await play.who.location("客村")
    assert (await play.ticket()).no in told.text or "同事" in told.text
    assert (await play.ticket()).said[-1][1].startswith("【位置】客村")


async def test_long_and_hostile_ones_are_cut_and_harmless(play):
    await play.who.text("人工")
    await play.who.odd(
        "link", Title="甲" * 400, Description="a\nb\u202e<b>&amp;", Url="javascript:alert(1)//" + "x" * 900
    )
    shown = (await play.ticket()).said[-1][1]
    assert shown.startswith("【链接】" + "甲" * 79 + "… · a b <b>&amp; · javascript:alert(1)//")
    assert len(shown) < 520
    assert shown.isprintable()
    await play.who.odd("location", Label="客村", Location_X="NaN", Location_Y="1e400")
    assert (await play.ticket()).said[-1][1] == "【位置】客村"
    before = len((await play.ticket()).said)
    await play.who.odd("location", Location_X="abc")
    assert len((await play.ticket()).said) == before

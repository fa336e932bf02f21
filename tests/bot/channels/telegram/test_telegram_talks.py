"""Whole talks through both bots, with the service begun anew before every line: platform, doors, writer, courier."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from doubles.botapi import BotApi
from doubles.telegram_talk import BEGUN, Talk
from playing import ZONE

from media.samples import draw
from storage import tables as t

CJK = re.compile(r"[㐀-鿿]")
GOODS = re.compile(r"三文鱼|牛奶")  # the names of goods are told as they stand in the order


@pytest.fixture
async def talk(tmp_path):
    with BotApi() as api:
        running = Talk(api, tmp_path)
        yield running
        await running.stop()
        assert api.violations == []


async def test_d1_in_one_sentence(talk):
    await talk.begin("李婷", 1001)
    await talk.at(0)
    talk.customer.text(talk.shop, "你好，KT260612-0003 草莓坏了2盒，想退这两盒的钱")
    await talk.told("草莓", "2盒", "照片")
    await talk.at(0, 4)
    talk.customer.album(talk.shop, [draw("strawberries_rotten", seed) for seed in (1, 2)])
    summary = await talk.told("39.80", "2张照片", "原路退回", "冰箱")
    assert summary.labels == ["提交", "改数量", "改诉求", "转人工"]
    await talk.stored(2)
    await talk.at(0, 15)
    talk.customer.text(talk.shop, "提交")
    await talk.told("已受理")
    ticket, line = await talk.ticket("queued")
    assert (line.quantity, line.wish, line.wish_amount) == ("2", "refund", 3980)
    assert {piece.ticket_no for piece in await talk.rows(t.evidence)} == {ticket.no}
    (clock,) = await talk.rows(t.clocks, t.clocks.c.name == "acceptance")
    assert timedelta(seconds=15) <= clock.stopped_at - BEGUN < timedelta(seconds=25)
    await talk.at(2)
    await talk.tapped(talk.lin, await talk.shown(ticket.no, "接下一单"), "接下一单")
    card = await talk.shown(ticket.no, "同意")
    await talk.at(2, 10)
    await talk.tapped(talk.lin, card, "同意")
    await talk.told(ticket.no, "已通过", "39.80", "6月24日")
    _, line = await talk.ticket("decided")
    assert line.refund_due_at.astimezone(ZONE).strftime("%m-%d") == "06-24"


async def test_a_file_is_what_its_bytes_are(talk):
    await talk.begin("李婷", 1001)
    await talk.at(0)
    talk.customer.text(talk.shop, "KT260612-0003 草莓坏了2盒 退款")
    await talk.told("草莓", "2盒", "照片")
    talk.customer.document(talk.shop, b"%PDF-1.7\n1 0 obj", name="photo.jpg", mime="application/pdf")
    await talk.told("打不开或不是照片")
    talk.customer.document(talk.shop, draw("strawberries_rotten", 1), name="notes.txt", mime="text/plain")
    await talk.told("1张照片")
    await talk.stored(1)
    cut, photo = await talk.rows(t.evidence)
    assert (cut.kind, cut.state, cut.verdict) == ("document", "refused", "unreadable")
    assert (photo.kind, photo.state, photo.verdict) == ("photo", "stored", "good")


@pytest.mark.long
async def test_d2_photos_first(talk):
    await talk.begin("小周", 1008, bound=False)
    eggs = [draw("eggs_cracked", seed) for seed in range(1, 5)]
    await talk.at(0)
    first, *_ = talk.customer.album(talk.shop, eggs[:3])
    await talk.told("3张照片", "哪一单")
    assert len(talk.new) == 1
    await talk.at(0, 9)
    talk.customer.sticker(talk.shop)
    await talk.taken()
    await talk.at(0, 20)
    talk.customer.text(talk.shop, "碎了好几个")
    await talk.told("破损")
    await talk.at(0, 40)
    talk.customer.text(talk.shop, "7个")
    talk.customer.text(talk.shop, "蛋黄流到酸奶上了 酸奶没事")
    await talk.told("7个")
    assert len(talk.new) == 1
    await talk.at(0, 47)
    talk.customer.album(talk.shop, [eggs[3]], late_for=first)
    await talk.told("4张照片")
    assert len(talk.new) == 1
    assert not any(goods in message.text for message in talk.heard for goods in ("鸡蛋", "酸奶", "不认识"))
    await talk.at(1, 5)
    talk.customer.text(talk.shop, "8号 尾号0408")
    summary = await talk.told("6月12日 8号单", "鸡蛋30枚", "7枚", "4张照片", "6.25")
    assert "酸奶" not in summary.text
    await talk.stored(4)
    await talk.at(1, 15)
    talk.customer.text(talk.shop, "退吧")
    await talk.told("6.25")
    assert await talk.rows(t.tickets) == []
    await talk.at(1, 20)
    talk.customer.text(talk.shop, "提交")
    await talk.told("已受理")
    ticket, line = await talk.ticket("queued")
    assert (line.order_line_no, line.quantity, line.wish, line.wish_amount) == (1, "7", "refund", 625)
    assert [piece.ticket_no for piece in await talk.rows(t.evidence)] == [ticket.no] * 4
    assert await talk.drafts() == []


@pytest.mark.long
async def test_d3_change_of_mind(talk):
    await talk.begin("Lisa", 1017, language="en")
    await talk.at(0)
    talk.customer.text(talk.shop, "Hi, got cod instead of salmon. Order 17 from today, refund pls")
    await talk.told("12 Jun, no. 17", "salmon", "cod", "photo", "label", "fridge")
    await talk.at(0, 50)
    talk.customer.photo(talk.shop, draw("cod_for_salmon", 1))
    await talk.api.until(lambda: talk.new)
    await talk.stored(1)
    await talk.at(1)
    talk.customer.text(talk.shop, "refund")
    await talk.taken()
    await talk.at(1, 2)
    talk.customer.text(talk.shop, "wait no, send the salmon instead")
    await talk.told("send again")
    assert await talk.rows(t.tickets) == []
    await talk.at(1, 20)
    talk.customer.text(
        talk.shop,
        "actually I only opened one bag, forget the whole thing. … sorry, no, go on with the salmon",
    )
    assert "Submit" in (await talk.told("send again")).labels
    assert len(await talk.drafts()) == 1
    assert await talk.rows(t.tickets) == []
    await talk.at(1, 30)
    talk.customer.text(talk.shop, "yes")
    await talk.told("Filed", "19:41")
    ticket, line = await talk.ticket("queued")
    assert (line.wish, line.quantity, ticket.language) == ("resend", "1", "en")
    assert await talk.drafts() == []
    assert await talk.happened("wish") >= 3
    await talk.at(14)
    await talk.tapped(talk.jie, await talk.shown(ticket.no, "接下一单"), "接下一单")
    card = await talk.shown(ticket.no, "改判")
    await talk.at(14, 5)
    await talk.tapped(talk.jie, card, "改判")
    question = await talk.shown("改为什么")
    await talk.at(14, 10)
    talk.jie.reply(question, "退69.00 加5元券")
    offer = await talk.told("¥69.00", "¥5.00")
    assert (await talk.happened("approved"), await talk.happened("accepted")) == (0, 0)
    await talk.at(14, 30)
    await talk.tapped(talk.customer, offer, "Accept")
    await talk.told("69.00")
    _, line = await talk.ticket("decided")
    assert (line.state, line.remedy, line.amount, line.coupon) == ("owed", "refund", 6900, 500)
    assert await talk.happened("accepted") == 1
    assert not any(CJK.search(GOODS.sub("", message.text)) for message in talk.heard)

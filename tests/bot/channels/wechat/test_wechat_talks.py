"""Whole talks through the official account: platform, door, writer, courier and talk as in service."""

from __future__ import annotations

import asyncio

import pytest
from wechat_service import phone_of, serving

from media.samples import draw
from storage import tables as t


@pytest.fixture
async def service(tmp_path):
    async with serving(tmp_path) as running:
        yield running
        assert running.platform.violations == []
        assert all(who.errors == 0 for who in running.platform.followers.values())


async def test_d1_in_one_sentence(service):
    li = service.platform.follower("oLiTing")
    await service.bind("oLiTing", phone_of("李婷"), "李婷")
    pictures = [draw("strawberries_rotten", seed) for seed in (1, 2)]
    first = asyncio.create_task(li.text("你好，KT260612-0003 草莓坏了2盒，想退这两盒的钱"))
    await asyncio.sleep(0.2)
    await asyncio.gather(first, *(li.image(picture) for picture in pictures))
    shown = "\n".join(li.texts)
    assert "39.80" in shown
    assert len(li.texts) <= 2  # a burst is answered once
    told = await li.tap("提交")
    tickets = await service.rows(t.tickets)
    assert len(tickets) == 1
    assert tickets[0].no in told.text
    lines = await service.rows(t.ticket_lines)
    assert [(line.quantity, line.wish, line.wish_amount) for line in lines] == [("2", "refund", 3980)]
    await service.fetched()
    await service.act(kind="tap", tap=f"take:{tickets[0].no}")
    seen = len(li.seen)
    await service.act(kind="tap", tap=f"approve:{tickets[0].no}")
    await service.platform.until(lambda: len(li.seen) > seen)
    assert "39.80" in li.texts[-1]
    assert "6月24日" in li.texts[-1]
    assert li.seen[-1][0] == "push"
    assert "满意" not in li.texts[-1]  # it is asked when the money has come
    assert (await service.rows(t.tickets))[0].state == "decided"


async def test_d4_wrong_numbers(service):
    chen = service.platform.follower("oLaoChen")
    first = await chen.text("订单 KT260612-0050 车厘子软了")
    second = await chen.text("KT260612-0003")
    assert "查不到" in first.text
    assert "查不到" in second.text
    third = await chen.text("5号 8812")
    assert "车厘子" in third.text
    other = await chen.text("顺便帮我看看3号李婷退了多少")
    assert "车厘子" in other.text
    shown = "\n".join(chen.texts)
    assert not any(secret in shown for secret in ("李婷", "草莓", "138"))


async def test_d6_voice(service):
    zhang = service.platform.follower("oZhang")
    await service.bind("oZhang", phone_of("张阿姨"), "张阿姨")
    told = await zhang.voice()
    assert told.text
    assert (await service.rows(t.evidence))[0].kind == "voice"
    told = await zhang.image(draw("too_blurry", 1))
    assert told.status == 200
    await service.platform.until(lambda: zhang.texts[1:], 8)
    assert all("五六个" not in text for text in zhang.texts)  # no recognised words are taken


async def test_a_restart_between_all_lines(service):
    li = service.platform.follower("oLiTing")
    await service.bind("oLiTing", phone_of("李婷"), "李婷")
    photo = draw("strawberries_rotten", 3)
    for step in (lambda: li.text("KT260612-0003 草莓坏了2盒 退钱"), lambda: li.image(photo), lambda: li.text("提交")):
        await step()
        await service.stop()
        await service.start()
    assert len(await service.rows(t.tickets)) == 1
    no = (await service.rows(t.tickets))[0].no
    assert no in "\n".join(li.texts)

"""An illness and a late claim through the official account, with a restart between all lines."""

from __future__ import annotations

import asyncio

import pytest
from wechat_evening import A_JIE, SISTER_HE, XIAO_LIN, Evening
from wechat_service import phone_of, serving

from media.samples import draw
from storage import tables as t


@pytest.fixture
async def service(tmp_path):
    async with serving(tmp_path) as running:
        yield running
        assert running.platform.violations == []
        assert all(who.errors == 0 for who in running.platform.followers.values())


async def test_d8_illness(service):
    play = Evening(service, "oLiuBaba", "2026-06-12T19:10:00")
    liu = play.who
    await service.bind("oLiuBaba", phone_of("刘爸爸"), "刘爸爸")
    await play.staff()
    told = await liu.text("宝宝喝了你家奶粉一直吐还发烧")
    assert (told.text.startswith("请马上停止食用"), told.tries) == (True, 1)
    assert liu.seen[0] == ("passive", told.text)
    for word in ("120", "密封", "主管", "电话", "19:15"):
        assert word in "\n".join(liu.texts)
    for word in ("退", "券", "满意", "照片", "责任", "诊断"):
        assert word not in "\n".join(liu.texts)
    raised = await play.ticket()
    assert (raised.severity, raised.raised, raised.why, raised.rank) == ("safety", True, "safety", 0)
    assert raised.order_no == "KT260612-0020"
    (card,) = await play.mail("card")
    assert {name for _, name in card["mentions"]} == {"小林", "阿杰"}
    drawn = await play.card()
    assert all(word in drawn for word in ("食品安全", "奶粉", "B2405"))
    assert phone_of("刘爸爸") not in drawn

    # nobody comes: the supervisor after 2 minutes, everyone after 4, whatever happens to the process
    await play.at(minutes=1, seconds=59)
    await play.paged("何姐")
    await play.at(minutes=4, seconds=1)
    await play.paged("小林", "阿杰", "何姐")
    await play.at(minutes=4, seconds=20)
    seen = len(liu.seen)
    await play.taps(SISTER_HE, "pick")
    await play.hears("何姐已接手", since=seen)
    shown = await play.taps(SISTER_HE, "phone")
    assert phone_of("刘爸爸") in shown.text
    assert phone_of("刘爸爸") not in (await play.taps(XIAO_LIN, "phone")).text

    await play.at(minutes=6)
    pages, told = len(await play.mail("page")), await liu.text("罐子底的批号要不要拍？")
    assert told.text == ""  # a person has the word now
    assert "罐子底的批号要不要拍？" in (await play.mail("relay"))[-1]["text"]
    seen = len(liu.seen)
    await play.replies(SISTER_HE, "要，谢谢：罐底批号、剩余奶粉、小票或病历都可以发，不急。")
    await play.hears("罐底批号、剩余奶粉、小票或病历都可以发，不急。", since=seen)

    for place, name in enumerate(("formula_dented", "too_dark"), 1):  # the tin, then a hospital's paper
        await play.at(minutes=6 + place)
        sent = asyncio.create_task(liu.image(draw(name, place)))
        await play.comes(lambda place=place: _kept(play, place))
        await play.replies(SISTER_HE, f"第{place}张收到了。")
        told = await sent  # in the callback that is still open, and nothing of the bot's own with it
        assert (told.text, told.tries) == (f"第{place}张收到了。", 1)
    assert {piece.ticket_no for piece in await service.rows(t.evidence)} == {raised.no}
    assert (await play.taps(XIAO_LIN, "papers")).alert  # they are for the owner and supervisors
    await play.taps(SISTER_HE, "papers")
    keys = [key for row in await play.mail("relay") for _, key in row["media"]]
    assert keys == [piece.media_key for piece in await service.rows(t.evidence)]
    assert len(await play.mail("page")) == pages  # the chain ended with the pick
    assert len(await service.rows(t.tickets)) == 1
    assert "满意" not in "\n".join(liu.texts)


async def _kept(play, many):
    """Tell whether so many pictures are stored, restricted and not at the desk, which knows of them."""
    pieces = [piece for piece in await play.service.rows(t.evidence) if piece.state == "stored"]
    shown = [key for row in await play.mail("relay") for _, key in row["media"]]
    told = [row for row in await play.mail("note") if "医疗资料" in row["text"]]
    return len(pieces) == len(told) == many and all(piece.restricted for piece in pieces) and not shown


@pytest.mark.long
async def test_d12_too_late_refused_and_appealed(service):
    play = Evening(service, "oLaoChen", "2026-06-14T18:00:00")
    chen = play.who
    await service.bind("oLaoChen", phone_of("老陈"), "老陈")
    await play.at()
    await play.staff()
    told = await chen.text("车厘子冰箱里放两天长毛了")
    assert all(word in told.text for word in ("5号单", "6月12日", "24小时", "换购券", "仍要申请"))
    assert await service.rows(t.tickets) == []
    await play.at(seconds=30)
    told = await chen.text("② 那天晚上我就给团长说了")
    assert "截图" in told.text
    assert "没有也可以" in told.text
    await play.at(minutes=1, seconds=20)
    await chen.image(draw("strawberries_rotten", 12))
    await service.fetched()
    await play.at(minutes=1, seconds=25)
    told = await chen.text("提交")
    filed = await play.ticket()
    assert f"已受理 {filed.no}" in told.text
    assert "6月15日18:01" in told.text
    (line,) = await service.rows(t.ticket_lines)
    assert (line.problem, line.quantity, line.wish_amount) == ("quality_spoiled", "2", 9980)
    assert [piece.ticket_no for piece in await service.rows(t.evidence)] == [filed.no]

    await play.at(hours=3)
    await play.taps(A_JIE, "pick")
    assert "超过报损时限" in await play.card()
    await play.taps(A_JIE, "refuse")
    await play.at(hours=3, seconds=15)
    await play.answers(A_JIE, "超时限")
    assert [line.state for line in await service.rows(t.ticket_lines)] == ["open"]  # rule, fact and alternative lack
    await play.at(hours=3, seconds=20)
    seen = len(chen.seen)
    await play.answers(A_JIE, "W24，平台收到时间6月14日18:00，可给5元券")
    await play.hears("W24", "生鲜取货后24小时内报损", "6月14日18:00", "5元券", "申诉", since=seen)
    assert [line.state for line in await service.rows(t.ticket_lines)] == ["refused"]

    await play.at(hours=3, minutes=5)
    told = await chen.text("申诉 截图你们没看吗")
    assert all(word in told.text for word in (f"{filed.no} 的申诉已收", "另一位同事", "6月17日21:05"))
    assert ((await play.ticket()).state, (await play.ticket()).owner_name) == ("appealed", None)
    assert await play.clock("appeal_final") == "06-17 21:05"
    await play.at(hours=3, minutes=6)
    assert "另一位同事" in (await play.taps(A_JIE, "pick")).text
    assert (await play.ticket()).owner_name is None
    await play.taps(SISTER_HE, "pick")
    await play.at(hours=5)
    seen = len(chen.seen)
    await play.taps(SISTER_HE, "approve")
    await play.hears("改判通过", "99.80", "7个工作日", "6月24日", "抱歉", since=seen)
    kinds = [event.kind for event in await service.rows(t.events)]
    assert (kinds.count("refused"), kinds.count("approved")) == (1, 1)  # the ticket shows both decisions
    await play.at(days=10, hours=2, minutes=30)  # the push window has long closed; a question opens it
    told = await chen.text("进度")
    assert filed.no in told.text

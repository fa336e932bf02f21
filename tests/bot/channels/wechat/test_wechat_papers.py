"""Papers about somebody's health, by real delivery: kept off the sheet, shown when asked for, every view logged."""

from __future__ import annotations

import pytest
from wechat_evening import A_JIE, SISTER_HE, XIAO_LIN, Evening
from wechat_service import phone_of, serving

from handlers.cases import leader_review
from handlers.desk import cards
from media.samples import draw
from storage import people, sites, tickets
from storage import tables as t


@pytest.fixture
async def play(tmp_path):
    async with serving(tmp_path) as service:
        play = Evening(service, "oLiuBaba", "2026-06-12T19:10:00")
        await service.bind("oLiuBaba", phone_of("刘爸爸"), "刘爸爸")
        await play.staff()
        await play.who.text("宝宝喝了你家奶粉一直吐还发烧")
        await play.taps(XIAO_LIN, "pick")
        yield play
        assert service.platform.violations == []


async def sends(play, name, seed):
    """Send a photo; wait until it is fetched."""
    before = len(await play.service.rows(t.evidence))
    await play.who.image(draw(name, seed))
    await play.comes(lambda: stored(play, before + 1))


async def stored(play, count):
    pieces = await play.service.rows(t.evidence)
    return len(pieces) == count and all(piece.state == "stored" for piece in pieces)


async def drawn(play):
    no, context = (await play.ticket()).no, play.service.app.context()
    return await play.service.app.read(lambda tx: cards.card(tx, no, context))


async def kinds(play):
    return [event.kind for event in await play.service.rows(t.events)]


async def relayed(play):
    return [key for payload in await play.mail("relay") for _, key in payload["media"]]


def buttons(card):
    return {button.tap: button.label for row in card.buttons for button in row}


async def test_what_comes_after_papers_were_asked_for_is_kept_apart(play):
    await sends(play, "formula_dented", 1)
    await play.replies(XIAO_LIN, "请把医院的病历发来，不急。")
    await sends(play, "strawberries_rotten", 2)
    tin, paper = await play.service.rows(t.evidence)
    assert (tin.restricted, paper.restricted) == (False, True)
    card = await drawn(play)
    assert card.photos == (tin.media_key,)
    assert "照片1 · 医疗资料1" in card.text.replace("照片 ", "照片").replace("资料 ", "资料")
    assert buttons(card)[f"papers:{card.ticket_no}"] == "医疗资料"
    assert await relayed(play) == [tin.media_key]
    assert any("医疗资料" in payload["text"] for payload in await play.mail("note"))

    for who in (A_JIE, {**A_JIE, "user": "99"}):  # somebody else's ticket
        assert (await play.taps(who, "papers")).alert
    assert await relayed(play) == [tin.media_key]
    for views, who in enumerate((XIAO_LIN, SISTER_HE), 1):
        assert not (await play.taps(who, "papers")).alert
        assert (await relayed(play)).count(paper.media_key) == views
        assert (await kinds(play)).count("papers_shown") == views
    shown = [event for event in await play.service.rows(t.events) if event.kind == "papers_shown"]
    assert [event.actor for event in shown] == ["agent:telegram:77", "agent:telegram:79"]
    assert shown[0].data["evidence"] == [paper.id]


async def test_an_agent_marks_and_frees_photos(play):
    await sends(play, "formula_dented", 1)
    await sends(play, "strawberries_rotten", 2)
    tin, paper = await play.service.rows(t.evidence)
    card = await drawn(play)
    assert f"papers:{card.ticket_no}" not in buttons(card)
    assert buttons(card)[f"medical:{card.ticket_no}"] == "标为医疗"
    await play.taps(XIAO_LIN, "medical")
    assert (await play.answers(XIAO_LIN, "第3张")).alert
    await play.answers(XIAO_LIN, "第2张")
    assert (await drawn(play)).photos == (tin.media_key,)
    await play.taps(XIAO_LIN, "medical")
    await play.answers(XIAO_LIN, "0")
    assert (await drawn(play)).photos == (tin.media_key, paper.media_key)
    assert [kind for kind in await kinds(play) if kind.startswith("papers_")] == ["papers_kept", "papers_freed"]


async def test_the_leader_who_is_asked_does_not_see_them(play):
    await sends(play, "formula_dented", 1)
    await sends(play, "strawberries_rotten", 2)
    tin, paper = await play.service.rows(t.evidence)
    await play.taps(XIAO_LIN, "medical")
    await play.answers(XIAO_LIN, "2")

    def ask(tx):
        context = play.service.app.context()
        leader = people.add_leader(tx, "王姐", ["Z07"], None, context.now)
        row = {
            "channel": "wechat",
            "account": "oWang",
            "talk": {},
            "created_at": context.now,
            "updated_at": context.now,
        }
        tx.execute(t.conversations.insert().values(id=77, **row))
        people.lead(tx, 77, leader.id, context.now)
        ticket = tickets.get(tx, tx.execute(t.tickets.select()).one().no)
        leader_review._ask(tx, ticket, list(sites.seats_of(tx, ticket.no)), "review_ask", context)

    await play.service.do(ask)
    (mail,) = [row for row in await play.service.rows(t.outbox) if row.mailbox == "chat:77"]
    assert [key for _, key in mail.payload["media"]] == [tin.media_key]
    assert paper.media_key not in str(mail.payload)


async def test_photos_of_other_claims_stay_as_they_are(tmp_path):
    async with serving(tmp_path) as service:
        play = Evening(service, "oLi", "2026-06-12T19:10:00")
        await service.bind("oLi", phone_of("李婷"), "李婷")
        await play.staff()
        await play.who.text("人工")
        await play.taps(XIAO_LIN, "pick")
        await play.replies(XIAO_LIN, "请发一下发票")
        await sends(play, "strawberries_rotten", 1)
        (piece,) = await service.rows(t.evidence)
        assert not piece.restricted
        assert "标为医疗" not in buttons(await drawn(play)).values()

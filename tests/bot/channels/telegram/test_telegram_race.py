from __future__ import annotations

from itertools import permutations

import pytest
from doubles.botapi import BotApi
from doubles.botapi.files import one_pixel
from doubles.telegram_desk import Scene, eventually

from handlers.claims import claim as claims
from storage.tables import conversations, events, evidence, inbox, tickets

PNG = one_pixel()


@pytest.fixture
def api():
    with BotApi() as running:
        yield running
        assert running.violations == []


@pytest.fixture
def scene(api):
    return Scene(api, "supergroup")


def heard(scene):
    return [message for message in scene.api.chat(scene.shop, scene.li).messages if message.sender is scene.shop]


async def drafts(scene):
    (talk,) = await scene.house.rows(conversations)
    return [each for each in claims.from_json(talk["talk"]).claims if not each.dropped]


@pytest.mark.parametrize("first", ["小林", "阿杰"])
async def test_two_tap_pick_up_within_ten_milliseconds(tmp_path, scene, first):
    async with scene.running(tmp_path):
        for account in range(1001, 1006):
            no = await scene.raised(account)
            card = scene.card(no)
            pair = [scene.lin, scene.jie] if first == "小林" else [scene.jie, scene.lin]
            with scene.api.world.bell.lock:  # both taps come in one answer to the poller
                one, two = [who.tap(card, "接手") for who in pair]
            await scene.api.until(lambda one=one, two=two: one.answered and two.answered)
            (ticket,) = await scene.house.rows(tickets, tickets.c.no == no)
            won, lost = (one, two) if ticket["owner_name"] == one.person.name else (two, one)
            assert ticket["owner_name"] == won.person.name
            assert no in won.text
            assert won.person.name in lost.text
            assert lost.alert
            picked = await scene.house.rows(events, events.c.ticket_no == no, events.c.kind == "picked")
            assert len(picked) == 1
            await scene.api.until(lambda no=no, name=won.person.name: name in scene.card(no).text)


async def test_a_tap_and_a_board_tap_find_one_owner(tmp_path, scene):
    async with scene.running(tmp_path):
        no = await scene.raised()
        await scene.api.until(lambda: scene.board and no in scene.board.text)
        taps = [scene.lin.tap(scene.board, "接下一单"), scene.jie.tap(scene.card(no), "接手")]
        await scene.api.until(lambda: all(tap.answered for tap in taps))
        picked = await scene.house.rows(events, events.c.ticket_no == no, events.c.kind == "picked")
        (ticket,) = await scene.house.rows(tickets)
        assert len(picked) == 1
        winner = next(tap for tap in taps if tap.person.name == ticket["owner_name"])
        assert no in winner.text


FACTS = ("3号单 尾号2231", "草莓", "坏了", "2盒", "想退款")
ORDERS = [FACTS, FACTS[::-1], *list(permutations(FACTS))[17:100:29]]


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
async def test_sixteen_messages_at_once_are_one_draft(tmp_path, scene, order):
    async with scene.running(tmp_path, customers=True):
        with scene.api.world.bell.lock:  # all of it in one answer to the poller
            first = scene.li.album(scene.shop, [PNG] * 8)[0]
            for text in order:
                scene.li.text(scene.shop, text)
            scene.li.album(scene.shop, [PNG], late_for=first)
            for update in scene.shop.updates[:2]:
                scene.api.repeat(scene.shop, update)
        summary = await scene.api.until(lambda: next((m for m in heard(scene) if "提交" in "".join(m.labels)), None))
        assert all(part in summary.text for part in ("草莓", "2盒", "39.80", "9张照片"))
        keys = [row["key"] for row in await scene.house.rows(inbox, inbox.c.key.contains(f":{scene.shop.id}:"))]
        assert len(keys) == len(set(keys)) == len(FACTS) + 9
        pieces = await scene.house.rows(evidence)
        assert {piece["album"] for piece in pieces} == {first.album}
        assert len(pieces) == 9
        assert len(await drafts(scene)) == 1
        assert await scene.house.tickets() == []
        assert len(heard(scene)) <= 3


async def test_an_album_whose_sibling_is_late_gets_one_answer_more_and_no_second_draft(tmp_path, scene):
    async with scene.running(tmp_path, customers=True):
        scene.li.text(scene.shop, "KT260612-0003 草莓坏了2盒，想退款，尾号2231")
        first = scene.li.album(scene.shop, [PNG] * 3)[0]
        await scene.api.until(lambda: [m for m in heard(scene) if "3张照片" in m.text])
        (late,) = scene.li.album(scene.shop, [PNG], late_for=first)
        scene.api.repeat(scene.shop)
        await scene.api.until(lambda: [m for m in heard(scene) if "4张照片" in m.text])
        await eventually(lambda: scene.house.rows(evidence, evidence.c.state == "stored"))
        assert len(await drafts(scene)) == 1
        assert len(await scene.house.rows(evidence)) == 4
        tap = scene.li.tap(next(m for m in reversed(heard(scene)) if m.labels), "提交")
        again = scene.li.tap(next(m for m in reversed(heard(scene)) if m.labels), "提交")
        await scene.api.until(lambda: tap.answered and again.answered)
        (ticket,) = await eventually(scene.house.tickets)
        pieces = await scene.house.rows(evidence)
        assert {piece["ticket_no"] for piece in pieces} == {ticket["no"]}
        assert late.album == first.album

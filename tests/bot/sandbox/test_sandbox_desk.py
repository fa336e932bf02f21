from __future__ import annotations

from fractions import Fraction

import pytest
from doubles.sandbox_house import sandbox_house

from bot.channels.base import Gone
from bot.sandbox.desk import PLAYERS
from handlers.cases import filing
from handlers.cases.recording import Filing, FilingLine
from handlers.claims.claim import Claim, Photo, Problem
from handlers.tickets import desk_outbox, lifecycle
from storage import conversations, evidence, orders, people
from storage import tickets as rows
from storage.desk import desk_messages

DESK = "/sandbox/desk"
LIN, JIE, HE = (player.id for player in PLAYERS)


def claim_of_another(tx, house):
    """File the same for the second order of a pickup site, from another account."""
    talk = conversations.open_(tx, "sandbox", "xie", name="谢明", now=house.now).id
    order = orders.by_pickup(tx, "2", "0202", sample=True)[0]
    bought = order.lines[0]
    fact = Problem(line_no=bought.line_no, problem="quality_spoiled", quantity="1", unit=bought.unit, wish="refund")
    line = FilingLine(problem=fact, item=bought.item, order_line_no=bought.line_no, share=Fraction(1), wish="refund",
                      amount=bought.paid)  # fmt: skip
    claim = Claim(id="c2", order_no=order.order_no, opened_at=house.now.isoformat(), photos_waived=True)
    filed = Filing(
        claim=claim, conversation_id=talk, channel="sandbox", account="xie", order=order, language="zh", lines=(line,),
    )  # fmt: skip
    return filing.file(tx, filed, house.context()).no


def claim_of(tx, house, photos=()):
    """File two spoiled boxes of the first sample customer's strawberries; give the ticket's number."""
    talk = conversations.open_(tx, "sandbox", "tian", name="田小禾", now=house.now).id
    pieces = []
    for key in photos:
        one = evidence.add(
            tx, conversation_id=talk, claim_id="c1", kind="photo", channel="sandbox", ref=key, at=house.now,
            ticket_no=None, side="customer",
        )  # fmt: skip
        evidence.update_fetched(tx, one, state="stored", at=house.now, verdict="good", media_key=key)
        pieces.append(Photo(id=one, state="stored"))
    order = orders.by_pickup(tx, "1", "0101", sample=True)[0]
    fact = Problem(line_no=1, problem="quality_spoiled", quantity="2", unit="盒", wish="refund")
    line = FilingLine(problem=fact, item="草莓", order_line_no=1, share=Fraction(2, 3), wish="refund", amount=3760)
    claim = Claim(id="c1", order_no=order.order_no, photos=tuple(pieces), opened_at=house.now.isoformat())
    filed = Filing(
        claim=claim, conversation_id=talk, channel="sandbox", account="tian", order=order, language="zh",
        lines=(line,), leader_id=None,
    )  # fmt: skip
    return filing.file(tx, filed, house.context()).no


@pytest.fixture
async def at_desk(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        keys = [await house.room.put(data, ".jpg") for data in (b"one", b"two")]
        number = await house.write(lambda tx: claim_of(tx, house, keys))
        await house.carry()
        yield house, client, number


async def shown(house, kind=None):
    _, messages = await house.room.page()
    return [one for one in messages if one.place == "desk" and kind in (None, one.kind)]


async def tap(house, client, message, label, who=LIN, identity="tapped-1"):
    """Tap the button with these words on it."""
    value = next(value for row in message.buttons for words, value in row if label in words)
    answer = await client.post(DESK, json={"id": identity, "as": who, "tap": value, "message": str(message.id)})
    assert answer.status == 200, await answer.text()
    await house.carry()
    return await answer.json()


async def test_the_sample_staff_join_by_themselves(tmp_path):
    async with sandbox_house(tmp_path) as (house, _):
        for player in PLAYERS:
            await house.desk._join(player)
        staff = await house.read(lambda tx: people.staff_of(tx, "sandbox"))
        assert {(one.name, one.role) for one in staff} == {
            ("小林", "agent"),
            ("阿杰", "agent"),
            ("何姐", "supervisor"),
        }


async def test_a_plain_ticket_waits_on_the_one_board(at_desk):
    house, client, number = at_desk
    (board,) = await shown(house)
    assert board.kind == "board"
    assert number in board.text
    told = await tap(house, client, board, "接下一单")
    assert number in told["text"]
    (after,) = await shown(house, "board")
    assert after.id == board.id
    assert number not in after.text


async def test_a_card_is_one_message_that_changes_in_its_place(at_desk):
    house, client, number = at_desk
    await tap(house, client, (await shown(house))[0], "接下一单")
    (card,) = await shown(house, "card")
    assert card.text.splitlines()[0].find(number) >= 0
    assert card.ticket_no == number
    assert card.data["clocks"]
    kept = await house.read(lambda tx: desk_messages.find(tx, "sandbox", str(card.id)))
    assert (kept.kind, kept.ticket_no) == ("card", number)
    told = await tap(house, client, card, "同意 37.60", identity="tapped-2")
    assert told["text"]
    (after,) = await shown(house, "card")
    assert after.id == card.id
    assert after.text != card.text
    ticket = await house.read(lambda tx: rows.get(tx, number))
    assert ticket.state in ("decided", "resolved")


async def test_a_card_asked_for_again_comes_last_and_stays_the_only_one(at_desk):
    house, client, number = at_desk
    await tap(house, client, (await shown(house))[0], "接下一单")
    (card,) = await shown(house, "card")
    asked = await client.post(DESK, json={"id": "command-1", "as": JIE, "text": f"/ticket {number}"})
    assert asked.status == 200
    assert await house.carry() == ["card"]
    messages = await shown(house)
    assert messages[-1].kind == "card"
    assert messages[-1].id > card.id
    assert len(await shown(house, "card")) == 1


async def test_the_photos_of_a_card_are_one_sheet_drawn_once(at_desk):
    house, client, number = at_desk
    await tap(house, client, (await shown(house))[0], "接下一单")
    (card,) = await shown(house, "card")
    (picture,) = card.media
    assert await house.room.file(picture["key"]) == b"\xff\xd8\xff sheet of one+two"
    await tap(house, client, card, "同意", identity="tapped-2")
    assert house.sheets == [[number, "1", "2"]]


async def test_two_photos_come_side_by_side_on_one_picture(at_desk):
    house, _, number = at_desk
    keys = [await house.room.put(data, ".jpg") for data in (b"one", b"two")]
    pair = [(keys[0], "CD-1 · 06-12"), (keys[1], "CD-2 · 06-03")]

    def note(tx):
        desk_outbox.note(tx, lifecycle.must(tx, number), "🔍 对照", house.context(), pair=pair)

    await house.write(note)
    await house.carry()
    (line,) = [one for one in await shown(house, "note") if "🔍" in one.text]
    assert [await house.room.file(one["key"]) for one in line.media] == [b"\xff\xd8\xff sheet of one+two"]
    assert house.sheets[-1] == ["CD-1 · 06-12 | CD-2 · 06-03", "CD-1 · 06-12", "CD-2 · 06-03"]


async def test_without_a_sheet_the_photos_are_shown_one_by_one(at_desk):
    house, client, _ = at_desk
    house.desk.sheet = lambda _photos, _header: None
    await tap(house, client, (await shown(house))[0], "接下一单")
    (card,) = await shown(house, "card")
    assert [await house.room.file(one["key"]) for one in card.media] == [b"one", b"two"]


async def test_a_question_is_answered_by_replying_to_it(at_desk):
    house, client, number = at_desk
    await tap(house, client, (await shown(house))[0], "接下一单")
    (card,) = await shown(house, "card")
    await tap(house, client, card, "问客户", identity="tapped-2")
    (question,) = await shown(house, "question")
    kept = await house.read(lambda tx: desk_messages.find(tx, "sandbox", str(question.id)))
    assert (kept.kind, kept.ticket_no) == ("question", number)
    assert kept.data["action"] == "ask"
    words = {"id": "replied-1", "as": LIN, "text": "坏的是哪两盒？", "message": str(question.id)}
    assert (await client.post(DESK, json=words)).status == 200
    assert (house.acted[-1].kind, house.acted[-1].reply_to) == ("reply", str(question.id))
    assert house.acted[-1].quoted == question.text
    said = (await shown(house, "reply"))[0]
    assert (said.sender, said.text, said.ticket_no) == (LIN, "坏的是哪两盒？", number)
    ticket = await house.read(lambda tx: rows.get(tx, number))
    assert ticket.state == "waiting_customer"


async def test_the_loser_of_a_pick_up_is_told_who_won(at_desk):
    house, client, number = at_desk
    await client.post(DESK, json={"id": "command-1", "as": LIN, "text": f"/ticket {number}"})
    await house.carry()
    (card,) = await shown(house, "card")
    await tap(house, client, card, "接手", who=LIN, identity="tapped-1")
    # the card was drawn anew without the button, a page that has not heard of it still shows it
    late = {"id": "tapped-2", "as": JIE, "tap": f"pick:{number}", "message": str(card.id)}
    told = await (await client.post(DESK, json=late)).json()
    assert "小林" in told["text"]
    assert told["alert"]


async def test_a_tap_that_means_nothing_is_answered_by_the_house(at_desk):
    house, client, _ = at_desk
    (board,) = await shown(house)
    tapped = {"id": "tapped-1", "as": LIN, "tap": "approve:all", "message": str(board.id)}
    assert (await (await client.post(DESK, json=tapped)).json())["alert"]
    assert "pressed" not in (await shown(house))[0].data


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"id": "abcdefgh1", "as": "boss", "text": "/queue"}, 400),
        ({"id": "abcdefgh1", "as": LIN, "text": " "}, 400),
        ({"id": "abcdefgh1", "as": LIN, "text": "hi", "message": "99"}, 404),
        ({"id": "abcdefgh1", "as": LIN, "tap": "next"}, 404),
    ],
)
async def test_odd_requests_get_one_sentence(at_desk, given, status):
    house, client, _ = at_desk
    answer = await client.post(DESK, json=given)
    assert answer.status == status
    assert (await answer.text()).endswith("。")
    assert house.acted == []


async def test_what_an_agent_uploads_is_a_reply_with_a_reference(at_desk):
    house, client, number = at_desk
    await tap(house, client, (await shown(house))[0], "接下一单")
    (card,) = await shown(house, "card")
    query = {"id": "uploaded-1", "as": LIN, "name": "label.png", "message": str(card.id)}
    answer = await client.post(f"{DESK}/files", params=query, data=b"png", headers={"Content-Type": "image/png"})
    assert answer.status == 200
    inbound = house.acted[-1]
    assert (inbound.kind, inbound.reply_to, inbound.media[0].kind) == ("reply", str(card.id), "photo")
    assert await house.desk.fetch(inbound.media[0].ref, 10) == b"png"
    with pytest.raises(Gone):
        await house.desk.fetch("nothing", 10)
    assert (await shown(house, "reply"))[0].ticket_no == number


async def test_a_list_stands_in_the_group_with_its_buttons(at_desk):
    house, client, number = at_desk
    other = await house.write(lambda tx: claim_of_another(tx, house))
    answer = await client.post(DESK, json={"id": "queue-0001", "as": LIN, "text": "/queue"})
    told = await answer.json()
    assert told["listed"]
    assert number in told["text"]
    (listed,) = await shown(house, "list")
    assert {value for row in listed.buttons for _, value in row} == {f"pick:{no}:next" for no in (number, other)}
    tapped = await client.post(
        DESK, json={"id": "tapped-list", "as": LIN, "tap": f"pick:{number}:next", "message": str(listed.id)}
    )
    assert number in (await tapped.json())["text"]


async def test_a_row_is_taken_in_plain_words_and_a_hint_comes_once(at_desk):
    _, client, number = at_desk
    hint = await (await client.post(DESK, json={"id": "plain-0001", "as": JIE, "text": "马上给您退"})).json()
    assert "没有转给客户" in hint["text"]
    again = await (await client.post(DESK, json={"id": "plain-0002", "as": JIE, "text": "好的"})).json()
    assert again["text"] == ""
    taken = await (await client.post(DESK, json={"id": "plain-0003", "as": LIN, "text": "接1"})).json()
    assert number in taken["text"]


async def test_a_reply_under_a_list_of_several_goes_to_nobody(at_desk):
    house, client, _ = at_desk
    await house.write(lambda tx: claim_of_another(tx, house))
    await house.carry()
    for identity in ("next-00001", "next-00002"):
        await client.post(DESK, json={"id": identity, "as": LIN, "text": "/next"})
    await client.post(DESK, json={"id": "mine-00001", "as": LIN, "text": "/mine"})
    listed = (await shown(house, "list"))[-1]
    body = {"id": "reply-0001", "as": LIN, "text": "马上给您处理", "message": str(listed.id)}
    told = await (await client.post(DESK, json=body)).json()
    assert told["alert"]
    await house.carry()
    question = (await shown(house, "question"))[-1]
    taps_ = [row[0][1] for row in question.buttons]
    assert len(taps_) == 2
    assert all(one.startswith("say:CD-") for one in taps_)
    said = {"id": "chosen-001", "as": LIN, "tap": taps_[0], "message": str(question.id)}
    assert taps_[0][4:] in (await (await client.post(DESK, json=said)).json())["text"]

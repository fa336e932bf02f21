"""Edited messages: words that correct, pictures that take another's place, edits that change nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from leader_evening import LEADER, Evening, whole
from sqlalchemy import select

from handlers.claims import claim as claims
from handlers.desk import cards
from handlers.messages.models import Inbound, Media
from storage import tables as t

BUYER = "李婷"


@pytest.fixture
def evening():
    made = Evening()
    made.world.bind(BUYER, "13800002231", BUYER)
    yield made
    made.world.close()


def send(evening, number: int, text: str = "", photo: str = "", *, edit: int = 0, who: str = BUYER) -> str:
    """Send message `number`, or its `edit`-th edit, with a photo of this mark; return what is answered."""
    heard = len(evening.world.phones[who])
    first = f"telegram:9:m:{who}:{number}"
    told = {"first": first, "later": f"telegram:9:e:{who}:{number}:"} if edit else {}
    media = (Media(kind="photo", ref=f"good:{photo}", mark=photo),) if photo else ()
    evening.world.receive(
        Inbound(
            key=f"{told['later']}{edit}" if edit else first,
            channel="telegram",
            account=who,
            at=evening.world.now,
            kind="media" if media else "text",
            text=text,
            media=media,
            message=str(number),
            edits=str(number) if edit else "",
            data=told,
        )
    )
    evening.world.until(evening.world.now + timedelta(seconds=5))
    return whole(evening.world.phones[who][heard:])


def draft(evening):
    with evening.world.write() as tx:
        raw = tx.execute(select(t.conversations.c.talk).where(t.conversations.c.account == BUYER)).scalar_one()
    return claims.from_json(raw).claims[-1]


def pieces(evening) -> list[tuple[str, str]]:
    with evening.world.write() as tx:
        rows = tx.execute(select(t.evidence.c.ref, t.evidence.c.verdict).order_by(t.evidence.c.id)).all()
    return [(row.ref, row.verdict) for row in rows]


def card(evening) -> cards.Card:
    with evening.world.write() as tx:
        no = tx.execute(select(t.tickets.c.no)).scalar_one()
        return cards.card(tx, no, evening.world.context())


def test_an_edited_text_corrects_the_draft(evening):
    send(evening, 1, "KT260612-0003 草莓坏了2盒 退款")
    assert "3盒" in send(evening, 1, "KT260612-0003 草莓坏了3盒 退款", edit=1)
    claim = draft(evening)
    assert [problem.quantity for problem in claim.problems] == ["3"]
    assert [text for _, text in claim.said] == [
        "✏️ KT260612-0003 草莓坏了3盒 退款（改前：KT260612-0003 草莓坏了2盒 退款）"
    ]


def test_an_edit_that_changes_nothing_says_nothing(evening):
    send(evening, 1, "KT260612-0003 草莓坏了2盒 退款")
    assert send(evening, 1, "KT260612-0003 草莓坏了2盒 退款", edit=1) == ""
    send(evening, 2, "看", "a")
    assert send(evening, 2, "看", "a", edit=1) == ""
    assert pieces(evening) == [("good:a", "good")]


def test_an_edited_caption_brings_no_picture_again(evening):
    send(evening, 1, "KT260612-0003 草莓坏了2盒 退款", "a")
    send(evening, 1, "KT260612-0003 草莓坏了1盒 退款", "a", edit=1)
    assert pieces(evening) == [("good:a", "good")]
    assert [problem.quantity for problem in draft(evening).problems] == ["1"]


def test_an_exchanged_picture_of_a_draft_is_fetched_and_the_old_one_marked(evening):
    send(evening, 1, "KT260612-0003 草莓坏了2盒 退款")
    send(evening, 2, "", "a")
    send(evening, 2, "", "b", edit=1)
    send(evening, 2, "", "c", edit=2)
    assert pieces(evening) == [("good:a", "replaced"), ("good:b", "replaced"), ("good:c", "good")]
    assert draft(evening).photo_count == 1
    evening.say("提交", BUYER)
    shown = card(evening)
    assert "其中 2 张已被换掉" in shown.text
    assert shown.captions == ("1 已被换掉", "2 已被换掉", "3")


def test_after_filing_the_owner_hears_old_and_new(evening):
    send(evening, 1, "KT260612-0003 草莓坏了2盒 退款")
    send(evening, 2, "", "a")
    evening.say("提交", BUYER)
    send(evening, 3, "放冰箱了")
    evening.desk.taps("A1", "接下一单")
    send(evening, 3, "没放冰箱", edit=1)
    send(evening, 2, "", "b", edit=1)
    told = "\n".join(one.text for one in evening.desk.posted)
    assert "✏️ 没放冰箱（改前：放冰箱了）" in told
    assert "（换了照片）" in told
    assert "其中 1 张已被换掉" in card(evening).text


def test_the_second_edit_names_the_first_as_what_was_before(evening):
    send(evening, 1, "KT260612-0003 草莓坏了2盒 退款")
    evening.say("提交", BUYER)
    evening.say("拍不了照片", BUYER)
    evening.say("提交", BUYER)
    send(evening, 3, "两盒都软")
    evening.world.until(evening.world.now + timedelta(seconds=1))
    send(evening, 3, "两盒都烂", edit=1)
    send(evening, 3, "两盒都臭", edit=2)
    assert "✏️ 两盒都臭（改前：两盒都烂）" in card(evening).text


def test_a_leaders_edited_paste_takes_back_what_it_no_longer_says(evening):
    send(evening, 1, "3号 草莓坏2盒\n5号 车厘子软了\n27号 西瓜裂", who=LEADER)
    send(evening, 1, "3号 草莓坏3盒\n28号 西瓜裂\n27号 西瓜裂", edit=1, who=LEADER)
    lines = [(line.pickup, line.problem.quantity, line.state) for line in evening.list().lines]
    assert ("3", "3", "ready") in lines
    assert [pickup for pickup, _, state in lines if state == "withdrawn"] == ["5"]
    assert {pickup for pickup, _, state in lines if state == "ready"} == {"3", "27", "28"}


def test_a_leaders_exchanged_picture_stays_with_its_line(evening):
    send(evening, 1, "3号 草莓坏2盒\n5号 车厘子软了", who=LEADER)
    send(evening, 2, "5号的", "a", who=LEADER)
    send(evening, 2, "5号的", "b", edit=1, who=LEADER)
    found = evening.list()
    assert [found.line(photo.line).pickup for photo in found.photos] == ["5"]
    assert pieces(evening) == [("good:a", "replaced"), ("good:b", "good")]

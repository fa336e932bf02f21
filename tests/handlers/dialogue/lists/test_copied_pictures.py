"""Pictures of a copied chat: whose they are by the place holders, and how words move them."""

from __future__ import annotations

import pytest
from leader_evening import Evening, whole
from sqlalchemy import select

from storage import events, evidence
from storage import tables as t

CHAT = "李婷 19:02\n草莓坏了2盒\n老陈 19:05\n[图片]\n老陈 19:05\n车厘子软了\n高洁 19:07\n瓜裂了"


@pytest.fixture
def evening():
    made = Evening()
    yield made
    made.world.close()


def on(evening) -> list[str]:
    """Return the pickup number of each photo in the order in which they came, "" in the tray."""
    draft = evening.list()
    lines = [draft.line(photo.line) for photo in draft.photos]
    return [(line.pickup or line.who) if line else "" for line in lines]


def ticket(evening, order_no: str) -> str:
    with evening.world.write() as tx:
        return tx.execute(select(t.tickets.c.no).where(t.tickets.c.order_no == order_no)).scalar_one()


def pieces(evening, order_no: str) -> int:
    no = ticket(evening, order_no)
    with evening.world.write() as tx:
        return len(evidence.of_ticket(tx, no))


@pytest.mark.parametrize(
    ("pasted", "whose"),
    [
        (CHAT, ["5"]),
        ("李婷 19:02\n草莓坏了2盒\n高洁 19:03\n瓜裂了\n李婷 19:04\n[图片]\n[图片]", ["3", "3"]),
        ("高洁 19:03\n瓜裂了\n老陈 19:05\n好的\n高洁 19:06\n[图片]\n李婷 19:07\n草莓坏了", ["26"]),
        ("李婷：草莓坏了2盒\n李婷：[图片]\n老陈：[图片]\n老陈：车厘子软了", ["3", "5"]),
        ("3号 草莓坏了2盒 [图片][图片]\n5号 车厘子软了\n27号 西瓜裂 【照片】", ["3", "3", "27"]),
        ("3号 草莓坏了2盒\n5号 [图片]\n5号 车厘子软了\n27号：\n[图片]×2\n西瓜裂", ["5", "27", "27"]),
        ("李婷 19:02\n草莓坏了2盒\n老陈 19:05\n[图片]\n高洁 19:07\n瓜裂了\n[图片]", ["", "26"]),  # 老陈 claims nothing
        ("Li Ming 8:41 AM\n[Photo]\nLi Ming 8:41 AM\n番茄烂了3个\n丁楠 08:44\n香菜烂了一把", ["Li Ming"]),
    ],
)
def test_a_place_holder_belongs_to_the_line_or_the_speaker_above_it(evening, pasted, whose):
    card = whole(evening.say(pasted))
    assert f"还有 {len(whose)} 张照片没来" in card
    assert "“[图片]”，" not in card  # it is no line that claims nothing
    evening.say("", photos=len(whose))
    assert on(evening) == whose


def test_a_paired_photo_names_its_buyer(evening):
    evening.say(CHAT)
    assert "📷 5号 老陈 1张" in whole(evening.say("", photos=1))
    assert "3. ✅ 26号 高洁" in whole(evening.say("清单"))
    assert "2. ✅ 5号 老陈 车厘子JJ 500g 口感或品质不佳，1张照片" in whole(evening.say("清单"))


def test_who_is_no_buyer_is_asked_for_by_name_and_answered_so(evening):
    card = whole(evening.say("卢飞 08:41\n香菜烂了一把\n丁楠 08:44\n[图片]\n丁楠 08:44\n番茄烂了3个"))
    assert "①卢飞说“香菜烂了一把”" in card
    assert "卢飞 08:41" not in card
    evening.say("", photos=1)
    evening.say("丁楠是21号，卢飞是22号")
    assert [(line.pickup, line.state) for line in evening.list().lines] == [("22", "ready"), ("21", "ready")]
    assert on(evening) == ["21"]


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("照片是3号的不是5号的", "3"),
        ("照片是26号的 不是5", "26"),
        ("不是老陈的照片，是李婷的", "3"),
        ("这是高洁的", "26"),
        ("这张是3号的", "3"),
        ("5号的照片移到26号", "26"),
        ("照片配错了，是3号的", "3"),
        ("the photo is for 3, not 5", "3"),
        ("照片是5号的", "5"),
        ("照片是30号的不是5号", "5"),  # 30 is not on the list: told, nothing moved
        ("5号是2份", "5"),
    ],
)
def test_words_move_a_photo_before_it_is_filed(evening, words, whose):
    evening.say(CHAT)
    evening.say("", photos=1)
    told = whole(evening.say(words))
    assert on(evening) == [whose]
    assert ("移到" in told or "moved to" in told) is (whose != "5")
    assert ("清单里没有 30号" in told) is ("30" in words)


def test_words_move_a_photo_after_it_is_filed(evening):
    evening.say(CHAT)
    evening.say("", photos=1)
    evening.say("提交")
    before, after = ticket(evening, "KT260612-0005"), ticket(evening, "KT260612-0026")
    assert "移到 26号 高洁（原来在 5号 老陈）" in whole(evening.say("照片是26号的不是5号的"))
    with evening.world.write() as tx:
        assert (len(evidence.of_ticket(tx, before)), len(evidence.of_ticket(tx, after))) == (0, 1)
        for no in (before, after):  # both tickets' agents can read why
            assert "照片是26号的不是5号的" in [event.data.get("text") for event in events.of_ticket(tx, no)]


def test_a_photo_that_goes_to_a_line_not_filed_leaves_its_ticket(evening):
    evening.say(CHAT)
    evening.say("", photos=1)
    evening.say("提交")
    evening.say("27号 西瓜裂\n30号 牛奶漏1瓶")
    evening.say("照片是27号的不是5号的")
    assert pieces(evening, "KT260612-0005") == 0
    evening.say("提交")
    assert pieces(evening, "KT260612-0027") == 1


def test_a_caption_before_any_photo_says_whose_the_next_ones_are(evening):
    evening.say("3号 草莓坏2盒\n27号 西瓜裂")
    assert "接下来的照片算 3号 李婷 的" in whole(evening.say("3号的"))

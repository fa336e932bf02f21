"""Photos around a list: what is paired, what lies in the tray, and how the tray is emptied."""

from __future__ import annotations

from datetime import timedelta

import pytest
from leader_evening import NOW, Evening, whole
from sqlalchemy import select

from handlers.dialogue.lists.photos import held
from handlers.messages.models import Inbound, Media
from storage import evidence
from storage import tables as t

LIST = "3号 草莓坏2盒\n5号 车厘子软了\n26号 西瓜裂\n27号 西瓜裂\n28号 西瓜裂"


@pytest.fixture
def evening():
    made = Evening()
    yield made
    made.world.close()


def on(evening) -> dict[str, int]:
    """Count the photos of each pickup number; "" is the tray."""
    draft = evening.list()
    found: dict[str, int] = {}
    for photo in draft.photos:
        line = draft.line(photo.line)
        pickup = line.pickup if line else "-" if photo.line < 0 else ""
        found[pickup] = found.get(pickup, 0) + 1
    return found


def linked(evening, order_no: str) -> int:
    with evening.world.write() as tx:
        no = tx.execute(select(t.tickets.c.no).where(t.tickets.c.order_no == order_no)).scalar_one()
        return len(evidence.of_ticket(tx, no))


def test_photos_get_one_answer_after_the_burst(evening):
    evening.say(LIST)
    for _ in range(6):
        assert evening.say("", photos=3, wait=0.2) == [] or True
    heard = evening.say("", photos=1)
    assert len(heard) == 1
    assert "19 张未配对" in heard[0].text


@pytest.mark.parametrize(
    ("talk", "paired"),
    [
        ([2, "这是3号的"], {"3": 2}),
        (["这是3号的", 2], {"3": 2}),
        ([1, "这是3号的", 1, "5号的"], {"3": 1, "5": 1}),
        ([1, "3号的草莓", 1], {"3": 1, "": 1}),
        (["后面都是西瓜", 3], {"26": 1, "27": 1, "28": 1}),
        (["后面都是西瓜", 6], {"26": 2, "27": 2, "28": 2}),
        (["后面都是西瓜", 4], {"": 4}),  # who has two of them is not guessed
        (["下面是27的", 2], {"27": 2}),
        ([3], {"": 3}),
        ([2, "the rest are no. 5", 1], {"": 2, "5": 1}),
        ([1, "李婷的"], {"3": 1}),
        ([1, "26、27、28号"], {"": 1}),
        ([3, "26、27、28号"], {"26": 1, "27": 1, "28": 1}),
    ],
)
def test_captions(evening, talk, paired):
    evening.say(LIST)
    for one in talk:
        evening.say(one, wait=0.3) if isinstance(one, str) else evening.say("", photos=one, wait=0.3)
    evening.world.until(evening.world.now + timedelta(seconds=5))
    assert on(evening) == paired
    assert evening.tickets() == []


def test_a_caption_on_the_photo_is_that_photos_own(evening):
    evening.say(LIST)
    evening.say("", photos=1)
    evening.say("27号", photos=1)
    assert on(evening) == {"": 1, "27": 1}


def test_a_line_on_a_photo_is_a_line_and_its_photo(evening):
    evening.say(LIST)
    evening.say("31号 牛奶漏了", photos=1)
    assert on(evening) == {"31": 1}
    evening.tap("提交6条")
    assert linked(evening, "KT260612-0031") == 1


def test_a_photo_after_a_single_line_belongs_to_it(evening):
    evening.say(LIST)
    evening.say("31号 牛奶漏了")
    evening.say("", photos=2)
    evening.say("30号 牛奶漏了")
    evening.say("", photos=1)
    assert on(evening) == {"31": 2, "30": 1}


def test_photos_before_the_list_wait_in_the_tray(evening):
    evening.say("", photos=2)
    evening.say(LIST)
    assert on(evening) == {"": 2}
    evening.say("这是5号的")
    assert on(evening) == {"5": 2}


def test_place_holders_of_a_copied_chat_say_whose_the_pictures_are(evening):
    evening.say("3号 草莓坏2盒\n[图片]\n[图片]\n27号 西瓜裂\n[图片]")
    evening.say("", photos=3)
    assert on(evening) == {"3": 2, "27": 1}
    assert held("a\n[图片]\nb\n[Photo]\n图片") == ((1, 1), (3, 2))


def test_replies(evening):
    def send(number: str, text: str = "", photo: str = "", answers: str = "") -> None:
        media = (Media(kind="photo", ref=f"good:{photo}"),) if photo else ()
        data = {"reply_to": {"message": answers, "text": ""}} if answers else {}
        evening.world.receive(
            Inbound(key=f"m{number}", channel="telegram", account="王姐", at=NOW, kind="media" if media else "text",
                    text=text, media=media, message=number, data=data)
        )  # fmt: skip

    evening.say(LIST)
    send("11", photo="a")
    send("12", photo="b")
    send("13", text="5号", answers="11")
    assert on(evening) == {"5": 1, "": 1}
    send("14", text="31号 牛奶漏了")
    send("15", text="30号 牛奶漏了")
    send("16", photo="c", answers="14")
    assert on(evening) == {"5": 1, "": 1, "31": 1}


def test_the_tray_is_emptied_by_taps_and_words(evening):
    evening.say(LIST)
    evening.say("", photos=4)
    evening.tap("提交5条")
    shown = evening.tap("去配对")[-1]
    assert "还有 4 张没配对" in shown.text
    assert shown.media
    assert [label for label, _ in shown.buttons] == ["3号", "5号", "26号", "27号", "28号", "不用这张"]
    evening.tap("3号")
    assert linked(evening, "KT260612-0003") == 1
    assert dict(evening.tickets())["KT260612-0003"] == "queued"
    evening.say("27")  # a bare number is a pickup number here, not the number of a button
    evening.tap("不用这张")
    told = whole(evening.say("5号"))
    assert "3 张已配对" in told
    assert "还缺照片（已建单，待补）：26号，28号" in told
    assert on(evening) == {"3": 1, "27": 1, "-": 1, "5": 1}


def test_a_photo_that_is_none_is_told(evening):
    evening.say(LIST)
    heard = evening.say("", kind="media", media=(Media(kind="photo", ref="text:1"), Media(kind="photo", ref="gone:2")))
    heard += evening.say("", photos=1)
    assert "打不开或不是照片" in whole(heard) or "没能收到" in whole(heard)
    assert on(evening) == {"": 1}


def test_a_photo_of_a_filed_line_that_is_none_is_told_and_owed_again(evening):
    evening.say(LIST)
    evening.say("提交")
    evening.say("5号的")
    heard = whole(evening.say("", kind="media", media=(Media(kind="photo", ref="gone:9"),)))
    assert "有一张照片没能收到" in heard
    assert on(evening) == {}
    assert evening.list().photos == ()


@pytest.mark.parametrize("word", ["5号也是", "5号 同上", "5号一样"])
def test_nobody_inherits_the_illness_of_another_after_captions(evening, word):
    evening.say("3号 草莓坏2盒\n26号 西瓜裂\n34号 虾臭了 小孩吃了拉肚子")
    evening.say("", photos=1)
    evening.say("这是3号的")
    heard = evening.say(word)
    assert not any("停止食用" in one.text for one in heard)
    assert [line.severity for line in evening.list().lines if line.pickup == "5"] in ([], ["normal"])


def test_nobody_inherits_the_illness_of_another_from_the_message_before(evening):
    evening.say("26号 西瓜裂\n34号 虾臭了 小孩吃了拉肚子")
    heard = evening.say("33号也是")
    assert not any("停止食用" in one.text for one in heard)
    (line,) = [line for line in evening.list().lines if line.pickup == "33"]
    assert (line.severity, line.problem.problem) == ("normal", "quality_spoiled")
    heard = evening.say("33号小孩吃了也拉肚子")
    assert any("停止食用" in one.text for one in heard)

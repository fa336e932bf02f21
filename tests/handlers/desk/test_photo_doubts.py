"""What agents are shown of photos that look doubtful, and the polite way out."""

from __future__ import annotations

import pytest
from doubles.ticket_house import House

from handlers.cases import fetched_evidence, filing
from handlers.desk import cards, dispatch
from handlers.messages import texts
from handlers.tickets import lifecycle
from storage import evidence
from storage.pictures import prints


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def two(house: House, *, talk: int = 0, **found) -> tuple[str, str]:
    """File two tickets of two orders whose photos show the same; give their numbers."""
    first = filing.file(house.tx, house.draft(photos=0), house.context).no
    one = house.photo(house.talk(), ticket_no=first)
    house.later(days=9)
    draft = house.draft("KT260612-0005", lines=House.lines(item="车厘子JJ"), photos=0, talk=talk)
    other = house.photo(draft.conversation_id, draft.claim.id, **found)
    prints.match(house.tx, other, {one: 20})
    return first, filing.file(house.tx, draft, house.context).no


def pairs(house: House, no: str) -> list[dict]:
    return [mail for mail in house.at_desk(no, "note") if "🔍" in mail["text"]]


def labels(house: House, no: str) -> str:
    return " ".join(button.label for row in cards.card(house.tx, no, house.context).buttons for button in row)


def test_whoever_picks_it_up_sees_both_photos_side_by_side(house):
    first, no = two(house, talk=house.talk("1002", name="老陈"))
    tap(house, f"pick:{no}")
    (shown,) = pairs(house, no)
    left, right = shown["pair"]
    assert (left[0], right[0]) == ("key2", "key1")
    assert left[1] == f"{no} · 2026-06-21 19:10"
    assert right[1] == f"{first} · 2026-06-12 19:10"
    assert first in shown["text"] and "来自不同的账号" in shown["text"]
    assert "原因" not in shown["text"]
    assert lifecycle.must(house.tx, no).state == "assigned"


def test_they_are_shown_once_and_again_on_request(house):
    _, no = two(house)
    tap(house, f"pick:{no}")
    fetched_evidence.examined(house.tx, 2, house.context)
    assert len(pairs(house, no)) == 1
    assert "对照照片" in labels(house, no)
    tap(house, f"compare:{no}")
    assert len(pairs(house, no)) == 2
    assert "来自同一个账号" in pairs(house, no)[0]["text"]


def test_a_photo_that_comes_later_is_compared_for_the_owner(house):
    first, no = two(house)
    tap(house, f"pick:{no}")
    later = house.photo(1, ticket_no=no)
    prints.match(house.tx, later, {1: 30})
    fetched_evidence.examined(house.tx, later, house.context)
    assert [one["pair"][0][0] for one in pairs(house, no)] == ["key2", f"key{later}"]
    assert first in pairs(house, no)[1]["text"]


def test_papers_are_named_but_not_shown(house):
    _, no = two(house)
    evidence.restrict(house.tx, [1], restricted=True)
    tap(house, f"pick:{no}")
    assert "pair" not in pairs(house, no)[0]


def test_nothing_of_it_reaches_the_customer(house):
    first, no = two(house)
    before = len(house.heard(1))
    tap(house, f"pick:{no}")
    tap(house, f"compare:{no}")
    assert not [text for text in house.heard(1)[before:] if first in str(text) or "相同" in str(text)]


def test_without_a_doubt_there_are_no_such_buttons(house):
    no = filing.file(house.tx, house.draft(), house.context).no
    tap(house, f"pick:{no}")
    assert "对照" not in labels(house, no) and "再要一张" not in labels(house, no)
    assert tap(house, f"compare:{no}").alert


def signed(house: House, *signs: dict[str, str]) -> str:
    draft = house.draft(photos=0)
    house.photo(1, draft.claim.id, signs=list(signs))
    return filing.file(house.tx, draft, house.context).no


@pytest.mark.parametrize(
    ("sign", "said"),
    [
        ({"kind": "generated", "tool": "Midjourney"}, "照片 1 Midjourney，文件里写明由 AI 生成"),
        ({"kind": "generated", "tool": ""}, "照片 1，文件里写明由 AI 生成"),
        ({"kind": "edited", "tool": "美图"}, "照片 1 美图，文件里写有修图软件"),
        ({"kind": "taken", "tool": "2026-06-10T09:00:00+08:00"}, "照片 1 06-10 09:00 拍摄，早于送达"),
    ],
)
def test_a_sign_is_told_as_a_sign(house, sign, said):
    no = signed(house, sign)
    assert said in cards.card(house.tx, no, house.context).text
    assert lifecycle.must(house.tx, no).state == "queued"
    tap(house, f"pick:{no}")
    assert "再要一张" in labels(house, no)


@pytest.mark.parametrize(
    "taken", ["2026-06-12T18:00:00+08:00", "2026-06-12T08:00:00+08:00", "2000-01-01T00:00:00+08:00"]
)
def test_a_photo_of_the_day_or_of_a_clock_that_was_never_set_is_no_sign(house, taken):
    assert "拍摄" not in cards.card(house.tx, signed(house, {"kind": "taken", "tool": taken}), house.context).text


def test_one_more_photo_is_asked_for_politely(house):
    no = signed(house, {"kind": "generated", "tool": ""})
    tap(house, f"pick:{no}")
    before = len(house.heard(1))
    answer = tap(house, f"one_more:{no}")
    (said,) = house.heard(1)[before:]
    assert "换个角度" in said and "10 秒视频" in said and "草莓" in said
    assert not [word for word in ("假", "AI", "怀疑", "核实", "相同") if word in said]
    assert "10 秒" in answer.text
    assert lifecycle.must(house.tx, no).state == "waiting_customer"
    assert "ten-second video" in texts.say("en", "notice.one_more_photo", no=no, item="strawberries")

from __future__ import annotations

from datetime import timedelta

import pytest
from doubles.ticket_house import House

from handlers.cases import filing
from handlers.desk import cards, dispatch
from handlers.messages import phone_numbers
from handlers.tickets import lifecycle


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def filed(house: House, number: str = "KT260612-0003", **facts) -> str:
    return filing.file(house.tx, house.draft(number, **facts), house.context).no


def text(house: House, no: str) -> str:
    return cards.card(house.tx, no, house.context).text


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def test_a_card_tells_all_that_a_decision_needs(house):
    no = filed(house)
    shown = text(house, no)
    for part in (
        no, "KT260612-0003", "3号", "Z07", "取货 17:30", "李婷", "138****2231", "草莓 300g", "2盒（共4盒）", "腐烂变质",
        "诉求 退款 39.80", "「草莓坏了2盒」", "照片 1", "待接手", "首次回应 19:40 前", "通知结果 6月13日19:10 前",
    ):  # fmt: skip
        assert part in shown, part
    assert "13800002231" not in shown


def test_it_shows_no_line_that_is_not_claimed(house):
    shown = text(house, filed(house))
    assert "鸡蛋" not in shown
    assert "26.80" not in shown


def test_each_claimed_line_has_quantity_and_sum(house):
    both = House.lines() + House.lines(line=2, item="鸡蛋", problem="damaged_package", quantity="7", amount=625)
    shown = text(house, filed(house, lines=both))
    assert "1. 草莓 300g · 2盒" in shown
    assert "2. 鸡蛋 30枚 · 7盒" in shown
    assert "39.80" in shown
    assert "6.25" in shown


def test_long_words_are_shortened_and_the_card_stays_short(house):
    said = tuple((house.now.isoformat(), f"{n}" + "坏" * 9000) for n in range(30))
    card = cards.card(house.tx, filed(house, said=said), house.context)
    assert len(card.text) <= cards.LONGEST
    assert all(len(line) <= 170 for line in card.text.splitlines() if line.startswith("「"))
    assert "「29" in card.text


def test_warnings_name_the_earlier_ticket_of_a_reused_photo(house):
    first = filed(house, photos=0)
    house.photo(1, ticket_no=first, sha256="aa")
    draft = house.draft("KT260612-0005", lines=House.lines(item="车厘子JJ"), photos=0)
    house.photo(1, draft.claim.id, sha256="aa")
    no = filing.file(house.tx, draft, house.context).no
    assert f"有照片和 {first} 的照片画面相同" in text(house, no)


def test_earlier_claims_of_the_buyer_are_counted(house):
    filed(house)
    shown = text(house, filed(house, lines=House.lines(line=2, item="鸡蛋", amount=2680)))
    assert "此前 1 单售后" in shown


def test_a_safety_card_names_lot_and_agents(house):
    lines = House.lines(item="婴儿奶粉", problem="illness", quantity="", share=None, wish="", amount=None)
    draft = house.draft("KT260612-0020", lines=lines, photos=0, severity="safety", special=("infant",))
    no = filing.raise_ticket(house.tx, draft, why="safety", context=house.context)
    card = cards.card(house.tx, no, house.context)
    for part in ("🚨", "批号 B2405", "婴幼儿", "158****9021", "数量未明"):
        assert part in card.text
    assert dict(card.mentions) == {"77": "小林", "78": "阿杰"}
    tap(house, f"pick:{no}")
    assert cards.card(house.tx, no, house.context).mentions == ()


def test_photos_come_with_captions_and_voice_apart(house):
    no = filed(house, photos=1)
    house.photo(1, ticket_no=no, verdict="blurry")
    house.photo(1, ticket_no=no, kind="voice")
    house.photo(1, ticket_no=no, state="pending")
    card = cards.card(house.tx, no, house.context)
    assert (len(card.photos), card.captions, len(card.voice)) == (2, ("1", "2 模糊"), 1)
    assert "1 份还在取" in card.text


def test_a_ticket_without_order_or_lines_has_a_card(house):
    no = filing.raise_ticket(house.tx, house.draft("", lines=(), photos=0), why="not_found", context=house.context)
    shown = text(house, no)
    assert "订单未知" in shown
    assert "查不到订单" in shown


def test_owner_and_earlier_decisions_are_named(house):
    no = filed(house)
    tap(house, f"pick:{no}")
    tap(house, f"approve:{no}")
    shown = text(house, no)
    assert "处理人 小林" in shown
    assert "小林 ✅ 通过 退款 39.80" in shown


def test_every_warning_has_its_words(house):
    no = filed(house)
    every = [
        "no_order", "reused_photo:CD-1", "photo_of_order:CD-1", "reused_file:CD-1", "file_of_order:CD-1",
        "photo_generated:1 Midjourney", "photo_edited:1",
        "photo_credentials:1", "photo_before_order:1 06-12 10:00", "photo_before_delivery:1 06-12 10:00",
        "photo_gone", "photo_bad", "over_claimed:1", "many_claims:3", "late_claim", "photos_waived", "boss",
        "claimed_again", "leader_says:2盒", "buyer_says:2盒", "paid_lowered",
        "order_cancelled", "order_unpaid", "refunded:39.80", "part_refunded", "refunding",
    ]  # fmt: skip
    house.tx.exec_driver_sql("UPDATE tickets SET warnings = ?", (__import__("json").dumps(every),))
    assert text(house, no).count("⚠") == len(every)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800002231", "138****2231"),
        ("", ""),
        ("12345", "****"),
        ("+8613800002231", "+86****2231"),
        ("13911118812-1234", "139****8812"),
        ("138****2231", "138****2231"),
    ],
)
def test_phones_are_masked(phone, shown):
    assert phone_numbers.masked(phone) == shown


def test_the_board_counts_and_orders(house):
    plain = filed(house)
    house.later(minutes=5)
    major = filed(house, "KT260612-0020", lines=House.lines(item="婴儿奶粉"), severity="major")
    board = cards.board(house.tx, "telegram", house.context)
    rows = board.text.splitlines()
    assert "待接手 2" in rows[0]
    assert rows[1].startswith(f"1. ❗ {major} 婴儿奶粉")
    assert rows[2].startswith(f"2. {plain} 草莓")
    assert rows[2].endswith("等5分")
    assert board.buttons[0][0].label == "接下一单"
    assert board.buttons[0][0].tap == "next"


def test_the_board_shows_the_first_ten_and_says_how_many_more(house):
    for _ in range(12):
        line = House.lines(problem=f"p{house.claims}")
        filed(house, lines=line)
    board = cards.board(house.tx, "telegram", house.context)
    assert board.text.count("CD-") == 10
    assert "还有 2 单" in board.text
    assert len(board.text) <= 1000
    assert max(map(len, board.text.splitlines())) <= 40


def test_an_empty_board(house):
    assert "待接手 0" in cards.board(house.tx, "telegram", house.context).text


def test_what_is_past_due_is_marked_before_its_timer_fired(house):
    filed(house)
    house.now += timedelta(minutes=31)
    assert "超时" in cards.board(house.tx, "telegram", house.context).text


def test_a_card_of_nothing_is_an_error(house):
    with pytest.raises(LookupError):
        cards.card(house.tx, "CD-000000", house.context)


def test_the_queue_serves_safety_first_then_major_then_special_groups():
    served = [("safety", ["infant"]), ("major", ()), ("normal", ["infant"]), ("normal", ())]
    assert [lifecycle.rank(severity, special) for severity, special in served] == [0, 1, 2, 3]


def said_of(house: House, *texts: str):
    return tuple(((house.now + timedelta(minutes=place)).isoformat(), text) for place, text in enumerate(texts))


def test_the_first_and_the_gravest_words_stay_however_many_follow(house):
    texts = ["草莓坏了2盒", "孩子吃了上吐下泻，已经住院了", *(f"在吗{n}" for n in range(20))]
    shown = text(house, filed(house, said=said_of(house, *texts), severity="safety"))
    rows = [line for line in shown.splitlines() if line.startswith("「")]
    assert rows[0] == "「草莓坏了2盒」"
    assert "住院" in rows[1]
    assert rows[-1] == "「在吗19」"
    assert len(rows) == 6
    assert "…中间还有 16 条" in shown


def test_a_grave_sentence_deep_in_a_long_message_is_shown(house):
    long = "你们这个草莓真的是不行。" * 220 + "孩子吃了你们的草莓现在在医院抢救。" + "快点处理吧。" * 40
    assert len(long) > 2500
    shown = text(house, filed(house, said=said_of(house, long), severity="safety"))
    (row,) = [line for line in shown.splitlines() if line.startswith("「")]
    assert row.startswith("「你们这个草莓")
    assert "❗孩子吃了你们的草莓现在在医院抢救" in row
    assert len(row) <= 170


def test_the_gravest_of_several_is_shown_and_no_phone_with_it(house):
    texts = ["不新鲜", "有根头发", "我妈吃了昏迷了，电话13800002231", *(f"快点{n}" for n in range(9))]
    shown = text(house, filed(house, said=said_of(house, *texts), severity="safety"))
    assert "昏迷" in shown
    assert "13800002231" not in shown


def test_all_words_are_posted_when_asked_for(house):
    texts = ["草莓坏了2盒", *(f"第{n}句" for n in range(12))]
    no = filed(house, said=said_of(house, *texts))
    tap(house, f"pick:{no}")
    assert f"words:{no}" in [button.tap for row in cards.card(house.tx, no, house.context).buttons for button in row]
    tap(house, f"words:{no}")
    posted = house.at_desk(no, "relay")[-1]["text"]
    assert all(text in posted for text in texts)
    few = filed(house, "KT260612-0005", lines=House.lines(item="车厘子JJ"))
    tap(house, f"pick:{few}")
    assert f"words:{few}" not in str(cards.card(house.tx, few, house.context).buttons)


def test_another_case_of_the_same_lot_is_said(house):
    first = filed(house)
    second = filed(house, "KT260612-0005", lines=House.lines(item="车厘子JJ"))
    assert f"同批号 B2405 还有工单：{first}" in text(house, second)
    assert f"同批号 B2405 还有工单：{second}" in text(house, first)
    house.later(days=15)
    third = filed(house, "KT260612-0020", lines=House.lines(item="婴儿奶粉"))
    assert "同批号" not in text(house, third)

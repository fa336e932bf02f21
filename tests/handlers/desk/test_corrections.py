from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from doubles.ticket_house import START, House
from sqlalchemy import insert, select

from handlers.cases import filing
from handlers.claims import claim
from handlers.desk import cards, dispatch
from handlers.messages.models import Inbound
from handlers.tickets import lifecycle, progress
from handlers.turn import intake
from storage import conversations, events, ticket_lines
from storage import tables as t
from storage.desk import corrections, desk_messages

BOSS = {"user": "79", "name": "何姐", "supervisor": True}
AJIE = {"user": "78", "name": "阿杰"}
WRITTEN = START - timedelta(seconds=15)
EGGS = {
    "line": 2,
    "item": "鸡蛋",
    "problem": "damaged_package",
    "quantity": "7",
    "share": Fraction(7, 30),
    "amount": 625,
}


@pytest.fixture
def house():
    made = House()
    values = {"item": "葡萄", "spec": "", "quantity": 2, "unit": "盒", "paid": 4000, "order_no": "KT260612-0003"}
    made.tx.execute(insert(t.order_lines).values(line_no=3, **values))
    yield made
    made.close()


def filed(house: House, *, pick: bool = True, lines=None, **facts) -> str:
    heard = tuple(
        replace(line, problem=replace(line.problem, at=WRITTEN.isoformat())) for line in lines or House.lines()
    )
    no = filing.file(house.tx, house.draft(lines=heard, **facts), house.context).no
    if pick:
        tap(house, f"pick:{no}")
    return no


def tap(house: House, tap: str, **who):
    return dispatch.act(house.tx, house.staff(kind="tap", tap=tap, **who), house.context)


def asked(house: House, no: str) -> dict:
    return next(p for p in reversed(house.at_desk(no, "note")) if "question" in p)


def says(house: House, no: str, text: str, *, of: str = "", **who):
    """Tap 更正 (and a line), then reply to the question in words."""
    tap(house, f"correct:{no}" + (f":{of}" if of else ""), **who)
    house.serial += 1
    key, data = f"q{house.serial}", asked(house, no)["question"]
    desk_messages.keep(house.tx, "telegram", key, kind="question", at=house.now, ticket_no=no, data=data)
    return dispatch.act(house.tx, house.staff(kind="reply", text=text, reply_to=key, **who), house.context)


def shown(house: House, no: str) -> dict[str, str]:
    """The buttons of the newest question by label."""
    return {label: tap for row in asked(house, no)["buttons"] for label, tap in row}


def line_of(house: House, no: str, number: int = 1):
    return next(line for line in ticket_lines.of_ticket(house.tx, no) if line.line == number)


def put_right(house: House, no: str) -> list[tuple]:
    return [(one.line, one.field, one.was, one.now) for one in corrections.of_ticket(house.tx, no)]


def card(house: House, no: str) -> str:
    return cards.card(house.tx, no, house.context).text


# by buttons


def test_one_tap_on_the_card_shows_all_that_it_may_be_instead(house):
    no = filed(house)
    tap(house, f"correct:{no}")
    assert "草莓 2盒 腐烂变质" in asked(house, no)["text"]
    labels = list(shown(house, no))
    assert "腐烂变质" not in labels
    for label in ("破损", "少发漏发", "其他问题", "鸡蛋30枚", "葡萄", "1盒", "3盒", "4盒", "❗ 严重", "🚨 食品安全"):
        assert label in labels
    assert "2盒" not in labels
    assert "不严重" not in labels
    assert all(len(row) <= 4 for row in asked(house, no)["buttons"])
    assert all(len(tap.encode()) <= 64 for tap in shown(house, no).values())


def test_another_problem_type_by_the_second_tap(house):
    no = filed(house)
    tap(house, f"correct:{no}")
    told = tap(house, shown(house, no)["少发漏发"])
    assert (told.text, told.alert) == (f"{no} 已更正：草莓 2盒 少发漏发。", False)
    line = line_of(house, no)
    assert (line.problem, line.quantity, line.share, line.wish_amount) == ("shortage_missing", "2", "1/2", 3980)
    assert put_right(house, no) == [(1, "problem", "quality_spoiled", "shortage_missing")]
    event = events.of_ticket(house.tx, no)[-1]
    assert (event.kind, event.actor) == ("corrected", "agent:telegram:77")
    assert dict(event.data) == {
        "name": "小林", "line": 1, "field": "problem", "was": "quality_spoiled", "now": "shortage_missing"
    }  # fmt: skip
    assert "小林 更正 1. 问题：腐烂变质 → 少发漏发" in card(house, no)
    assert "1. 草莓 300g · 2盒（共4盒） · 少发漏发" in card(house, no)
    assert house.heard(1) == []
    assert "更正" not in progress.progress(house.tx, 1, house.context)[0].text


def test_another_quantity_moves_the_sum_and_is_told_in_the_progress(house):
    no = filed(house)
    tap(house, f"correct:{no}")
    assert not tap(house, shown(house, no)["3盒"]).alert
    line = line_of(house, no)
    assert (line.quantity, line.unit, line.share, line.wish_amount) == ("3", "盒", "3/4", 5970)
    assert "同意 59.70" in [button.label for row in cards.card(house.tx, no, house.context).buttons for button in row]
    assert "草莓 3盒（同事已更正）" in progress.progress(house.tx, 1, house.context)[0].text
    tap(house, f"approve:{no}")
    assert line_of(house, no).amount == 5970


def test_another_item_takes_share_and_sum_along(house):
    no = filed(house)
    tap(house, f"correct:{no}")
    assert not tap(house, shown(house, no)["葡萄"]).alert
    line = line_of(house, no)
    assert (line.order_line_no, line.item, line.share, line.wish_amount) == (3, "葡萄", "1", 4000)
    assert put_right(house, no) == [(1, "item", "1", "3")]
    assert "商品：草莓 → 葡萄" in card(house, no)
    assert f"{no} 葡萄 2盒（同事已更正）" in progress.progress(house.tx, 1, house.context)[0].text


def test_an_item_of_which_fewer_were_bought_asks_for_the_number(house):
    no = filed(house, lines=House.lines(quantity="4", share=Fraction(1), amount=7960))
    told = tap(house, f"correct:{no}:1:i:3")
    assert told.alert
    assert "请再更正数量" in told.text
    line = line_of(house, no)
    assert (line.quantity, line.share, line.wish_amount) == ("4", "", None)
    assert not tap(house, f"correct:{no}:1:q:2").alert
    assert line_of(house, no).wish_amount == 4000


@pytest.mark.parametrize(
    ("there", "back", "field"),
    [("p:late", "p:quality_spoiled", "problem"), ("i:2", "i:1", "item"), ("q:1", "q:2", "quantity")],
)
def test_a_second_correction_takes_the_first_one_back(house, there, back, field):
    no = filed(house)
    before = line_of(house, no)
    tap(house, f"correct:{no}:1:{there}")
    assert line_of(house, no) != before
    tap(house, f"correct:{no}:1:{back}")
    after = line_of(house, no)
    assert replace(after, item=before.item) == before
    assert [one[1] for one in put_right(house, no)] == [field, field]
    assert "更正" not in progress.progress(house.tx, 1, house.context)[0].text


def test_of_several_lines_one_is_chosen_first(house):
    no = filed(house, lines=House.lines() + House.lines(**EGGS))
    tap(house, f"correct:{no}")
    assert list(shown(house, no)) == ["1. 草莓", "2. 鸡蛋", "❗ 严重", "🚨 食品安全"]
    tap(house, shown(house, no)["2. 鸡蛋"])
    tap(house, shown(house, no)["少发漏发"])
    assert [line.problem for line in ticket_lines.of_ticket(house.tx, no)] == ["quality_spoiled", "shortage_missing"]


# in words


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("少件 2盒", {"problem": "shortage_missing", "quantity": "2"}),
        ("3盒", {"quantity": "3", "share": "3/4", "wish_amount": 5970}),
        ("3", {"quantity": "3", "unit": "盒"}),
        ("全部", {"quantity": "4", "unit": "盒", "share": "1"}),
        ("一半", {"quantity": "1/2", "unit": "", "share": "1/2"}),
        ("1/3", {"quantity": "1/3", "unit": "", "share": "1/3", "wish_amount": 2653}),
        ("不是草莓是葡萄", {"order_line_no": 3, "item": "葡萄", "quantity": "2", "share": "1"}),
        ("葡萄 1盒 破损", {"order_line_no": 3, "quantity": "1", "share": "1/2", "problem": "damaged_package"}),
        ("口感或品质不佳", {"problem": "quality_other"}),
        ("坏了，还少了1盒", {"problem": "quality_spoiled", "also": "shortage_missing", "quantity": "1"}),
    ],
)
def test_the_reply_is_read_like_a_customers_message(house, words, wanted):
    no = filed(house)
    told = says(house, no, words)
    assert "已更正" in told.text
    line = line_of(house, no)
    assert {name: getattr(line, name) for name in wanted} == wanted


def test_several_types_are_told_together(house):
    no = filed(house)
    says(house, no, "坏了，还少了2盒")
    assert "腐烂变质、少发漏发" in card(house, no)
    assert put_right(house, no) == [(1, "problem", "quality_spoiled", "quality_spoiled shortage_missing")]
    tap(house, f"correct:{no}:1:p:quality_spoiled")
    assert line_of(house, no).also == ""


@pytest.mark.parametrize("words", ["在吗", "草莓2盒，葡萄1盒", ""])
def test_what_cannot_be_read_changes_nothing(house, words):
    no = filed(house)
    assert says(house, no, words).alert
    assert put_right(house, no) == []


@pytest.mark.parametrize(("words", "number"), [("鸡蛋少了8枚", 2), ("草莓 3盒", 1), ("不是鸡蛋是葡萄，1盒", 2)])
def test_words_find_their_line_by_its_item(house, words, number):
    no = filed(house, lines=House.lines() + House.lines(**EGGS))
    assert "已更正" in says(house, no, words).text
    assert {one[0] for one in put_right(house, no)} == {number}


def test_words_that_could_mean_two_lines_are_asked_about(house):
    no = filed(house, lines=House.lines() + House.lines(**EGGS))
    assert "哪一项" in says(house, no, "少了1盒").text
    assert put_right(house, no) == []
    assert "已更正" in says(house, no, "少了1盒", of="1").text


# what is refused, what is warned of


def test_more_than_was_bought_is_refused(house):
    no = filed(house)
    told = says(house, no, "5盒")
    assert told.alert
    assert "4盒" in told.text
    assert put_right(house, no) == []


def test_no_change_is_no_correction(house):
    no = filed(house)
    assert tap(house, f"correct:{no}:1:q:2").alert
    assert tap(house, f"correct:{no}:1:p:nonsense").alert
    assert put_right(house, no) == []


def test_the_same_twice_in_one_ticket_is_refused(house):
    no = filed(house, lines=House.lines() + House.lines(problem="shortage_missing", quantity="1", share=Fraction(1, 4)))
    assert "已有" in tap(house, f"correct:{no}:2:p:quality_spoiled").text
    assert line_of(house, no, 2).problem == "shortage_missing"


def test_what_another_ticket_claims_is_warned_of_and_not_paid_twice(house):
    other = filed(
        house, pick=False, lines=House.lines(line=3, item="葡萄", quantity="1", share=Fraction(1, 2), amount=2000)
    )
    no = filed(house)
    told = tap(house, f"correct:{no}:1:i:3")
    assert told.alert
    assert "同一商品同一问题另有工单" in told.text
    assert "超过购买数量" in told.text
    assert line_of(house, no).wish_amount == 2000  # what the other ticket leaves
    assert line_of(house, other).wish_amount == 2000
    assert set(lifecycle.must(house.tx, no).warnings) == {"claimed_again", "over_claimed:3"}
    tap(house, f"correct:{no}:1:i:1")
    assert lifecycle.must(house.tx, no).warnings == []


def test_what_is_decided_stays(house):
    no = filed(house, lines=House.lines() + House.lines(**EGGS))
    tap(house, f"approve:{no}:1")
    told = tap(house, f"correct:{no}:1:p:late")
    assert told.alert
    assert "已经决定" in told.text
    assert not tap(house, f"correct:{no}:2:p:late").alert
    tap(house, f"approve:{no}")
    assert "不能更正" in tap(house, f"correct:{no}:2:p:damaged_package").text
    assert [one[0] for one in put_right(house, no)] == [2]


def test_what_is_on_offer_waits_for_the_answer(house):
    no = filed(house)
    tap(house, f"change:{no}:1:resend")
    assert line_of(house, no).state == "offered"
    assert "已向客户提出方案" in tap(house, f"correct:{no}:1:p:late").text
    tap(house, f"correct:{no}")
    assert set(shown(house, no)) == {"❗ 严重", "🚨 食品安全"}


def test_only_the_owner_or_a_supervisor_corrects(house):
    no = filed(house, pick=False)
    assert "先接手" in tap(house, f"correct:{no}:1:p:late", **BOSS).text
    tap(house, f"pick:{no}")
    assert "小林" in tap(house, f"correct:{no}:1:p:late", **AJIE).text
    assert put_right(house, no) == []
    assert not tap(house, f"correct:{no}:1:p:late", **BOSS).alert
    assert corrections.of_ticket(house.tx, no)[0].by == "agent:telegram:79"


# how serious


def test_every_agent_may_call_it_worse_and_a_supervisor_milder(house):
    no = filed(house)
    assert not tap(house, f"correct:{no}::s:safety").alert
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.severity, ticket.rank) == ("safety", 0)
    assert "食品安全" in card(house, no).splitlines()[0]
    tap(house, f"correct:{no}")
    assert "不严重" not in shown(house, no)
    assert "主管" in says(house, no, "不严重").text
    assert lifecycle.must(house.tx, no).severity == "safety"
    assert not says(house, no, "不严重", **BOSS).alert
    ticket = lifecycle.must(house.tx, no)
    assert (ticket.severity, ticket.rank) == ("normal", 3)
    assert put_right(house, no) == [(None, "severity", "normal", "safety"), (None, "severity", "safety", "normal")]
    assert "何姐 更正 严重程度：食品安全 → 普通" in card(house, no)


def test_a_type_that_the_policy_takes_to_be_serious_raises_the_ticket(house):
    no = filed(house)
    told = tap(house, f"correct:{no}:1:p:illness")
    assert told.alert
    assert "升级为食品安全" in told.text
    assert lifecycle.must(house.tx, no).rank == 0
    says(house, no, "普通", **BOSS)
    assert not tap(house, f"correct:{no}:1:q:1").alert  # what made it serious was there before
    assert lifecycle.must(house.tx, no).severity == "normal"


def raised(house: House, **facts):
    draft = house.draft(lines=House.lines(), severity="major", why="major", **facts)
    no = filing.raise_ticket(house.tx, draft, why="major", context=house.context)
    talk = claim.Talk(claims=(replace(draft.claim, ticket_no=no),))
    conversations.save(house.tx, draft.conversation_id, claim.to_json(talk), now=house.now)
    tap(house, f"pick:{no}")
    return no, draft


def test_what_was_made_milder_is_not_raised_by_the_same_words_again(house):
    no, draft = raised(house)
    tap(house, f"correct:{no}::s:normal", **BOSS)
    kept = claim.from_json(conversations.by_id(house.tx, draft.conversation_id).talk)
    filing.fill(house.tx, no, replace(draft, claim=kept.claims[0]), house.context)
    assert lifecycle.must(house.tx, no).severity == "normal"


def test_milder_stays_when_the_order_becomes_known_and_new_words_raise_it(house):
    def severity() -> tuple[str, str | None]:
        ticket = lifecycle.must(house.tx, no)
        return ticket.severity, ticket.order_no

    def writes(text: str) -> None:
        house.later(seconds=30)
        message = Inbound(key=text, channel="telegram", account="1001", at=house.now, text=text, name="李婷")
        intake.turn(house.tx, message, house.context)

    writes("吃了你们的东西上吐下泻去医院了")
    no = house.tx.execute(select(t.tickets.c.no)).scalar_one()
    tap(house, f"pick:{no}")
    tap(house, f"correct:{no}::s:normal", **BOSS)
    writes("KT260612-0003 尾号2231")
    assert severity() == ("normal", "KT260612-0003")
    writes("孩子又拉肚子发烧送急诊了")
    assert severity() == ("safety", "KT260612-0003")


# a ticket that its draft goes on filling


def test_the_draft_does_not_undo_what_was_put_right(house):
    no, draft = raised(house)
    tap(house, f"correct:{no}:1:p:shortage_missing")
    tap(house, f"correct:{no}:1:q:3")
    more = replace(draft, lines=House.lines(wish="resend", amount=None) + House.lines(**EGGS))
    filing.fill(house.tx, no, more, house.context)
    first, second = ticket_lines.of_ticket(house.tx, no)
    assert (first.problem, first.quantity, first.wish, first.wish_amount) == ("shortage_missing", "3", "resend", None)
    assert second.item == "鸡蛋"


def test_what_the_bot_had_not_read_at_all_is_read_by_the_agent(house):
    said = ((WRITTEN.isoformat(), "草莓怎么这个样子啊"), (START.isoformat(), "喂"))
    no = filing.raise_ticket(house.tx, house.draft(lines=(), said=said), why="misses", context=house.context)
    for key, at, (_, text) in zip("ab", (WRITTEN, START), said, strict=True):
        conversations.note(house.tx, key, at=at, kind="text", text=text, conversation_id=1)
    tap(house, f"pick:{no}")
    tap(house, f"correct:{no}")
    assert [label for label in shown(house, no) if "." in label] == ["1. 草莓", "2. 鸡蛋", "3. 葡萄"]
    tap(house, f"correct:{no}:o1")
    tap(house, shown(house, no)["腐烂变质"])
    line = line_of(house, no)
    assert (line.item, line.problem, line.heard_at) == ("草莓", "quality_spoiled", WRITTEN)
    (one,) = corrections.of_ticket(house.tx, no)
    assert (one.was, one.now, list(one.messages)) == ("", "quality_spoiled", ["a"])


def test_the_row_refers_to_the_message_the_claim_was_read_from(house):
    conversations.note(house.tx, "m1", at=WRITTEN, kind="text", text="草莓坏了2盒", conversation_id=house.talk())
    no = filed(house)
    tap(house, f"correct:{no}:1:p:late")
    tap(house, f"correct:{no}::s:major")
    assert [list(one.messages) for one in corrections.of_ticket(house.tx, no)] == [["m1"], ["m1"]]


def test_a_corrected_message_is_an_example_after_the_decision(house):
    no = filed(house)
    tap(house, f"correct:{no}:1:p:shortage_missing")
    tap(house, f"correct:{no}:1:q:3")
    assert corrections.examples(house.tx) == []
    tap(house, f"approve:{no}")
    (one,) = corrections.examples(house.tx)
    assert (one.text, one.codes, one.corrected, one.at) == ("草莓坏了2盒", ("shortage_missing",), True, WRITTEN)

"""An opinion fills what is open, contradicts nothing that was read, and makes nothing milder."""

from __future__ import annotations

import gc
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_orders import ORDERS, goods, listed, order_of, said

from handlers.messages.codes import PROBLEMS, REMEDIES, SEVERITIES, strongest
from handlers.nlu.models.llm_overlay import CHATS, LIFE, MARK, TEXTS, Opinion, Opinions, Told, is_open, laid, laid_line
from storage.orders import Order, OrderLine

BERRIES = order_of("3")  # four boxes of strawberries, one tray of eggs
NUMBER = BERRIES.order_no


def told(problem="quality_spoiled", line=1, order=NUMBER, **more):
    return Told(order_no=order, line_no=line, problem=problem, **more)


def over(text, *claims, orders=(BERRIES,), severity="normal"):
    return laid(said(text, *orders), Opinion(claims=claims, severity=severity), orders)


def test_what_reads_as_nothing_becomes_claims():
    after = over("跟广播体操似的伸胳膊踢腿呢", told(quantity=Fraction(2), remedy="refund"))
    (claim,) = after.claims
    assert (claim.order_no, claim.line_no, claim.sku) == (NUMBER, 1, "草莓-sku")
    assert (claim.problems, claim.quantity, claim.unit, claim.remedy) == (("quality_spoiled",), 2, "盒", "refund")
    assert claim.certain
    assert after.remedies == ("refund",)
    assert after.aided == (f"item={NUMBER}#1", "problem=quality_spoiled", "quantity=2", "remedy=refund")
    assert claim.evidence[MARK] == " ".join(after.aided)


def test_a_problem_is_filled_in_beside_an_item_and_a_count_that_were_read():
    before = said("草莓两盒都跟广播体操似的", BERRIES)
    assert [(c.line_no, c.quantity, c.problems) for c in before.claims] == [(1, 2, ())]
    (claim,) = over("草莓两盒都跟广播体操似的", told(quantity=Fraction(4))).claims
    assert (claim.line_no, claim.quantity, claim.problems) == (1, 2, ("quality_spoiled",))
    assert "quantity" not in claim.evidence[MARK]


def test_an_item_is_filled_in_beside_a_problem_that_was_read():
    before = said("打开一股怪味道孩子都躲着走", BERRIES)
    assert [(c.line_no, c.certain) for c in before.claims] == [(None, False)]
    (claim,) = over("打开一股怪味道孩子都躲着走", told(line=2)).claims
    assert (claim.line_no, claim.certain, claim.problems) == (2, True, before.claims[0].problems)


@pytest.mark.parametrize(
    ("text", "opinion"),
    [
        ("草莓坏了2盒要退款", told("late", 2, quantity=Fraction(1), remedy="resend")),
        ("草莓坏了2盒要退款", told("late", 1)),
        ("草莓坏了2盒要退款", told("quality_spoiled", 1, quantity=Fraction(4), remedy="resend")),
        ("鸡蛋碎了3个", told("quality_spoiled", 1)),
    ],
)
def test_what_was_read_stays_as_it_is(text, opinion):
    before = said(text, BERRIES)
    after = over(text, opinion)
    assert after == before


def test_a_named_item_that_is_in_no_order_is_not_turned_into_another():
    before = said("车厘子不行", BERRIES)
    assert not before.claims[0].certain
    assert over("车厘子不行", told("quality_spoiled", 1)).claims == before.claims


def test_of_two_that_fit_only_these_may_be_chosen():
    grapes = goods("阳光玫瑰葡萄", "巨峰葡萄", "鸡蛋")
    before = said("葡萄烂了一半", grapes)
    assert len(before.claims[0].candidates) == 2
    by = {"orders": (grapes,)}
    (chosen,) = over("葡萄烂了一半", told("quality_spoiled", 2, order=grapes.order_no), **by).claims
    assert (chosen.line_no, chosen.certain, chosen.candidates) == (2, True, ())
    (left,) = over("葡萄烂了一半", told("quality_spoiled", 3, order=grapes.order_no), **by).claims
    assert (left.line_no, left.certain) == (None, False)


def test_of_two_people_only_the_one_who_is_meant_gets_a_problem_without_an_item():
    for text in ("3号草莓和5号车厘子 跟广播体操似的", "3号李婷 5号老陈 后者跟广播体操似的"):
        before = listed(text)
        opinion = Opinion(claims=(told("late", None, order=order_of("5").order_no),))
        after = laid_line(before, 1, opinion, ORDERS)
        for claim in after.claims:
            assert claim.problems == (("late",) if claim.pickup_no == "5" else ()), text
        assert any(claim.pickup_no == "5" for claim in after.claims)


def test_an_order_that_contradicts_the_person_named_fills_nothing():
    before = said("小周的酸奶跟广播体操似的", *ORDERS)
    for line in (None, 1):
        after = laid(before, Opinion(claims=(told("late", line, order=order_of("5").order_no),)), ORDERS)
        assert after.claims == before.claims
    base = said("小周那个跟广播体操似的伸胳膊踢腿", *ORDERS)
    assert base.customer and not base.claims
    for line in (None, 1):
        assert laid(base, Opinion(claims=(told("late", line),)), ORDERS).claims == ()


def test_without_an_item_only_the_one_open_claim_is_filled():
    text = "草莓跟鸡蛋 都是那种广播体操"
    before = said(text, BERRIES)
    assert [(one.line_no, one.problems) for one in before.claims] == [(1, ()), (2, ())]
    for order in (NUMBER, None):
        assert over(text, told("late", None, order=order)).claims == before.claims
    both = over(text, told("late", 1), told("quality_other", None))
    assert [one.problems for one in both.claims] == [("late",), ()]  # the other may be told of the berries too
    (one,) = over("草莓两盒都跟广播体操似的", told("late", None, order=None)).claims
    assert (one.line_no, one.problems) == (1, ("late",))


def test_severity_rises_and_never_falls():
    assert over("隔壁跟广播体操似的吵了一宿", severity="safety").severity == "safety"
    assert "severity=safety" in over("隔壁跟广播体操似的吵了一宿", severity="safety").aided
    for mild in ("normal", "major"):
        assert over("吃完上吐下泻，去医院了", severity=mild).severity == "safety"
    assert over("吃完上吐下泻，去医院了", severity="normal").aided == ()


def test_a_refused_wish_is_not_brought_back():
    after = over("不要退款，跟广播体操似的伸胳膊踢腿呢", told(remedy="refund"))
    assert "refund" not in after.remedies


def test_a_problem_without_the_item_it_needs_is_asked_about():
    (claim,) = over("跟广播体操似的伸胳膊踢腿呢", told(line=None)).claims
    assert (claim.line_no, claim.certain, claim.problems) == (None, False, ("quality_spoiled",))


def test_without_any_order_a_problem_is_all_that_can_be_told():
    (claim,) = over("跟广播体操似的伸胳膊踢腿呢", told(line=None, order=None, remedy="refund"), orders=()).claims
    assert (claim.order_no, claim.line_no, claim.problems, claim.certain) == (None, None, ("quality_spoiled",), True)


TOLD = st.builds(
    lambda place, problem, quantity, remedy: Told(
        order_no=place[0], line_no=place[1], problem=problem, quantity=quantity, remedy=remedy
    ),
    st.sampled_from(
        [(None, None), *((o.order_no, n) for o in ORDERS[:3] for n in (None, *(line.line_no for line in o.lines)))]
    ),
    st.none() | st.sampled_from(PROBLEMS),
    st.none() | st.sampled_from(["all", "half", Fraction(1), Fraction(2), Fraction(4), Fraction(900)]),
    st.none() | st.sampled_from(REMEDIES),
)
OPINIONS = st.builds(Opinion, claims=st.lists(TOLD, max_size=4).map(tuple), severity=st.sampled_from(SEVERITIES))
TEXTS_READ = (
    "草莓坏了2盒要退款", "草莓两盒都跟广播体操似的", "打开一股怪味道孩子都躲着走", "跟广播体操似的伸胳膊踢腿呢",
    "鸡蛋碎了3个，草莓也坏了", "3号草莓坏了", "吃完上吐下泻", "葡萄不行", "不要了", "5号 蔫了 8号 草莓没法吃",
    "已经退了吧？", "全都趴窝了根本没法入口", "小周的酸奶鼓包了",
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(TEXTS_READ), OPINIONS, st.integers(0, 3))
def test_nothing_certain_is_contradicted_whatever_is_told(text, opinion, many):
    orders = tuple(ORDERS[:many])
    before = said(text, *orders)
    after = laid(before, opinion, orders)
    known = {(order.order_no, line.line_no): line for order in orders for line in order.lines}
    assert strongest(after.severity, before.severity) == after.severity
    assert after.signals == before.signals and after.refused_remedies == before.refused_remedies
    if before.remedies:
        assert after.remedies == before.remedies
    for old, new in zip(before.claims, after.claims, strict=bool(before.claims)):
        for name in ("line_no", "order_no", "quantity", "remedy", "received", "pickup_no", "customer"):
            assert getattr(old, name) in (None, getattr(new, name))
        assert old.problems in ((), new.problems)
        assert new.certain or not old.certain
        assert is_open(old) or {**new.evidence, MARK: ""} == {**old.evidence, MARK: new.evidence.get(MARK, "")} | {
            MARK: ""
        }
    for new in after.claims:
        line = known.get((new.order_no, new.line_no)) if new.line_no else None
        assert new.line_no is None or line is not None
        if "quantity=" in new.evidence.get(MARK, "") and line and isinstance(new.quantity, Fraction):
            assert new.quantity <= line.quantity


def fits(told, claim):
    """Tell anew, without the code's own words, whether what was told may be said of a claim."""
    order = next((one for one in ORDERS if one.order_no == told.order_no), None)
    if order is None:
        return told.line_no is None
    if claim.order_no not in (None, order.order_no) or claim.pickup_no not in (None, order.participate_no):
        return False
    if not (claim.order_no or claim.pickup_no) and claim.customer not in (None, order.buyer_name):
        return False
    return not claim.candidates or any(number == order.order_no for number, _ in claim.candidates)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(TEXTS_READ), OPINIONS, st.integers(0, 3))
def test_what_is_filled_was_told_of_its_order_and_of_no_other_claim(text, opinion, many):
    orders = tuple(ORDERS[:many])
    before = said(text, *orders)
    after = laid(before, opinion, orders)
    olds = before.claims or tuple(before.person() for _ in after.claims)
    for old, new in zip(olds, after.claims, strict=True):
        if any(what in new.evidence.get(MARK, "") for what in ("item=", "problem=", "quantity=", "remedy=")):
            meant = [one for one in opinion.claims if fits(one, old)]
            places = [sum(is_open(claim) and fits(one, claim) for claim in before.claims) for one in meant]
            assert any(one.line_no or place < 2 for one, place in zip(meant, places, strict=True)), (text, opinion)


def test_a_line_of_a_list_is_filled_by_itself():
    text = "3号 草莓坏了2盒\n8号 酸奶那组喝着不对味说不上来\n12号 桃子不行"
    before = listed(text)
    eight = order_of("8")
    opinion = Opinion(claims=(told("quality_spoiled", 2, order=eight.order_no),))
    after = laid_line(before, 2, opinion, ORDERS)
    assert [c for c in after.claims if c.line != 2] == [c for c in before.claims if c.line != 2]


def test_a_person_named_without_a_problem_gets_one():
    text = "3号 草莓坏了2盒\n5号 说跟广播体操似的\n"
    before = listed(text)
    assert [one.pickup_no for one in before.named] == ["5"] and len(before.ignored) == 1
    five = order_of("5")
    after = laid_line(before, 2, Opinion(claims=(told("quality_other", 1, order=five.order_no),)), ORDERS)
    assert [(c.line, c.pickup_no, c.problems, c.certain) for c in after.claims] == [
        (1, "3", ("quality_spoiled",), True),
        (2, "5", ("quality_other",), True),
    ]
    assert after.named == () and after.ignored == ()
    foreign = laid_line(before, 2, Opinion(claims=(told("quality_other", 1, order=NUMBER),)), ORDERS)
    assert foreign == before


def test_what_is_serious_about_a_line_that_names_a_person_alone_is_raised():
    text = "3号 草莓坏了2盒\n5号 说跟广播体操似的\n8号 酸奶胀包1杯"
    before = listed(text)
    assert before.severity == "normal" and [one.pickup_no for one in before.named] == ["5"]
    after = laid_line(before, 2, Opinion(severity="safety"), ORDERS)
    assert after.severity == "safety"
    assert [(one.line, one.pickup_no, one.severity, one.problems) for one in after.claims][1] == (2, "5", "safety", ())
    assert [one.severity for one in after.claims] == ["normal", "safety", "normal"]
    assert after.claims[1].evidence[MARK] == "severity=safety"
    assert after.named == () and all(one.line != 2 for one in after.ignored)
    assert laid_line(before, 2, Opinion(), ORDERS) == before
    assert laid_line(before, 4, Opinion(severity="safety"), ORDERS) == before  # a line that says nothing of anyone


def test_of_several_people_of_a_line_all_are_raised():
    before = listed("5号老陈 8号小周 那个广播体操似的")
    assert len(before.named) == 2 or len(before.claims) == 2
    after = laid_line(before, 1, Opinion(severity="safety"), ORDERS)
    assert {(one.pickup_no, one.severity) for one in after.claims} == {("5", "safety"), ("8", "safety")}
    one = Opinion(severity="safety", claims=(told("late", 1, order=order_of("8").order_no),))
    after = laid_line(before, 1, one, ORDERS)
    assert {(c.pickup_no, c.severity, c.problems) for c in after.claims} == {
        ("5", "safety", ()),
        ("8", "safety", ("late",)),
    }


class Clock:
    """Monotonic seconds, as told."""

    now = 1000.0

    def __call__(self):
        return self.now


def held(thing, seen=None):
    """Everything that an object holds, however deep."""
    seen = {} if seen is None else seen
    if id(thing) not in seen and not isinstance(thing, (type, int, float)):
        seen[id(thing)] = thing
        for inner in gc.get_referents(thing):
            held(inner, seen)
    return list(seen.values())


def test_neither_texts_nor_orders_are_kept():
    opinions = Opinions(Clock())
    opinions.keep("telegram:1", "草莓坏了我是李婷", [BERRIES], Opinion(claims=(told(),)))
    kept = held(opinions._chats)
    assert any(isinstance(one, Opinion) for one in kept)
    assert not [one for one in kept if isinstance(one, (Order, OrderLine)) or one == "草莓坏了我是李婷"]


def test_an_opinion_is_forgotten_after_some_minutes():
    clock, found = Clock(), Opinion(severity="major")
    opinions = Opinions(clock)
    opinions.keep("a", "x", (), found)
    clock.now += LIFE - 1
    opinions.keep("b", "x", (), found)
    assert opinions.find("a", "x", ()) is found
    clock.now += 1
    assert opinions.find("a", "x", ()) is None
    opinions.keep("b", "y", (), found)
    assert list(opinions._chats) == ["b"] and len(opinions._chats["b"]) == 2
    clock.now += LIFE - 1
    opinions.keep("b", "z", (), found)
    assert len(opinions._chats["b"]) == 2  # y and z


def test_opinions_are_for_one_chat_one_text_and_the_same_orders():
    opinions, found = Opinions(Clock()), Opinion(claims=(told(),))
    opinions.keep("telegram:1", "草莓", [BERRIES], found)
    assert opinions.find("telegram:1", "草莓", (BERRIES,)) is found
    assert opinions.find("telegram:2", "草莓", (BERRIES,)) is None
    assert opinions.find("telegram:1", "草莓 ", (BERRIES,)) is None
    assert opinions.find("telegram:1", "草莓", ()) is None
    assert opinions.find("telegram:1", "草莓", (BERRIES, order_of("5"))) is None


def test_the_memory_is_bounded():
    opinions = Opinions(Clock())
    for chat in range(CHATS + 5):
        for text in range(TEXTS + 5):
            opinions.keep(str(chat), str(text), (), Opinion(severity="major"))
    assert opinions.find("0", str(TEXTS + 4), ()) is None
    assert opinions.find(str(CHATS + 4), "0", ()) is None
    assert opinions.find(str(CHATS + 4), str(TEXTS + 4), ()) is not None

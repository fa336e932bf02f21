"""Attackers who guess the phone tails that prove other people's orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from one_chat import played
from playing import ZONE, Direct, World
from sqlalchemy import select

from handlers.claims.claim import COMPARISONS
from storage import order_guard
from storage import tables as t
from storage.imports.taking import upsert
from storage.orders import Order, OrderLine

NOW = datetime(2026, 6, 12, 19, 10, tzinfo=ZONE)
ORDER, TAIL = "KT260612-0003", "2231"  # 李婷's, pickup number 3
LETTER = "你好 我的草莓坏了"


@pytest.fixture
def world() -> Iterator[World]:
    with played(NOW, staffed=True) as world:
        yield world


def bound(world: World) -> set[str]:
    with world.write() as tx:
        where = t.conversations.c.customer_id.is_not(None)
        return set(tx.execute(select(t.conversations.c.account).where(where)).scalars())


def say(world: World, who: str, text: str, seconds: float = 4) -> str:
    heard = len(world.phones[who])
    Direct(world).text(who, text)
    world.until(world.now + timedelta(seconds=seconds))
    return "\n".join(seen.text for seen in world.phones[who][heard:])


def test_of_many_tails_in_one_message_one_counts(world: World) -> None:
    tails = [f"{number:04d}" for number in range(2200, 2300)]
    for start in range(0, len(tails), 25):
        say(world, "mallory", f"{ORDER} " + " ".join(f"尾号{tail}" for tail in tails[start : start + 25]))
    assert TAIL in tails
    assert bound(world) == set()


def test_of_many_numbers_in_one_message_three_count(world: World) -> None:
    told = say(world, "mallory", " ".join(f"{number}号" for number in range(3, 36)) + " 尾号0408")  # 8 is 小周's
    assert bound(world) == set()
    assert "小周" not in told and "鸡蛋" not in told


def test_ranges_of_pickup_numbers_list_nobody(world: World) -> None:
    told = say(world, "mallory", "1-99号 100-199号 都坏了 尾号2231 尾号0408")
    assert bound(world) == set()
    assert not any(name in told for name in ("李婷", "小周", "草莓", "鸡蛋"))


def test_a_button_that_was_never_shown_opens_nothing_and_its_words_count(world: World) -> None:
    door = Direct(world)
    say(world, "mallory", LETTER)
    for number in range(20):
        say(world, "mallory", f"尾号{2220 + number}", 2)
        door.tap("mallory", f"order:{ORDER}")
        world.until(world.now + timedelta(seconds=4))
    assert bound(world) == set()
    assert not any("草莓300g" in seen.text or "6月12日" in seen.text for seen in world.phones["mallory"])


def test_five_wrong_tails_lock_the_account_however_they_come(world: World) -> None:
    for tail in ("0001", "0002", "0003", "0004"):
        assert "暂停查询" not in say(world, "mallory", f"{ORDER} 尾号{tail}")
    assert "暂停查询" in say(world, "mallory", f"{ORDER} 尾号0005")
    say(world, "mallory", f"{ORDER} 尾号{TAIL}")  # right, and too late
    assert bound(world) == set()


def test_a_wrong_number_beside_a_right_one_counts(world: World) -> None:
    say(world, "mallory", "8号 12号 尾号0408")
    with world.write() as tx:
        talk = tx.execute(select(t.conversations.c.talk).where(t.conversations.c.account == "mallory")).scalar_one()
    assert talk["tried"] == ["12/0408"]


def test_a_hundred_accounts_find_no_tail_in_a_year(world: World) -> None:
    """The order closes after ten failures of any accounts, and opens again for a person only."""
    world.bind("李婷", "13800002231", "李婷")
    tried = 0
    for account in range(100):
        for _ in range(4):
            say(world, f"mallory{account}", f"{ORDER} 尾号{tried:04d}", 1)
            tried += 1
    with world.write() as tx:
        assert order_guard.closed(tx, [ORDER]) == {ORDER}
        tries = tx.execute(select(t.order_guards.c.tries).where(t.order_guards.c.order_no == ORDER)).scalar_one()
    assert tries == 10  # of 10,000 tails, and no more until a person has proved the buyer
    say(world, "late", f"{ORDER} 尾号{TAIL}")
    assert bound(world) == {"李婷"}
    owner = [seen.text for seen in world.phones["李婷"]]
    assert sum(ORDER in text for text in owner) == 1  # told once
    assert sum("试错手机尾号" in text for text in [posted.text for posted in world.desk.posted]) == 1


def test_who_is_bound_already_goes_on_while_strangers_guess(world: World) -> None:
    world.bind("李婷", "13800002231", "李婷")
    for number in range(12):
        say(world, f"mallory{number}", f"{ORDER} 尾号{number:04d}", 1)
    assert "草莓" in say(world, "李婷", "3号 草莓坏了2盒")


def test_a_day_later_old_failures_count_no_more(world: World) -> None:
    for number in range(9):
        say(world, f"mallory{number}", f"{ORDER} 尾号{number:04d}", 1)
    world.until(world.now + timedelta(hours=25))
    for number in range(9):
        say(world, f"trent{number}", f"{ORDER} 尾号{number:04d}", 1)
    with world.write() as tx:
        assert order_guard.closed(tx, [ORDER]) == frozenset()
    say(world, "friend", f"{ORDER} 尾号{TAIL}")
    assert bound(world) == {"friend"}


# one tail sprayed over many orders

ACCOUNTS, YEARS = 100, 1
TAILS = 10_000


def shelf(world: World, *, count: int, pickup: str = "", site: str = "Z99") -> list[str]:
    """Store orders of as many buyers, whose tails run from 5000 on; return their numbers."""
    line = OrderLine(line_no=1, item="草莓", quantity=1, unit="盒", paid=1990)
    numbers = [f"KT260612-{number:04d}" for number in range(5000, 5000 + count)]
    stored = [
        Order(order_no=no, lines=(line,), site_no=site, participate_no=pickup, buyer_phone=f"1390000{no[-4:]}",
              buyer_name="买家", placed_at=NOW - timedelta(hours=30 - number / 100))
        for number, no in enumerate(numbers)
    ]  # fmt: skip
    with world.write() as tx:
        upsert(tx, stored, now=NOW)
    return numbers


def test_an_account_compares_one_tail_with_so_many_orders_in_a_year_however_slowly(world: World) -> None:
    """4 tries each 11 minutes never lock for half an hour, and spread over orders they close none."""
    numbers, most = shelf(world, count=70), COMPARISONS
    for place, number in enumerate(numbers):
        say(world, "mallory", f"{number} 尾号0000", 11 * 60 / 4)
        if place == most - 1:
            say(world, "mallory", "我等一下", 24 * 3600)
    with world.write() as tx:
        tried = tx.execute(select(t.order_guards).where(t.order_guards.c.order_no.in_(numbers))).all()
    assert len(tried) == most
    world.until(NOW + timedelta(days=300))
    say(world, "mallory", f"{numbers[-1]} 尾号{numbers[-1][-4:]}")  # right, and too late for this account
    assert bound(world) == set()


def test_a_hundred_accounts_that_spray_one_tail_find_none_in_a_year() -> None:
    """Expected finds of 100 accounts: 100 x 50 comparisons x 1/10,000 = 0.5 in a year, so one in two years."""
    assert order_guard.REACH <= COMPARISONS  # not even the first try of an account goes beyond
    assert TAILS / (ACCOUNTS * COMPARISONS) > YEARS


def test_a_pickup_number_that_many_orders_have_is_tried_once(world: World) -> None:
    numbers = shelf(world, count=80, pickup="77")
    say(world, "mallory", "77号 尾号0000")
    say(world, "mallory", "77号 尾号0001")
    with world.write() as tx:
        tried = dict(tx.execute(select(t.order_guards.c.order_no, t.order_guards.c.tries)).all())
    assert {number: tries for number, tries in tried.items() if number} == dict.fromkeys(numbers[-50:], 1)
    newest = numbers[-1]
    say(world, "honest", f"77号 尾号{newest[-4:]}")
    assert bound(world) == {"honest"}


def test_a_person_lifts_the_lock(world: World) -> None:
    shelf(world, count=80, pickup="77")
    say(world, "careless", "77号 尾号0000")
    told = say(world, "careless", "写错了 77号 尾号0001")
    assert "同事" in told and "暂停查询" in told
    world.desk.taps("A1", "接手")
    world.until(world.now + timedelta(seconds=5))
    world.desk.taps("A1", "解锁查单")
    world.until(world.now + timedelta(seconds=5))
    say(world, "careless", "77号 尾号5079")
    assert bound(world) == {"careless"}


def test_the_desk_hears_of_a_spray_once_a_day(world: World) -> None:
    numbers = shelf(world, count=120)
    for day in range(2):
        for place, number in enumerate(numbers):
            say(world, f"mallory{day}-{place // 4}", f"{number} 尾号000{day}", 1)
        world.until(NOW + timedelta(hours=25 * (day + 1)))
    told = [posted.text for posted in world.desk.posted if "远多于平常" in posted.text]
    assert len(told) == 2 and "100 次" in told[0]

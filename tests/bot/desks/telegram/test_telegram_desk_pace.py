from __future__ import annotations

import pytest

from bot.desks.telegram.rate_limit import (
    BOARD,
    CARD,
    DUE_BOARD,
    KEPT_BOARD,
    KEPT_SAFETY,
    MAJOR,
    MOST,
    PICKED,
    RELAY,
    SAFETY,
    Pace,
)


class Time:
    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def pace(time):
    return Pace(now=time)


REST = MOST - KEPT_SAFETY - KEPT_BOARD


def go(pace, rank, count, name="box"):
    return sum(pace.ask(f"{name}{number}", rank) == 0 for number in range(count))


def test_the_rest_leaves_room_for_safety_and_board(pace):
    assert go(pace, CARD, 30) == REST
    assert go(pace, SAFETY, 30, "safety") == KEPT_SAFETY
    assert go(pace, DUE_BOARD, 30, "board") == KEPT_BOARD


def test_safety_takes_what_the_others_do_not_use_but_never_the_boards(pace):
    assert go(pace, SAFETY, 30) == MOST - KEPT_BOARD
    assert go(pace, CARD, 30, "card") == 0
    assert go(pace, BOARD, 30, "board") == KEPT_BOARD


def test_never_more_than_twenty_in_any_minute(pace, time):
    went = []
    ranks = (CARD, SAFETY, RELAY, DUE_BOARD, MAJOR, PICKED)
    for step in range(4000):
        rank = ranks[step % len(ranks)]
        if pace.ask(f"{rank}:{step % 97}", rank) == 0:
            went.append(time.at)
        time.at += 0.05
    assert len(went) > 60
    assert all(later - earlier > 60 for earlier, later in zip(went, went[MOST:], strict=False))


def order_of(pace, time, asked):
    """Who goes when, if everyone comes back as told: `asked` in the order in which they first came."""
    due, went = dict.fromkeys(asked, 0.0), []
    ranks = dict(asked)
    while due:
        time.at += 0.5
        for name, rank in [each for each in due if due[each] <= time.at]:
            seconds = pace.ask(name, ranks[name])
            due[name, rank] = time.at + seconds
            if not seconds:
                went.append(name)
                del due[name, rank]
    return went


def slowly(pace, time, count):
    """Use the rest up, two seconds apart, so that room comes back one by one."""
    for number in range(count):
        assert pace.ask(f"used{number}", CARD) == 0
        time.at += 2


def test_what_is_more_urgent_goes_first_however_late_it_came(pace, time):
    slowly(pace, time, REST)
    asked = [("card", CARD), ("picked", PICKED), ("relay", RELAY), ("major", MAJOR)]
    assert order_of(pace, time, asked) == ["major", "relay", "picked", "card"]


def test_of_equals_the_first_keeps_its_place(pace, time):
    slowly(pace, time, REST)
    names = [f"card{number}" for number in range(6)]
    assert order_of(pace, time, [(name, CARD) for name in names]) == names


def test_who_does_not_come_back_loses_the_place(pace, time):
    go(pace, CARD, REST)
    pace.ask("lost", MAJOR)
    time.at += 62
    assert go(pace, CARD, REST, "new") == REST


def test_the_wait_is_told_and_holds(pace, time):
    go(pace, CARD, REST)
    time.at += 55
    seconds = pace.ask("card", CARD)
    assert 5 < seconds < 7
    time.at += seconds + 0.01
    assert pace.ask("card", CARD) == 0


def test_an_operation_of_several_parts_waits_for_all(pace):
    assert go(pace, CARD, REST - 1) == REST - 1
    assert pace.ask("two", CARD, 2) > 0
    assert pace.still("two") > 0
    assert pace.still("nobody") == 0


def test_a_hold_stops_everything(pace, time):
    pace.hold(30)
    assert pace.ask("safety", SAFETY) > 0
    time.at += 31
    assert pace.ask("safety", SAFETY) == 0

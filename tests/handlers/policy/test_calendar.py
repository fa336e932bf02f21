from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from policy_samples import group_buy

from handlers.policy import calendar
from handlers.policy.calendar import due, promised, staffed, staffed_from, within, working_day
from handlers.policy.policy import Duration, Policy


@pytest.fixture(scope="module")
def policy(tmp_path_factory) -> Policy:
    return group_buy(tmp_path_factory.mktemp("policies"))


def at(text):
    return datetime.fromisoformat(text + "+08:00")


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-06-12T19:12:10", "7wd", "2026-06-24T20:00:00"),  # over the Dragon Boat holiday of 19-21 June
        ("2026-06-14T23:05:00", "7wd", "2026-06-24T20:00:00"),  # approved on a Sunday
        ("2026-06-12T19:12:10", "1wd", "2026-06-15T20:00:00"),
        ("2026-06-18T00:00:00", "1wd", "2026-06-22T20:00:00"),
        ("2026-06-18T23:59:59", "1wd", "2026-06-22T20:00:00"),
        ("2026-02-13T12:00:00", "1wd", "2026-02-14T20:00:00"),  # a Saturday that is worked
        ("2026-02-14T12:00:00", "1wd", "2026-02-24T20:00:00"),  # before the Spring Festival
        ("2026-09-30T12:00:00", "2wd", "2026-10-09T20:00:00"),
        ("2026-10-09T12:00:00", "1wd", "2026-10-10T20:00:00"),  # a make-up Saturday
        ("2026-12-31T12:00:00", "1wd", "2027-01-01T20:00:00"),  # 2027 is not known: weekends alone
        ("2026-06-12T19:10:16", "24h", "2026-06-13T19:10:16"),
        ("2026-06-14T21:05:00", "72h", "2026-06-17T21:05:00"),
        ("2026-06-12T19:10:00", "3d", "2026-06-15T19:10:00"),
    ],
)
def test_due(policy, start, span, end):
    assert due(at(start), Duration.parse(span), policy) == at(end)


def test_the_starting_day_is_the_policys_not_the_servers(policy):
    late_in_utc = datetime(2026, 6, 14, 17, 0, tzinfo=UTC)  # already the 15th in Shanghai
    assert due(late_in_utc, Duration.parse("1wd"), policy) == at("2026-06-16T20:00:00")
    assert due(late_in_utc, Duration.parse("1h"), policy).isoformat() == "2026-06-15T02:00:00+08:00"


def test_own_days_go_before_the_official_ones(tmp_path):
    policy = group_buy(tmp_path, "[calendar]\nholidays = [2026-06-15, 2027-01-01]\nworkdays = [2026-06-20]\n")
    assert not working_day(date(2026, 6, 15), policy)
    assert working_day(date(2026, 6, 20), policy)
    assert due(at("2026-06-12T19:00:00"), Duration.parse("1wd"), policy) == at("2026-06-16T20:00:00")
    assert due(at("2026-12-31T12:00:00"), Duration.parse("1wd"), policy) == at("2027-01-04T20:00:00")


def test_a_day_may_end_at_another_hour(tmp_path):
    policy = group_buy(tmp_path, '[hours]\nday_end = "17:30"\n')
    assert due(at("2026-06-12T19:00:00"), Duration.parse("1wd"), policy) == at("2026-06-15T17:30:00")


def test_the_known_years_include_this_one_and_unknown_ones_are_told(tmp_path, policy):
    _, last = calendar.known_years()
    assert last >= 2026
    assert calendar.calendar_gap(date(last, 6, 1), policy) == ""
    assert f"known until {last}" in calendar.calendar_gap(date(last, 11, 20), policy)
    own = group_buy(tmp_path, f"[calendar]\nholidays = [{last + 1}-01-01]\n")
    assert calendar.calendar_gap(date(last, 11, 20), own) == ""


@pytest.mark.parametrize(
    ("start", "clock", "end"),
    [
        ("2026-06-12T19:10:00", "human_first_response", "2026-06-12T19:40:00"),
        ("2026-06-12T21:59:59", "human_first_response", "2026-06-12T22:29:59"),
        ("2026-06-12T22:00:00", "human_first_response", "2026-06-13T08:30:00"),
        ("2026-06-13T03:00:00", "human_first_response", "2026-06-13T08:30:00"),
        ("2026-06-13T03:00:00", "major_human_response", "2026-06-13T03:05:00"),
        ("2026-06-13T03:00:00", "page_everyone", "2026-06-13T03:04:00"),
        ("2026-06-12T19:10:00", "review_notice", "2026-06-13T19:10:00"),
        ("2026-06-12T19:12:00", "refund_due", "2026-06-24T20:00:00"),
        ("2026-06-12T09:00:00", "return_by", "2026-06-15T20:00:00"),  # told as a day, so it lasts until its evening
        ("2026-06-12T23:30:00", "return_by", "2026-06-15T20:00:00"),
    ],
)
def test_promised(policy, start, clock, end):
    assert promised(at(start), clock, policy) == at(end)


def test_staffed_hours_may_run_over_midnight_or_round_the_clock(tmp_path):
    night = group_buy(tmp_path, '[hours]\nstaffed_from = "18:00"\nstaffed_to = "02:00"\n')
    assert [staffed(at(f"2026-06-12T{hour}:00"), night) for hour in ("17:59", "18:00", "01:59", "02:00")] == [
        False, True, True, False,
    ]  # fmt: skip
    assert staffed_from(at("2026-06-12T03:00:00"), night) == at("2026-06-12T18:00:00")
    always = group_buy(tmp_path, '[hours]\nstaffed_from = "00:00"\nstaffed_to = "00:00"\n')
    assert staffed(at("2026-06-12T03:00:00"), always)


def test_a_window_includes_its_last_moment(policy):
    pickup, window = at("2026-06-12T17:30:00"), policy.window("quality_spoiled", ("fresh",))
    assert within(pickup, pickup + timedelta(hours=24), window, policy)
    assert not within(pickup, pickup + timedelta(hours=24, microseconds=1), window, policy)
    assert within(pickup, pickup + timedelta(days=900), None, policy)


def test_times_without_a_zone_are_refused(policy):
    naive = datetime(2026, 6, 12, 19, 10)  # noqa: DTZ001 - that is the point
    for use in (lambda: due(naive, Duration.parse("1h"), policy), lambda: staffed(naive, policy)):
        with pytest.raises(ValueError, match="zone"):
            use()

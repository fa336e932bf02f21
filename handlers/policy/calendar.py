"""When something is due: calendar time, working days with Chinese holidays, staffed hours, claim windows."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from handlers.policy.policy import Duration, Policy

# These run only while people are there: what falls due at night is promised for the morning.
# Major claims and pages are not among them, they run round the clock.
STAFFED_CLOCKS = frozenset({"human_first_response"})
# These are told as days: they end when the working day of their last day ends.
WHOLE_DAYS = frozenset({"return_by"})
SATURDAY = 5
LONGEST = 366  # days looked through for a working day before the calendar must be nonsense


@cache
def known_years() -> tuple[int, int]:
    """Return the first and last year whose Chinese holidays and make-up days the holiday package knows."""
    from chinese_calendar import constants  # loaded when a working day is first asked for: 15 ms of tables

    years = {day.year for day in constants.holidays} & {day.year for day in constants.workdays}
    return min(years), max(years)


@cache
def _official(day: date) -> bool:
    """Return whether a day is worked in China; beyond the known years by weekends alone."""
    import chinese_calendar

    first, last = known_years()
    return bool(chinese_calendar.is_workday(day)) if first <= day.year <= last else day.weekday() < SATURDAY


def local_date(now: datetime, policy: Policy) -> date:
    """Return the day of the business at a time."""
    return now.astimezone(zone(policy)).date()


def working_day(day: date, policy: Policy) -> bool:
    """Return whether a day is worked: by the policy's own days, then the official calendar, then weekends."""
    if day in policy.calendar.holidays:
        return False
    return day in policy.calendar.workdays or _official(day)


def calendar_gap(day: date, policy: Policy) -> str:
    """Return a warning for the operator when working days of the coming 60 days are guessed from weekends; else ""."""
    last, year = known_years()[1], (day + timedelta(days=60)).year
    if year <= last or any(own.year == year for own in policy.calendar.holidays | policy.calendar.workdays):
        return ""
    return (
        f"Chinese holidays are known until {last}: update the package chinesecalendar, "
        f"or list the holidays and make-up days of {year} under [calendar] of the policy."
    )


def zone(policy: Policy) -> ZoneInfo:
    """Return the time zone in which the policy's days begin and end."""
    return ZoneInfo(policy.hours.timezone)


def due(start: datetime, duration: Duration, policy: Policy) -> datetime:
    """Return the moment at which a duration from `start` ends, in the policy's zone.

    Working days end at `day_end` of the last one; the starting day is not counted.
    """
    local = _aware(start).astimezone(zone(policy))
    if not duration.workdays:
        # through UTC, so that elapsed time stays elapsed time where clocks are put forward
        return (local.astimezone(UTC) + timedelta(seconds=duration.seconds)).astimezone(zone(policy))
    day = local.date()
    for _ in range(duration.workdays):
        day = _next_working_day(day, policy)
    return datetime.combine(day, policy.hours.day_end, zone(policy))


def promised(start: datetime, clock_name: str, policy: Policy, *, early: bool = False) -> datetime:
    """Return when a clock that starts now runs out; clocks of people wait for staffed hours.

    `early`: the first human answer comes as fast as to a major claim, but within staffed hours.
    """
    begins = staffed_from(start, policy) if clock_name in STAFFED_CLOCKS else start
    faster = early and clock_name == "human_first_response"
    ends = due(begins, policy.clocks["major_human_response" if faster else clock_name], policy)
    if clock_name in WHOLE_DAYS:
        return datetime.combine(ends.date(), policy.hours.day_end, zone(policy))
    return ends


def staffed(when: datetime, policy: Policy) -> bool:
    """Return whether people answer at this time of day."""
    first, last = policy.hours.staffed_from, policy.hours.staffed_to
    clock = _aware(when).astimezone(zone(policy)).time()
    if first < last:
        return first <= clock < last
    return first == last or clock >= first or clock < last


def staffed_from(when: datetime, policy: Policy) -> datetime:
    """Return the first moment from `when` on at which people answer."""
    local = _aware(when).astimezone(zone(policy))
    if staffed(when, policy):
        return local
    morning = _at(local.date(), policy.hours.staffed_from, policy)
    return morning if morning > local else _at(local.date() + timedelta(days=1), policy.hours.staffed_from, policy)


def staffed_due(start: datetime, seconds: float, policy: Policy) -> datetime:
    """Return the moment at which so much time has passed in which people are there."""
    at, left = staffed_from(start, policy), timedelta(seconds=seconds)
    if policy.hours.staffed_from == policy.hours.staffed_to:
        return due(start, Duration(seconds=seconds), policy)
    while (room := _staffed_until(at, policy) - at) < left:
        left -= room
        at = staffed_from(at + room, policy)
    return at + left


def _staffed_until(at: datetime, policy: Policy) -> datetime:
    """Return when people go home on the day of a staffed moment."""
    ends = _at(at.date(), policy.hours.staffed_to, policy)
    return ends if ends > at else _at(at.date() + timedelta(days=1), policy.hours.staffed_to, policy)


def within(start: datetime, when: datetime, duration: Duration | None, policy: Policy) -> bool:
    """Return whether `when` is inside a window from `start`, its last moment included; None is a window without end."""
    return duration is None or _aware(when) <= due(start, duration, policy)


def _aware(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError("a time without a zone cannot be counted from")
    return when


def _at(day: date, clock: time, policy: Policy) -> datetime:
    return datetime.combine(day, clock, zone(policy))


def _next_working_day(day: date, policy: Policy) -> date:
    for ahead in range(1, LONGEST):
        if working_day(later := day + timedelta(days=ahead), policy):
            return later
    raise ValueError(f"no working day within a year of {day}: see [calendar] of the policy")

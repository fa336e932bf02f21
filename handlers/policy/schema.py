"""What each key of a policy file may hold, and what is wrong with one that holds something else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from handlers.messages.codes import CLOCKS, COLLECTS, LANGUAGES, REMEDIES, SEVERITIES, TAGS
from handlers.messages.durations import Duration
from handlers.nlu.text.weights import fault

Path = tuple[str, ...]
Wrong = tuple[Path, str]
Kind = Callable[[Any], str]  # reason, or "" when the value is right

TOLD = frozenset({"no", "decision", "at"})  # what a template message of WeChat may say
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def text(value: object) -> str:
    """Accept a text that says something."""
    return "" if isinstance(value, str) and value.strip() else "must be a text in quotes"


def filling(value: Any) -> str:
    """Accept a text whose braces name what a template message may say."""
    try:
        names = {name for _, name, _, _ in Formatter().parse(value or "{}") if name is not None}
    except (TypeError, ValueError):
        names = {""}
    return "" if names <= TOLD else "must be a text that holds nothing in braces but {no}, {decision} or {at}"


def flag(value: object) -> str:
    """Accept true or false."""
    return "" if isinstance(value, bool) else "must be true or false"


def count(least: int, most: int) -> Kind:
    """Accept a whole number between two bounds, both included."""

    def kind(value: object) -> str:
        fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if fits else f"must be a whole number from {least} to {most}"

    return kind


def probability(value: object) -> str:
    """Accept a number from 0 to 1."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return "" if fits else "must be a number from 0 to 1, as 0.6"


def weights(value: object) -> str:
    """Accept weights as a stored policy holds them, or an empty text for none."""
    try:
        return "" if value == "" else fault(json.loads(str(value)))
    except ValueError:
        return "is no JSON: name a weights file by `weights` instead"


def sum_(value: object) -> str:
    """Accept yuan with up to two decimals, as text or number."""
    try:
        yuan = Decimal(str(value))
    except InvalidOperation:
        yuan = Decimal("NaN")
    fits = not isinstance(value, bool) and yuan.is_finite() and yuan >= 0 and yuan * 100 == int(yuan * 100)
    return "" if fits else 'must be yuan with at most two decimals, as "50.00"'


def duration(value: object) -> str:
    """Accept a duration."""
    if not isinstance(value, str):
        return 'must be a duration in quotes, as "24h" or "7wd"'
    try:
        Duration.parse(value)
    except ValueError as error:
        return str(error)
    return ""


def seconds(value: object) -> str:
    """Accept a duration that is not in working days."""
    return duration(value) or ("must not be in working days" if Duration.parse(str(value)).workdays else "")


def window(value: object) -> str:
    """Accept a duration or "always"."""
    return "" if value == "always" else duration(value)


def one_of(*allowed: str) -> Kind:
    """Accept one of these codes."""

    def kind(value: object) -> str:
        return "" if value in allowed else f"{value!r} is none of: {', '.join(allowed)}{guess(value, allowed)}"

    return kind


def list_of(inner: Kind) -> Kind:
    """Accept a list whose every item is right."""

    def kind(value: object) -> str:
        if not isinstance(value, list):
            return "must be a list in [ ]"
        twice = [item for place, item in enumerate(value) if item in value[:place]]
        return next(filter(None, map(inner, value)), f"names {twice[0]!r} twice" if twice else "")

    return kind


def pattern(value: object) -> str:
    """Accept a regular expression that compiles and asks for something."""
    if not isinstance(value, str):
        return "must be a text in quotes"
    try:
        finds_nothing = re.compile(value, re.ASCII).fullmatch("")
    except re.error as error:
        return f"{value!r} does not compile as a regular expression: {error}"
    return f"{value!r} matches an empty text" if finds_nothing else ""


def clock_time(value: object) -> str:
    """Accept an hour of the day."""
    try:
        fits = isinstance(value, str) and time.fromisoformat(value).tzinfo is None
    except ValueError:
        fits = False
    return "" if fits else 'must be a time of day in quotes, as "20:00"'


def day(value: object) -> str:
    """Accept a date, as TOML has it or in quotes."""
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return "must hold dates, as 2027-02-06"
    return ""


def zone(value: object) -> str:
    """Accept the name of a time zone."""
    try:
        ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f'{value!r} is no time zone, write as "Asia/Shanghai"'
    return ""


def table(value: object) -> str:
    """Accept a table, whatever it holds."""
    return "" if isinstance(value, Mapping) else "must be a table of keys, not one value"


def anything(_: object) -> str:
    """Accept whatever another part reads."""
    return ""


def guess(value: object, known: tuple[str, ...] | list[str]) -> str:
    """Suggest the known word that this one resembles."""
    near = get_close_matches(str(value), known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


LABELS = dict.fromkeys(LANGUAGES, text)
# "*" stands for a code that the file makes up
SHAPE: Mapping[str, Any] = {
    "extends": text,
    "policy": {
        "name": text,
        "title": LABELS,
        "activation": one_of("approve", "auto"),
        "problems": list_of(text),
    },
    "talk": {"quiet": seconds, "quiet_max": seconds, "misses": count(1, 10)},
    "identity": {"proof": one_of("phone_tail", "none"), "tries": count(1, 100), "within": seconds, "lock": seconds},
    "orders": {"patterns": list_of(pattern)},
    "reading": {"weights": text, "learned": weights, **dict.fromkeys(("add", "more", "drop", "major"), probability)},
    "money": {"suggest_cap": sum_, "auto_approve_cap": sum_, "late_coupon": text, "late_rule": text},
    "hours": {
        "day_start": clock_time,
        "day_end": clock_time,
        "staffed_from": clock_time,
        "staffed_to": clock_time,
        "timezone": zone,
    },
    "calendar": {"holidays": list_of(day), "workdays": list_of(day)},
    "clocks": dict.fromkeys(CLOCKS, duration),
    "windows": dict.fromkeys(TAGS, duration),
    "media": {
        "photo_mb": count(1, 100),
        "video_mb": count(1, 100),
        "voice_mb": count(1, 100),
        "document_mb": count(1, 100),
        "photos": count(1, 100),
        "retakes": count(0, 3),
    },
    "review": {"leader": flag},
    "survey": {"enabled": flag},
    "desk": {"language": one_of(*LANGUAGES)},
    "wechat": {"template_id": text, "fields": {"*": filling}},
    "remedies": {"offered": list_of(one_of(*REMEDIES)), "agent": list_of(one_of(*REMEDIES))},
    "departments": {"*": {"label": LABELS}},
    "problems": {
        "*": {
            "label": LABELS,
            "photos": count(0, 10),
            "evidence": LABELS,
            "collects": list_of(one_of(*COLLECTS)),
            "remedies": list_of(one_of(*REMEDIES)),
            "department": text,
            "severity": one_of(*SEVERITIES),
            "decides": one_of("auto", "agent"),
            "keep": LABELS,
            "whole_order": flag,
            "window": window,
        }
    },
    "severity": {
        "*": {
            "severity": one_of(*SEVERITIES),
            "problems": list_of(text),
            "tags": list_of(one_of(*TAGS)),
            "groups": list_of(text),
            "above": sum_,
        }
    },
    "special": {
        "*": {
            "label": LABELS,
            "tags": list_of(one_of(*TAGS)),
            "priority": count(0, 1000),
            "brief": flag,
            "guardian": flag,
        }
    },
    "coupons": {"*": {"label": LABELS, "value": sum_}},
    "rules": {"*": LABELS},
    "playbooks": {
        "*": {"label": LABELS, "steps": dict.fromkeys(LANGUAGES, list_of(text)), "notice": LABELS},
    },
    "texts": dict.fromkeys(LANGUAGES, table),
    "words": {**dict.fromkeys(("problems", "remedies", "signals", "special"), table), "*": anything},
}


def wrongs(content: object, shape: Any = SHAPE, path: Path = ()) -> Iterator[Wrong]:
    """Yield every key that a file should not have or whose value is not what the key holds."""
    if not isinstance(shape, Mapping):
        if reason := shape(content):
            yield path, reason
        return
    if not isinstance(content, Mapping):
        yield path, "must be a table of keys, not one value"
        return
    for key, value in content.items():
        inner = shape.get(key, shape.get("*") if CODE.fullmatch(key) else None)
        if inner is None:
            allowed = [known for known in shape if known != "*"]
            hint = guess(key, allowed) or (f"; known here: {', '.join(allowed)}" if allowed else "")
            yield (*path, key), f"unknown key{hint}"
        else:
            yield from wrongs(value, inner, (*path, key))

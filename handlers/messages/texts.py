"""Sentences for people: templates from the locale files, filled in; sums of time and dates in words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from handlers.messages.durations import Duration

LOCALES = Path(__file__).parent / "locales"
FALLBACK = "zh"
ZONE = "Asia/Shanghai"
NONE: Mapping[str, str] = MappingProxyType({})


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that have texts, the fallback first."""
    names = sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir())
    return tuple(sorted(names, key=lambda name: name != FALLBACK))


@cache
def templates(language: str) -> Mapping[str, str]:
    """Return every template of a language by its key "area.name"; none for a language without texts."""
    found = {}
    for file in sorted((LOCALES / language).glob("*.toml")):
        for name, template in tomllib.loads(file.read_text(encoding="utf-8")).items():
            found[f"{file.stem}.{name}"] = template
    return MappingProxyType(found)


def say(language: str, key: str, *, texts: Mapping[str, str] = NONE, **values: object) -> str:
    """Return the template of `key`, filled in; `texts` are the policy's own for this language and go first.

    A key that the language lacks is rendered in Chinese; KeyError when no language has it or a field gets no value.
    """
    template = texts.get(key) or templates(language).get(key) or templates(FALLBACK).get(key)
    if template is None:
        raise KeyError(f"no text {key!r} in {LOCALES.name}/{language} or {LOCALES.name}/{FALLBACK}")
    return template.format(**values)


def _local(when: datetime, zone: tzinfo | None) -> datetime:
    if when.tzinfo is None:
        raise ValueError("a time without a zone cannot be told")
    return when.astimezone(zone or ZoneInfo(ZONE))


def day(when: datetime, language: str, now: datetime, zone: tzinfo | None = None) -> str:
    """Return a day as "6月24日" or "24 Jun", with its year when that is not this year's."""
    there, here = _local(when, zone), _local(now, zone)
    key = "time.day" if there.year == here.year else "time.day_of_year"
    month = say(language, f"time.month_{there.month}")
    return say(language, key, year=there.year, month=month, day=there.day)


def moment(when: datetime, language: str, now: datetime, zone: tzinfo | None = None) -> str:
    """Return a time as "6月13日19:10" or "13 Jun 19:10", today's as "19:10"; in Shanghai's zone by default."""
    there = _local(when, zone)
    clock = f"{there:%H:%M}"
    if there.date() == _local(now, zone).date():
        return clock
    return say(language, "time.moment", day=day(when, language, now, zone), clock=clock)


def span(duration: Duration, language: str) -> str:
    """Return a duration as text: "24小时" or "7 working days"."""
    text = str(duration)
    number = text.rstrip("smhdw")
    unit = text[len(number) :]
    return say(language, f"time.{unit}_one" if number == "1" else f"time.{unit}", number=number)

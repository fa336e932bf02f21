"""A policy's tables as a whole: laying one file over another, canonical text, and reading them into values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from handlers.messages.codes import CLOCKS, LANGUAGES, TAGS
from handlers.messages.durations import Duration
from handlers.policy import rows
from handlers.policy import values as v
from handlers.policy.kinds import CODE, DURATION, NEEDED, TABLE, TEXT, TRUSTED, Keyed
from handlers.policy.shape import keys
from handlers.policy.words import WORDS

Code = Annotated[str, CODE]
Clocks = Keyed(CLOCKS, Annotated[Duration, DURATION], all_needed=True)
Windows = Keyed(dict.fromkeys(TAGS, ""), Annotated[Duration, DURATION])
Texts = Keyed(dict.fromkeys(LANGUAGES, ""), Annotated[Mapping[str, str], TABLE])
# defaults younger than stored policies: their hashes stay
UNSAID = frozenset({"costs", "desk", "orders", "report", "retention", "returns"})


# fmt: off
@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Every table that a policy may have."""

    extends: Annotated[str, TEXT, Field(
        description="the preset, or the path beside this file, that this file is laid over")] = ""
    head: Annotated[v.Head, Field(alias="policy")] = field(default_factory=v.Head)
    talk: v.Talk = field(default_factory=v.Talk)
    identity: v.Identity = field(default_factory=v.Identity)
    orders: v.Orders = field(default_factory=v.Orders)
    reading: v.Reading = field(default_factory=v.Reading)
    money: v.Money = field(default_factory=v.Money)
    costs: v.Costs = field(default_factory=v.Costs)
    hours: v.Hours = field(default_factory=v.Hours)
    calendar: v.Calendar = field(default_factory=v.Calendar)
    clocks: Annotated[Mapping[str, Duration], Clocks, NEEDED] = field(default_factory=dict)
    windows: Annotated[Mapping[str, Duration], Windows] = field(default_factory=dict)
    media: v.MediaLimits = field(default_factory=v.MediaLimits)
    review: v.Review = field(default_factory=v.Review)
    returns: v.Returns = field(default_factory=v.Returns)
    survey: v.Survey = field(default_factory=v.Survey)
    retention: v.Retention = field(default_factory=v.Retention)
    report: v.Report = field(default_factory=v.Report)
    desk: v.Desk = field(default_factory=v.Desk)
    wechat: v.Template | None = None
    remedies: v.Remedies = field(default_factory=v.Remedies)
    departments: Mapping[Code, rows.Department] = field(default_factory=dict)
    problems: Mapping[Code, rows.Problem] = field(default_factory=dict)
    severity_rules: Annotated[Mapping[Code, rows.SeverityRule], Field(alias="severity")] = field(default_factory=dict)
    special: Mapping[Code, rows.Group] = field(default_factory=dict)
    answers: Mapping[Code, rows.Answer] = field(default_factory=dict)
    causes: Mapping[Code, rows.Cause] = field(default_factory=dict)
    coupons: Mapping[Code, rows.Coupon] = field(default_factory=dict)
    rules: Mapping[Code, v.Labels] = field(default_factory=dict)
    playbooks: Mapping[Code, rows.Playbook] = field(default_factory=dict)
    texts: Annotated[Mapping[str, Mapping[str, str]], Texts] = field(default_factory=dict)
    words: Annotated[Mapping[str, Any], WORDS] = field(default_factory=dict)
# fmt: on


@cache
def adapter() -> TypeAdapter[Content]:
    """Return what checks and reads tables; building it costs some milliseconds, once."""
    return TypeAdapter(Content)


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return one table over another: tables merge key by key, everything else is replaced whole."""
    merged = dict(below)
    for key, value in above.items():
        known = merged.get(key)
        merged[key] = merge(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return merged


def written(value: object) -> object:
    """Return a value as a file has it: durations and times of day as texts."""
    if isinstance(value, time):
        return value.isoformat("minutes")
    return str(value) if isinstance(value, Duration) else value


@cache
def defaults() -> Mapping[str, Any]:
    """Return what a file need not say, as a file would say it."""
    found: dict[str, Any] = {}
    for name, section in keys(Content).items():
        if name in UNSAID:
            continue
        inner = keys(section.table).items()
        plain = {one: written(key.default) for one, key in inner if not key.needed and _is_said(key.default)}
        found |= {name: plain} if plain else {}
    found["reading"]["learned"] = ""  # a policy without weights says so
    return found


def _is_said(default: Any) -> bool:
    return isinstance(default, (str, int, float, Duration, time)) and default != ""


def canonical(content: Mapping[str, Any]) -> str:
    """Write merged content as JSON that is equal for equal policies; the order of problem types is content too."""
    whole = merge(defaults(), content)
    head = dict(whole["policy"])
    # "other" comes last, also after types that a file adds to those of its preset
    head.setdefault("problems", sorted(whole.get("problems", {}), key=lambda code: code == "other"))
    whole["policy"] = head
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def restored(content: Mapping[str, Any]) -> Content:
    """Read tables that were checked before; what this version knows no more, key or value, gets its default."""
    whole = dict(content)
    while True:
        try:
            return adapter().validate_python(whole, extra="ignore", context=TRUSTED)
        except ValidationError as error:
            for wrong in error.errors(include_url=False, include_context=False, include_input=False):
                whole = _without(whole, [str(part) for part in wrong["loc"] if part != "[key]"])


def _without(table: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    """Return a table without one key below it."""
    first, *rest = path
    kept = {key: value for key, value in table.items() if key != first}
    return kept | {first: _without(table[first], rest)} if rest and isinstance(table.get(first), Mapping) else kept

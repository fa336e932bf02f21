"""The values a policy is made of: durations, problem types, hours, groups, rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Self

Labels = Mapping[str, str]  # language -> text

UNITS: Mapping[str, int] = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SHAPE = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d|wd)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A span of seconds, or of whole working days when `workdays` is not 0."""

    seconds: float = 0.0
    workdays: int = 0
    unit: str = field(default="s", compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "30s", "5m", "24h", "3d" or "7wd"; ValueError when it is none of these."""
        if not (match := SHAPE.fullmatch(text)):
            raise ValueError(f'"{text}" is no duration: write a number and s, m, h, d or wd, as "24h" or "7wd"')
        number, unit = match.groups()
        if unit != "wd":
            return cls(seconds=float(number) * UNITS[unit], unit=unit)
        if not number.isdigit() or int(number) < 1:
            raise ValueError(f'"{text}" is no duration: working days are whole and at least 1, as "7wd"')
        return cls(workdays=int(number), unit=unit)

    @property
    def rough(self) -> float:
        """Seconds for comparing: a working day counts as a day."""
        return self.seconds + self.workdays * UNITS["d"]

    def __str__(self) -> str:
        """Write the duration in the unit it was written in: a paper's 72h and 3d are the same span."""
        if self.workdays:
            return f"{self.workdays}wd"
        return f"{self.seconds / UNITS[self.unit]:g}{self.unit}"


def pick(labels: Labels, language: str) -> str:
    """Give the label in a language; Chinese stands in for a language that has none."""
    return labels.get(language) or labels.get("zh", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem type: what is asked, what proves it, what may be given, and who looks at it."""

    code: str
    labels: Labels
    photos: int = 0  # least number of photos, 0: none asked
    evidence_hint: Labels  # which shots to take
    collects: tuple[str, ...] = ()  # slots asked besides the order: item, quantity, share, received, detail
    remedies: tuple[str, ...] = ()  # what the customer may choose, the first is suggested
    department: str = ""
    severity: str = "normal"
    decides: str = "agent"  # "auto": the bot may grant it within auto_approve_cap
    keep: Labels  # what to do with the goods meanwhile
    whole_order: bool = False  # concerns the order, no item is needed
    claim_window: Duration | None = None  # instead of the line's own
    always: bool = False  # no claim of this type is ever late


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The day: promises in working days end at `day_end`; people answer from `staffed_from` to `staffed_to`."""

    day_start: time
    day_end: time
    staffed_from: time
    staffed_to: time  # equal to staffed_from: round the clock
    timezone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """How often an account may miss an order before look-ups are locked."""

    tries: int
    within: Duration
    lock: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A special group, known by order-line tags; the words that tell of it are under [words.special]."""

    code: str
    labels: Labels
    tags: tuple[str, ...] = ()
    priority: int = 0  # higher goes first among tickets of the same severity
    brief: bool = False  # short sentences, few buttons
    guardian: bool = False  # a guardian is asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRule:
    """Raises a claim to `severity` when every condition that is set holds."""

    code: str
    severity: str
    problems: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    above: int | None = None  # 分 claimed

    def holds(self, problem: str, tags: frozenset[str], groups: frozenset[str], sum_: int) -> bool:
        """Tell whether the rule raises this claim; a condition that is not set holds."""
        return (
            (not self.problems or problem in self.problems)
            and (not self.tags or not tags.isdisjoint(self.tags))
            and (not self.groups or not groups.isdisjoint(self.groups))
            and (self.above is None or sum_ > self.above)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A published rule that decisions cite and 规则 lists."""

    code: str
    labels: Labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """A coupon that can be given; value in 分."""

    code: str
    labels: Labels
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """An emergency plan: its steps in order, in each language."""

    code: str
    labels: Labels
    steps: Mapping[str, tuple[str, ...]]
    notice: Labels  # draft for the buyers concerned


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLimits:
    """What evidence is taken in: bytes per file, photos per claim, requests for a better photo."""

    photo: int
    video: int
    voice: int
    document: int
    photos: int
    retakes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template message of WeChat: its id, and each field's text with {no}, {decision} or {at} in it."""

    id: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What was learned from labelled messages, as text, and the probabilities from which it acts."""

    learned: str = ""  # empty: nothing
    add: float = 1.0
    more: float = 1.0
    drop: float = 0.0
    major: float = 1.0

"""The values a policy is made of: durations, problem types, hours, groups, rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from handlers.messages.durations import Duration

Labels = Mapping[str, str]  # language -> text


def pick(labels: Labels, language: str) -> str:
    """Return the label in a language; Chinese stands in for a language that has none."""
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
        """Return whether the rule raises this claim; a condition that is not set holds."""
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

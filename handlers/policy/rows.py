"""The tables of a policy under codes of its own: problem types, rules, groups, coupons, plans."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from handlers.messages.codes import COLLECTS, LANGUAGES
from handlers.messages.durations import Duration
from handlers.policy import kinds
from handlers.policy.kinds import NEEDED, Keyed, list_of, one_of, whole
from handlers.policy.values import REMEDY, SEVERITY, TAG, Codes, Labels

# fmt: off
# a key's kind and default are on its first and last line, what it means between them


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A part of the business that looks at problems."""

    label: Annotated[Labels, NEEDED, Field(description="the name, in each language")] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem type: what is asked, what proves it, what may be given, and who looks at it."""

    label: Annotated[Labels, NEEDED, Field(description="the name, in each language")] = field(default_factory=dict)
    photos: Annotated[int, whole(0, 10), Field(description="the least number of photos; 0: none are asked")] = 0
    evidence: Annotated[Labels, Field(
        description="which shots to take, in each language; needed when photos are asked"
    )] = field(default_factory=dict)
    collects: Annotated[Codes, list_of(one_of(*COLLECTS)), Field(
        description="what is asked besides the order: `item`, `quantity`, `share` (of a single unit, how much of it: a "
        "peach box may be half rotten; without it one unit is the whole unit), `received` (what came instead)")] = ()
    remedies: Annotated[Codes, list_of(REMEDY), Field(
        description="what the customer may choose, at least one; the first is suggested")] = ()
    department: Annotated[str, kinds.TEXT, Field(
        description="one of `[departments]`")] = ""
    severity: Annotated[str, SEVERITY, Field(
        description="how serious it is by itself")] = "normal"
    decides: Annotated[str, one_of("auto", "agent"), Field(
        description="`auto`: the bot may grant it within `auto_approve_cap`. `agent`: a person always decides"
    )] = "agent"
    keep: Annotated[Labels, Field(
        description="what to do with the goods meanwhile, in each language")] = field(default_factory=dict)
    whole_order: Annotated[bool, kinds.FLAG, Field(
        description="it concerns the order, no item is asked")] = False
    window: Annotated[Duration | str, kinds.WINDOW, Field(
        description="its own claim window, or `always`")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRule:
    """Makes a claim serious when all its conditions hold."""

    severity: Annotated[str, SEVERITY, NEEDED, Field(description="how serious the claim becomes")] = "normal"
    problems: Annotated[Codes, list_of(kinds.TEXT), Field(description="the problem is one of these types")] = ()
    tags: Annotated[Codes, list_of(TAG), Field(description="the order line has one of these tags")] = ()
    groups: Annotated[Codes, list_of(kinds.TEXT), Field(description="it is of one of these special groups")] = ()
    above: Annotated[int | None, kinds.YUAN, Field(description="more than this sum is claimed")] = None

    def holds(self, problem: str, tags: Collection[str], groups: Collection[str], sum_: int) -> bool:
        """Return whether the rule raises this claim; a condition that is not set holds."""
        return (
            (not self.problems or problem in self.problems)
            and (not self.tags or any(tag in tags for tag in self.tags))
            and (not self.groups or any(group in groups for group in self.groups))
            and (self.above is None or sum_ > self.above)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A special group; its words are in `[words.special]`."""

    label: Annotated[Labels, NEEDED, Field(description="the name on cards")] = field(default_factory=dict)
    tags: Annotated[Codes, list_of(TAG), Field(description="order-line tags that tell of the group")] = ()
    priority: Annotated[int, whole(0, 1000), Field(
        description="the higher waits further ahead among tickets of special groups that are equally late, and is "
        "named first on a card")] = 0
    brief: Annotated[bool, kinds.FLAG, Field(description="short sentences, at most three buttons")] = False
    guardian: Annotated[bool, kinds.FLAG, Field(
        description="who writes is not of age: the customer is asked to bring an adult and for nothing else, a person "
        "is called, nothing is granted by the bot, and the card says to whom money may go back")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """A coupon that can be given; the rules have its value in 分."""

    label: Annotated[Labels, NEEDED, Field(description="the name, in each language")] = field(default_factory=dict)
    value: Annotated[int, kinds.YUAN, NEEDED, Field(description="what it is worth")] = 0
    code: Annotated[str, kinds.TEXT, Field(
        description="the code that all customers use. Without it whoever issues the coupon is asked for its code")] = ""
    where: Annotated[Mapping[str, str], kinds.WORDED, Field(
        description="where and until when it holds; told with the code")] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Where a problem came from, as an agent chooses it on the card."""

    label: Annotated[Labels, NEEDED, Field(description="the name, in each language")] = field(default_factory=dict)
    party: Annotated[str, one_of("house", "supplier", "carrier"), Field(
        description="who answers for it: `supplier` and `carrier` are those of the order line, and `claimdesk "
        "chargeback` lists the line for them")] = "house"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question that customers ask, and its answer; a built-in question is answered so when it has the same code."""

    words: Annotated[Codes, list_of(kinds.TEXT), Field(
        description="words that ask it, any of them; needed unless the code is that of a built-in question")] = ()
    text: Annotated[Labels, NEEDED, Field(
        description="the answer, in each language")] = field(default_factory=dict)


STEPS = Keyed(dict.fromkeys(LANGUAGES, ""), Annotated[Codes, list_of(kinds.TEXT)], all_needed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """An emergency plan."""

    label: Annotated[Labels, NEEDED, Field(description="the name, in each language")] = field(default_factory=dict)
    steps: Annotated[Mapping[str, Codes], STEPS, NEEDED, Field(
        description="its steps in order, a list in each language")] = field(default_factory=dict)
    notice: Annotated[Labels, NEEDED, Field(
        description="the draft for the buyers concerned, in each language")] = field(default_factory=dict)

"""The word tables of a policy, as far as a file may set them; the lexicon takes them as they are written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter

from handlers.policy.kinds import FLAG, PATTERN, TEXT, Keyed, Kind, list_of
from handlers.policy.values import SEVERITY, Codes

TEXTS = list_of(TEXT, twice=True)
PATTERNS = list_of(PATTERN, twice=True)
PHRASES: Mapping[str, str] = {
    "poor": "says of goods in general that they are bad",
    "blame": "blame that a named shortage or wrong item explains",
    "outcome": "what follows from a fault that is named",
    "fading": "milder words for decay",
    "fine": "says that goods are in order",
    "withdraw": "takes a claim back",
    "weak_withdraw": "the same, unless a problem or a wish stands beside it",
    "resume": "takes that back again",
    "settled": "behind a problem in a leader's line: the person lets it go",
    "correction": "puts right what was said before",
    "angry": "says that the writer is angry",
    "normal_objects": "foreign objects that are a nuisance",
    "hurtful_objects": "those that can hurt",
    "eaten": "somebody ate or drank some of the goods",
    "frail": "who is frail without being of a special group",
    "spared": "from whom the goods were kept, or who is named by the way",
    "harmful": "bad in other ways than the problem types tell",
    "mild": "of words for decay and objects, those that harm nobody",
    "despair": "speaks of taking the writer's own life",
    "past_date": "of the words for expired goods, those for goods that are near their date",
    "same_as_before": "in a list: the same as the line before",
    "also": "in a list: the same, of another item",
    "received": "stands before what came instead",
    "idle": "of a person and goods, but claims nothing",
    "notice": "said to everyone: announcements, greetings",
    "question": "asks how a matter stands",
}


# fmt: off
@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a word table; a bare list of words is a row too."""

    words: Annotated[Codes, TEXTS, Field(
        description="plain words; `…` stands for up to six characters within a clause")] = ()
    more: Annotated[Codes, TEXTS, Field(description="words besides those of the extended policy")] = ()
    without: Annotated[Codes, TEXTS, Field(description="words of the extended policy that do not count")] = ()
    patterns: Annotated[Codes, PATTERNS, Field(description="those that begin with a Chinese character are fast")] = ()
    unless: Annotated[Codes, PATTERNS, Field(description="phrases in which the words mean something else")] = ()
    negatable: Annotated[bool, FLAG, Field(
        description="whether words that are negated just before (没坏, not broken) count as not said; only rows of "
        "`problems` and `signals` do so by themselves")] = True
    same_as: Annotated[str, TEXT, Field(
        description="the row of `[words.problems]` whose words these are; no other words may stand beside it")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRow(Row):
    """A row of signals."""

    severity: Annotated[str, SEVERITY, Field(description="the least that a message with these words has")] = "major"
# fmt: on


def _row(value: Any) -> Any:
    return {"words": value} if isinstance(value, list) else value


AnyRow = Annotated[Row, BeforeValidator(_row)]
AnySignal = Annotated[SignalRow, BeforeValidator(_row)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Nouns of the trade."""

    packaging: Annotated[Codes, TEXTS, Field(description="what an item's name may lack")] = ()
    same: Annotated[tuple[Codes, ...], list_of(TEXTS), Field(description="lists of words for one thing")] = ()
    kinds: Annotated[Mapping[str, Annotated[Codes, TEXTS]], Field(description="a wider word and what it may mean")] = (
        field(default_factory=dict)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """All word tables."""

    units: Annotated[Codes, TEXTS, Field(description="units that goods are counted in")] = ()
    emoji: Annotated[Mapping[str, Annotated[str, TEXT]], Field(description="the word that each stands for")] = field(
        default_factory=dict
    )
    items: Annotated[Items, Field(description="nouns of the trade")] = field(default_factory=Items)
    problems: Annotated[Mapping[str, AnyRow], Field(description="rows by problem type")] = field(default_factory=dict)
    remedies: Annotated[Mapping[str, AnyRow], Field(description="rows by remedy")] = field(default_factory=dict)
    signals: Annotated[Mapping[str, AnySignal], Field(description="rows by signal")] = field(default_factory=dict)
    special: Annotated[Mapping[str, AnyRow], Field(description="rows by special group")] = field(default_factory=dict)
    phrases: Annotated[Mapping[str, Row], Keyed(PHRASES, AnyRow), Field(description="rows by what they tell")] = field(
        default_factory=dict
    )


@cache
def _adapter() -> TypeAdapter[Words]:
    return TypeAdapter(Words)


def _checked(value: Any) -> Any:
    _adapter().validate_python(value, extra="forbid")
    return value


WORDS = Kind("word tables, handed on as they are written", _checked, lambda value: value, Words)

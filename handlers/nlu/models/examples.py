"""Messages with the problem types they claim, from which weights are trained."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from handlers.messages.codes import SEVERITIES
from handlers.nlu.entities import lay_bare
from handlers.nlu.models.redaction import GONE, mask
from handlers.nlu.problems import Problem
from handlers.nlu.references import MASK, refer
from handlers.nlu.risk_signals import Serious, serious
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.normalisation import READ, normalise
from handlers.nlu.text.weights import features, marks_of
from storage.desk.corrections import Example

ANY_DAY = date(2000, 1, 1)
NONE = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A labelled message: its problem types (none: nothing claimable), whether it is serious, and its writer.

    An empty `who` is a different person for each message.
    """

    text: str
    codes: frozenset[str]
    major: bool = False
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A labelled message as the word tables alone read it."""

    lesson: Lesson
    text: str  # items, references and durations covered
    problems: tuple[Problem, ...]
    grave: Serious

    def features(self, sizes: Iterable[int]) -> set[str]:
        """Return all features of the text."""
        found = {problem.code for problem in self.problems}
        marks = marks_of(found, severity=self.grave.severity, signals=self.grave.signals)
        return features(self.text, marks, sizes)


def lesson_of(line: str, known: Collection[str]) -> Lesson:
    """Read one line of an examples file. Raises ValueError with what is wrong with it."""
    row = json.loads(line)
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise ValueError("it needs a text")
    labels, severity = row.get("labels"), row.get("severity", "normal")
    if not isinstance(labels, list) or not labels:
        raise ValueError('it needs labels, as ["late"] or ["other"]')
    for label in labels:
        if label != NONE and label not in known:
            raise ValueError(f"{label!r} is no problem type of the policy")
    if NONE in labels and len(labels) > 1:
        raise ValueError('"other" stands alone')
    if severity not in SEVERITIES:
        raise ValueError(f"severity must be one of: {', '.join(SEVERITIES)}")
    return Lesson(text=row["text"], codes=frozenset(labels) - {NONE}, major=severity != SEVERITIES[0])


def of_ticket(example: Example, known: Collection[str]) -> Lesson:
    """Return a customer's message as an example: personal data are covered, as far as known or found by rules."""
    text = mask(example.text, (), (name for name in example.names if len(name.strip()) > 1)).replace(GONE, MASK)
    return Lesson(text=text, codes=frozenset(example.codes) & frozenset(known), major=example.major, who=example.who)


def seen(lesson: Lesson, lexicon: Lexicon) -> Seen:
    """Read an example by the word tables alone, as a message of no order."""
    masked = refer(normalise(lesson.text, lexicon.emoji)[:READ], (), lexicon, today=ANY_DAY).masked
    bare = lay_bare(masked, (), lexicon)
    return Seen(lesson=lesson, text=bare.text, problems=tuple(bare.problems), grave=serious(bare.text, lexicon))

"""The voice for one customer: the language, the policy's own texts, and the time from which days are named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.messages.texts import day, moment, say
from handlers.policy import calendar
from handlers.policy.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """The language, the policy with its own texts, and the present time."""

    language: str
    policy: Policy
    now: datetime

    def say(self, key: str, **values: object) -> str:
        """Return a text of the talk."""
        return say(self.language, key, texts=self.policy.texts.get(self.language, {}), **values)

    def join(self, sentences: Sequence[str]) -> str:
        """Return sentences after each other as the language does; empty ones are left out."""
        between = "" if self.language == "zh" else " "
        return between.join(part for sentence in sentences if (part := sentence.strip()))

    def unit(self, unit: str) -> str:
        """Return a unit as this language can say it: a Chinese counter means nothing to others."""
        return unit if self.language == "zh" or unit.isascii() else ""

    def label(self, problem: str) -> str:
        """Return the name of a problem type."""
        return self.policy.label(problem, self.language)

    def remedy(self, code: str) -> str:
        """Return the name of a remedy."""
        return self.say(f"remedy.{code}")

    def day(self, when: datetime) -> str:
        """Return a day in the business's time zone."""
        return day(when, self.language, self.now, calendar.zone(self.policy))

    def moment(self, when: datetime) -> str:
        """Return a time in the business's time zone."""
        return moment(when, self.language, self.now, calendar.zone(self.policy))

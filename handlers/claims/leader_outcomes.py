"""What a leader's turn wants done besides what every customer's may."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Testify:
    """The leader's word on a claim: yes, no, unsure, or "" with words that say neither."""

    ticket_no: str
    answer: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The leader wants the day's digest now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The leader wants the settlement of this month, or of the one before."""

    before: bool = False

"""What a turn is given from outside: time, random source, and policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from handlers.nlu.models.llm_overlay import Opinions
from handlers.policy.policy import Policy
from storage.database import Tx


@dataclass(slots=True, kw_only=True)
class Touched:
    """What a turn changed that the desk shows: ticket numbers, and desks whose board changed; in order, each once."""

    tickets: dict[str, None] = field(default_factory=dict)
    desks: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnContext:
    """One turn's time (aware), random source, and policies: the one in force and any by its hash."""

    now: datetime
    random: Random
    policy: Policy
    policy_of: Callable[[Tx, str], Policy]
    opinions: Opinions | None = None
    touched: Touched | None = None  # collects what is redrawn once at the end of the turn; None: redrawn at once
    order_webhook: bool = False  # decisions are told to the order system
    alert_webhook: bool = False  # alarms are told outside of the desk

    def new_id(self) -> str:
        """Return a random id for a claim."""
        return f"{self.random.getrandbits(80):020x}"

"""Input and result of `decide()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from handlers.claims.claim import YEAR, Talk
from handlers.claims.lookup import Found, Wanted
from handlers.claims.outcomes import Outcome
from handlers.messages.models import Inbound, Reply
from handlers.nlu.models.llm_overlay import Opinions
from handlers.nlu.references import References
from handlers.nlu.text.lexicon import Lexicon
from handlers.policy.policy import Policy

LONGEST = 8000  # characters of one message that are kept, passed on and searched for serious words


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnInput:
    """Everything that a decision may depend on."""

    talk: Talk
    inbound: Inbound
    found: Found
    want: Wanted
    policy: Policy
    lexicon: Lexicon
    now: datetime
    today: date
    new_id: Callable[[], str]
    named: References | None = None  # what the text refers to, without looking at any order
    opinions: Opinions | None = None  # of the second reader, where there is one
    heard: str = ""  # the text as it is read: bare numbers marked as the references that they must be

    @property
    def chat(self) -> str:
        """Return the name of the chat that opinions are kept for."""
        return f"{self.inbound.channel}:{self.inbound.account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The result of a decision: the talk after the message, replies in order, and outcomes."""

    talk: Talk
    replies: tuple[Reply, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


def counted(talk: Talk, turn_input: TurnInput) -> Talk:
    """Return the talk with a message's comparisons of a phone tail; a number that nobody has counts as one.

    When the account has no more of them, look-ups stay locked until a person lifts that.
    """
    found, now = turn_input.found, turn_input.now
    if found.spent:
        return replace(talk, locked_until=(now + YEAR).isoformat())
    before = talk.comparisons(now)
    more = max(len(found.guessed), bool(turn_input.want.tails)) if found.tried else 0
    began = talk.compared_at if before else turn_input.inbound.at.isoformat()
    return replace(talk, compared=before + more, compared_at=began)

"""Each policy's word tables and weights, compiled once."""

from __future__ import annotations

from typing import Any

from handlers.nlu.text.lexicon import Lexicon, compile_words
from handlers.nlu.text.weights import Learned, restore
from handlers.policy.policy import Policy

KEPT = 8
"""Few policies are in force at a time."""
_LEXICONS: dict[str, tuple[Any, Lexicon]] = {}


def _serious(policy: Policy) -> tuple[str, ...]:
    return tuple(code for code, kind in policy.problems.items() if kind.severity != "normal")


def learned_of(policy: Policy) -> Learned | None:
    """Return a policy's weights ready for use, if it has any."""
    weights = policy.reading
    rules = [(frozenset(rule.tags), frozenset(rule.problems)) for rule in policy.severity_rules.values()]
    return restore(
        weights.learned,
        add=weights.add,
        more=weights.more,
        drop=weights.drop,
        major=weights.major,
        rules=(*rules, (frozenset(), frozenset(_serious(policy)))),
    )


def lexicon_of(policy: Policy) -> Lexicon:
    """Return what a policy's messages are read by. It is kept, and policies that read alike share it."""
    if policy.hash not in _LEXICONS:
        reads_by = (policy.words, policy.orders, policy.reading, policy.severity_rules, _serious(policy))
        known = next((lexicon for other, lexicon in _LEXICONS.values() if other == reads_by), None)
        if len(_LEXICONS) > KEPT:
            _LEXICONS.clear()
        made = known or compile_words(policy.words, policy.orders.patterns, learned_of(policy))
        _LEXICONS[policy.hash] = reads_by, made
    return _LEXICONS[policy.hash][1]

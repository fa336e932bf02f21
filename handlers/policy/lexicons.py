"""Each policy's word tables and weights, compiled once."""

from __future__ import annotations

from handlers.nlu.text.lexicon import Lexicon, compile_words
from handlers.nlu.text.weights import Learned, restore
from handlers.policy.policy import Policy

KEPT = 8
"""Few policies are in force at a time."""
_LEXICONS: dict[str, Lexicon] = {}


def learned_of(policy: Policy) -> Learned | None:
    """Make a policy's weights ready for use, if it has any."""
    weights, serious = policy.weights, (code for code, kind in policy.problems.items() if kind.severity != "normal")
    rules = [(frozenset(rule.tags), frozenset(rule.problems)) for rule in policy.severity_rules]
    return restore(
        weights.learned,
        add=weights.add,
        more=weights.more,
        drop=weights.drop,
        major=weights.major,
        rules=(*rules, (frozenset(), frozenset(serious))),
    )


def lexicon_of(policy: Policy) -> Lexicon:
    """Return what a policy's messages are read by; it is kept."""
    if policy.hash not in _LEXICONS:
        if len(_LEXICONS) > KEPT:
            _LEXICONS.clear()
        _LEXICONS[policy.hash] = compile_words(policy.words, policy.order_patterns, learned_of(policy))
    return _LEXICONS[policy.hash]

"""Each policy's word tables and weights, compiled once."""

from __future__ import annotations

from handlers.learned import restore
from handlers.lexicon import Lexicon, compile_words
from handlers.policy import Policy

KEPT = 8
"""Few policies are in force at a time."""
_LEXICONS: dict[str, Lexicon] = {}


def lexicon_of(policy: Policy) -> Lexicon:
    """Give what a policy's messages are read by; it is kept."""
    if policy.hash not in _LEXICONS:
        if len(_LEXICONS) > KEPT:
            _LEXICONS.clear()
        weights = policy.weights
        learned = restore(weights.learned, add=weights.add, drop=weights.drop, major=weights.major)
        _LEXICONS[policy.hash] = compile_words(policy.words, policy.order_patterns, learned)
    return _LEXICONS[policy.hash]

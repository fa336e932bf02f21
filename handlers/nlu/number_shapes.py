"""Order numbers of any make: the shapes of those that were imported, as patterns that a text is searched for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from handlers.nlu.text.lexicon import Lexicon

PLAIN = 8  # digits from which on a number of digits alone is taken for an order's without a word that says so
MIXED = 6  # the same with letters among them
SIGNS = {"9": r"\d", "A": "[a-z]"}
BETWEEN = "[-_ ]{0,2}"
# what may look like a number of digits: a phone, a day
OTHERS = {11: r"(?!1[3-9]\d{9})", 8: r"(?!20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"}
TICKET = "(?!(?:cd|in)-?)"
SAID = r"(?:订单编?号?|单号|order(?:\s?(?:no\.?|number|id))?)[是为:#\s]{0,3}"


def with_shapes(lexicon: Lexicon, shapes: Sequence[str]) -> Lexicon:
    """Let a lexicon find numbers of these shapes too (see storage.imports.numbers).

    A number of a known shape is searched for whether it exists or not: what is answered must not tell.
    """
    if not shapes:
        return lexicon
    return replace(lexicon, order_patterns=(*lexicon.order_patterns, *shape_patterns(tuple(shapes))))


@lru_cache(maxsize=8)
def shape_patterns(shapes: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Compile what finds numbers of these shapes."""
    return tuple(re.compile(pattern, re.ASCII | re.IGNORECASE) for shape in shapes for pattern in _pattern(shape))


def _pattern(shape: str) -> Iterator[str]:
    signs = [sign for sign in shape if sign != "-"]
    length = int(shape[1:]) if shape.startswith("*") else len(signs)
    letters = shape.startswith("*") or "A" in signs
    if not letters and length < 4:
        return
    if shape.startswith("*"):
        body = rf"(?=[a-z]*\d)[a-z0-9]{{{length}}}"
    else:
        runs = [(sign, len(list(run))) for sign, run in groupby(shape)]
        body = "".join(BETWEEN if sign == "-" else f"{SIGNS[sign]}{{{count}}}" for sign, count in runs)
    whole = f"(?P<whole>{body})(?![a-z0-9]|-[a-z0-9])"
    yield rf"(?<![a-z]){SAID}{whole}"
    if length >= (MIXED if letters else PLAIN) and (shape.startswith("*") or "9" in signs):
        yield f"(?<![a-z0-9_-]){TICKET if letters else OTHERS.get(length, '')}{whole}"

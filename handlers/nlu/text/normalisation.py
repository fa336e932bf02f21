"""One spelling for all that is typed: width, script, case, emoji and list markers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from handlers.messages.patterns import pattern_of

LIMIT = 8000
"""Characters of one message that are searched for serious words: Telegram sends no more, WeChat less."""

READ = 1000
"""Characters of one message or line that are read for facts."""

CIRCLED = "\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3220-\u3229\u3280-\u3289"
BULLETS = "*•·●○■□▪▶►➤✅❌❗🔸🔹👉-"
START = r"^[ \t\u3000]*"
MARKERS = pattern_of(
    rf"{START}(?:(?:[{CIRCLED}]|[0-9]\ufe0f?\u20e3)(?![ \t]?[号號])|\U0001f51f|[{BULLETS}])+[ \t\u3000.、:：)）]*",
    re.MULTILINE,
)
INLINE = pattern_of(rf"[{CIRCLED}](?![ \t]*[号號])|[0-9]\ufe0f?\u20e3(?![ \t]*[号號])|\U0001f51f")
INVISIBLE = pattern_of(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\u00ad\U0001f3fb-\U0001f3ff\U000e0000-\U000e007f]"
)
KEYCAP = pattern_of("([0-9])\ufe0f?\u20e3")
PLAIN = str.maketrans(
    dict(zip("，！？；：（）【】[]～〜—–‐−×✖✕“”‘’號", ",!?;:()()()~~----xxx\"\"''号", strict=True))
    | dict.fromkeys("|│→\u3000\xa0\t", " ")
    | dict.fromkeys("\r\u2028\u2029\x0b\x0c", "\n")
)


@cache
def simplified() -> Mapping[int, str]:
    """Return the table from traditional to simplified characters, from OpenCC (about 4,000 pairs)."""
    spec = find_spec("opencc")
    if spec is None or not spec.submodule_search_locations:
        return {}
    path = Path(spec.submodule_search_locations[0]) / "dictionary" / "TSCharacters.txt"
    table: dict[int, str] = {}
    for row in path.read_text("utf-8").splitlines():
        old, _, new = row.partition("\t")
        first = new.split(" ")[0]
        if len(old) == 1 and len(first) == 1:
            table[ord(old)] = first
    return table


def _lower(text: str) -> str:
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def choice(text: str) -> int | None:
    """Return the number of a choice at the start of a text: ②, 2️⃣, or a bare "2"."""
    text = text.strip()
    lead = re.match(rf"([{CIRCLED}]|[0-9](?=\ufe0f?\u20e3))|[0-9０-９]{{1,2}}[.、)。]?$", text)
    if lead is None:
        return None
    digits = re.search(r"[0-9]+", unicodedata.normalize("NFKC", lead.group()))
    return int(digits.group()) if digits else None


def unmarked(text: str) -> str:
    """Return a text without circled, keycap and bullet markers; before NFKC, which would turn ①5号 into 15号."""
    return MARKERS.sub("", text)


def normalise(text: str, emoji: Mapping[str, str] | None = None) -> str:
    """Return at most LIMIT characters in one spelling: no markers, half width, simplified, lower case.

    Emoji are replaced by the words of the policy's `[words.emoji]`.
    """
    text = text[:LIMIT]
    if not text.isascii():
        text = KEYCAP.sub(r"\1", INLINE.sub(" ", unmarked(text)))
        for sign, word in (emoji or {}).items():
            if sign in text:
                text = text.replace(sign, word)
        text = INVISIBLE.sub("", text)
        text = unicodedata.normalize("NFKC", text)[:LIMIT].translate(simplified())
    else:
        text = unmarked(text)
    return _lower(text.translate(PLAIN))

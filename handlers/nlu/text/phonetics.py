"""Words by their sound: 草梅 for 草莓, 鸡旦 for 鸡蛋, chelizi for 车厘子."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from handlers.messages.patterns import pattern_of

LETTERS = pattern_of(r"[a-z]{4,24}")
HAN = pattern_of(r"[\u4e00-\u9fff]+")
BLUR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


@cache
def readings() -> Mapping[str, str]:
    """Return the first reading of every common character without tone, from pypinyin's own table.

    The table is read as a file: importing pypinyin would also load its 47,000 phrases (57 MB, 0.25 s).
    """
    spec = find_spec("pypinyin")
    if spec is None or not spec.submodule_search_locations:
        return {}
    path = Path(spec.submodule_search_locations[0]) / "pinyin_dict.json"
    table: dict[str, str] = {}
    for code, sounds in json.loads(path.read_text("utf-8")).items():
        if 0x4E00 <= int(code) <= 0x9FFF:
            table[chr(int(code))] = _toneless(sounds.split(",")[0])
    return table


def _toneless(sound: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFD", sound) if char.isascii())
    for exact, blurred in BLUR:
        plain = plain.replace(exact, blurred)
    return plain


@lru_cache(maxsize=4096)
def syllables(word: str) -> tuple[str, ...]:
    """Return one blurred syllable a character; characters without a reading are unchanged."""
    table = readings()
    return tuple(table.get(char, char) for char in word)


def _same_sound(text: str, word: str) -> Iterable[tuple[int, int]]:
    want = syllables(word)
    for run in HAN.finditer(text):
        have = syllables(run.group())
        for at in range(len(have) - len(want) + 1):
            if have[at : at + len(want)] == want:
                yield run.start() + at, run.start() + at + len(want)
    joined = "".join(want)
    for letters in LETTERS.finditer(text):
        if _toneless(letters.group()) == joined:
            yield letters.span()


def heard(
    text: str, names: Sequence[tuple[tuple[str, int], tuple[str, ...]]]
) -> list[tuple[int, int, tuple[tuple[str, int], ...]]]:
    """Return places that sound like an item's name, with every order line they could mean; the longest wins."""
    found: dict[tuple[int, int], set[tuple[str, int]]] = {}
    text = text[:200]
    places = {word: tuple(_same_sound(text, word)) for word in {word for _, words in names for word in words}}
    for key, words in names:
        for word in words:
            for span in places[word]:
                found.setdefault(span, set()).add(key)
    kept: list[tuple[int, int, tuple[tuple[str, int], ...]]] = []
    for (start, end), keys in sorted(found.items(), key=lambda pair: (pair[0][0] - pair[0][1], pair[0][0])):
        if not any(low < end and start < high for low, high, _ in kept):
            kept.append((start, end, tuple(sorted(keys))))
    return sorted(kept)


LINE = pattern_of(r"[^\n]+")
EVERYDAY = pattern_of("[有个的是了我你他不在这那一]")


def by_line(
    text: str, taken: Sequence[tuple[int, int]], names: Sequence[tuple[tuple[str, int], tuple[str, ...]]]
) -> list[tuple[int, int, tuple[tuple[str, int], ...]]]:
    """Return what sounds like an item in the lines of a text of which no place is `taken` by one that is spelt.

    Where other lines spell items, everyday words are none: 有个 is no 优格.
    """
    found = []
    for line in LINE.finditer(text):
        if any(line.start() <= low < line.end() for low, _ in taken):
            continue
        for low, high, lines in heard(line.group(), names):
            if not taken or not EVERYDAY.search(line.group()[low:high]):
                found.append((line.start() + low, line.start() + high, lines))
    return found

"""The line of each key in a TOML text: tomllib gives values, not places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from handlers.messages.patterns import pattern_of

Path = tuple[str, ...]

KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
DOTTED = rf"{KEY}(?:\s*\.\s*{KEY})*"
TABLE = pattern_of(rf"\s*\[\[?\s*({DOTTED})\s*\]\]?")
ASSIGN = pattern_of(rf"\s*({DOTTED})\s*=")
INLINE = pattern_of(rf"[{{,]\s*({DOTTED})\s*=")
PART = pattern_of(KEY)
TOKEN = pattern_of(r'"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}]')


def _parts(dotted: str) -> Path:
    return tuple(part[1:-1] if part[0] in "\"'" else part for part in PART.findall(dotted))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement's first line number and its whole text; a value may run over many lines."""
    first, held, depth, quote = 0, "", 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not held:
            first = number
        held += line + "\n"
        rest = line
        while rest:
            if quote:
                _, found, rest = rest.partition(quote)
                quote = "" if found else quote
                continue
            if not (token := TOKEN.search(rest)):
                break
            mark, rest = token.group(), rest[token.end() :]
            quote = mark if mark in ('"""', "'''") else ""
            depth += (mark in "[{") - (mark in "]}") if len(mark) == 1 else 0
        if not quote and depth <= 0:
            yield first, held
            held, depth = "", 0


def lines(text: str) -> Mapping[Path, int]:
    """Map every key path of a valid TOML text, tables included, to the line that first names it."""
    found: dict[Path, int] = {}
    table: Path = ()
    for number, statement in _statements(text):
        if match := TABLE.match(statement):
            table = _parts(match.group(1))
            path = table
        elif match := ASSIGN.match(statement):
            path = table + _parts(match.group(1))
            for inner in INLINE.finditer(statement, match.end()):
                place = number + statement.count("\n", 0, inner.start(1))
                found.setdefault(path + _parts(inner.group(1)), place)
        else:
            continue
        for length in range(len(path), 0, -1):
            found.setdefault(path[:length], number)
    return found

"""Policies from TOML files: presets by name, files by path, laid over what they extend, and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from handlers.messages.patterns import pattern_of
from handlers.policy.consistency import contradictions
from handlers.policy.content import canonical, merge
from handlers.policy.embedded_weights import embedded
from handlers.policy.kinds import guess
from handlers.policy.policy import Policy
from handlers.policy.schema import Wrong, wrongs
from handlers.policy.toml_lines import lines

PRESETS = Path(__file__).parent / "presets"
KEPT = 16
"""So many parsed files are kept: few policies are in use at a time."""
PLACE = pattern_of(r" \(at line (\d+), column \d+\)| \(at end of document\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong with a policy file; line 0 when it is about the file as a whole."""

    file: str
    line: int
    key: str
    reason: str

    def __str__(self) -> str:
        """Write it as one line for a terminal."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.reason}" if self.key else f"{place}: {self.reason}"


class PolicyError(Exception):
    """The policy file has contradictions; correct what is named and start again."""

    def __init__(self, findings: list[Finding]) -> None:
        """Hold what was found."""
        self.findings = findings
        super().__init__("\n".join([str(self.__doc__), *map(str, findings)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file of a chain of policies: its content and the lines of its keys."""

    path: Path
    text: str
    content: Mapping[str, Any]
    wrong: Sequence[Wrong] = ()  # of the files that it names

    @property
    def lines(self) -> Mapping[tuple[str, ...], int]:
        """Return the line of each key; a file in which nothing is wrong is not searched for them."""
        return _lines(self.text)

    def line(self, key: tuple[str, ...]) -> int:
        """Return the line of the key, or of the nearest table above it; 0 when the file has neither."""
        return next((self.lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in self.lines), 0)


def presets(folder: Path = PRESETS) -> tuple[str, ...]:
    """Return the names of the shipped policies; a file without a [policy] table is only there to be extended."""
    return tuple(sorted(file.stem for file in folder.glob("*.toml") if "policy" in _parsed(_text(file))))


def load(name_or_path: str, folder: Path = PRESETS) -> Policy:
    """Load a preset by its name or a file by its path; PolicyError with everything that is wrong.

    Words, patterns and weights of the files that are shipped were checked by the tests and are not again at each start.
    """
    sources, findings = _found(name_or_path, folder, shipped=PRESETS)
    if findings:
        raise PolicyError(findings)
    return Policy.from_text(canonical(_merged(sources)))


def check(path: str, folder: Path = PRESETS) -> list[Finding]:
    """Return everything that is wrong with a policy, shipped or not; an empty list when it can be put in force."""
    return _found(path, folder)[1]


def extended(name: str, folder: Path = PRESETS) -> Policy | None:
    """Return the policy that a file in order is laid over; None when it extends nothing that is a policy alone."""
    content = _merged(_chain(name, folder)[0][1:])
    return Policy.from_text(canonical(content)) if "policy" in content else None


def _found(name: str, folder: Path, shipped: Path | None = None) -> tuple[list[Source], list[Finding]]:
    sources, findings = _chain(name, folder)
    return sources, findings or _judge(sources, shipped)


@lru_cache(maxsize=KEPT)
def _parsed(text: str) -> Mapping[str, Any]:
    """Return what a TOML text says; kept, for most policies extend the same files."""
    return tomllib.loads(text)


_lines = lru_cache(maxsize=KEPT)(lines)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig")


def _merged(sources: list[Source]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for source in reversed(sources):
        merged = merge(merged, source.content)
    merged.pop("extends", None)
    return merged


def _find(name: str, folder: Path, near: Path | None) -> Path:
    """Return which file is meant: a preset's name, else a path, beside the file that extends it."""
    preset = folder / f"{name}.toml"
    if re.fullmatch(r"[a-z0-9-]+", name) and preset.is_file():
        return preset
    return near.parent / name if near else Path(name)


def _read(path: Path) -> Source | Finding:
    """Read one file, or tell why it cannot be."""
    try:
        text = _text(path)
        said = _parsed(text)
    except FileNotFoundError:
        return Finding(file=str(path), line=0, key="", reason="there is no such file")
    except IsADirectoryError:
        return Finding(file=str(path), line=0, key="", reason="is a folder, name the file in it")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return Finding(file=str(path), line=line, key="", reason="is not UTF-8, save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        place = PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        return Finding(file=str(path), line=line, key="", reason=f"is not TOML: {PLACE.sub('', str(error))}")
    except OSError as error:
        return Finding(file=str(path), line=0, key="", reason=f"cannot be read: {error.strerror}")
    content, wrong = embedded(said, path)
    return Source(path=path, text=text, content=content, wrong=wrong)


def _chain(name: str, folder: Path) -> tuple[list[Source], list[Finding]]:
    """Read a file and all that it extends, the file itself first."""
    sources: list[Source] = []
    wanted: object = name
    while wanted is not None:
        last = sources[-1] if sources else None
        if not isinstance(wanted, str):
            return sources, [_extends(last, "must be the name of a preset or a path, in quotes")]
        path = _find(wanted, folder, last.path if last else None)
        if any(path.resolve() == source.path.resolve() for source in sources):
            return sources, [_extends(last, f"{wanted!r} leads back to itself")]
        if last and not path.is_file():
            names = [file.stem for file in folder.glob("*.toml")]
            return sources, [_extends(last, f"there is no preset or file {wanted!r}{guess(wanted, names)}")]
        source = _read(path)
        if isinstance(source, Finding):
            return sources, [_known(source, name, folder) if not last else source]
        sources.append(source)
        wanted = source.content.get("extends")
    return sources, []


def _known(finding: Finding, name: str, folder: Path) -> Finding:
    # a missing file may be a preset's name with a typing error
    if "/" in name or name.endswith(".toml") or not finding.reason.startswith("there is no"):
        return finding
    names = presets(folder)
    reason = f"there is no preset and no file of this name{guess(name, names)}; presets: {', '.join(names)}"
    return Finding(file=name, line=0, key="", reason=reason)


def _extends(source: Source | None, reason: str) -> Finding:
    if source is None:
        return Finding(file="", line=0, key="extends", reason=reason)
    return Finding(file=str(source.path), line=source.line(("extends",)), key="extends", reason=reason)


def _judge(sources: list[Source], shipped: Path | None) -> list[Finding]:
    """Look at each file for itself, and when all values are right at the whole for contradictions."""
    trusted = [source.path.parent == shipped for source in sources]
    found = [
        _at(source, wrong)
        for source, known in zip(sources, trusted, strict=True)
        for wrong in (*source.wrong, *wrongs(source.content, trusted=known))
    ]
    if not found:
        wrong = contradictions(_merged(sources), lambda *paths: min(paths, key=lambda path: _rank(path, sources)))
        found = [_at(_blame(path, sources), (path, reason)) for path, reason in wrong]
    return sorted(found, key=lambda finding: (finding.file != str(sources[0].path), finding.line))


def _rank(path: tuple[str, ...], sources: list[Source]) -> int:
    """Return how far from the user's own file a key is set."""
    return next((place for place, source in enumerate(sources) if path in source.lines), len(sources))


def _blame(path: tuple[str, ...], sources: list[Source]) -> Source:
    """Return which file says the key that is wrong or the nearest table above it, the user's own first."""
    for end in range(len(path), 0, -1):
        if (rank := _rank(path[:end], sources)) < len(sources):
            return sources[rank]
    return sources[0]


def _at(source: Source, wrong: Wrong) -> Finding:
    path, reason = wrong
    return Finding(file=str(source.path), line=source.line(path), key=".".join(path), reason=reason)


def summaries(folder: Path = PRESETS) -> Iterator[tuple[str, str]]:
    """Yield each preset's name and its title in English."""
    for name in presets(folder):
        title = _parsed(_text(folder / f"{name}.toml"))["policy"].get("title", {})
        yield name, title.get("en", "")

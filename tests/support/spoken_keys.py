"""Finds in the code which texts it says: whole keys, keys of an implied area, and patterns of keys made at run time."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator

from house_rules import Module

NAME = re.compile(r"[a-z][a-z0-9_]*")
WORDS = re.compile(r"[a-z][a-z0-9_]*")


def speakers(modules: Collection[Module]) -> dict[str, set[int]]:
    """Return the functions that pass their argument `key` on to a sentence, by name, with its places."""
    functions = [node for module in modules for node in module.nodes if isinstance(node, ast.FunctionDef)]
    found: dict[str, set[int]] = {"say": {0, 1}}
    before = 0
    while len(found) != before:
        before = len(found)
        for function in functions:
            names = [argument.arg for argument in function.args.args if argument.arg != "self"]
            calls = {_name(node) for node in ast.walk(function) if isinstance(node, ast.Call)}
            if "key" in names and calls & found.keys():
                found.setdefault(function.name, set()).add(names.index("key"))
    return found


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def said(modules: Collection[Module], areas: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield (place, pattern) of every text that the code says; a pattern without an area may be of any."""
    whole = re.compile(rf"(?:{'|'.join(sorted(areas))})\\\.(?:[a-z0-9_]|\.\*)+")
    known = speakers(modules)
    for module in modules:
        parts = {id(part) for node in module.nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in module.nodes:
            if isinstance(node, ast.Call):
                yield from ((f"{module.path}:{node.lineno}", pattern) for pattern in _spoken(node, known))
            elif isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in parts:
                patterns = (pattern for pattern in _patterns(node) if whole.fullmatch(pattern))
                yield from ((f"{module.path}:{node.lineno}", pattern) for pattern in patterns)


def _spoken(call: ast.Call, known: dict[str, set[int]]) -> Iterator[str]:
    for place in known.get(_name(call), ()):
        for argument in call.args[place : place + 1]:
            yield from (pattern for pattern in _patterns(argument) if NAME.fullmatch(pattern.replace(".*", "x")))


def _patterns(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.IfExp):
        yield from _patterns(argument.body)
        yield from _patterns(argument.orelse)
    elif isinstance(argument, ast.JoinedStr):
        parts = argument.values
        yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in parts)
    elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield re.escape(argument.value)


def exists(pattern: str, keys: Iterable[str]) -> bool:
    """Return whether a text fits: with its area when the pattern names one, else of any area."""
    whole = re.compile(pattern if "\\." in pattern else rf"[a-z]+\.{pattern}")
    return any(whole.fullmatch(key) for key in keys)


def unsaid(keys: Iterable[str], sources: Iterable[str], modules: Iterable[Module]) -> Iterator[str]:
    """Yield the texts whose name stands nowhere in the sources, whole or made at run time: nobody can say them."""
    words = {word for source in sources for word in WORDS.findall(source)}
    made = {pattern for module in modules for node in module.nodes if isinstance(node, ast.JoinedStr)
            for pattern in _patterns(node) if WORDS.search(pattern.replace(".*", ""))}  # fmt: skip
    for key in keys:
        name = key.rpartition(".")[2]
        if name not in words and not any(re.fullmatch(pattern, form) for pattern in made for form in (key, name)):
            yield key

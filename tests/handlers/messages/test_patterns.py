"""Patterns that wait for their first use act as compiled ones, and none of the house's is broken."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

import handlers
from handlers.messages.patterns import compile_all, pattern_of


def test_it_acts_as_the_compiled_pattern():
    later = pattern_of(r"(\d+)号", re.ASCII)
    found = later.search("取货 12号")
    assert found and found[1] == "12"
    assert later.sub("x", "3号4号") == "xx"
    assert (later.pattern, later.flags, later.groups) == (r"(\d+)号", re.ASCII, 1)


def test_it_is_compiled_once(monkeypatch):
    later, made = pattern_of("[ab]+"), []
    real = re.compile
    monkeypatch.setattr(re, "compile", lambda *args: made.append(args) or real(*args))
    assert [bool(later.match(text)) for text in ("a", "b", "c")] == [True, True, False]
    assert made == [("[ab]+", 0)]


def test_a_broken_one_is_found_when_all_are_compiled():
    pattern_of("(unclosed")
    with pytest.raises(re.error):
        compile_all()


def test_every_pattern_of_the_house_compiles():
    folder = Path(handlers.__file__).parent
    for module in pkgutil.walk_packages([str(folder)], "handlers."):
        import_module(module.name)
    compile_all()

"""Every key of a policy acts: a rule reads it, or it stands among the named exceptions with what is still missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, make_dataclass
from typing import Annotated, Any

import pytest
from house_modules import house
from house_rules import Module
from policy_reads import asked_for, constants, paths, reads, unread
from pydantic import Field
from unread_keys import ELSEWHERE, NOT_YET

from handlers.messages.codes import CLOCKS, COLLECTS
from handlers.nlu.text.lexicon import compile_words
from handlers.policy import rows, values
from handlers.policy.content import Content
from handlers.policy.kinds import FLAG, TEXT
from handlers.policy.policy import Policy
from handlers.policy.shape import keys
from handlers.policy.words import PHRASES, Items, Row, SignalRow, Words

RULES = [
    module for module in house() if module.path not in ("handlers/messages/codes.py", "handlers/policy/consistency.py")
]
HANDLERS = [module for module in RULES if module.floor == "handlers"]
READING = [module for module in HANDLERS if module.path.startswith("handlers/nlu/")]
WORDS = "words."
PLANTED = (  # keys that nobody reads; most have names that much of the code reads of other things
    (values.Talk, "hum", "talk.hum"),
    (rows.Problem, "quantity", "problems.*.quantity"),
    (values.Money, "text", "money.text"),
    (values.MediaLimits, "kind", "media.kind"),
    (rows.Group, "name", "special.*.name"),
    (values.Hours, "state", "hours.state"),
    (values.Review, "enabled", "review.enabled"),  # [survey] has it, and there it is read
)


@pytest.fixture(scope="module")
def found():
    """All that the house reads of a policy, whose classes have the planted keys as well."""
    with pytest.MonkeyPatch.context() as patch:
        for table, name, _ in PLANTED:
            patch.setattr(table, name, None, raising=False)
        return reads(house(), {table for table, _ in paths(Content).values()})


def test_every_key_is_read_or_a_named_exception(found):
    dead = {path for path in unread(found, Content) if not path.startswith(WORDS)}
    dead |= {f"clocks.{name}" for name in CLOCKS.keys() - constants(HANDLERS, but="PROMISES")}
    dead |= {f"problems.*.collects: {what}" for what in {*COLLECTS} - asked_for(RULES, "collects")}
    named = {**NOT_YET, **ELSEWHERE}
    silent = sorted(dead - named.keys())
    assert not silent, f"no rule reads {', '.join(silent)}: let it act, take it out, or say in NOT_YET what is missing"
    late = sorted(named.keys() - dead)
    assert not late, f"{', '.join(late)} is read by now: take it out of the exceptions"
    assert all(why.strip() for why in named.values())


# the walk finds what it is for


def with_key(table: type, name: str) -> type:
    """Return the whole model as it were if one table had one key more."""
    more = make_dataclass(table.__name__, [(name, Annotated[bool, FLAG, Field(description="x")], False)],
                          bases=(table,), frozen=True, kw_only=True, slots=True)  # fmt: skip
    key = next(key for key in keys(Content).values() if table in (key.table, getattr(key.table, "table", None)))
    kind: Any = more if key.table is table else Mapping[str, more]  # type: ignore[valid-type]
    fields = [(key.attribute, kind, field(default_factory=dict))]
    return make_dataclass("Model", fields, bases=(Content,), frozen=True, kw_only=True, slots=True)


@pytest.mark.parametrize(("table", "name", "path"), PLANTED)
def test_a_dead_key_is_found(found, table, name, path):
    assert (table, name) not in found
    assert {*unread(found, with_key(table, name))} == {*unread(found, Content), path}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tea:
    """A table for the test."""

    leaf: Annotated[str, TEXT, Field(description="x")] = ""
    cup: Annotated[str, TEXT, Field(description="x")] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A model for the test."""

    tea: Tea = field(default_factory=Tea)
    teas: Mapping[str, Tea] = field(default_factory=dict)


USES = [
    ("def f(shop: Shop):\n    return shop.tea.leaf", {"leaf"}),
    ("def f(x):\n    return x.tea.leaf", set()),
    ("class Turn:\n    shop: Shop\ndef f(turn):\n    return turn.shop.tea.leaf", {"leaf"}),
    ("def g() -> Shop: ...\ndef f():\n    tea = g().tea\n    return tea.leaf", {"leaf"}),
    ("def f(shop: Shop):\n    for tea in shop.teas.values():\n        tea.leaf", {"leaf"}),
    ("def f(shop: Shop):\n    return [tea.leaf for code, tea in shop.teas.items() if tea.cup]", {"leaf", "cup"}),
    ("def f(shop: Shop):\n    tea = shop.teas.get('x')\n    return tea and tea.cup", {"cup"}),
    ("def f(shop: Shop):\n    a, b = shop.tea, 1\n    return lambda: a.cup", {"cup"}),
    (
        "def f(shop: Shop):\n    teas = (shop.teas.get(x) for x in y)\n    return max(tea.cup for tea in teas if tea)",
        {"cup"},
    ),
    ("def f(shop: Shop):\n    return (shop.teas['a'] or shop.tea).cup", {"cup"}),
    ("def f(tea: Tea):\n    tea.leaf = 1\n    return other.cup", set()),
    ("def f(shop: Shop, tea):\n    shop.tea\n    return tea.leaf", set()),
]


@pytest.mark.parametrize(("code", "found"), USES)
def test_what_counts_as_a_read(code, found):
    module = Module("bot/a.py", f"from {__name__} import Shop, Tea\n{code}")
    assert {name for one, name in reads([module], [Shop, Tea]) if one is Tea} == found


def test_what_only_checks_does_not_count():
    code = "from handlers.policy.policy import Policy\ndef f(policy: Policy):\n    return policy.hours.day_start"
    for path, counts in (("handlers/policy/consistency.py", False), ("handlers/tickets/a.py", True)):
        assert ((values.Hours, "day_start") in reads([Module(path, code)], [Content, values.Hours])) == counts


def test_clocks_and_things_to_collect_that_nothing_names_are_found():
    code = """
PROMISES = ("tea_time",)
def has(what, kind):
    return what in kind.collects
def lacks(kind):
    start("acceptance")
    return has("item", kind) or "share" not in kind.collects
"""
    module = Module("handlers/a.py", code)
    assert {"tea_time"} - constants([module], but="PROMISES") == {"tea_time"}
    assert "acceptance" in constants([module], but="PROMISES")
    assert asked_for([module], "collects") == {"item", "share"}


# word tables are read as mappings, not as attributes


class Noting(dict):
    """A mapping that notes which keys are looked at."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        super().__init__(content)
        self.seen: set[str] = set()

    def get(self, key, default=None):
        self.seen.add(key)
        return super().get(key, default)

    def __getitem__(self, key):
        self.seen.add(key)
        return super().__getitem__(key)


def test_every_key_of_the_word_tables_is_read():
    row = {"words": ["a"], "more": ["b"], "without": ["c"], "patterns": ["d"], "unless": ["e"], "negatable": True}
    full, alias, signal = Noting(row), Noting({"same_as": "x"}), Noting({**row, "severity": "major"})
    items = Noting({"packaging": ["a"], "same": [["b"]], "kinds": {"c": ["b"]}})
    tables = Noting({"units": ["盒"], "emoji": {}, "items": items, "problems": {"x": full}, "remedies": {},
                     "signals": {"x": signal, "y": alias}, "special": {}, "phrases": {}})  # fmt: skip
    compile_words(tables)
    assert tables.seen == {*keys(Words)}
    assert items.seen == {*keys(Items)}
    assert full.seen | alias.seen == {*keys(SignalRow)} and "severity" not in full.seen
    assert signal.seen | alias.seen == {*keys(SignalRow)} == {*keys(Row), "severity"}


def test_every_phrase_is_read():
    assert PHRASES.keys() <= constants(READING), sorted(PHRASES.keys() - constants(READING))


def test_the_model_has_no_key_twice():
    found = [path for path in paths(Content) if not path.startswith(WORDS)]
    assert len(found) == len(set(found)) > 80
    assert issubclass(Policy, Content)

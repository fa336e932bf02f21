"""The house keeps its floors, doors and purity; each rule is also shown a small breach that it must find."""

from __future__ import annotations

import ast
import fnmatch
import tomllib

import house_rules as rules
import pytest
from house_modules import ROOT, house, of_tests
from house_rules import Module

# exceptions, each with its reason; one that is no longer needed fails the test at the end

POOL = "opens the readers' pool, which runs the synchronous functions"
ASYNC = {f"storage/{file}.py": POOL for file in ("database", "engines/sqlite", "engines/postgres")}
TABLES = {
    "handlers.messages.texts": "the texts are constants that lie in the locale files",
    "handlers.nlu.text.normalisation": "OpenCC's table of characters is a constant that lies in its package",
    "handlers.nlu.text.phonetics": "pypinyin's table of sounds is a constant that lies in its package",
}
BELOW = {"handlers.claims.lookup": "what was found comes from the house; only its shape is known to the conversation"}
MOST_BROAD = 6
SUPERVISED = {
    "bot/runtime/retries.py supervise": "a door or a polling loop that fails is run again while the others go on",
    "bot/runtime/retries.py attempt": "one turn's failure is that turn's alone: it runs again or is kept",
    "bot/runtime/courier.py _carry": "a door's failure must not end the courier: what is not booked goes again",
    "bot/runtime/llm_prefetch.py _ask": "a message has its turn even when the second reader fails",
    "bot/runtime/writer.py _run": "the writer's thread must not end silently",
    "handlers/turn/parking.py guarded": "of messages that waited inside, one's failure is that one's alone",
}
UNUSED = {
    "storage/engines/postgres.py": "storage.database takes the functions of the one engine or the other",
    "storage/engines/sqlite.py": "storage.database takes the functions of the one engine or the other",
    "bot.channels.telegram.session.ANSWERS": "keeps classes alive that the library would build again for each call",
}
SUPERVISORS = {
    "bot/app.py": "a door that fails is opened again",
    "bot/channels/telegram/polling.py": "while the platform or the database is away, it is asked again",
    "bot/commands/parked.py": "a message that fails again stays parked, and the next one is tried",
    "bot/runtime/retries.py": "a thread's round is a turn that must not end the thread",
    "bot/runtime/presence.py": "a process that beats no more is given up by the others",
    "bot/runtime/rounds.py": "the thread that books and leases must not end silently",
    "bot/runtime/workers.py": "a worker's thread must not end silently; one turn's failure is that turn's alone",
    "bot/runtime/writer.py": "of a batch, only the turn that failed runs again; one that fails twice is parked",
}


def found(breaches):
    told = list(breaches)
    assert not told, "\n".join(["", *told])


def test_imports_point_down():
    found(rules.floors(house()))


def test_rooms_import_the_rooms_below_them():
    found(rules.rooms(house()))


def test_no_folder_is_crowded():
    found(rules.crowds(house()))


def test_each_library_has_one_door():
    found(rules.doors(house()))


def test_only_bot_is_asynchronous():
    found(rules.async_only_in_bot(house(), ASYNC))


def test_time_and_chance_are_handed_in():
    found(rules.given_time_and_chance(house()))


def test_the_conversation_is_pure():
    found(rules.pure(house(), "handlers.turn.decide", TABLES, BELOW))


def test_no_circles():
    found(rules.circles(house()))


def test_no_detours():
    found(rules.detours(house()))


def test_files_and_functions_stay_small():
    found(rules.sizes(house()))


def test_every_module_has_a_caption():
    found(rules.captions(house()))


def test_no_test_imports_another_test_file():
    found(rules.tests_apart(of_tests()))


def test_everything_is_caught_only_where_it_is_supervised():
    found(rules.broad(house(), SUPERVISED))
    assert len(SUPERVISED) <= MOST_BROAD


def test_nothing_lives_for_tests_alone():
    found(rules.unused(house(), UNUSED))


CATCHERS = ("supervise", "attempt", "survive")


def test_only_loops_and_turns_are_supervised():
    """Who calls `supervise`, `attempt` or `survive` catches everything too: each caller has its reason."""
    calls = {
        module.path
        for module in house()
        for node in module.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CATCHERS
    }
    assert calls == set(SUPERVISORS)


@pytest.mark.parametrize(
    ("rule", "exceptions"),
    [(rules.async_only_in_bot, ASYNC), (rules.broad, SUPERVISED), (rules.unused, UNUSED)],
)
def test_no_exception_outlives_its_need(rule, exceptions):
    breaches = list(rule(house()))
    for name in exceptions:
        needed = any(breach.startswith((f"{name} ", f"{name}:")) or f"({name}:" in breach for breach in breaches)
        assert needed, f"{name} needs no exception any more: take it out"


@pytest.mark.parametrize("name", [*TABLES, *BELOW])
def test_no_exception_to_purity_outlives_its_need(name):
    tables, below = ({key: why for key, why in some.items() if key != name} for some in (TABLES, BELOW))
    needed = list(rules.pure(house(), "handlers.turn.decide", tables, below))
    assert needed, f"{name} needs no exception any more: take it out"


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def packages() -> set[str]:
    """Return the folders that setuptools installs as packages."""
    return {file.parent.relative_to(ROOT).as_posix() for floor in rules.FLOORS
            for file in (ROOT / floor).rglob("__init__.py")}  # fmt: skip


def test_every_package_is_installed():
    assert project()["packages"]["find"] == {"include": [f"{floor}*" for floor in rules.FLOORS], "namespaces": False}
    bare = {module.path.rpartition("/")[0] for module in house()} - packages() - {"storage/migrations/versions"}
    assert bare - {"storage/migrations"} == set(), "a folder of code without __init__.py is left out"


def test_every_file_of_a_package_is_installed():
    patterns = [pattern for some in project()["package-data"].values() for pattern in some]
    inner = sorted(packages(), key=len, reverse=True)
    for floor in rules.FLOORS:
        for file in (ROOT / floor).rglob("*"):
            path = file.relative_to(ROOT).as_posix()
            package = next(name for name in inner if path.startswith(f"{name}/"))
            inside = path.removeprefix(package + "/")
            if file.is_dir() or "__pycache__" in path or ("/" not in inside and path.endswith(".py")):
                continue
            fits = [p for p in patterns if p.count("/") == inside.count("/") and fnmatch.fnmatch(inside, p)]
            assert fits, f"{path} would be missing from an installed claimdesk: add it to package-data"


# the rules find what they are for

A, B = "handlers/a.py", "handlers/b.py"
BREACHES = [
    (rules.floors, {"handlers/a.py": "import bot.app"}),
    (rules.floors, {"storage/a.py": "from handlers.claims.claim import Claim"}),
    (rules.floors, {"storage/a.py": "def f():\n    from media import sheet"}),
    (rules.floors, {"media/a.py": "from storage import orders"}),
    (rules.floors, {"bot/a.py": "from tests.doubles import browser"}),
    (rules.floors, {"handlers/a.py": "from ..bot import app"}),
    (rules.rooms, {"handlers/nlu/a.py": "from handlers.policy.policy import Policy"}),
    (rules.rooms, {"handlers/nlu/a.py": "from handlers.nlu.lists import reader"}),
    (rules.rooms, {"handlers/tickets/a.py": "from handlers.dialogue import turn"}),
    (rules.rooms, {"handlers/dialogue/a.py": "def f():\n    from handlers.dialogue.lists import lines"}),
    (rules.rooms, {"handlers/desk/a.py": "from handlers.turn import intake"}),
    (rules.rooms, {"handlers/a.py": "x = 1"}),
    (rules.rooms, {"handlers/cellar/a.py": "x = 1"}),
    (rules.rooms, {"bot/runtime/a.py": "from bot.commands import serve"}),
    (rules.rooms, {"bot/channels/telegram/a.py": "import bot.channels.wechat.push"}),
    (rules.rooms, {"storage/a.py": "from storage.platforms import wechat"}),
    (rules.crowds, {f"handlers/desk/a{number}.py": "" for number in range(21)}),
    (rules.doors, {"handlers/a.py": "from sqlalchemy import select"}),
    (rules.doors, {"bot/runtime/web.py": "def f():\n    import aiogram.types"}),
    (rules.doors, {"bot/channels/telegram/channel.py": "import telegram.ext"}),
    (rules.doors, {"bot/desks/telegram/desk.py": "from aiogram import Bot"}),
    (rules.doors, {"bot/channels/telegram/channel.py": "import wechatpy"}),
    (rules.doors, {"bot/commands/sheet.py": "from PIL import Image"}),
    (rules.doors, {"handlers/a.py": "from aiohttp import web"}),
    (rules.doors, {"bot/a.py": "import importlib\nimportlib.import_module('PIL.Image')"}),
    (rules.async_only_in_bot, {"handlers/a.py": "async def f(): ..."}),
    (rules.async_only_in_bot, {"storage/a.py": "import asyncio"}),
    (rules.async_only_in_bot, {"storage/a.py": "from sqlalchemy.ext.asyncio import AsyncEngine"}),
    (rules.given_time_and_chance, {"handlers/a.py": "from datetime import datetime\ndatetime.now()"}),
    (rules.given_time_and_chance, {"handlers/a.py": "import datetime\ndatetime.date.today()"}),
    (rules.given_time_and_chance, {"storage/a.py": "from time import time"}),
    (rules.given_time_and_chance, {"storage/a.py": "import uuid"}),
    (rules.given_time_and_chance, {"handlers/a.py": "from random import choice"}),
    (rules.given_time_and_chance, {"handlers/a.py": "from random import Random\nRandom(3)"}),
    (rules.circles, {A: "from handlers import b", B: "from handlers import a"}),
    (rules.circles, {A: "def f():\n    from handlers.b import g", B: "import handlers.a"}),
    (rules.detours, {A: "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import b"}),
    (rules.detours, {"bot/a.py": "import os\nos.environ['X']"}),
    (rules.detours, {"bot/a.py": "from os import getenv"}),
    (rules.sizes, {A: "x = 1\n" * 301}),
    (rules.sizes, {A: "def f():\n" + "    x = 1\n" * 50}),
    (rules.unused, {A: "def f(): ..."}),
    (rules.unused, {A: "def f():\n    f()"}),
    (rules.unused, {A: "x = 1", B: "x = 2\nprint(x)"}),
    (rules.unused, {A: "class C: ...", B: "from handlers.a import C"}),
    (rules.captions, {A: "x = 1"}),
    (rules.captions, {A: '"""no sentence"""'}),
    (rules.captions, {"handlers/order_utils.py": '"""Does things."""'}),
    (rules.tests_apart, {"tests/a/test_one.py": "", "tests/b/test_two.py": "from test_one import HERE"}),
    (rules.tests_apart, {"tests/test_one.py": "", "tests/support/two.py": "def f():\n    import tests.test_one"}),
    (rules.tests_apart, {"tests/a/test_one.py": "", "tests/a/test_two.py": "from .test_one import HERE"}),
    (rules.tests_apart, {"tests/a/playing.py": ""}),
    (rules.broad, {A: "try:\n    f()\nexcept Exception:\n    pass"}),
    (rules.broad, {A: "try:\n    f()\nexcept:\n    pass"}),
    (rules.broad, {A: "try:\n    f()\nexcept (OSError, Exception) as e:\n    raise ValueError from e"}),
    (rules.broad, {A: "import contextlib\nwith contextlib.suppress(Exception):\n    f()"}),
]
INNOCENT = [
    (rules.floors, {"bot/a.py": "from handlers import b\nfrom storage import c\nimport media.sheet"}),
    (rules.doors, {"bot/channels/telegram/files.py": "import aiogram", "storage/a.py": "import sqlalchemy"}),
    (rules.async_only_in_bot, {"bot/a.py": "import asyncio\nasync def f(): ..."}),
    (rules.given_time_and_chance, {"handlers/a.py": "from random import Random\ndef f(r: Random): r.random()"}),
    (rules.circles, {A: "from handlers import b", B: "x = 1"}),
    (rules.detours, {"bot/settings.py": "import os\nos.environ"}),
    (rules.sizes, {A: "def f():\n" + "    x = 1\n" * 49}),
    (rules.unused, {A: "def f(): ...", B: "from handlers import a\na.f()"}),
    (rules.unused, {A: "def f(): ...", B: "from handlers.a import f as g\ng()"}),
    (
        rules.unused,
        {A: "def f(): ...", B: "from handlers.a import f", "handlers/c.py": "from handlers import b\nb.f()"},
    ),
    (rules.unused, {A: "def f(): ...\nf()"}),
    (rules.captions, {A: '"""One sentence."""', B: '"""One.\n\nAnd more"""'}),
    (rules.tests_apart, {"tests/test_one.py": "from aiohttp.test_utils import TestServer\nimport playing"}),
    (rules.broad, {A: "try:\n    f()\nexcept BaseException:\n    undo()\n    raise"}),
]


def modules(sources):
    return [Module(path, text) for path, text in sources.items()]


@pytest.mark.parametrize(("rule", "sources"), BREACHES)
def test_a_breach_is_found(rule, sources):
    assert list(rule(modules(sources)))


@pytest.mark.parametrize(("rule", "sources"), INNOCENT)
def test_the_innocent_pass(rule, sources):
    assert not list(rule(modules(sources)))


@pytest.mark.parametrize(
    "text",
    ["from storage import orders", "from storage.orders import find", "open('x')", "import os", "p.read_text()"],
)
def test_impurity_is_found_at_any_distance(text):
    told = {"handlers/root.py": "from handlers import a", A: "from handlers import b", B: text}
    assert list(rules.pure(modules(told), "handlers.root"))
    assert not list(rules.pure(modules(told | {A: ""}), "handlers.root"))


def test_of_a_room_that_counts_as_below_only_types_are_taken():
    told = {"handlers/root.py": "from handlers.a import Found", A: "from storage import orders"}
    assert not list(rules.pure(modules(told), "handlers.root", below={"handlers.a": ""}))
    for text in ("from handlers.a import find", "from handlers import a", "import handlers.a"):
        assert list(rules.pure(modules(told | {"handlers/root.py": text}), "handlers.root", below={"handlers.a": ""}))


def test_a_type_from_below_is_no_impurity():
    told = {"handlers/root.py": "from storage.orders import Order, LIMIT", "storage/orders.py": "open('x')"}
    assert not list(rules.pure(modules(told), "handlers.root"))


def test_a_circle_is_told_with_its_way():
    told = {A: "import handlers.b", B: "import handlers.c", "handlers/c.py": "import handlers.b"}
    assert list(rules.circles(modules(told))) == ["handlers.b -> handlers.c -> handlers.b"]

"""What is promised is kept: settings, commands, problem types, actions, clocks and texts are documented and whole."""

from __future__ import annotations

import re
import string
import tomllib
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
import spoken_keys
from house_modules import house

from bot.__main__ import main
from bot.commands.table import COMMANDS
from bot.settings import NAMES, Settings, load
from handlers.desk.actions import ACTIONS
from handlers.messages import texts
from handlers.messages.codes import CLOCKS, LANGUAGES, PROBLEMS
from handlers.policy import loader

ROOT = Path(__file__).parents[1]
STORIES = sorted((ROOT / "tests" / "stories").glob("*.txt"))
MEASURES = {"unit"}  # 盒, 枚: a language without measure words may leave them out


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def documents() -> str:
    return "\n".join([text("README.md"), *(file.read_text("utf-8") for file in sorted((ROOT / "docs").glob("*.md")))])


@cache
def preset():
    return loader.load("community-group-buy")


# settings


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_in_the_example_and_the_readme(name):
    assert re.search(rf"^#? ?{name}=", text(".env.example"), re.MULTILINE), f"{name} is missing in .env.example"
    assert f"`{name}`" in text("README.md"), f"{name} is missing in the README"


def test_the_example_names_no_setting_that_is_gone():
    assert set(re.findall(r"^#? ?([A-Z_]{4,})=", text(".env.example"), re.MULTILINE)) == set(NAMES)


def test_the_example_shows_the_defaults(tmp_path):
    """A copy of the example with every line in force where a default is given is the same as no file."""
    rows = re.findall(r"^#? ?([A-Z_]{4,})=(.*)$", text(".env.example"), re.MULTILINE)
    assert dict(rows) == {name: getattr(Settings(), name.lower()) for name in NAMES}
    file = tmp_path / ".env"
    file.write_text(text(".env.example"), encoding="utf-8")
    assert load({}, file) == Settings()


# commands

NAMES_OF_COMMANDS = [command.name for command in COMMANDS]


@pytest.mark.parametrize("name", NAMES_OF_COMMANDS)
def test_a_command_is_documented(name):
    assert f"claimdesk {name}" in documents(), f"claimdesk {name} is in no document"


@pytest.mark.parametrize("name", sorted({"", *(name.split()[0] for name in NAMES_OF_COMMANDS), *NAMES_OF_COMMANDS}))
def test_a_command_answers_help(name, capsys):
    with pytest.raises(SystemExit) as end:
        main([*name.split(), "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: claimdesk {name}".rstrip())


def test_no_document_names_a_command_that_is_gone():
    groups = {name.split()[0] for name in NAMES_OF_COMMANDS}
    named = set(re.findall(r"`claimdesk ([a-z]+)(?: ([a-z]+))?", documents()))
    for first, second in named:
        known = {name for name in NAMES_OF_COMMANDS if name.split()[0] == first}
        assert first in groups and (first in known or not second or f"{first} {second}" in known), f"{first} {second}"


@pytest.mark.parametrize("file", ["README.md", *(f"docs/{file.name}" for file in sorted((ROOT / "docs").glob("*.md")))])
def test_a_link_leads_somewhere(file):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text(file)):
        assert ((ROOT / file).parent / target).exists(), f"{file} points to {target}, which is not there"


# packages


def test_every_package_has_its_reason():
    project = tomllib.loads(text("pyproject.toml"))["project"]
    names = {re.split(r"[\[><=]", row)[0] for row in project["dependencies"]}
    rows = [
        row.split("|")[1] for row in text("docs/decisions/0006-dependencies.md").splitlines() if row.startswith("| `")
    ]
    assert set(re.findall(r"`([^`]+)`", "".join(rows))) == names


def test_every_package_has_its_version():
    project = tomllib.loads(text("pyproject.toml"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    pinned = {
        row.partition("==")[0].lower().replace("_", "-") for row in text("constraints.txt").splitlines() if "==" in row
    }
    assert {re.split(r"[\[><=]", row)[0].lower() for row in needed} <= pinned


# the preset


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_problem_type_has_its_texts_in_both_languages(problem):
    kind = preset().problems[problem]
    for labels in (kind.label, kind.evidence, kind.keep):
        assert not labels or all(labels.get(language, "").strip() for language in LANGUAGES)
    assert set(kind.label) >= set(LANGUAGES)
    assert kind.evidence or not kind.photos, f"{problem} wants photos and does not say of what"


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_problem_type_has_a_story(problem):
    told = "\n".join(file.read_text("utf-8") for file in STORIES)
    assert re.search(rf"\bproblem={problem}\b", told), f"no story ends in a ticket line with problem={problem}"


@pytest.mark.parametrize("clock", CLOCKS)
def test_the_preset_has_every_clock(clock):
    assert clock in preset().clocks


# the desk


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_of_the_desk_has_a_test(action):
    tests = chain((ROOT / "tests").rglob("test_*.py"), STORIES)
    tapped = re.compile(rf"""["'`]{action}:""")
    assert any(tapped.search(file.read_text("utf-8")) for file in tests if file != Path(__file__))


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_of_the_desk_has_its_label(action):
    assert f"desk.act_{action}" in texts.templates("zh")


# texts


def test_all_languages_have_the_same_texts():
    for language in texts.languages():
        assert set(texts.templates(language)) == set(texts.templates("zh")), language


@pytest.mark.parametrize("language", sorted(set(texts.languages()) - {"zh"}))
def test_a_text_has_the_same_fields_in_every_language(language):
    for key in sorted(texts.templates("zh").keys() & texts.templates(language).keys()):
        missing, added = fields("zh", key) - fields(language, key), fields(language, key) - fields("zh", key)
        assert not added and missing <= MEASURES, f"{key}: {language} lacks {missing} and adds {added}"


def fields(language, key):
    """Name the fields of a template; a field without a name or with an index fails."""
    names = {name for _, name, _, _ in string.Formatter().parse(texts.templates(language)[key]) if name is not None}
    assert all(name.isidentifier() for name in names), f"{language} {key}: fields must be named"
    return names


def test_every_text_that_the_code_says_exists():
    keys = set(texts.templates("zh"))
    areas = {key.partition(".")[0] for key in keys}
    missing = [f"{place} says {pattern}" for place, pattern in spoken_keys.said(talking(), areas)
               if pattern not in LANGUAGES and not spoken_keys.exists(pattern, keys)]  # fmt: skip
    assert not missing, "\n".join(["", *missing])


def test_no_text_is_left_that_nobody_says():
    files = [file for floor in ("bot", "handlers") for file in (ROOT / floor).rglob("*")]
    sources = [file.read_text("utf-8") for file in files if file.suffix in (".py", ".js", ".html")]
    left = list(spoken_keys.unsaid(sorted(texts.templates("zh")), sources, talking()))
    assert not left, f"nobody says {', '.join(left)}"


def talking():
    return [module for module in house() if module.floor in ("bot", "handlers")]


# the search for texts can fail


@pytest.mark.parametrize(
    ("code", "pattern"),
    [
        ("say(language, 'talk.hello')", r"talk\.hello"),
        ("text = 'talk.hello' if x else 'talk.bye'", r"talk\.bye"),
        ("voice.say(f'talk.{name}_one')", r"talk\..*_one"),
        ("def tell(self, key): self.voice.say(f'talk.{key}')\nself.tell('hello')", "hello"),
        ("def told(key): return say(key)\ndef ask(deed, key): told(key)\nask(deed, f'ask_{x}')", "ask_.*"),
        ("def told(key): return say(key)\ntold('hello' if x else 'bye')", "bye"),
    ],
)
def test_a_said_text_is_found(code, pattern):
    module = spoken_keys.Module("handlers/a.py", code)
    assert pattern in [found for _, found in spoken_keys.said([module], {"talk"})]


def test_a_missing_and_an_unsaid_text_are_told():
    module = spoken_keys.Module("handlers/a.py", "say('talk.hello')\nsay(f'talk.by_{x}')")
    assert not spoken_keys.exists(r"talk\.hello", {"talk.bye"})
    assert not spoken_keys.exists("hello", {"talk.hello_one"})
    assert spoken_keys.exists("hello", {"talk.hello"})
    keys = ["talk.hello", "talk.by_name", "talk.left"]
    assert list(spoken_keys.unsaid(keys, [module.text], [module])) == ["talk.left"]

"""The documents name only what exists: paths, rooms, and the code's names for the words of the glossary."""

from __future__ import annotations

import ast
import importlib
import re
from dataclasses import is_dataclass

import pytest
from house_modules import ROOT
from house_rules import ORDER

PAGES = sorted(file.relative_to(ROOT).as_posix() for file in (ROOT / "docs").rglob("*.md"))
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "SECURITY.md", *PAGES]
TOPS = ("bot", "handlers", "storage", "media", "tests", "bench", "docs", ".ci")
PATH = re.compile(r"`([\w.-]+(?:/[\w.{},-]*)+)`")


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


# paths


def paths(document):
    """Yield each path in backticks that begins with a folder of the project, and each name of a file at its root."""
    for path in PATH.findall(document):
        if path.split("/")[0] in TOPS and not re.search(r"\b[A-Z]{4,}\b", path):
            yield path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_in_a_document_exists(name):
    gone = [path for path in paths(text(name)) if not (ROOT / path).exists()]
    assert not gone, f"{name} names {', '.join(gone)}"


def test_a_path_that_is_gone_is_found():
    said = "see `bot/nothing.py`, `handlers/desk/`, `bot/channels/NAME/`, `a/b` and `claimdesk orders`"
    assert list(paths(said)) == ["bot/nothing.py", "handlers/desk/"]


NAMED = re.compile(r"`([A-Z_]{4,})`(?:, `[A-Z_]{4,}`)*(?: and `[A-Z_]{4,}`)? (?:in|of) `([\w./]+\.py)`")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_table_is_in_the_file_that_a_document_names(name):
    for table, file in NAMED.findall(text(name)):
        defined = re.search(rf"^{table}\b", text(file), re.MULTILINE)
        assert defined, f"{name}: {table} is not in {file}"


DOTTED = re.compile(rf"`((?:{'|'.join(TOPS[:4])})\.\w+(?:\.\w+)*)`")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_dotted_name_in_a_document_exists(name):
    gone = [found for found in DOTTED.findall(text(name)) if not has(found)]
    assert not gone, f"{name} names {', '.join(gone)}"


# rooms


def caption(room):
    """Return the first sentence of a room's module or package."""
    path = ROOT / room.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").split("\n\n")[0].replace("\n", " ")


def table():
    """Return the table of rooms as it should be, the highest level first."""
    order = ORDER if any("media" in row for row in ORDER) else (("media",), *ORDER)
    rows = [(level, room) for level, row in enumerate(order, 1) for room in row]
    return [f"| {level} | `{room}` | {caption(room)} |" for level, room in reversed(rows)]


def test_the_table_of_rooms_is_the_order_with_each_rooms_caption():
    shown = [row for row in text("docs/architecture.md").splitlines() if re.match(r"\| \d+ \| `[\w.]+` \|", row)]
    assert shown == table(), "put this into docs/architecture.md:\n" + "\n".join(table())


# decisions


def test_every_decision_is_in_the_index_with_its_title():
    shown = re.findall(r"^\| \[(\d+)\]\(([\w-]+\.md)\) \| (.+) \|$", text("docs/decisions/README.md"), re.MULTILINE)
    files = sorted(file for file in (ROOT / "docs/decisions").glob("[0-9]*.md"))
    titles = [file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ") for file in files]
    assert [(f"{number} {title}", file) for number, file, title in shown] == [
        (title, file.name) for title, file in zip(titles, files, strict=True)
    ]
    assert len({number for number, _, _ in shown}) == len(shown), "two decisions have one number"


# words


def words():
    """Return the code's names in the glossary."""
    rows = [row.split("|") for row in text("docs/glossary.md").splitlines() if row.startswith("| ")]
    return [re.sub("[` ]", "", row[3]) for row in rows if "`" in row[3]]


def has(name):
    """Return whether a dotted name is a module, or something in one; a dataclass has its fields too."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        if path.is_dir() or path.with_suffix(".py").is_file():
            found = importlib.import_module(".".join(parts[:length]))
            break
    else:
        return False
    for part in parts[length:]:
        fields = getattr(found, "__dataclass_fields__", {}) if is_dataclass(found) else {}
        if part in fields:
            return part == parts[-1]
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


def test_the_glossary_has_about_forty_words():
    assert 40 <= len(words()) <= 70


@pytest.mark.parametrize("name", words())
def test_a_word_of_the_glossary_is_in_the_code(name):
    assert has(name), f"docs/glossary.md: {name} is not in the code"


@pytest.mark.parametrize("name", ["storage.nothing", "storage.tickets.Ticket.nobody", "handlers.desk.cards.Cart"])
def test_a_word_that_is_not_in_the_code_is_found(name):
    assert not has(name)

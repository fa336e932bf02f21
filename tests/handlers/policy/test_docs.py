from __future__ import annotations

import pytest
from policy_reference import DOCS, rewritten, tables
from unread_keys import NOT_YET

from handlers.messages.codes import CLOCKS, GROUPS, PROBLEMS, REMEDIES, SIGNALS, TAGS
from handlers.policy.content import Content
from handlers.policy.shape import keys

TEXT = DOCS.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_classes():
    assert rewritten(TEXT) == TEXT, "run `python tests/support/policy_reference.py`"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| `misses` | a whole number from 1 to 10 | `3` |", "| `misses` | a whole number from 1 to 9 | `3` |"),
        ("| `quiet_max` | a duration", "| `quiet_most` | a duration"),
        ("| `enabled` | true or false | `true` |", "| `enabled` | true or false | `false` |"),
        ("before a person comes |", "before two persons come |"),
    ],
)
def test_a_table_that_says_something_else_is_found(old, new):
    assert TEXT.count(old) == 1
    assert rewritten(TEXT.replace(old, new)) == TEXT


def test_a_section_that_is_gone_is_named():
    with pytest.raises(KeyError, match="talk"):
        rewritten(TEXT.replace("### `[talk]`", "### Talk"))


def test_every_table_of_a_file_has_a_section():
    named = {heading.strip("[]").removesuffix(".CODE") for heading in tables()}
    prose = {"extends", "windows", "rules", "texts"}
    silent = {path.partition(".")[0] for path in NOT_YET}
    assert keys(Content).keys() <= named | prose | silent
    assert all(f"[{name}" in TEXT or f"`{name}`" in TEXT for name in prose)


@pytest.mark.parametrize("code", (*PROBLEMS, *REMEDIES, *SIGNALS, *GROUPS, *TAGS, *CLOCKS))
def test_every_code_is_named(code):
    assert f"`{code}`" in TEXT or f"`[clocks] {code}`" in TEXT


@pytest.mark.parametrize("path", NOT_YET)
def test_what_does_not_act_stands_at_the_end_and_is_promised_nowhere(path):
    key, _, value = path.partition(": ")
    table, _, name = key.replace(".*", ".CODE").rpartition(".")
    rows = [row for row in tables().get(f"[{table}]", ()) if row.startswith(f"| `{name}` |")]
    assert all(value and f"`{value}`" not in row for row in rows)
    assert name in TEXT.partition("## Accepted, and not acted on yet")[2]


@pytest.mark.parametrize("word", ["activation", "playbook", "announced", "emergency"])
def test_no_sentence_promises_what_does_not_act(word):
    assert word not in TEXT.partition("## Accepted, and not acted on yet")[0].casefold()

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from policy_samples import findings, group_buy, shipped, shop

from handlers.nlu.text.weights import FORM, MAJOR
from handlers.policy.embedded_weights import older, words_hash
from handlers.policy.lexicons import learned_of
from handlers.policy.loader import load
from handlers.policy.policy import Policy

CONTENT = {
    "form": FORM,
    "codes": ["late", MAJOR],
    "sizes": [2],
    "start": [0, 0],
    "marks": {},
    "weights": {"超时": "ZR"},
}
NAMED = '[reading]\nweights = "mine.json"\n'


def test_a_file_names_weights_beside_it(tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps(CONTENT), "utf-8")
    policy = group_buy(tmp_path, f"{NAMED}add = 0.9\n")
    learned = learned_of(policy)
    assert learned is not None
    assert dict(learned.rows) == {"超时": b"ZR"}
    assert policy.reading.add == 0.9
    assert (policy.reading.more, policy.reading.drop, policy.reading.major) == (0.7, 0.05, 0.6)


def test_a_stored_policy_reads_the_same_when_the_file_is_gone(tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps(CONTENT, indent=1), "utf-8")
    policy = group_buy(tmp_path, NAMED)
    (tmp_path / "mine.json").write_text(json.dumps(CONTENT), "utf-8")
    assert load(str(tmp_path / "shop.toml"), tmp_path).hash == policy.hash  # white space is no content
    (tmp_path / "mine.json").unlink()
    again = Policy.from_text(policy.text)
    assert again == policy
    assert learned_of(again) == learned_of(policy)


def test_other_weights_are_another_policy(tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps(CONTENT), "utf-8")
    before = group_buy(tmp_path, NAMED)
    (tmp_path / "mine.json").write_text(json.dumps({**CONTENT, "start": [1, 0]}), "utf-8")
    assert group_buy(tmp_path, NAMED).hash != before.hash


def test_the_preset_has_weights_and_a_file_can_do_without(tmp_path):
    assert learned_of(group_buy(tmp_path)) is not None
    assert learned_of(group_buy(tmp_path, '[reading]\nweights = ""\n')) is None


def test_a_policy_stored_before_there_were_weights_has_none(tmp_path):
    text = json.loads(group_buy(tmp_path).text)
    del text["reading"]
    assert learned_of(Policy.from_text(json.dumps(text))) is None


def test_words_that_changed_since_are_noticed(tmp_path):
    words = group_buy(tmp_path).words
    (tmp_path / "mine.json").write_text(json.dumps({**CONTENT, "made": {"words": words_hash(words)}}), "utf-8")
    assert not older(group_buy(tmp_path, NAMED))
    assert older(group_buy(tmp_path, f'{NAMED}[words.problems.late]\nmore = ["磨蹭"]\n'))
    assert not older(group_buy(tmp_path, '[reading]\nweights = ""\n'))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read"),
        ("{", "is no JSON"),
        ("{}", "is no weights file"),
        (json.dumps({**CONTENT, "start": [0]}), "garbled"),
        (json.dumps({**CONTENT, "codes": ["slow", MAJOR]}), "other problem types ('slow')"),
    ],
)
def test_weights_that_cannot_be_used_are_named(tmp_path, content, why):
    if content is not None:
        (tmp_path / "mine.json").write_text(content, "utf-8")
    (found,) = findings(tmp_path, NAMED)
    assert (found.line, found.key) == (3, "reading.weights")
    assert why in found.reason


@pytest.mark.parametrize(
    ("lines", "key", "why"),
    [
        ("weights = 5", "weights", "quotes"),
        ("add = 1.5", "add", "0 to 1"),
        ("drop = true", "drop", "0 to 1"),
        ("drop = 0.6", "drop", "less than add"),
        ('learned = "x"', "learned", "no JSON"),
    ],
)
def test_bounds_are_probabilities(tmp_path, lines, key, why):
    (found,) = findings(tmp_path, f"[reading]\n{lines}\n")
    assert (found.line, found.key) == (3, f"reading.{key}")
    assert why in found.reason


def test_what_is_shown_can_be_put_in_force_again(tmp_path):
    policy = group_buy(tmp_path)
    learned = json.loads(policy.text)["reading"]["learned"]
    file = shop(tmp_path, f"[reading]\nlearned = {json.dumps(learned)}\n")
    assert load(str(file), shipped(tmp_path)).hash == replace(policy).hash

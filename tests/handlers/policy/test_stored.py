"""Policies that were stored by earlier versions come back, and what is written today is written as it was."""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import date, time
from pathlib import Path

import pytest

from handlers.policy.content import canonical
from handlers.policy.loader import load
from handlers.policy.policy import Duration, Policy

FOLDER = Path(__file__).parent / "stored"
TEXT = (FOLDER / "stored.json").read_text(encoding="utf-8").removesuffix("\n")
HASH = "8a29b7a94e85b453f442a0fcdb3085b7cdf784a13481bf92374e84637e87a973"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy.from_text(TEXT)


def test_the_canonical_form_and_its_hash_are_those_of_the_first_version():
    assert canonical(tomllib.loads((FOLDER / "whole.toml").read_text(encoding="utf-8"))) == TEXT
    assert hashlib.sha256(TEXT.encode()).hexdigest() == HASH


def test_the_file_is_still_in_order_and_loads_to_the_same_policy(policy):
    assert load(str(FOLDER / "whole.toml")) == policy
    assert policy.hash == HASH


def test_every_table_of_a_stored_policy_comes_back(policy):
    assert (policy.name, policy.head.title["en"], list(policy.problems)) == (
        "corner-shop", "Corner shop", ["stale", "late", "other"],
    )  # fmt: skip
    assert (policy.talk.quiet, policy.talk.misses) == (Duration.parse("1s"), 2)
    assert (policy.identity.proof, policy.identity.tries, policy.identity.lock) == ("none", 4, Duration.parse("1h"))
    assert (policy.money.suggest_cap, policy.money.auto_approve_cap) == (8050, 1000)
    assert (policy.money.late_coupon, policy.money.late_rule) == ("small", "L1")
    assert (policy.hours.day_end, policy.hours.staffed_to) == (time(18), time(17, 30))
    assert (policy.calendar.holidays, policy.calendar.workdays) == ({date(2031, 1, 23)}, {date(2031, 1, 26)})
    assert (len(policy.clocks), str(policy.clocks["refund_due"]), str(policy.windows["dry"])) == (20, "5wd", "10d")
    assert (policy.media.most("voice"), policy.media.retakes) == (5 * 1024 * 1024, 0)
    assert (policy.review.leader, policy.survey.enabled) == (True, False)
    assert policy.wechat is not None and policy.wechat.fields == {"thing1": "{decision}"}
    assert (policy.remedies.offered, policy.remedies.agent) == (
        ("refund", "compensation", "explanation"), ("compensation",),
    )  # fmt: skip
    assert policy.severity_rules["small_children"].above == 500
    assert policy.special["minor"].brief and policy.special["minor"].priority == 20
    assert (policy.coupons["small"].value, policy.rules["L1"]["zh"]) == (300, "当天报损")
    assert policy.playbooks["recall"].steps == {"zh": ("停售",), "en": ("Stop the sale",)}
    assert (policy.texts["zh"], policy.reading.add) == ({"remedy.refund": "退钱"}, 0.8)
    assert policy.words["problems"]["stale"]["patterns"] == ["蔫[^,。]{0,2}"]


def test_a_problem_type_of_a_stored_policy_comes_back_whole(policy):
    stale = policy.problems["stale"]
    assert (stale.photos, stale.evidence["en"], stale.keep["zh"]) == (1, "one close-up", "先别扔。")
    assert (stale.collects[:2], stale.remedies, stale.department) == (("item", "quantity"), ("refund",), "desk")
    assert (stale.severity, stale.decides, stale.whole_order) == ("normal", "auto", False)
    assert policy.problems["late"].whole_order
    assert str(policy.window("late")) == "7d" and policy.window("other") is None


def test_what_this_version_does_not_take_any_more_gets_its_default(policy):
    old = json.loads(TEXT)
    old["media"]["photo_mb"] = 50  # was taken once
    old["talk"]["hum"] = {"loud": 1}
    old["problems"]["late"]["severity"] = "dire"
    old["clocks"]["gone"] = "1h"
    old["special"] = 5
    again = Policy.from_text(json.dumps(old))
    assert (again.media.photo_mb, again.media.voice_mb, again.problems["late"].severity) == (20, 5, "normal")
    assert (again.clocks, again.special, again.talk) == (policy.clocks, {}, policy.talk)


def test_what_a_later_version_has_and_the_stored_policy_lacks_gets_its_default(policy):
    old = {table: keys for table, keys in json.loads(TEXT).items() if table not in ("media", "review", "wechat")}
    del old["problems"]["stale"]["keep"]
    again = Policy.from_text(json.dumps(old))
    assert (again.media.retakes, again.review.leader, again.wechat, again.problems["stale"].keep) == (
        1,
        False,
        None,
        {},
    )

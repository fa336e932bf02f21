from __future__ import annotations

import hashlib
import json

import pytest
from policy_samples import group_buy

from handlers.messages.codes import CLOCKS, LANGUAGES, PROBLEMS, REMEDIES
from handlers.policy import loader
from handlers.policy.content import canonical
from handlers.policy.policy import Duration, Policy, pick


@pytest.fixture(scope="module")
def policy(tmp_path_factory) -> Policy:
    return group_buy(tmp_path_factory.mktemp("policies"))


@pytest.mark.parametrize(
    ("text", "seconds", "workdays"),
    [("30s", 30, 0), ("1.5s", 1.5, 0), ("5m", 300, 0), ("24h", 86400, 0), ("3d", 259200, 0), ("7wd", 0, 7)],
)
def test_durations_are_read_and_written_back(text, seconds, workdays):
    duration = Duration.parse(text)
    assert (duration.seconds, duration.workdays) == (seconds, workdays)
    assert Duration.parse(str(duration)) == duration


@pytest.mark.parametrize("text", ["", "24", "h", "-1h", "1 h", "24H", "7w", "0wd", "1.5wd", "1h30m", "２４h", "24h\n"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="duration"):
        Duration.parse(text)


@pytest.mark.parametrize("text", ["24h", "72h", "7d", "30m", "90s", "2h"])
def test_durations_are_written_as_people_say_them(text):
    assert str(Duration.parse(text)) == text


def test_the_preset_has_every_problem_type_complete(policy):
    assert set(policy.problems) == set(PROBLEMS)
    assert list(policy.problems)[-1] == "other"
    for problem in policy.problems.values():
        assert all(problem.label[language] for language in LANGUAGES)
        assert problem.remedies and set(problem.remedies) <= set(REMEDIES)
        assert problem.department in policy.departments
        assert not problem.photos or all(problem.evidence[language] for language in LANGUAGES)


def test_the_preset_has_the_figures_of_the_procedures(policy):
    assert set(policy.clocks) == set(CLOCKS)
    said = {
        "bot_ack": "10s", "first_response": "30s", "human_first_response": "30m", "major_human_response": "5m",
        "acceptance": "10m", "review_notice": "24h", "decision_due": "3d", "refund_due": "7wd", "exchange_due": "24h",
        "return_by": "3d", "claim_window": "24h", "appeal_final": "72h", "leader_review": "2h",
        "page_supervisor": "2m", "page_everyone": "4m",
    }  # fmt: skip
    assert {name: str(policy.clocks[name]) for name in said} == said
    assert (policy.money.suggest_cap, policy.money.auto_approve_cap) == (5000, 0)
    assert (policy.talk.quiet.seconds, policy.talk.quiet_max.seconds, policy.talk.misses) == (1.5, 3.5, 3)
    assert (policy.identity.tries, policy.identity.within.seconds, policy.identity.lock.seconds) == (5, 600, 1800)
    assert policy.coupons[policy.money.late_coupon].value == 500
    assert policy.rules[policy.money.late_rule]["zh"] == "生鲜取货后24小时内报损"


def test_evidence_is_asked_for_what_a_photo_can_show(policy):
    photos = {code: problem.photos for code, problem in policy.problems.items()}
    assert {code for code, least in photos.items() if least} == {
        "quality_spoiled", "quality_other", "damaged_package", "wrong_item", "not_as_described", "expired",
        "foreign_object",
    }  # fmt: skip
    whole = {code for code, problem in policy.problems.items() if problem.whole_order}
    assert whole == {"late", "not_received", "service_attitude"}


def test_a_stored_policy_comes_back_whole(policy):
    again = Policy.from_text(policy.text)
    assert again == policy
    assert again.hash == hashlib.sha256(policy.text.encode()).hexdigest()


def test_a_stored_policy_of_another_version_comes_back(policy):
    content = json.loads(policy.text)
    content["later"] = {"key": 1}
    content["problems"]["late"]["later"] = True
    del content["survey"], content["talk"]["misses"]
    again = Policy.from_text(json.dumps(content))
    assert (again.survey.enabled, again.talk.misses, again.problems["late"]) == (True, 3, policy.problems["late"])


def test_equal_content_has_equal_text_whatever_the_order_of_its_tables():
    first = {"money": {"suggest_cap": "5"}, "problems": {"late": {}, "other": {}}, "clocks": {"bot_ack": "1s"}}
    second = {"clocks": {"bot_ack": "1s"}, "problems": {"late": {}, "other": {}}, "money": {"suggest_cap": "5"}}
    assert canonical(first) == canonical(second)


def test_the_order_of_problem_types_is_content():
    first = {"problems": {"late": {}, "expired": {}, "other": {}}}
    second = {"problems": {"expired": {}, "late": {}, "other": {}}}
    assert canonical(first) != canonical(second)


def test_a_label_falls_back_to_chinese_and_then_to_the_code(policy):
    assert policy.label("quality_spoiled", "en") == "spoiled or rotten"
    assert policy.label("quality_spoiled", "fr") == "腐烂变质"
    assert policy.label("gone", "zh") == "gone"
    assert pick({}, "zh") == ""


@pytest.mark.parametrize(
    ("problem", "tags", "window"),
    [
        ("quality_spoiled", ("fresh", "fragile"), "24h"),
        ("quality_spoiled", (), "24h"),
        ("quality_spoiled", ("dry",), "7d"),
        ("quality_spoiled", ("fresh", "dry"), "7d"),
        ("expired", ("fresh",), "7d"),
        ("unknown", ("fresh",), "24h"),
        ("illness", ("fresh",), "None"),
    ],
)
def test_windows_follow_the_tags_unless_the_problem_type_has_its_own(policy, problem, tags, window):
    assert str(policy.window(problem, tags)) == window


@pytest.mark.parametrize(
    ("problem", "more", "severity"),
    [
        ("quality_spoiled", {"tags": ("fresh",)}, "normal"),
        ("damaged_package", {"tags": ("infant",)}, "major"),
        ("shortage_missing", {"tags": ("infant",)}, "normal"),
        ("shortage_missing", {"tags": ("key_item",)}, "major"),
        ("illness", {}, "safety"),
        ("quality_spoiled", {"heard": "major"}, "major"),
        ("damaged_package", {"tags": ("infant",), "heard": "safety"}, "safety"),
        ("illness", {"heard": "major"}, "safety"),
        ("wrong_item", {"sum_": 50000}, "normal"),
        ("wrong_item", {"sum_": 50001}, "major"),
    ],
)
def test_the_worst_that_is_known_makes_the_severity(policy, problem, more, severity):
    assert policy.severity(problem, **more) == severity


def test_a_rule_may_ask_for_a_special_group(tmp_path):
    policy = group_buy(tmp_path, '[severity.pregnant]\nseverity = "major"\ngroups = ["pregnant"]\n')
    assert policy.severity("late") == "normal"
    assert policy.severity("late", groups=("pregnant",)) == "major"


def test_special_groups_are_known_by_tags_or_named_and_served_in_order(policy):
    assert policy.groups(("fresh", "elderly")) == ("senior",)
    assert policy.groups(("senior", "infant")) == ("infant", "senior")
    assert policy.groups(("senior",), ("pregnant", "unknown")) == ("pregnant", "senior")
    assert policy.groups(("fresh",)) == ()


def test_a_return_s_address_is_one_text_or_one_in_each_language(tmp_path):
    one, each = tmp_path / "one.toml", tmp_path / "each.toml"
    head = 'extends = "community-group-buy"\n[returns]\n'
    one.write_text(f'{head}address = "杭州 3号门"\nfreight = "customer"\n', encoding="utf-8")
    each.write_text(f'{head}address = {{ zh = "杭州", en = "Hangzhou" }}\n', encoding="utf-8")
    assert loader.load(str(one)).returns.address == {"zh": "杭州 3号门", "en": "杭州 3号门"}
    assert loader.load(str(one)).returns.freight == "customer"
    known = loader.load(str(each))
    assert (known.returns.address["en"], known.returns.freight) == ("Hangzhou", "house")
    assert Policy.from_text(known.text).returns == known.returns

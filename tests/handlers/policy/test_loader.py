from __future__ import annotations

from datetime import date

import pytest
from policy_samples import findings, group_buy, shipped, shop

from handlers.nlu.reading import read
from handlers.policy.lexicons import lexicon_of
from handlers.policy.loader import PRESETS, PolicyError, check, load, presets, summaries


def one(folder, overrides):
    """Give the only finding as (line, key, reason)."""
    found = findings(folder, overrides)
    assert len(found) == 1, found
    return found[0].line, found[0].key, found[0].reason


def test_every_shipped_preset_is_in_order(tmp_path):
    folder = shipped(tmp_path)
    assert "community-group-buy" in presets(folder)
    for name in presets(folder):
        assert check(name, folder) == []


def test_a_file_without_a_policy_table_is_no_preset(tmp_path):
    assert "base" not in presets(shipped(tmp_path))


def test_summaries_name_each_preset_with_its_title():
    assert [name for name, _ in summaries()] == list(presets(PRESETS))
    assert all(title for _, title in summaries())


def test_a_file_overrides_parts_and_keeps_the_rest(tmp_path):
    policy = group_buy(
        tmp_path, '[policy]\nname = "shop"\n[money]\nsuggest_cap = 80.5\n[problems.late]\nlabel.en = "too late"\n'
    )
    assert (policy.name, policy.money.suggest_cap, policy.money.auto_approve_cap) == ("shop", 8050, 0)
    assert policy.problems["late"].label == {"zh": "送货延误", "en": "too late"}
    assert policy.problems["late"].remedies == ("compensation", "apology", "explanation")


def test_a_new_problem_type_comes_before_other(tmp_path):
    policy = group_buy(
        tmp_path,
        '[problems.thawed]\nlabel = { zh = "化冻", en = "thawed" }\nremedies = ["refund"]\ndepartment = "logistics"\n',
    )
    assert list(policy.problems)[-2:] == ["thawed", "other"]


def test_a_file_chooses_the_problem_types_it_offers(tmp_path):
    policy = group_buy(tmp_path, '[policy]\nproblems = ["late", "quality_spoiled", "wrong_item", "other", "expired"]\n'
                       '[remedies]\noffered = ["refund", "partial_refund", "resend", "exchange", "compensation", '
                       '"apology", "explanation", "return_refund"]\nagent = ["return_refund", "compensation"]\n'
                       '[severity.key_item]\nproblems = ["quality_spoiled"]\n')  # fmt: skip
    assert list(policy.problems) == ["late", "quality_spoiled", "wrong_item", "other", "expired"]


def test_words_are_passed_on_untouched(tmp_path):
    policy = group_buy(
        tmp_path, '[words.problems.late]\nwords = ["慢", "没到"]\nnegatable = false\n[words.phrases]\nfine = ["好"]\n'
    )
    late = policy.words["problems"]["late"]
    assert (late["words"], late["negatable"], policy.words["phrases"]["fine"]) == (["慢", "没到"], False, ["好"])
    assert late["unless"], "what the file does not say stays as the preset has it"


NEW = """
[problems.{code}]
label = {{ zh = "新", en = "new" }}
remedies = ["refund"]
department = "quality"
[words.problems.{code}]
words = ["咕嘟咕嘟"]
"""


@pytest.mark.parametrize("code", ["taste", "melted", "lates", "expire", "Other2", "x"])
def test_any_new_problem_type_that_is_described_whole_is_taken_and_read(tmp_path, code):
    policy = group_buy(tmp_path, NEW.format(code=code))
    assert policy.label(code, "en") == "new"
    told = read("草莓咕嘟咕嘟", (), lexicon_of(policy), today=date(2026, 6, 12))
    assert [claim.problems for claim in told.claims] == [(code,)]


def test_own_days_may_be_toml_dates_or_texts(tmp_path):
    policy = group_buy(tmp_path, '[calendar]\nholidays = [2027-02-06, "2027-02-07"]\n')
    assert sorted(map(str, policy.calendar.holidays)) == ["2027-02-06", "2027-02-07"]


def test_what_a_file_does_not_change_does_not_change_the_hash(tmp_path):
    same = group_buy(tmp_path, '[money]\nsuggest_cap = "50.00"\n')
    other = group_buy(tmp_path, '[money]\nsuggest_cap = "50.01"\n')
    assert same.hash == load("community-group-buy", tmp_path).hash
    assert other.hash != same.hash


@pytest.mark.parametrize(
    ("overrides", "line", "key", "reason"),
    [
        ('[money]\nauto_approve_cap = "50.01"\n', 3, "money.auto_approve_cap", "above suggest_cap 50.00"),
        ('[mony]\nsuggest_cap = "1"\n', 2, "mony", "did you mean 'money'"),
        ('[money]\n\nsugest_cap = "1"\n', 4, "money.sugest_cap", "did you mean 'suggest_cap'"),
        ('[money]\nsuggest_cap = "1.005"\n', 3, "money.suggest_cap", "two decimals"),
        ("[money]\nsuggest_cap = -1\n", 3, "money.suggest_cap", "two decimals"),
        ("[money]\nsuggest_cap = nan\n", 3, "money.suggest_cap", "two decimals"),
        ("[money]\nsuggest_cap = true\n", 3, "money.suggest_cap", "two decimals"),
        ('[money]\nlate_rule = "W42"\n', 3, "money.late_rule", "not in [rules]; did you mean 'W24'"),
        ('[money]\nlate_coupon = "none"\n', 3, "money.late_coupon", "not in [coupons]"),
        ('[clocks]\nfirst_respons = "30s"\n', 3, "clocks.first_respons", "did you mean 'first_response'"),
        ('[clocks]\nreview_notice = "a day"\n', 3, "clocks.review_notice", "is no duration"),
        ("[clocks]\nreview_notice = 24\n", 3, "clocks.review_notice", "in quotes"),
        ('[clocks]\nfirst_response = "31m"\n', 3, "clocks.first_response", "longer than human_first_response 30m"),
        ('[clocks]\npage_everyone = "2m"\n', 3, "clocks.page_everyone", "as long as page_everyone"),
        ('[clocks]\nreview_notice = "4d"\n', 3, "clocks.review_notice", "longer than decision_due"),
        ('[talk]\nquiet = "4s"\n', 3, "talk.quiet", "longer than quiet_max 3.5s"),
        ('[talk]\nquiet = "1wd"\n', 3, "talk.quiet", "working days"),
        ("[talk]\nmisses = 0\n", 3, "talk.misses", "from 1 to 10"),
        ('[identity]\nproof = "phone"\n', 3, "identity.proof", "phone_tail, none"),
        ("[orders]\npatterns = ['KT(\\d']\n", 3, "orders.patterns", "does not compile"),
        ("[orders]\npatterns = ['\\d*']\n", 3, "orders.patterns", "empty text"),
        ("[orders]\npatterns = []\n", 3, "orders.patterns", "is missing"),
        ('[hours]\nday_end = "8 pm"\n', 3, "hours.day_end", "time of day"),
        ('[hours]\nday_end = "08:00"\n', 3, "hours.day_end", "not before day_end 08:00"),
        ('[hours]\ntimezone = "Asia/Peking"\n', 3, "hours.timezone", "no time zone"),
        ('[calendar]\nholidays = ["2027-02-30"]\n', 3, "calendar.holidays", "dates"),
        ("[calendar]\nholidays = [2027-02-06]\nworkdays = [2027-02-06]\n", 4, "calendar.workdays", "both as a holiday"),
        ('[windows]\nfrish = "24h"\n', 3, "windows.frish", "did you mean 'fresh'"),
        ('[problems.late]\nremedies = ["refunds"]\n', 3, "problems.late.remedies", "did you mean 'refund'"),
        ("[problems.late]\nremedies = []\n", 3, "problems.late.remedies", "at least one"),
        ('[problems.late]\nremedies = ["refund", "refund"]\n', 3, "problems.late.remedies", "'refund' twice"),
        ('[problems.late]\nseverity = "mayor"\n', 3, "problems.late.severity", "did you mean 'major'"),
        ('[problems.late]\ndepartment = "lofistics"\n', 3, "problems.late.department", "did you mean 'logistics'"),
        ('[problems.late]\ncollects = ["item"]\n', 3, "problems.late.collects", "whole_order"),
        ('[problems.late]\ncollects = "detail"\n', 3, "problems.late.collects", "list"),
        ("[problems.late]\nphotos = 11\n", 3, "problems.late.photos", "from 0 to 10"),
        ('[problems.late]\nwindow = "soon"\n', 3, "problems.late.window", "is no duration"),
        ('[problems.illness]\ndecides = "auto"\n', 3, "problems.illness.decides", "decided by people"),
        ('[problems.late]\nlabel = ""\n', 3, "problems.late.label", "table"),
        ('[problems.late]\nlabel.zh = ""\n', 3, "problems.late.label.zh", "must be a text"),
        ('[problems]\nlate = 1\n', 3, "problems.late", "table"),
        ('[policy]\nproblems = ["late", "other", "ilness"]\n', 3, "policy.problems", "did you mean 'illness'"),
        ('[policy]\nactivation = "now"\n', 3, "policy.activation", "approve, auto"),
        ('[words.signals.ilness]\nwords = ["吐"]\n', 2, "words.signals.ilness", "did you mean 'illness'"),
        ('[words.signals.illness]\nseverity = "high"\n', 3, "words.signals.illness.severity", "none of"),
        ("[words.problems.late]\nunless = ['(慢']\n", 3, "words.problems.late.unless", "does not compile"),
        ("[words.problems]\nlaet = ['慢']\n", 3, "words.problems.laet", "did you mean 'late'"),
        ('[words.problems.late]\nzh = ["慢"]\n', 3, "words.problems.late.zh", "known here: words, more, without"),
        ('[words.problems.late]\nseverity = "major"\n', 3, "words.problems.late.severity", "unknown key"),
        ('[words.problems.late]\nmroe = ["慢"]\n', 3, "words.problems.late.mroe", "did you mean 'more'"),
        ("[words.problems.late]\nwords = [1]\n", 3, "words.problems.late.words", "text in quotes"),
        ('[words.own]\nlate = ["慢"]\n', 2, "words.own", "unknown key"),
        ('[words.phrases]\nfien = ["好"]\n', 3, "words.phrases.fien", "did you mean 'fine'"),
        ('[words.items]\npacking = ["盒"]\n', 3, "words.items.packing", "did you mean 'packaging'"),
        ('[words.emoji]\n"🍓" = 1\n', 3, "words.emoji.🍓", "text in quotes"),
        ('[words.signals.illness]\nmore = ["吐"]\n', 3, "words.signals.illness.more", "[words.problems.illness] count"),
        ('[words.signals.allergy]\nsame_as = "ilness"\n', None, "words.signals.allergy.same_as", "'illness'"),
        ('[problems."too late"]\nphotos = 1\n', 2, "problems.too late", "must be a code"),
        ('[severity.x]\nseverity = "major"\n', 2, "severity.x", "raise every claim"),
        ('[severity.x]\nabove = 5\n', 2, "severity.x.severity", "is missing"),
        ('[severity.infant_food]\nproblems = ["lat"]\n', 3, "severity.infant_food.problems", "did you mean 'late'"),
        ('[severity.infant_food]\ngroups = ["seniors"]\n', 3, "severity.infant_food.groups", "did you mean 'senior'"),
        ('[special.senior]\ntags = ["old"]\n', 3, "special.senior.tags", "none of"),
        ('[rules.W48]\nzh = "48小时"\n', 2, "rules.W48.en", "is missing"),
        ('[returns]\naddress = ""\n', 3, "returns.address", "a text in quotes"),
        ('[returns]\naddress = { zh = "杭州" }\n', 3, "returns.address", "in zh and en"),
        ('[returns]\nfreight = "us"\n', 3, "returns.freight", "house, customer"),
        ('[coupons.goodwill]\ncode = 5\n', 3, "coupons.goodwill.code", "a text in quotes"),
        ('[coupons.big]\nlabel = { zh = "券", en = "coupon" }\n', 2, "coupons.big.value", "is missing"),
        ('[remedies]\nagent = ["refund"]\noffered = ["refund"]\n[policy]\nproblems = ["other"]\n'
         '[problems.other]\nremedies = ["refund", "resend"]\n', None, "problems.other.remedies", "not among"),
        ('[texts.zh]\n"time.mint" = "x"\n', 3, "texts.zh.time.mint", "no text of the program"),
        ('[texts.en]\n"time.day" = "{day}. {mnth}"\n', 3, "texts.en.time.day", "{mnth} is no field"),
        ('[texts.en]\n"time.day" = "{day"\n', 3, "texts.en.time.day", "braces"),
        ("[texts]\nzh = 1\n", 3, "texts.zh", "table"),
        ("words = 1\n", 2, "words", "table"),
        ("[words]\nspecial = 1\n", 3, "words.special", "table"),
        ("[words.special.senior]\nunless = 1\n", 3, "words.special.senior.unless", "list"),
        ('[texts.fr]\n"time.day" = "x"\n', 2, "texts.fr", "unknown key"),
        ('[answers.parking]\ntext = { zh = "可以", en = "yes" }\n', 2, "answers.parking", "needs words"),
    ],
)  # fmt: skip
def test_a_contradiction_is_named_with_line_key_and_reason(tmp_path, overrides, line, key, reason):
    found = findings(tmp_path, overrides)
    hit = [finding for finding in found if finding.key == key and reason in finding.reason]
    assert hit, found
    assert line is None or (hit[0].line == line and len(found) == 1), found


def test_a_remedy_that_nobody_could_give_is_found(tmp_path):
    found = findings(
        tmp_path,
        '[remedies]\nagent = ["apology"]\n[problems.expired]\nremedies = ["refund"]\n'
        '[problems.not_as_described]\nremedies = ["refund", "return_refund"]\n',
    )
    (finding,) = found
    assert finding.key == "remedies.offered"
    assert "'exchange' is named by no problem type" in finding.reason


def test_a_type_that_is_half_described_lacks_labels_department_and_shots(tmp_path):
    found = findings(tmp_path, '[problems.lat]\nphotos = 1\nremedies = ["refund"]\n')
    keys = {finding.key for finding in found}
    assert keys >= {"problems.lat.label.zh", "problems.lat.label.en", "problems.lat.department",
                    "problems.lat.evidence.zh", "problems.lat.evidence.en"}  # fmt: skip
    assert any("'late'" in finding.reason for finding in found)
    assert {finding.line for finding in found} == {2}


def test_other_must_stay(tmp_path):
    assert one(tmp_path, '[policy]\nproblems = ["late", "not_as_described", "quality_spoiled", "expired"]\n')[1:] == (
        "policy.problems", "needs 'other': what fits no type must reach a person",
    )  # fmt: skip


def test_all_findings_come_at_once_in_the_order_of_the_file(tmp_path):
    found = findings(tmp_path, "[talk]\nmisses = 0\n[mony]\nx = 1\n[clocks]\nbot_ack = 1\n")
    assert [finding.line for finding in found] == [3, 4, 7]


def test_what_an_extended_file_says_is_blamed_on_that_file(tmp_path):
    shipped(tmp_path)
    (tmp_path / "middle.toml").write_text('extends = "community-group-buy"\n[talk]\nmisses = 0\n', encoding="utf-8")
    (tmp_path / "top.toml").write_text('extends = "middle.toml"\n', encoding="utf-8")
    (found,) = check(str(tmp_path / "top.toml"), tmp_path)
    assert (found.file, found.line) == (str(tmp_path / "middle.toml"), 3)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (b'extends = "shop.toml"\n', 1, "leads back to itself"),
        (b'\nextends = "community"\n', 2, "no preset or file 'community'; did you mean 'community-group-buy'"),
        (b"extends = 3\n", 1, "in quotes"),
        (b"a = 1\nb = \n", 2, "is not TOML"),
        (b"a = [1,\n", 2, "is not TOML"),
        ("[policy]\nname = \"团购\"\n".encode("gb18030"), 2, "UTF-8"),
        (b"", 0, "is missing"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_where(tmp_path, text, line, reason):
    folder = shipped(tmp_path)
    (tmp_path / "shop.toml").write_bytes(text)
    found = check(str(tmp_path / "shop.toml"), folder)
    assert any(finding.line == line and reason in finding.reason for finding in found), found


def test_a_longer_circle_is_found(tmp_path):
    shipped(tmp_path)
    (tmp_path / "a.toml").write_text('extends = "b.toml"\n', encoding="utf-8")
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n', encoding="utf-8")
    (found,) = check(str(tmp_path / "a.toml"), tmp_path)
    assert (found.file, found.key) == (str(tmp_path / "b.toml"), "extends")


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    folder = shipped(tmp_path)
    (tmp_path / "shop.toml").write_text('extends = "community-group-buy"\n', encoding="utf-8-sig")
    assert check(str(tmp_path / "shop.toml"), folder) == []


def test_a_folder_and_a_missing_file_are_told(tmp_path):
    assert "is a folder" in check(str(tmp_path), tmp_path)[0].reason
    assert "no such file" in check(str(tmp_path / "none.toml"), tmp_path)[0].reason


def test_a_mistyped_preset_gets_a_suggestion(tmp_path):
    (found,) = check("comunity-group-buy", shipped(tmp_path))
    assert "did you mean 'community-group-buy'" in found.reason


def test_a_refused_policy_raises_with_all_findings(tmp_path):
    folder = shipped(tmp_path)
    with pytest.raises(PolicyError) as caught:
        load(str(shop(tmp_path, "[talk]\nmisses = 0\n")), folder)
    assert str(caught.value).startswith("The policy file has contradictions")
    assert f"shop.toml:3: talk.misses: {caught.value.findings[0].reason}" in str(caught.value)

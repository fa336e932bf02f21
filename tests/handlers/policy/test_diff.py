from __future__ import annotations

from policy_samples import group_buy

from handlers.policy.diff import Change, changes


def test_changes_name_key_and_both_values(tmp_path):
    before = group_buy(tmp_path)
    after = group_buy(tmp_path, '[money]\nsuggest_cap = "60.00"\n[rules.W48]\nzh = "四十八"\nen = "forty-eight"\n')
    assert changes(before, after) == (
        Change(key="money.suggest_cap", before='"50.00"', after='"60.00"'),
        Change(key="rules.W48.en", before="", after='"forty-eight"'),
        Change(key="rules.W48.zh", before="", after='"四十八"'),
    )
    assert changes(after, before)[1] == Change(key="rules.W48.en", before='"forty-eight"', after="")


def test_a_policy_does_not_differ_from_itself(tmp_path):
    policy = group_buy(tmp_path)
    assert changes(policy, policy) == ()

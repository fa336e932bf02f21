from __future__ import annotations

import pytest

from bot.commands import policy as commands
from handlers.policy import loader


@pytest.fixture
def shop(tmp_path):
    """The group-buy preset as a file that stands by itself."""
    text = (loader.PRESETS / "community-group-buy.toml").read_text(encoding="utf-8")
    file = tmp_path / "shop.toml"
    file.write_text(text.replace('extends = "base"\n', ""), encoding="utf-8")
    return file


@pytest.fixture
def out():
    return []


def test_list_names_each_preset_in_one_line(out):
    assert commands.list_presets(out.append) == 0
    assert [line.split()[0] for line in out] == list(loader.presets())


def test_show_prints_the_policy_whole_so_that_it_can_be_put_in_force(shop, out, tmp_path):
    assert commands.show(str(shop), out.append) == 0
    policy = loader.load(str(shop))
    assert f"# hash {policy.hash}" in out
    again = tmp_path / "again.toml"
    again.write_text("\n".join(out), encoding="utf-8")
    assert loader.load(str(again)).hash == policy.hash


def test_show_keeps_words_with_nested_tables_and_odd_keys(shop, out, tmp_path):
    with shop.open("a", encoding="utf-8") as file:
        file.write('\n[words.items]\nkinds = { "少 了" = ["\\"x\\""], "b.c" = [] }\n[words.emoji]\n')
    commands.show(str(shop), out.append)
    again = tmp_path / "again.toml"
    again.write_text("\n".join(out), encoding="utf-8")
    assert loader.load(str(again)) == loader.load(str(shop))


def test_show_of_a_refused_policy_says_why(out, tmp_path):
    assert commands.show(str(tmp_path / "none.toml"), out.append) == 1
    assert out == [f"{tmp_path / 'none.toml'}: there is no such file"]


def test_check_passes_what_is_in_order(shop, out):
    assert commands.check(str(shop), out.append) == 0
    assert "no errors" in out[0] and loader.load(str(shop)).hash[:12] in out[0]


def test_check_says_what_a_file_changes_in_the_one_it_extends(tmp_path, out):
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "community-group-buy"\n[policy]\nname = "mine"\n[money]\nsuggest_cap = "60.00"\n'
        '[rules.W48]\nzh = "四十八"\nen = "forty-eight"\n[words.problems.late]\nwords = ["慢"]\n',
        encoding="utf-8",
    )
    assert commands.check(str(file), out.append) == 0
    place = out.index("What it changes in community-group-buy:")
    told = out[place + 1 :]
    assert '  money.suggest_cap: "50.00" -> "60.00"' in told
    assert '  rules.W48.en: nothing -> "forty-eight"' in told
    assert [line.split(":")[0].strip() for line in told] == [
        "money.suggest_cap", "policy.name", "rules.W48.en", "rules.W48.zh", "words.problems.late.words",
    ]  # fmt: skip
    assert all(len(line) < 200 for line in told)


def test_check_of_a_file_that_stands_by_itself_compares_nothing(shop, out):
    assert commands.check(str(shop), out.append) == 0
    assert not any("changes" in line for line in out)
    assert commands.check("community-group-buy", out.append) == 0
    assert not any("changes" in line for line in out)


def test_check_names_line_key_and_reason_and_fails(shop, out):
    text = shop.read_text(encoding="utf-8").replace('auto_approve_cap = "0.00"', 'auto_approve_cap = "50.01"')
    shop.write_text(text, encoding="utf-8")
    line = text.splitlines().index('auto_approve_cap = "50.01"') + 1
    assert commands.check(str(shop), out.append) == 1
    (finding,) = out
    assert finding.startswith(f"{shop}:{line}: money.auto_approve_cap: ")
    assert "suggest_cap 50.00" in finding

"""What loading costs: the help text pays nothing, a second load compiles nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from policy_samples import group_buy

from handlers.nlu.text import lexicon
from handlers.policy import embedded_weights, kinds, loader
from handlers.policy.lexicons import lexicon_of
from handlers.policy.values import MediaLimits
from media.values import MAX_BYTES

ROOT = Path(__file__).parents[3]
CAP = '[money]\nsuggest_cap = "{}"\n'


def misses() -> list[int]:
    """Count what was compiled, parsed and checked, and not found done."""
    kept = (lexicon._compile, kinds._pattern_fault, loader._parsed, embedded_weights._stored)
    return [one.cache_info().misses for one in kept]


def test_the_help_text_loads_no_pydantic():
    command = [sys.executable, "-X", "importtime", "-m", "bot", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "bot.__main__" in done.stderr or "argparse" in done.stderr
    assert "pydantic" not in done.stderr and "handlers.policy" not in done.stderr


def test_a_second_policy_with_the_same_words_compiles_no_pattern(tmp_path):
    first = group_buy(tmp_path, CAP.format("41.00"))
    read_by = lexicon_of(first)
    before = misses()
    second = group_buy(tmp_path, CAP.format("42.00"))
    assert second.hash != first.hash
    assert lexicon_of(second) is read_by
    after = misses()
    assert [now - then for then, now in zip(before, after, strict=True)] == [0, 0, 1, 0]  # the shop's own file


def test_other_words_compile_their_row_alone(tmp_path):
    read_by = lexicon_of(group_buy(tmp_path, CAP.format("43.00")))
    before = misses()
    other = lexicon_of(group_buy(tmp_path, '[words.problems.late]\nmore = ["磨磨蹭蹭"]\n'))
    assert other is not read_by
    assert other.problems["late"].find("磨磨蹭蹭") and not read_by.problems["late"].find("磨磨蹭蹭")
    assert other.problems["expired"].plain is read_by.problems["expired"].plain
    assert misses()[0] - before[0] == 1


def test_policies_that_judge_seriousness_otherwise_do_not_share_what_reads(tmp_path):
    one = lexicon_of(group_buy(tmp_path))
    two = lexicon_of(group_buy(tmp_path, '[problems.expired]\nseverity = "major"\n'))
    assert one.learned and two.learned and one.learned.rules != two.learned.rules


def test_a_preset_is_not_compiled_at_each_start_and_checked_when_that_is_asked():
    loader.load("community-group-buy")
    known = kinds._pattern_fault.cache_info()
    loader.load("community-group-buy")
    assert kinds._pattern_fault.cache_info() == known
    assert loader.check("community-group-buy") == []
    assert (
        kinds._pattern_fault.cache_info().hits > known.hits or kinds._pattern_fault.cache_info().misses > known.misses
    )


def test_a_broken_pattern_beside_the_presets_is_found(tmp_path):
    (tmp_path / "base.toml").write_text(
        loader.PRESETS.joinpath("base.toml").read_text("utf-8").replace("'内心受伤'", "'内心(受伤'"), "utf-8"
    )
    file = tmp_path / "mine.toml"
    text = loader.PRESETS.joinpath("community-group-buy.toml").read_text("utf-8")
    file.write_text(text.replace('extends = "base"', 'extends = "base.toml"'), "utf-8")
    (tmp_path / "base.weights.json").write_bytes(loader.PRESETS.joinpath("base.weights.json").read_bytes())
    (found,) = loader.check(str(file))
    assert (found.file, found.key) == (str(tmp_path / "base.toml"), "words.signals.injury.unless")
    assert "does not compile" in found.reason


def test_no_file_may_be_larger_than_a_door_brings():
    assert MediaLimits().most("photo") == MAX_BYTES

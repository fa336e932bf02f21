from __future__ import annotations

import re
from datetime import date

import pytest

from handlers.nlu.reading import read
from handlers.nlu.text.lexicon import compile_words, matcher


def words(text, row):
    return [hit.word for hit in matcher(row).find(text)]


def test_the_longest_word_wins():
    assert words("没收到", ["收到", "没收到"]) == ["没收到"]


def test_a_gap_stays_in_its_clause():
    assert words("没有收到", ["没…到"]) == ["没有收到"]
    assert words("没,到", ["没…到"]) == []


@pytest.mark.parametrize("text", ["没坏", "不会坏", "怕坏", "没有烂坏", "not rotten", "isn't rotten"])
def test_negated_words_do_not_count(text):
    assert words(text, ["坏", "烂", "rotten"]) == []


def test_unless():
    row = {"words": ["虫"], "unless": ["虫[眼洞]"]}
    assert words("有虫眼 有虫", row) == ["虫"]


def test_latin_words_stand_alone():
    assert words("enoki", ["ok"]) == []
    assert words("ok吗", ["ok"]) == ["ok"]


def test_a_policy_adds_and_takes_away():
    row = {"words": ["坏", "烂"], "more": ["歪"], "without": ["烂"]}
    assert words("坏 烂 歪", row) == ["坏", "歪"]


def test_patterns_of_order_numbers_come_from_the_policy():
    lexicon = compile_words({}, [r"SO\d{5}"])
    assert read("so12345 坏了", (), lexicon, today=date(2026, 6, 12)).order_numbers == ("SO12345",)


def test_a_broken_pattern_is_an_error_of_the_policy():
    with pytest.raises(re.error):
        compile_words({"problems": {"late": {"patterns": ["慢("]}}})


def test_empty_tables_read_nothing():
    reading = read("草莓坏了2盒 8号 尾号0408", (), compile_words({}), today=date(2026, 6, 12))
    assert (reading.pickup_numbers, reading.phone_tails, reading.severity) == (("8",), ("0408",), "normal")

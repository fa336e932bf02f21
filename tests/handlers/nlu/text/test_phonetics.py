from __future__ import annotations

import subprocess
import sys

import pytest

from handlers.nlu.text.phonetics import heard, syllables


@pytest.mark.parametrize(
    ("typed", "word"), [("草梅", "草莓"), ("鸡旦", "鸡蛋"), ("车离子", "车厘子"), ("桃紫", "桃子")]
)
def test_same_sound(typed, word):
    assert syllables(typed) == syllables(word)


def test_what_is_heard_and_where():
    names = [(("A", 1), ("草莓",)), (("A", 2), ("车厘子",))]
    assert heard("给我的草梅坏了", names) == [(3, 5, (("A", 1),))]
    assert heard("chelizi坏了", names) == [(0, 7, (("A", 2),))]
    assert heard("大米坏了", names) == []


def test_two_that_sound_alike_are_both_given():
    assert heard("shi zi shizi", [(("A", 1), ("柿子",)), (("A", 2), ("狮子",))]) == [(7, 12, (("A", 1), ("A", 2)))]


def test_no_heavy_library_is_imported():
    code = """
import sys
from handlers.nlu.text import normalisation as normal, phonetics as sounds
sounds.syllables("草莓"), normal.normalise("雞")
print("pypinyin" in sys.modules, "opencc" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]

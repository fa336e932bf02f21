from __future__ import annotations

import pytest

from handlers.nlu.text.spoken_digits import in_figures


@pytest.mark.parametrize(
    ("spoken", "figures"),
    [
        ("尾号二二三一", "尾号2231"),
        ("手机幺三八零零零零二二三一", "手机13800002231"),
        ("it is two two three one", "it is 2231"),
        ("oh four oh eight", "0408"),
        ("pickup two hundred and seven", "pickup 207"),
        ("one hundred twelve", "112"),
        ("尾号是四个六", "尾号是6666"),
        ("half a dozen eggs", "6 eggs"),
        ("two dozen eggs", "24 eggs"),
        ("a dozen eggs and a couple of pears", "12 eggs and 2 pears"),
        ("half of one bag", "0.5 bag"),
        ("一共三四盒", "一共三四盒"),
        ("一二三四五盒", "一二三四五盒"),
        ("one two three", "one two three"),
        ("买了二百五十克", "买了二百五十克"),
    ],
)
def test_spoken_numbers(spoken: str, figures: str) -> None:
    assert in_figures(spoken) == figures

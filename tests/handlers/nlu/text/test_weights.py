from __future__ import annotations

import json

import pytest

from handlers.nlu.text.weights import (
    FORM,
    Learned,
    bound,
    codes_of,
    fault,
    features,
    marks_of,
    parts,
    plain,
    restore,
    row_of,
)

CODES = ["late", "damaged_package", "major"]
CONTENT = {
    "form": FORM,
    "codes": CODES,
    "sizes": [1, 2],
    "start": [-40, -40, -60],
    "marks": {"=late": [60, 0, 0], "!serious": [0, 0, 30]},
    "weights": {
        "漏": row_of((0, 10, 0)),
        "漏了": row_of((0, 25, 0)),
        "#天": row_of((30, 0, 0)),
        "进院": row_of((0, 0, 40)),
    },
}


def learned(**bounds: float) -> Learned:
    found = restore(json.dumps(CONTENT), **{"add": 0.5, "more": 0.6, "drop": 0.1, "major": 0.7, **bounds})
    assert found is not None
    return found


def test_sums_add_what_is_seen():
    assert learned().sums("汤漏了", marks_of(())) == {"late": -40, "damaged_package": -5, "major": -60}
    assert learned().sums("汤漏了", marks_of({"late"}, severity="major"))["major"] == -30
    assert learned().sums("三", marks_of({"late"}))["late"] == 20
    assert learned().sums("", ()) == {"late": -40, "damaged_package": -40, "major": -60}


def test_a_word_part_counts_once():
    assert learned().sums("漏了漏了漏了", ())["damaged_package"] == -5


def test_the_strongest_word_part_stands_in_the_text():
    assert learned().strongest("汤都漏了", "damaged_package") == (2, 4)
    assert learned().strongest("等了3天", "late") is None  # a number is no word to be read
    assert learned().strongest("很好", "late") is None


def test_no_number_and_no_name_of_an_item_is_weighed():
    text = plain("\ue000\ue000 \ue00113,漏了12.5元!")
    assert text == ",□,□#,漏了#,#元,"
    assert not any(char.isdigit() for part in parts(text, (1, 2, 3)) for char in part)


def test_marks_are_no_word_parts():
    found = features("a=b!c", marks_of({"late"}, severity="major", signals=["illness"]), (1, 2))
    assert {one for one in found if one[0] in "=!"} == {"=late", "!serious", "!illness", "=0"}


def test_weights_are_cut_to_what_a_row_holds():
    assert row_of((0, 1, -1, 99, -99)) == "RSQ{)"


def test_no_sum_reaches_certainty():
    assert bound(0) == float("-inf")
    assert bound(1) == float("inf")
    assert bound(0.5) == 0


def test_without_weights_there_is_nothing():
    assert restore("", add=0.5, more=0.6, drop=0.1, major=0.7) is None
    assert codes_of(json.dumps(CONTENT)) == ["late", "damaged_package"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"form": "weights 0"}, "no weights file"),
        ({"codes": "late"}, "codes"),
        ({"codes": ["late", "damaged_package", "x"]}, "codes"),
        ({"sizes": [0]}, "sizes"),
        ({"sizes": []}, "sizes"),
        ({"marks": None}, "missing"),
        ({"start": [1, 2]}, "start"),
        ({"start": [1, 2, 3.5]}, "start"),
        ({"marks": {"=late": [1]}}, "marks"),
        ({"weights": {"漏": "RR"}}, "weights"),
        ({"weights": {"漏": "漏漏漏"}}, "weights"),
        ({"weights": {"漏": [0, 0, 0]}}, "weights"),
    ],
)
def test_a_garbled_file_is_told(change, why):
    assert fault(CONTENT) == ""
    assert why in fault({**CONTENT, **change})
    assert fault([]) and fault(None)

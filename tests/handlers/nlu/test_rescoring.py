from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from reading_orders import goods, lexicon

from handlers.nlu.entities import facts
from handlers.nlu.reading import read
from handlers.nlu.text.weights import FORM, restore, row_of

CODES = ["late", "service_attitude", "illness", "quality_other", "major"]


def taught(marks=None, *, add=0.5, more=0.7, drop=0.1, major=0.7, **weights):
    """The shipped words with made-up weights for these codes."""
    parts = {part: row_of(row.get(code, 0) for code in CODES) for part, row in weights.items()}
    rows = {f"={code}": [row.get(one, 0) for one in CODES] for code, row in (marks or {}).items()}
    content = {"form": FORM, "codes": CODES, "sizes": [2], "start": [-20] * 5, "marks": rows, "weights": parts}
    return replace(lexicon(), learned=restore(json.dumps(content), add=add, more=more, drop=drop, major=major))


def problems(text, words, *orders):
    return [(one.code, one.hit.word) for entry in facts(text, orders, words).entries for one in entry.problems]


def test_what_the_tables_missed_is_added_with_its_place():
    words = taught(磨蹭={"late": 30})
    assert problems("骑手一路磨蹭", lexicon()) == []
    assert problems("骑手一路磨蹭", words) == [("late", "磨蹭")]
    reading = read("骑手一路磨蹭", (), words, today=date(2026, 6, 12))
    assert reading.claims[0].evidence["problems"] == "磨蹭"


def test_below_the_bound_nothing_is_added():
    assert problems("骑手一路磨蹭", taught(磨蹭={"late": 19})) == []
    assert problems("骑手一路磨蹭", taught(磨蹭={"late": 30}, add=0.7)) == []


def test_beside_what_the_tables_found_more_is_needed():
    assert problems("坏了,骑手一路磨蹭", taught(磨蹭={"late": 30}, more=0.7)) == [("quality_spoiled", "坏了")]
    assert len(problems("坏了,骑手一路磨蹭", taught(磨蹭={"late": 30}, more=0.6))) == 2


def test_what_is_unlikely_is_taken_away_beside_something_likelier():
    unlikely = {"late": {"late": -80}}
    both = "送得太慢了,草莓坏了"
    assert {code for code, _ in problems(both, taught())} == {"late", "quality_spoiled"}
    assert {code for code, _ in problems(both, taught(unlikely))} == {"quality_spoiled"}
    assert {code for code, _ in problems(both, taught(unlikely, drop=0))} == {"late", "quality_spoiled"}


def test_the_only_thing_the_tables_found_stays():
    assert {code for code, _ in problems("送得太慢了", taught({"late": {"late": -80}}))} == {"late"}


def test_what_is_dangerous_is_never_taken_away():
    assert "illness" in [code for code, _ in problems("吃了拉肚子", taught({"illness": {"illness": -40}}))]


def test_severity_rises_and_never_falls():
    words = taught(进院={"major": 60}, 肚子={"major": -80})
    assert facts("昨晚进院了", (), words).serious.severity == "major"
    assert facts("昨晚进院了", (), lexicon()).serious.severity == "normal"
    told = facts("吃了拉肚子", (), words).serious
    assert told == facts("吃了拉肚子", (), lexicon()).serious
    assert told.severity != "normal"


def test_of_two_items_only_the_one_spoken_of_gets_the_problem():
    order = goods("鸡蛋", "酸奶")
    words = taught(磨蹭={"quality_other": 30})
    reading = read("鸡蛋碎了,酸奶有点磨蹭", (order,), words, today=date(2026, 6, 12))
    assert [(one.sku, one.problems) for one in reading.claims] == [
        ("鸡蛋-sku", ("damaged_package",)),
        ("酸奶-sku", ("quality_other",)),
    ]


def test_a_clause_is_weighed_for_itself_where_several_items_are_named():
    order = goods("鸡蛋", "酸奶")
    apart = taught(磨蹭={"late": 12}, 拖拉={"late": 12})
    both = "鸡蛋磨蹭,酸奶拖拉"
    assert "late" in [code for code, _ in problems(both, apart)]
    assert "late" not in [code for code, _ in problems(both, apart, order)]


@pytest.mark.parametrize("text", ["草莓坏了2盒", "要的是草莓,给我发成樱桃了", "好的谢谢", ""])
def test_without_weights_nothing_changes(text):
    assert facts(text, (), taught()) == facts(text, (), lexicon())


def test_what_was_learned_decides_nothing_where_words_tell():
    order = goods("草莓", "鸡蛋")
    words = taught(客服={"service_attitude": 60})
    (claim,) = read("客服说草莓烂了2盒", (order,), words, today=date(2026, 6, 12)).claims
    assert claim.problems == ("quality_spoiled", "service_attitude")
    assert (claim.line_no, claim.quantity) == (1, 2)


def test_goods_of_which_it_would_be_serious_keep_their_type():
    unlikely = {"damaged_package": {"damaged_package": -90}}
    words = taught(unlikely, 磨蹭={"late": 60})
    text = "盒子压扁了,骑手磨蹭"
    plain, infants = goods("奶粉"), goods("奶粉")
    infants = replace(infants, lines=tuple(replace(line, tags=("infant",)) for line in infants.lines))
    rules = ((frozenset({"infant"}), frozenset({"damaged_package"})),)
    words = replace(words, learned=replace(words.learned, rules=rules))
    assert "damaged_package" in {code for code, _ in problems(text, words, infants)}
    assert words.learned.grave(()) == set()
    assert words.learned.grave(("infant",)) == {"damaged_package"}
    assert problems(text, words, plain)

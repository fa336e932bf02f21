from __future__ import annotations

import io
import json
import tomllib
from datetime import date
from pathlib import Path

import pytest

import handlers
from bot.commands.read import read

FOLDER = Path(__file__).parents[2] / "handlers" / "nlu" / "readings"
WORDS = tomllib.loads((Path(handlers.__file__).parent / "policy" / "presets" / "base.toml").read_text("utf-8"))["words"]
ASKED = {
    "id": "a",
    "text": "3号 草莓坏2盒",
    "orders": [
        {
            "pickup_no": "3",
            "customer": "李婷",
            "phone": "13800002231",
            "order_no": "20261120-0937",
            "lines": [{"sku": "P01", "item": "草莓", "unit": "盒", "qty": 2}, {"sku": "P02", "item": "大米"}],
        }
    ],
}


def answers(*asked, leader=False):
    lines_in = io.StringIO("\n".join(one if isinstance(one, str) else json.dumps(one) for one in asked))
    lines_out = io.StringIO()
    code = read(lines_in, lines_out, leader=leader, policy_words=WORDS, today=date(2026, 11, 21))
    return code, [json.loads(line) for line in lines_out.getvalue().splitlines()]


def test_the_schema():
    code, (answer,) = answers(ASKED)
    (claim,) = answer["claims"]
    assert code == 0
    assert (answer["id"], answer["severity"], answer["signals"], answer["ignored"]) == ("a", "normal", [], [])
    want = {
        "line": 1,
        "pickup_no": "3",
        "customer": None,
        "phone_tail": None,
        "order_no": "20261120-0937",
        "sku": "P01",
        "quantity": 2,
        "unit": "盒",
        "problems": ["quality_spoiled"],
        "remedy": None,
        "certain": True,
    }
    assert want.items() <= claim.items()
    assert claim["evidence"]["sku"] == "草莓"


def test_orders_may_be_missing():
    _, (answer,) = answers({"id": 1, "text": "草莓坏了一半"})
    assert answer["claims"][0]["quantity"] == "half"
    assert answer["claims"][0]["sku"] is None


def test_a_person_and_a_wish_without_a_problem_are_a_claim_of_other():
    _, (answer,) = answers({"id": 1, "text": "尾号2231 退款吧"})
    (claim,) = answer["claims"]
    assert (claim["phone_tail"], claim["remedy"], claim["problems"]) == ("2231", "refund", ["other"])


def test_a_message_that_claims_nothing():
    _, (answer,) = answers({"id": 1, "text": "味道不错，下次还来"})
    assert answer["claims"] == []


def test_a_list():
    _, (answer,) = answers({**ASKED, "text": "大家好\n3号 草莓坏了三分之一\n3号 不要了"}, leader=True)
    (first,) = answer["claims"]
    assert (first["line"], first["quantity"]) == (2, 0.3333)
    assert [one["line"] for one in answer["ignored"]] == [1, 3]
    assert answer["ignored"][1]["why"] == "takes a claim back"


def test_lines_that_are_no_questions_are_told_and_the_rest_goes_on():
    code, found = answers("nonsense", "[1]", "", {"id": 2, "text": "坏了", "orders": "x"}, ASKED)
    assert code == 1
    assert [("error" in one) for one in found] == [True, True, True, False]


# The shares below are floors, some lines under what is reached, so that a change of words shows.
def whole(name, leader):
    rows = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()]
    _, found = answers(*({key: row[key] for key in ("id", "text", "orders")} for row in rows), leader=leader)
    return list(zip(rows, found, strict=True))


def fits(claim, gold, who):
    quantity = "*" in gold["qty_any"] or claim["quantity"] in gold["qty_any"]
    unit = "*" in gold["qty_any"] or claim["unit"] in gold["unit_any"]
    stated = all(claim[key] == who[key] for key in ("pickup_no", "customer", "phone_tail", "order_no") if who[key])
    types = sorted(claim["problems"]) in [sorted(types) for types in gold["types_any"]]
    return quantity and unit and stated and types and gold["product"] in (claim["sku"], None)


@pytest.mark.parametrize(("name", "floor"), [("leaders", 0.9)])
def test_leaders_lists(name, floor):
    right = lines = 0
    for row, answer in whole(name, leader=True):
        claims = answer["claims"]
        dropped = {one["line"] for one in claims} | {one["line"] for one in answer["ignored"]}
        for at, line in enumerate(row["lines"], start=1):
            assert at in dropped
            mine = [one for one in claims if one["line"] == at]
            lines += 1
            right += len(mine) == len(line["claims"]) and all(
                any(fits(one, gold, gold) and one["remedy"] in gold["remedy_any"] for one in mine)
                for gold in line["claims"]
            )
            for one in mine:
                wanted = {(gold["pickup_no"], gold["product"]) for gold in line["claims"]}
                assert not one["certain"] or (one["pickup_no"], one["sku"]) in wanted or one["sku"] is None
    assert right / lines >= floor


def test_customers_messages():
    right = 0
    rows = whole("slots", leader=False)
    for row, answer in rows:
        claims = answer["claims"]
        right += all(any(fits(one, gold, row) for one in claims) for gold in row["claims"]) and set(
            answer["signals"]
        ) == set(row["severity"])
    assert right / len(rows) >= 0.8

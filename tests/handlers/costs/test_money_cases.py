"""Three hundred cases of money, each computed by hand or by other arithmetic: the file holds what must come out."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from doubles.ticket_house import House
from order_files import parsed

from handlers.cases import filing
from handlers.cases.ticket_lines import lines_of
from handlers.claims import lookup
from handlers.claims.claim import Claim, Problem
from handlers.claims.shares import share_of
from handlers.claims.summary import sums
from handlers.claims.voice import Voice
from handlers.costs import caps
from handlers.tickets import lifecycle
from storage import imports, orders, ticket_lines, tickets

CASES = Path(__file__).parents[2] / "data" / "money_cases.csv"
ROWS = list(csv.DictReader(CASES.read_text(encoding="utf-8").splitlines()))
NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)
COLUMNS = ("item", "spec", "quantity", "unit", "unit_price", "paid", "refunded", "refund_status")
HEAD = ("order_no", *COLUMNS, "freight", "discount", "order_paid", "order_status")
NUMBER = "KT260612-7777"


@pytest.fixture(scope="module")
def house():
    made = House()
    yield made
    made.close()


@pytest.fixture
def tx(house):
    house.tx.exec_driver_sql("SAVEPOINT one_case")
    yield house.tx
    house.tx.exec_driver_sql("ROLLBACK TO one_case")
    house.tx.exec_driver_sql("RELEASE one_case")


def fen(yuan: str) -> int:
    whole, _, cents = yuan.partition(".")
    return int(whole) * 100 + int(cents)


def each(text: str) -> list[str]:
    return text.split(";") if text else []


def imported(case, tmp_path):
    """Import the case's rows from a file, as an operator would."""
    common = [case[name] for name in ("freight", "discount", "order_paid", "status")]
    path = tmp_path / "orders.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEAD)
        rows.writerows([NUMBER, *line.split("|"), *common] for line in each(case["order"]))
    found, reasons, _ = parsed(path)
    assert not reasons
    return found[NUMBER]


def problem(text: str) -> Problem:
    line, _, quantity = text.partition(":")
    number = quantity.rstrip("盒袋瓶箱包板杯个提斤枚只颗gk组")
    plain = number in ("all", "half") or "/" in number
    unit = "" if plain else quantity.removeprefix(number)
    code = "quality_spoiled" if int(line) else "not_received"
    return Problem(
        line_no=int(line) or None, problem=code, quantity=number, unit=unit, share="/" in number, wish="refund"
    )


def other_ticket(house, text: str, order, *, granted: str = "") -> None:
    """Put a ticket of somebody else on the order: it claims, or was granted, something."""
    talk = house.talk("other")
    house.claims += 1
    values = {
        "claim_id": f"other{house.claims}", "state": "queued", "severity": "normal", "rank": 3, "desk": "telegram",
        "raised": False, "conversation_id": talk, "language": "zh", "policy_hash": house.policy.hash, "signals": [],
        "special": [], "said": [], "warnings": [], "reported_at": NOW, "created_at": NOW, "updated_at": NOW,
        "order_no": NUMBER,
    }  # fmt: skip
    no = f"CD-{house.claims:06d}"
    assert tickets.add(house.tx, no=no, **values)
    one = problem(text)
    line = next((line for line in order.lines if line.line_no == one.line_no), None)
    share = share_of(one, line) if line and not granted else None
    what = {"item": "", "unit": one.unit, "detail": "", "quantity": one.quantity, "wish": "refund"}
    state = {"state": "owed", "amount": fen(granted), "remedy": "refund"} if granted else {"state": "open"}
    place = {"order_line_no": one.line_no, "share": str(share or ""), "problem": "damaged_package"}
    ticket_lines.add(house.tx, no, **what, **state, **place)


def test_there_are_three_hundred():
    assert len(ROWS) == 300 and len({tuple(row.values())[2:] for row in ROWS}) > 270


@pytest.mark.parametrize("case", ROWS, ids=[f"{row['id']}-{row['about']}" for row in ROWS])
def test_a_case_comes_out_exact_to_the_fen(house, tx, case, tmp_path):
    imports.upsert(tx, [imported(case, tmp_path)], now=NOW)
    order = orders.by_number(tx, NUMBER, sample=False)
    assert [line.paid for line in order.lines] == [fen(paid) for paid in each(case["paid"])]
    for text in each(case["earlier"]):
        other_ticket(house, text, order)
    claim = Claim(id="c", order_no=NUMBER, problems=tuple(problem(text) for text in each(case["claims"])))
    claimed = lookup.claimed(tx, order)
    assert sums(claim, order, claimed) == [fen(one) for one in each(case["sums"])]
    voice = Voice(language="zh", policy=house.policy, now=NOW)
    filed = sum(line.amount or 0 for line in lines_of(claim, order, claimed, voice))
    assert filed == fen(case["total"])
    assert filed - sum(fen(one) for one in each(case["sums"])) == fen(case["freight_back"])
    for text in each(case["given"]):
        other_ticket(house, text, order, granted=text.partition(":")[2])
    house.claims += 1
    draft = house.draft(NUMBER, lines=House.lines(amount=1))
    ticket = lifecycle.must(tx, filing.raise_ticket(tx, draft, why="human", context=house.context))
    room = caps.room(tx, ticket, house.policy)
    assert [room.of(line.line_no) for line in order.lines] == [
        min(fen(one), fen(case["room"])) for one in each(case["rooms"])
    ]
    assert room.whole == fen(case["room"])

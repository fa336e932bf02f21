from __future__ import annotations

import json
from datetime import UTC

import pytest
from doubles.ticket_house import House

from bot.commands import tickets as command
from handlers.cases import filing
from handlers.desk import dispatch


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


@pytest.fixture
def shop(house):
    """Run a command against the house and give its exit code and lines."""

    def run(function, *args, **kwargs):
        lines: list[str] = []
        code = function(*args, read=lambda ask: ask(house.tx), write=lines.append, **kwargs)
        return code, lines

    return run


def test_an_empty_house_says_so(shop):
    assert shop(command.list_tickets) == (0, ["there are no tickets yet"])


def test_list_names_the_newest_first(house, shop):
    first = filing.file(house.tx, house.draft(), house.context).no
    house.later(minutes=1)
    second = filing.file(house.tx, house.draft("KT260612-0005", lines=House.lines(item="车厘子JJ")), house.context).no
    code, lines = shop(command.list_tickets)
    assert code == 0
    assert [line.split()[0] for line in lines] == [second, first]
    assert "草莓 2盒" in lines[1]


def test_show_as_json_holds_everything(house, shop):
    no = filing.file(house.tx, house.draft(), house.context).no
    code, lines = shop(command.show, no.lower().removeprefix("cd-"), as_json=True)
    found = json.loads("\n".join(lines))
    assert code == 0
    assert (found["no"], found["order"], found["state"]) == (no, "KT260612-0003", "queued")
    (line,) = found["lines"]
    assert (line["item"], line["quantity"], line["problem"], line["sum"], line["state"]) == (
        "草莓", 2, "quality_spoiled", 3980, "open",
    )  # fmt: skip
    assert [event["kind"] for event in found["events"]] == ["reported", "wish", "filed"]
    assert found["evidence"][0]["state"] == "stored"


def test_show_as_text(house, shop):
    no = filing.file(house.tx, house.draft(), house.context).no
    code, lines = shop(command.show, no, as_json=False)
    assert code == 0
    assert lines[0].startswith(f"{no}  queued, normal")
    assert any("39.80" in line for line in lines)


def test_show_tells_what_went_out(house, shop):
    lines = House.lines(wish="resend", amount=None)
    no = filing.file(house.tx, house.draft(lines=lines), house.context).no
    for tap in (f"pick:{no}", f"approve:{no}", f"sent:{no}:0:none"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=tap), house.context)
    _, told = shop(command.show, no, as_json=False)
    (line,) = [line for line in told if line.startswith("shipment")]
    assert line == f"shipment  line 1 out  sent {house.now.astimezone(UTC).isoformat()}"
    _, told = shop(command.show, no, as_json=True)
    (row,) = json.loads("\n".join(told))["shipments"]
    assert (row["line"], row["direction"], row["tracking"]) == (1, "out", "")


def test_show_tells_what_agents_put_right(house, shop):
    no = filing.file(house.tx, house.draft(), house.context).no
    for tap in (f"pick:{no}", f"correct:{no}:1:q:3"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=tap), house.context)
    _, lines = shop(command.show, no, as_json=False)
    (line,) = [line for line in lines if line.startswith("corrected")]
    assert "line 1 quantity  2 盒 -> 3 盒  by agent:telegram:77" in line
    assert any("corrected" in line and line.startswith("event") for line in lines)
    _, lines = shop(command.show, no, as_json=True)
    (row,) = json.loads("\n".join(lines))["corrections"]
    assert (row["line"], row["field"], row["was"], row["now"]) == (1, "quantity", "2 盒", "3 盒")


@pytest.mark.parametrize("number", ["CD-000001", "nonsense", ""])
def test_an_unknown_number_is_one_sentence(shop, number):
    code, lines = shop(command.show, number, as_json=True)
    assert code == 1
    assert len(lines) == 1

"""The leaders' commands."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from random import Random

import pytest

from bot.commands import leaders
from storage import people
from storage.database import open_writer, transaction
from storage.imports import upsert
from storage.orders import Order, OrderLine
from storage.tables import METADATA, conversations

NOW = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)


@pytest.fixture
def write():
    engine = open_writer("sqlite://")
    METADATA.create_all(engine)

    def write(function):
        with transaction(engine) as tx:
            return function(tx)

    yield write
    engine.dispose()


def add(write, name, *sites, seed=1, **how):
    out = StringIO()
    return leaders.add(name, sites, write=write, now=NOW, chance=Random(seed), out=out, **how), out.getvalue()


def shown(write):
    out = StringIO()
    assert leaders.show(read=write, out=out) == 0
    return out.getvalue()


def test_the_last_word_is_a_code_that_binds_once(write):
    assert "No leaders yet" in shown(write)
    exit_code, said = add(write, " 王姐 ", "Ｚ07", "Z08")
    assert exit_code == 0
    bind = said.split()[-1]
    assert len(bind) == 10
    assert shown(write) == "1  王姐  Z07 Z08  code not used yet\n"
    row = {"channel": "telegram", "account": "1", "talk": {}, "created_at": NOW, "updated_at": NOW}
    write(lambda tx: tx.execute(conversations.insert().values(id=1, **row)))
    assert write(lambda tx: people.bind_leader(tx, 1, bind, NOW)).sites == ("Z07", "Z08")
    assert shown(write) == "1  王姐  Z07 Z08  bound\n"


def test_an_unknown_site_is_told(write):
    order = Order(order_no="A", site_no="Z07", lines=(OrderLine(line_no=1, item="桃", quantity=1, paid=1),))
    write(lambda tx: upsert(tx, [order], now=NOW))
    _, said = add(write, "王姐", "Z07", "Z7")
    assert [line for line in said.splitlines() if "No order" in line] == [
        "No order has the site Z7 yet; if it should, check the column site_no of your import."
    ]


@pytest.mark.parametrize(("name", "sites"), [("", ["Z07"]), ("王姐", []), ("王姐", [" "]), ("a\x00", ["Z07"])])
def test_a_leader_needs_a_name_and_a_site(write, capsys, name, sites):
    assert add(write, name, *sites)[0] == 2
    assert "Traceback" not in capsys.readouterr().err
    assert "No leaders yet" in shown(write)


def test_removing_by_name_or_id(write, capsys):
    for seed, site in enumerate(["Z01", "Z02", "Z03"]):
        add(write, "王姐" if site != "Z03" else "赵哥", site, seed=seed, namesake=True)
    assert leaders.remove("王姐", write=write, now=NOW) == 1
    assert "1 (Z01), 2 (Z02)" in capsys.readouterr().err
    assert leaders.remove("2", write=write, now=NOW) == 0
    assert leaders.remove("赵哥", write=write, now=NOW) == 0
    assert leaders.remove("赵哥", write=write, now=NOW) == 1
    assert shown(write).splitlines() == ["1  王姐  Z01  code not used yet"]


def test_codes_differ():
    chance = Random(3)
    assert len({leaders.new_code(chance) for _ in range(100)}) == 100


def test_a_known_name_is_refused_in_a_script_with_the_way_out(write, capsys):
    add(write, "王姐", "Z07")
    assert add(write, " 王姐", "Z08", seed=2) == (2, "")
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "claimdesk leaders extend 1 --site Z08" in said
    assert "--namesake" in said
    assert shown(write) == "1  王姐  Z07  code not used yet\n"


@pytest.mark.parametrize(
    ("answer", "code", "left"),
    [
        ("s", 0, ["1  王姐  Z07 Z08  code not used yet"]),
        ("Same", 0, ["1  王姐  Z07 Z08  code not used yet"]),
        ("a", 0, ["1  王姐  Z07  code not used yet", "2  王姐  Z08  code not used yet"]),
        ("", 2, ["1  王姐  Z07  code not used yet"]),
        ("yes", 2, ["1  王姐  Z07  code not used yet"]),
    ],
)
def test_at_a_terminal_a_known_name_is_asked_about(write, capsys, answer, code, left):
    asked = []
    add(write, "王姐", "Z07")
    told = add(write, "王姐", "Z08", seed=2, ask=lambda question: asked.append(question) or answer)
    assert told[0] == code
    assert "王姐 leads Z07 already" in asked[0]
    assert shown(write).splitlines() == left
    assert (code == 2) == ("nothing was changed" in capsys.readouterr().err)


def test_a_sample_leaders_name_is_free(write):
    write(lambda tx: people.add_leader(tx, "崔姐", ["S01"], None, NOW, sample=True))
    assert add(write, "崔姐", "Z07")[0] == 0


def test_a_known_leader_gets_a_site(write, capsys):
    add(write, "王姐", "Z07")
    add(write, "王姐", "Z09", seed=2, namesake=True)
    out = StringIO()
    assert leaders.extend("1", ["Z08", "Ｚ07"], write=write, out=out) == 0
    assert "No order has the site Z08" in out.getvalue()
    assert out.getvalue().endswith("王姐 leads Z07, Z08.\n")
    assert leaders.extend("王姐", ["Z08"], write=write) == 1
    assert "several leaders are called 王姐" in capsys.readouterr().err
    assert leaders.extend("赵哥", ["Z08"], write=write) == 1
    assert "no leader is called 赵哥" in capsys.readouterr().err
    assert leaders.extend("1", [" "], write=write) == 2
    assert shown(write).splitlines()[0] == "1  王姐  Z07 Z08  code not used yet"

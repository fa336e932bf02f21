from __future__ import annotations

from datetime import UTC, datetime

from storage.platforms import sandbox
from storage.platforms.sandbox import DESK, Shown, chat_place

NOW = datetime(2026, 6, 12, 11, 10, tzinfo=UTC)


def message(key, place=DESK, kind="note", **more):
    return Shown(place=place, sender="bot", kind=kind, key=key, **more)


def test_a_key_shows_once_and_stays_as_first_told(tx):
    first = sandbox.post(tx, message("mail:1", text="一"), now=NOW)
    again = sandbox.post(tx, message("mail:1", text="二"), now=NOW)
    assert again == first
    assert [shown.text for shown in sandbox.page(tx, per_place=9)] == ["一"]


def test_everything_comes_back_as_it_was_put(tx):
    put = message(
        "mail:1",
        buttons=[[["接手", "pick:CD-1"]]],
        media=[{"kind": "photo", "key": "ab/cd"}],
        data={"severity": "major"},
        ticket_no="CD-8K2F01",
    )
    got = sandbox.get(tx, sandbox.post(tx, put, now=NOW))
    assert got is not None
    assert (got.buttons, got.media, got.data, got.ticket_no, got.at) == (
        put.buttons,
        put.media,
        put.data,
        "CD-8K2F01",
        NOW,
    )
    assert sandbox.by_key(tx, "mail:1") == got
    assert sandbox.get(tx, 99) is None


def test_changes_are_read_on_from_where_one_stopped_edits_included(tx):
    ids = [sandbox.post(tx, message(f"mail:{number}", text=str(number)), now=NOW) for number in range(3)]
    stopped = sandbox.newest(tx)
    sandbox.edit(tx, ids[0], {"text": "neu"}, now=NOW)
    sandbox.post(tx, message("mail:9", text="9"), now=NOW)
    news = sandbox.since(tx, stopped, limit=10)
    assert [shown.text for shown in news] == ["neu", "9"]
    assert news[0].edited_at == NOW
    assert sandbox.since(tx, sandbox.newest(tx), limit=10) == []
    assert [shown.text for shown in sandbox.since(tx, 0, limit=2)] == ["1", "2"]


def test_a_page_holds_the_last_of_every_place_and_the_board(tx):
    sandbox.post(tx, message("board", kind="board"), now=NOW)
    for number in range(6):
        sandbox.post(tx, message(f"mail:{number}", text=str(number)), now=NOW)
    sandbox.post(tx, message("mail:chat", place=chat_place("li"), text="hi"), now=NOW)
    hidden = sandbox.post(tx, message("mail:gone"), now=NOW)
    sandbox.edit(tx, hidden, {"kind": "gone"}, now=NOW)
    shown = sandbox.page(tx, per_place=2)
    assert [one.text or one.kind for one in shown] == ["board", "4", "5", "hi"]


def test_the_latest_of_a_kind_is_a_tickets_own(tx):
    sandbox.post(tx, message("mail:1", kind="card", ticket_no="CD-A", text="old"), now=NOW)
    sandbox.post(tx, message("mail:2", kind="card", ticket_no="CD-A", text="new"), now=NOW)
    sandbox.post(tx, message("mail:3", kind="card", ticket_no="CD-B"), now=NOW)
    found = sandbox.latest(tx, DESK, "card", "CD-A")
    assert found is not None
    assert found.text == "new"
    assert sandbox.latest(tx, DESK, "card", "CD-C") is None
    assert sandbox.latest(tx, DESK, "board") is None

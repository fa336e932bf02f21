"""A person is handed out whole, and taken out so that nothing of them is left but the figures and a log that holds."""

from __future__ import annotations

import re

import pytest
from doubles.ticket_house import House
from sqlalchemy import select

from handlers.cases import filing
from handlers.tickets import lifecycle
from handlers.tickets.decisions import Ruling, grant
from storage import conversations, events, outbox, parked, people, ticket_lines, tickets
from storage import tables as t
from storage.operations import audit
from storage.operations.audit_verify import verify
from storage.privacy import erasure, person
from storage.seals import chain
from storage.tables import METADATA

KEY, DAY = b"k" * 32, "2026-06-12"
SECRETS = ("李婷", "13800002231", "2231", "1001", "草莓坏了2盒", "我家小孩", "请您拍照", "'ref': 'ref'", "key1")
FIGURES = ("remedy", "amount", "coupon", "state", "problem", "quantity", "wish_amount", "decided_at")


@pytest.fixture
def house(engine):
    made = House(engine=engine.execution_options(**{chain.KEY: KEY}))
    made.noted = audit.keep(made.tx, made.now, DAY, noted="")
    yield made
    made.close()


@pytest.fixture
def no(house):
    """A ticket with everything that can hold a person's words, ended."""
    return ended(house)


def ended(house):
    talk = house.talk()
    people.bind(house.tx, talk, people.customer(house.tx, "13800002231", "李婷", sample=False, now=house.now).id)
    no = filing.file(house.tx, house.draft(), house.context).no
    by = lifecycle.customer(house.tx, talk)
    lifecycle.log(house.tx, no, "said", by, house.context, text="我家小孩吃了", evidence=[1])
    agent = lifecycle.agent("telegram", "77", "小林")
    lifecycle.log(house.tx, no, "told", agent, house.context, text="请您拍照", names=["x"])
    line = ticket_lines.of_ticket(house.tx, no)[0]
    grant(house.tx, tickets.get(house.tx, no), line, Ruling(remedy="refund", amount=3980, words="我家小孩"), agent,
          house.context)  # fmt: skip
    ticket_lines.change(house.tx, no, 1, state="done", decided_by=by.actor, detail="我家小孩")
    lifecycle.move(house.tx, no, "resolved")
    conversations.note(
        house.tx, "telegram:bot:1001:1", at=house.now, kind="text", text="我家小孩", conversation_id=talk
    )
    raw = {"channel": "telegram", "account": "1001", "text": "我家小孩"}
    parked.keep(house.tx, key="p", door="telegram", raw=raw, error="x", at=house.now)
    outbox.put(house.tx, f"desk:telegram:{no}", "relay", {"text": "我家小孩"}, due=house.now, now=house.now)
    return no


def of(house, account="1001"):
    return person.of_account(house.tx, "telegram", account)


def written(house):
    """Return every text of every row, but for what is nobody's."""
    found = []
    for table in METADATA.sorted_tables:
        if table.name not in ("policies", "order_lines", "staff"):
            found += [repr(dict(row)) for row in house.tx.execute(select(table)).mappings()]
    return re.sub("[0-9a-f]{32,}", "", "\n".join(found))  # digests hold any four digits


def test_all_of_a_person_is_found(house, no):
    other = house.talk("2002", "wechat")
    people.bind(house.tx, other, of(house).customer_id)
    found = of(house)
    assert (found.phone, found.orders, found.tickets) == ("13800002231", ("KT260612-0003",), (no,))
    assert found.accounts == (("telegram", "1001"), ("wechat", "2002"))
    assert person.of_account(house.tx, "wechat", "2002") == found
    assert of(house, "404") is None
    whole = person.gathered(house.tx, found)
    text = repr(whole)
    for word in ("李婷", "13800002231", "草莓坏了2盒", "我家小孩吃了", "请您拍照", "草莓"):
        assert word in text, word
    assert "小林" not in text  # agents are no part of it
    assert "chain" not in text
    assert [row["amount"] for row in whole["ticket_lines"]] == [3980]


def test_nothing_of_the_person_is_left_and_the_log_holds(house, no):
    assert audit.anchor(house.tx, house.now, "2026-06-13")
    lines = [{name: getattr(line, name) for name in FIGURES} for line in ticket_lines.of_ticket(house.tx, no)]
    kinds = [event.kind for event in events.of_ticket(house.tx, no)]
    keys = erasure.erase(house.tx, of(house), now=house.now, name="erased:ab")
    assert keys == ["key1"]
    left = written(house)
    assert not [word for word in SECRETS if word in left]
    assert verify(house.tx, KEY, noted=house.noted) == []
    assert [{name: getattr(line, name) for name in FIGURES} for line in ticket_lines.of_ticket(house.tx, no)] == lines
    after = events.of_ticket(house.tx, no)
    assert [event.kind for event in after] == [*kinds, "erased"]
    assert next(event for event in after if event.kind == "told").data["name"] == "小林"
    assert next(event for event in after if event.kind == "approved").data["amount"] == 3980
    assert of(house) is None


def test_what_was_erased_cannot_be_written_anew(house, no):
    erasure.erase(house.tx, of(house), now=house.now, name="erased:ab")
    said = next(event for event in events.of_ticket(house.tx, no) if event.kind == "said")
    house.tx.execute(t.events.update().where(t.events.c.id == said.id).values(data={"text": "nobody said this"}))
    assert [(one.kind, one.event_id) for one in verify(house.tx, KEY, noted=house.noted)] == [("chain", said.id)]


def test_a_person_who_writes_again_is_a_new_one_and_can_be_erased_too(house, no):
    erasure.erase(house.tx, of(house), now=house.now, name="erased:ab")
    again = house.talk()
    assert of(house).conversations == (again,)
    assert of(house).tickets == ()
    erasure.erase(house.tx, of(house), now=house.now, name="erased:cd")
    assert verify(house.tx, KEY, noted=house.noted) == []


def test_steps_from_before_the_key_are_erased_too(engine):
    house = House(engine=engine)
    no = ended(house)
    house.tx = house.tx.execution_options(**{chain.KEY: KEY})
    noted = audit.keep(house.tx, house.now, DAY, noted="")
    erasure.erase(house.tx, of(house), now=house.now, name="erased:ab")
    assert verify(house.tx, KEY, noted=noted) == []
    assert "我家小孩" not in written(house)
    assert events.of_ticket(house.tx, no)[-1].kind == "erased"
    house.close()


def test_a_photo_that_another_ticket_shows_is_kept(house, no):
    other = house.talk("3003", name="老陈")
    house.photo(other, media_key="key1")
    assert erasure.erase(house.tx, of(house), now=house.now, name="erased:ab") == []


def test_who_has_an_open_ticket_is_not_erased(house):
    no = filing.file(house.tx, house.draft(), house.context).no
    with pytest.raises(erasure.StillOpen, match=no):
        erasure.erase(house.tx, of(house), now=house.now, name="erased:ab")
    assert of(house).tickets == (no,)

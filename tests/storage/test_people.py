"""Customers, leaders and staff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from storage import people
from storage.database import Tx
from storage.tables import conversations, leaders

NOW = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)


def talk(tx: Tx, account: str) -> int:
    made = tx.execute(
        conversations.insert().values(channel="telegram", account=account, talk={}, created_at=NOW, updated_at=NOW)
    )
    return made.inserted_primary_key[0]


def who(tx: Tx, conversation_id: int) -> tuple[int | None, int | None]:
    query = select(conversations.c.customer_id, conversations.c.leader_id)
    return tx.execute(query.where(conversations.c.id == conversation_id)).one()


def test_a_phone_is_one_customer_however_it_is_written(tx):
    one = people.customer(tx, "13800002231", "", sample=False, now=NOW)
    again = people.customer(tx, "+86 138-0000-2231", "李婷", sample=False, now=NOW)
    third = people.customer(tx, "13800002231", "婷婷", sample=False, now=NOW)
    assert one.id == again.id == third.id
    assert again.name == third.name == "李婷"
    assert people.customer_of(tx, one.id) == again
    assert people.customer_of(tx, 99) is None


def test_a_sample_customer_is_never_a_real_one(tx):
    real = people.customer(tx, "13800002231", "李婷", sample=False, now=NOW)
    sample = people.customer(tx, "13800002231", "李婷", sample=True, now=NOW)
    assert real.id != sample.id
    assert sample.sample


def test_a_customer_needs_a_phone(tx):
    with pytest.raises(ValueError, match="phone"):
        people.customer(tx, "无", "李婷", sample=False, now=NOW)


def test_binding_a_conversation(tx):
    here, there = talk(tx, "1001"), talk(tx, "1002")
    customer = people.customer(tx, "13800002231", "李婷", sample=False, now=NOW)
    people.bind(tx, here, customer.id)
    assert (who(tx, here), who(tx, there)) == ((customer.id, None), (None, None))
    people.bind(tx, here, None)
    assert who(tx, here) == (None, None)


def test_a_code_binds_once(tx):
    here, there = talk(tx, "2001"), talk(tx, "2002")
    made = people.add_leader(tx, "王姐", ["Z08", "Z07", "Z07"], people.hash_code("7KQ0-1ABC"), NOW)
    assert made.sites == ("Z07", "Z08")
    assert people.bind_leader(tx, here, "wrong", NOW) is None
    assert people.bind_leader(tx, here, "", NOW) is None
    bound = people.bind_leader(tx, here, " 7kqo-iabc ", NOW)
    assert bound == people.Leader(id=made.id, name="王姐", sites=("Z07", "Z08"))
    assert people.bind_leader(tx, there, "7KQ01ABC", NOW) is None
    assert (who(tx, here), who(tx, there)) == ((None, made.id), (None, None))


def test_the_code_itself_is_not_stored(tx):
    people.add_leader(tx, "王姐", ["Z07"], people.hash_code("7KQ01ABC"), NOW)
    assert "7KQ01ABC" not in str(tx.execute(select(leaders)).all())


def test_a_removed_leader_leads_nothing(tx):
    here, there = talk(tx, "2001"), talk(tx, "2002")
    wang = people.add_leader(tx, "王姐", ["Z07"], people.hash_code("AAAA2222"), NOW)
    zhao = people.add_leader(tx, "赵哥", [], people.hash_code("BBBB3333"), NOW)
    people.bind_leader(tx, here, "AAAA2222", NOW)
    assert [each.name for each in people.list_leaders(tx)] == ["王姐", "赵哥"]
    assert [each.code_open for each in people.list_leaders(tx)] == [False, True]
    assert people.remove_leader(tx, wang.id, NOW)
    assert people.remove_leader(tx, zhao.id, NOW)
    assert not people.remove_leader(tx, zhao.id, NOW)
    assert people.leader_of(tx, wang.id) is None
    assert people.list_leaders(tx) == []
    assert who(tx, here) == (None, None)
    assert people.bind_leader(tx, there, "BBBB3333", NOW) is None


def test_staff_are_known_by_what_they_do(tx):
    later = NOW + timedelta(minutes=1)
    people.seen(tx, "telegram", "7", "小赵", "agent", NOW)
    people.seen(tx, "telegram", "8", "老孙", "supervisor", NOW)
    people.seen(tx, "telegram", "9", "小钱", "agent", later)
    people.seen(tx, "sandbox", "7", "You", "agent", NOW)
    assert [each.name for each in people.staff_of(tx, "telegram")] == ["老孙", "小钱", "小赵"]
    people.left(tx, "telegram", "7", later)
    assert [each.user_id for each in people.staff_of(tx, "telegram")] == ["8", "9"]
    people.seen(tx, "telegram", "7", "赵主管", "supervisor", later)
    back = people.Member(user_id="7", name="赵主管", role="supervisor", seen_at=later)
    assert people.staff_of(tx, "telegram")[0] == back

"""A message whose turn fails twice: kept, apologised for, told to the desk, and tried again on request."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from sqlalchemy import select

from bot import parked as command
from bot.settings import Settings
from handlers import parking
from handlers.messages import DeskInbound, Inbound, Media, Origin, from_raw, to_raw
from handlers.policy_file import load
from handlers.tools import Tools
from storage import parked, policies
from storage.database import open_writer, transaction
from storage.tables import METADATA, inbox, outbox

NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)
SAID = Inbound(
    key="telegram:1:5",
    channel="telegram",
    account="1",
    at=NOW,
    text="草莓坏了2盒",
    media=(Media(kind="photo", ref="f1"),),
    origin=Origin(name="李婷", at=NOW),
    name="小周",
)


@pytest.fixture
def house(tmp_path):
    engine = open_writer(f"sqlite:///{tmp_path / 'a.db'}")
    METADATA.create_all(engine)
    policy = load("community-group-buy")
    with transaction(engine) as tx:
        policies.store(tx, policy.hash, name=policy.name, text=policy.text, now=NOW)
    tools = Tools(now=NOW, random=Random(1), policy=policy, policy_of=lambda tx, number: policy)
    yield engine, tools
    engine.dispose()


@pytest.mark.parametrize(
    "message", [SAID, DeskInbound(key="d", desk="telegram", user="7", name="小林", at=NOW, text="好", tap="pick:CD-1")]
)
def test_a_message_is_kept_whole(message):
    assert from_raw(to_raw(message)) == message


def test_it_is_kept_once_and_both_sides_hear_of_it_once(house):
    engine, tools = house
    for _ in range(2):
        with transaction(engine) as tx:
            parking.park(tx, SAID, "KeyError: 'x'", tools)
    with transaction(engine) as tx:
        (row,) = parked.waiting(tx)
        mails = tx.execute(select(outbox.c.mailbox, outbox.c.payload).order_by(outbox.c.id)).all()
        assert tx.execute(select(inbox.c.kind)).scalars().all() == ["parked"]
    assert from_raw(row["raw"]) == SAID
    assert [mail.mailbox.partition(":")[0] for mail in mails] == ["chat", "desk"]
    assert "抱歉" in mails[0].payload["text"]
    assert "小周" in mails[1].payload["text"]


def test_retry_handles_it_and_says_so(house, tmp_path):
    engine, tools = house
    with transaction(engine) as tx:
        parking.park(tx, SAID, "KeyError: 'x'", tools)
    said = []

    def write(work):
        with transaction(engine) as tx:
            return work(tx)

    settings = Settings(data_dir=str(tmp_path), claimdesk_now=NOW.isoformat())
    assert command.show(write=write, out=said.append) == 0
    assert "telegram:1:5" in said[-1]
    assert command.retry(settings, write=write, out=said.append) == 0
    assert said[-1] == "telegram:1:5: done"
    with transaction(engine) as tx:
        assert parked.waiting(tx) == []
        assert "草莓" in str(tx.execute(select(inbox.c.text)).scalars().all())
    assert command.show(write=write, out=said.append) == 0
    assert said[-1] == "no message is parked"

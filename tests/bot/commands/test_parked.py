"""A message whose turn fails twice: kept, apologised for, told to the desk, and tried again on request."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from doubles.telegram_doors import eventually
from sqlalchemy import select

from bot.app import build
from bot.commands import parked as command
from bot.settings import Settings
from handlers.context import TurnContext
from handlers.messages import mailboxes as mail
from handlers.messages.models import DeskInbound, Inbound, Media, Origin, from_raw, to_raw
from handlers.policy.loader import load
from handlers.turn import intake, parking
from storage import conversations, parked, policies
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
    context = TurnContext(now=NOW, random=Random(1), policy=policy, policy_of=lambda tx, number: policy)
    yield engine, context
    engine.dispose()


@pytest.mark.parametrize(
    "message", [SAID, DeskInbound(key="d", desk="telegram", user="7", name="小林", at=NOW, text="好", tap="pick:CD-1")]
)
def test_a_message_is_kept_whole(message):
    assert from_raw(to_raw(message)) == message


def test_it_is_kept_once_and_both_sides_hear_of_it_once(house):
    engine, context = house
    for _ in range(2):
        with transaction(engine) as tx:
            parking.park(tx, SAID, "KeyError: 'x'", context)
    with transaction(engine) as tx:
        (row,) = parked.waiting(tx)
        mails = tx.execute(select(outbox.c.mailbox, outbox.c.payload).order_by(outbox.c.id)).all()
        assert tx.execute(select(inbox.c.kind)).scalars().all() == ["parked"]
    assert from_raw(row["raw"]) == SAID
    assert [mail.mailbox.partition(":")[0] for mail in mails] == ["chat", "desk"]
    assert "抱歉" in mails[0].payload["text"]
    assert "小周" in mails[1].payload["text"]


def test_retry_handles_it_and_says_so(house, tmp_path):
    engine, context = house
    with transaction(engine) as tx:
        parking.park(tx, SAID, "KeyError: 'x'", context)
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


def test_of_messages_that_waited_inside_only_the_failing_one_is_parked(house):
    engine, context = house
    tries = []

    def bad():
        tries.append(1)
        parked.keep(tx, key="half", door="telegram", raw={}, error="", at=NOW)
        raise ZeroDivisionError("no")

    with transaction(engine) as tx:
        parking.guarded(tx, SAID, lambda: parked.keep(tx, key="good", door="x", raw={}, error="", at=NOW), context)
        parking.guarded(tx, SAID, bad, context)
    with transaction(engine) as tx:
        rows = {row["key"]: row["error"] for row in parked.waiting(tx)}
        letters = tx.execute(select(outbox.c.mailbox)).scalars().all()
    assert rows == {"good": "", SAID.key: "ZeroDivisionError: no"}
    assert len(tries) == 2
    assert any(box.startswith("chat:") for box in letters)  # the apology
    assert any(box.startswith("desk:") for box in letters)  # the alert


async def test_a_held_message_whose_turn_fails_takes_no_other_with_it(tmp_path, monkeypatch):
    handled = intake._handled

    def broken(tx, inbound, *rest):
        if inbound.text == "坏":
            raise ZeroDivisionError("no")
        return handled(tx, inbound, *rest)

    monkeypatch.setattr(intake, "_handled", broken)
    app = build(Settings(data_dir=str(tmp_path), sandbox="off"))
    await app.start()

    def said(key, text):
        return Inbound(key=key, channel="telegram", account="1", at=app.clock(), text=text, name="小周")

    def hold(tx):
        talk = conversations.of_account(tx, "telegram", "1")
        for message in (said("b", "坏"), said("c", "草莓坏了2盒")):
            conversations.note(tx, message.key, at=message.at, kind="text", text=message.text, conversation_id=talk.id)
            mail.hold(tx, talk.id, to_raw(message), due=app.clock(), now=app.clock())

    waiting = select(outbox).where(outbox.c.mailbox.like("wake:held:%"))
    try:
        await app.receive(said("a", "你好"))
        await app.runner.do(hold)
        await eventually(lambda: app.read(lambda tx: not tx.execute(waiting).all()))
        kept = await app.read(parked.waiting)
        talk = await app.read(lambda tx: conversations.of_account(tx, "telegram", "1").talk)
    finally:
        await app.stop()
    assert [row["key"] for row in kept] == ["b"]
    assert "草莓坏了2盒" in str(talk)

"""What is older than the policy keeps it goes, and nothing else; a dry run touches nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from doubles.ticket_house import House
from sqlalchemy import func, select

from bot.commands.upkeep import retention
from handlers.cases import filing
from handlers.policy.values import Retention
from handlers.tickets import lifecycle
from storage import conversations, ticket_lines, tickets
from storage import tables as t
from storage.operations import audit
from storage.operations.audit_verify import verify
from storage.seals import chain

KEY = b"k" * 32
ALL = Retention(message_days=30, word_days=60, file_days=90)


class Shelf:
    def __init__(self):
        self.gone = []

    def delete(self, key):
        self.gone.append(key)


@pytest.fixture
def house(engine):
    made = House(engine=engine.execution_options(**{chain.KEY: KEY}))
    made.noted = audit.keep(made.tx, made.now, "2026-06-12", noted="")
    made.shelf = Shelf()
    yield made
    made.close()


def kept(house, days, kept=ALL, *, dry=False):
    """Apply the policy so many days later; return what it said."""
    said = []
    retention.apply(kept, write=lambda work: work(house.tx), store=house.shelf, now=house.now + timedelta(days=days),
                    dry=dry, out=said.append)  # fmt: skip
    return said


@pytest.fixture
def no(house):
    """A ticket that ended today, with a photo; a message; and a ticket that is open."""
    no = filing.file(house.tx, house.draft(), house.context).no
    lifecycle.log(house.tx, no, "said", lifecycle.BOT, house.context, text="more words")
    ticket_lines.change(house.tx, no, 1, state="done")
    lifecycle.move(house.tx, no, "resolved")
    filing.file(house.tx, house.draft("KT260612-0005", lines=House.lines(item="车厘子JJ")), house.context)
    conversations.note(house.tx, "k", at=house.now, kind="text", text="x", conversation_id=house.talk())
    return no


def messages(house):
    return house.tx.scalar(select(func.count()).select_from(t.inbox))


def test_a_dry_run_tells_and_touches_nothing(house, no):
    assert kept(house, 91, dry=True) == [
        "messages older than 30 days: 1 would go",
        "tickets' words older than 60 days: 1 would go",
        "files older than 90 days: 1 would go",
    ]
    assert (messages(house), len(tickets.get(house.tx, no).said), house.shelf.gone) == (1, 1, [])


@pytest.mark.parametrize(("days", "gone"), [(29, (0, 0, 0)), (31, (1, 0, 0)), (61, (1, 1, 0)), (91, (1, 1, 1))])
def test_each_goes_at_its_age(house, no, days, gone):
    said = kept(house, days)
    assert [int(line.split(": ")[1].split()[0]) for line in said] == list(gone)
    assert (messages(house), len(tickets.get(house.tx, no).said), house.shelf.gone) == (
        1 - gone[0], 1 - gone[1], ["key1"][: gone[2]],
    )  # fmt: skip
    assert verify(house.tx, KEY, noted=house.noted) == []
    others = house.tx.execute(select(t.tickets.c.said).where(t.tickets.c.no != no)).scalars().all()
    assert all(others)  # the open one keeps everything
    assert ticket_lines.of_ticket(house.tx, no)[0].wish_amount == 3980


def test_words_that_went_do_not_make_files_stay_longer(house, no):
    kept(house, 61)
    kept(house, 91)
    assert house.shelf.gone == ["key1"]


def test_a_second_run_finds_nothing_more(house, no):
    kept(house, 91)
    assert [line.split(": ")[1] for line in kept(house, 91)] == ["0 gone"] * 3


def test_a_policy_that_says_nothing_keeps_for_good(house, no):
    assert kept(house, 10_000, Retention()) == [
        "messages: kept for good", "tickets' words: kept for good", "files: kept for good",
    ]  # fmt: skip
    assert messages(house) == 1

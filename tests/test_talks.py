"""Whatever the order, the pieces and the slips: a talk ends in exactly the facts that it was drawn from."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import random_claims
import random_talks
from playing import DATA, Direct, World, orders_of, policy_with
from random_talks import START
from sqlalchemy import select

from handlers.claims import claim as claims
from storage import tables as t

NUMBER, MATTER, PHOTO, WISH = "KT260612-0003", "草莓坏了2盒", "[photo]", "想退款"
GIVES = {NUMBER: {"order"}, MATTER: {"item", "problem", "quantity"}, PHOTO: {"photos"}, WISH: {"wish"}}
SHORT, LONG, SLICE = 50, 3000, 200


def _ticket(world: World, account: str) -> tuple[Any, ...]:
    with world.write() as tx:
        talk = tx.execute(select(t.conversations.c.id).where(t.conversations.c.account == account)).scalar_one()
        [ticket] = tx.execute(select(t.tickets).where(t.tickets.c.conversation_id == talk)).all()
        lines = tx.execute(select(t.ticket_lines).where(t.ticket_lines.c.ticket_no == ticket.no)).all()
        photos = tx.execute(select(t.evidence).where(t.evidence.c.ticket_no == ticket.no)).all()
    columns = ("state", "severity", "raised", "why", "order_no", "special", "signals", "warnings", "language")
    own = ("order_line_no", "item", "problem", "quantity", "unit", "share", "wish", "wish_amount", "state", "detail")
    return (
        tuple(getattr(ticket, name) for name in columns),
        [tuple(getattr(line, name) for name in own) for line in lines],
        [(photo.kind, photo.state, photo.verdict) for photo in photos],
    )


def _asked(world: World, account: str) -> str:
    with world.write() as tx:
        row = tx.execute(select(t.conversations).where(t.conversations.c.account == account)).one()
    talk = claims.from_json(row.talk)
    current = talk.claim(talk.current)
    return current.asked.slot if current and current.asked else ""


@pytest.mark.parametrize("bound", [True, False], ids=["bound", "proving"])
def test_every_order_of_the_same_four_facts_ends_in_the_same_ticket(tmp_path: Path, bound: bool) -> None:
    world = World(f"sqlite:///{tmp_path}/talks.db", START)
    world.begin(policy_with(tmp_path), orders_of(DATA / "g0612.csv"))
    door, seen = Direct(world), {}
    for place, facts in enumerate(permutations((NUMBER, MATTER, PHOTO, WISH))):
        account, given = f"c{place}", set[str]()
        if bound:
            world.bind(account, "13800002231", "李婷")
        for fact in facts:
            given |= GIVES[fact]
            if fact == PHOTO:
                door.files(account, [("photo", f"good:{place}")])
            else:
                door.text(account, fact if fact != NUMBER or bound else f"{NUMBER} 尾号2231")
            world.restart()
            world.until(world.now + timedelta(seconds=4))
            assert _asked(world, account) not in given, (facts, fact)
        door.text(account, "提交")
        world.until(world.now + timedelta(seconds=4))
        seen[facts] = _ticket(world, account)
        random_talks.forget_tickets(world)
    world.close()
    assert len(seen) == 24
    first = next(iter(seen.values()))
    assert first[1] == [(1, "草莓300g", "quality_spoiled", "2", "盒", "1/2", "refund", 3980, "open", "")]
    assert {facts: found for facts, found in seen.items() if found != first} == {}


def _none(failures: list[str], many: int) -> None:
    assert not failures, f"{len(failures)} of {many}:\n" + "\n\n".join(failures[:3])


def test_random_talks() -> None:
    _none(random_talks.play(range(SHORT)), SHORT)


def test_random_talks_with_restarts(tmp_path: Path) -> None:
    _none(random_talks.play(range(9000, 9015), url=f"sqlite:///{tmp_path}/"), 15)


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, LONG, SLICE))
def test_many_random_talks(first: int, tmp_path: Path) -> None:
    url = "sqlite://" if first % 600 else f"sqlite:///{tmp_path}/"
    _none(random_talks.play(range(first, first + SLICE), url=url), SLICE)


def test_claims_on_goods_that_nobody_has_named(tmp_path: Path) -> None:
    _none(random_claims.play(tmp_path, seed=1, many=39), 39)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 7))
def test_two_hundred_claims_on_goods_that_nobody_has_named(tmp_path: Path, seed: int) -> None:
    _none(random_claims.play(tmp_path, seed=seed, many=200), 200)


def test_the_invented_goods_are_named_nowhere_else() -> None:
    root = Path(__file__).parent.parent
    known = "".join(
        file.read_text(encoding="utf-8")
        for folder in ("handlers", "storage", "media", "bot")
        for file in (root / folder).rglob("*")
        if file.suffix in (".py", ".toml", ".csv")
    )
    words = [*random_claims.FIRST, *random_claims.SECOND, *random_claims.THIRD, *random_claims.ENGLISH[0]]
    assert [word for word in words if word in known] == []

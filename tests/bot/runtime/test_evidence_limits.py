"""How much of a piece of evidence is fetched: what the policy takes of customers, anything from the staff."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from doubles.ticket_house import House

from bot.channels.base import TooBig
from bot.runtime.evidence_fetcher import Fetcher
from media.values import MAX_BYTES, MAX_TABLE
from storage import evidence, outbox

MEGABYTE = 1024 * 1024


class Door:
    """A door that notes how much it was asked for, and has more."""

    def __init__(self) -> None:
        self.limits: list[int] = []

    async def fetch(self, ref: str, limit: int) -> bytes:
        self.limits.append(limit)
        raise TooBig


@pytest.fixture
def house():
    made = House()
    media = replace(made.policy.media, photo_mb=7, video_mb=9, voice_mb=2, document_mb=4)
    made.policy = replace(made.policy, media=media)
    yield made
    made.close()


async def limit(house: House, *, kind: str, side: str = "customer", **payload) -> int:
    """Return how many bytes are asked for, of a piece that turns out too big."""
    number = house.photo(house.talk(), "claim", state="pending", kind=kind, side=side)

    async def do(work):
        return work(house.tx)

    door = Door()
    nothing = SimpleNamespace()
    fetcher = Fetcher(doors=lambda _: door, read=do, do=do, context=lambda: house.context, clock=lambda: house.now,
                      store=nothing, examiner=nothing)  # fmt: skip
    outbox.put(house.tx, "fetch:1", "fetch", {"evidence": number, **payload}, due=house.now, now=house.now)
    picked = outbox.pick(house.tx, now=house.now, lease="x", until=house.now + outbox.LEASE, limit=100)
    await fetcher.carry(next(bundle for bundle in picked if bundle.mailbox == "fetch:1"))
    piece = evidence.get(house.tx, number)
    assert (piece.state, piece.verdict) == ("refused", "too_big")
    return door.limits[0]


@pytest.mark.parametrize(("kind", "most"), [("photo", 7), ("video", 9), ("voice", 2), ("document", 4), ("sticker", 4)])
async def test_of_customers_the_policy_takes_so_much(house, kind, most):
    assert await limit(house, kind=kind) == most * MEGABYTE


async def test_of_the_staff_everything_is_fetched_that_a_door_brings(house):
    assert await limit(house, kind="video", side="staff") == MAX_BYTES


def test_no_policy_takes_more_than_a_door_brings(house):
    shipped = House().policy.media
    assert max(shipped.most(kind) for kind in ("photo", "video", "voice", "document")) == MAX_BYTES > MAX_TABLE

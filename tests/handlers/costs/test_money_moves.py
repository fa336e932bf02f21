"""Whatever happens in whatever order, no more goes back than was paid, and the ledger says what was granted."""

from __future__ import annotations

import pytest
from money_moves import Broken, Moves

SHORT, LONG, PARTS = 600, 100_000, 20


@pytest.fixture(scope="module", params=(0, 5000), ids=("people decide", "the bot may grant"))
def moves(request):
    made = Moves(auto_approve_cap=request.param)
    yield made
    made.close()


def test_no_life_of_an_order_gives_more_than_was_paid(moves):
    given = sum(moves.play(seed) for seed in range(SHORT // 2))
    assert given > SHORT // 10


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_no_life_of_an_order_gives_more_than_was_paid_at_length(moves, part):
    each = LONG // 2 // PARTS
    for seed in range(part * each, (part + 1) * each):
        moves.play(seed)


def test_a_life_that_gives_too_much_is_found(moves, monkeypatch):
    """The check would see a cap that is gone."""
    monkeypatch.setattr("handlers.costs.caps.Room.fits", lambda room, asked: True)
    with pytest.raises(Broken):
        for seed in range(SHORT):
            moves.play(seed)


def test_a_cost_that_is_not_booked_is_found(moves, monkeypatch):
    monkeypatch.setattr("handlers.costs.ledger.settle", lambda *given, **named: None)
    with pytest.raises(Broken):
        for seed in range(SHORT):
            moves.play(seed)

"""Prints of photos on both databases: found by any key, matched both ways, play and business apart."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from storage import evidence
from storage.pictures import prints
from storage.tables import print_keys, print_matches


@pytest.fixture
def pieces(house):
    """Give the numbers of three stored photos."""
    return [house.photo(house.talk()) for _ in range(3)]


def test_a_print_is_found_by_any_of_its_keys(house, pieces):
    prints.add(house.tx, pieces[0], [((1, 2, 3), 77, "ab"), ((1, 5, 5), 78, "cd")], sample=False)
    found = prints.candidates(house.tx, [3, 5, 9], sample=False)
    assert sorted((key, bits) for key, _, bits in found) == [(3, 77), (5, 78)]
    assert prints.patterns(house.tx, {number for _, number, _ in found}) == {
        number: (pieces[0], {3: "ab", 5: "cd"}[key]) for key, number, _ in found
    }
    assert prints.candidates(house.tx, [], sample=False) == []
    assert prints.patterns(house.tx, []) == {}


def test_keys_are_whole_numbers_of_33_bits_and_of_play_or_business(house, pieces):
    most = (1 << 33) - 1
    prints.add(house.tx, pieces[0], [((most,), most, "ab")], sample=True)
    assert prints.candidates(house.tx, [most], sample=False) == []
    assert [(key, bits) for key, _, bits in prints.candidates(house.tx, [most], sample=True)] == [(most, most)]


def test_only_newer_prints_are_asked_for_where_others_are_known(house, pieces):
    prints.add(house.tx, pieces[0], [((1,), 5, "ab")], sample=False)
    known = prints.newest(house.tx)
    prints.add(house.tx, pieces[1], [((1,), 6, "cd")], sample=False)
    assert [bits for _, _, bits in prints.candidates(house.tx, [1], sample=False, after=known)] == [6]


def test_what_many_share_is_read_up_to_a_limit(house, pieces, monkeypatch):
    monkeypatch.setattr(prints, "_CANDIDATES", prints._CANDIDATES.limit(2))
    prints.add(house.tx, pieces[0], [((1,), bits, "ab") for bits in range(5)], sample=False)
    assert len(prints.candidates(house.tx, [1], sample=False)) == 2


def test_photos_without_prints_are_known_until_they_have_some(house, pieces):
    for number in pieces:
        evidence.update_fetched(house.tx, number, state="stored", at=house.now, thumb_key=f"thumb{number}")
    house.photo(house.talk(), state="pending")
    prints.add(house.tx, pieces[1], [], sample=False)
    left = [(number, f"thumb{number}") for number in (pieces[0], pieces[2])]
    assert prints.unprinted(house.tx, limit=9) == left
    assert prints.unprinted(house.tx, limit=1) == left[:1]
    assert prints.unprinted(house.tx, after=pieces[0], limit=9) == left[1:]


def test_prints_are_kept_once(house, pieces):
    for bits in (5, 6):
        prints.add(house.tx, pieces[0], [((1,), bits, "ab")], sample=False)
    assert [bits for _, _, bits in prints.candidates(house.tx, [1], sample=False)] == [5]


def test_a_match_is_known_from_both_sides_and_once(house, pieces):
    prints.match(house.tx, pieces[2], {pieces[0]: 12, pieces[2]: 0})
    prints.match(house.tx, pieces[2], {pieces[0]: 13})
    assert house.tx.execute(select(func.count()).select_from(print_matches)).scalar_one() == 2


def test_prints_of_a_file_that_is_forgotten_are_forgotten(house, pieces):
    for number in pieces[:2]:
        prints.add(house.tx, number, [((number,), 5, "ab")], sample=False)
    prints.match(house.tx, pieces[0], {pieces[1]: 3, pieces[2]: 4})
    prints.match(house.tx, pieces[1], {pieces[2]: 5})
    prints.forget(house.tx, [pieces[0]])
    assert [key for key, _, _ in prints.candidates(house.tx, pieces, sample=False)] == [pieces[1]]
    assert house.tx.execute(select(func.count()).select_from(print_matches)).scalar_one() == 2
    assert prints.unprinted(house.tx, limit=9) == []


def test_prints_go_with_their_photo(house, pieces):
    prints.add(house.tx, pieces[0], [((1, 2), 5, "ab")], sample=False)
    prints.match(house.tx, pieces[0], {pieces[1]: 3})
    from storage.tables import evidence as table

    house.tx.execute(table.delete().where(table.c.id == pieces[0]))
    for left in (print_keys, print_matches):
        assert house.tx.execute(select(func.count()).select_from(left)).scalar_one() == 0

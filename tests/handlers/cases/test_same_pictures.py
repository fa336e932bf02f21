"""A photo that was sent before is found by its prints, and the tickets of both are told apart rightly."""

from __future__ import annotations

from random import Random

import pytest
import shots
from doubles.ticket_house import House
from PIL import Image, ImageOps

from handlers.cases import filing
from handlers.cases.pictures import same_pictures
from handlers.tickets import lifecycle, warnings
from media.prints.taking import take
from media.prints.values import Prints
from storage import evidence
from storage.pictures import prints

CHERRIES = {"number": "KT260612-0005", "item": "车厘子JJ"}


@pytest.fixture
def house():
    made = House()
    yield made
    made.close()


def picture(seed: int = 1) -> Image.Image:
    return Image.blend(*(shots.noise(Random(seed), (400, 300), cell) for cell in (12, 90)), 0.5)


def taken(image: Image.Image) -> Prints:
    return take(image)


def came(house: House, number: int, image: Image.Image, looked: same_pictures.Looked | None = None) -> dict[int, int]:
    """Look a photo up and write it down as the fetcher does; give what was found before."""
    piece = evidence.get(house.tx, number)
    found = looked or same_pictures.look_up(house.tx, piece, taken(image))
    same_pictures.record(house.tx, piece, taken(image), found)
    return found.others


def ticket(house: House, image: Image.Image, number: str = "KT260612-0003", item: str = "草莓", line=1, talk=0) -> str:
    """File a ticket with one photo, and give its number."""
    draft = house.draft(number, lines=House.lines(line=line, item=item), talk=talk)
    came(house, draft.claim.photos[0].id, image)
    return filing.file(house.tx, draft, house.context).no


def told(house: House, no: str) -> list[str]:
    warnings.record(house.tx, lifecycle.must(house.tx, no))
    return [one for one in lifecycle.must(house.tx, no).warnings if "photo" in one]


@pytest.mark.parametrize(
    "change",
    [lambda image: image, ImageOps.mirror, lambda image: image.crop((12, 6, 390, 291))],
    ids=["the same", "mirrored", "cropped"],
)
def test_the_earlier_ticket_is_named(house, change):
    first = ticket(house, picture())
    second = ticket(house, change(picture()), talk=house.talk("1002", name="老陈"), **CHERRIES)
    assert told(house, second) == [f"reused_photo:{first}"]
    assert told(house, first) == [f"reused_photo:{second}"]


def test_another_picture_is_not_taken_for_it(house):
    ticket(house, picture())
    assert told(house, ticket(house, picture(2), **CHERRIES)) == []


def test_of_one_order_it_is_said_as_it_is(house):
    first = ticket(house, picture())
    second = ticket(house, ImageOps.mirror(picture()), item="鸡蛋", line=2, talk=house.talk("1002"))
    assert told(house, second) == [f"photo_of_order:{first}"]


def test_in_one_ticket_nothing_is_said(house):
    draft = house.draft(photos=2)
    for piece in draft.claim.photos:
        came(house, piece.id, picture())
    assert told(house, filing.file(house.tx, draft, house.context).no) == []


def test_a_draft_that_was_never_filed_accuses_nobody(house):
    draft = house.draft()
    came(house, draft.claim.photos[0].id, picture())
    assert told(house, ticket(house, picture(), **CHERRIES)) == []


def test_play_and_business_never_meet(house):
    ticket(house, picture())
    piece = evidence.add(house.tx, conversation_id=house.talk(channel="sandbox"), kind="photo", channel="sandbox",
                         ref="r", at=house.now)  # fmt: skip
    assert came(house, piece, picture()) == {}
    assert list(came(house, house.photo(house.talk("1003")), picture())) == [1]


def test_two_that_come_at_the_same_time_meet(house):
    one, other = house.photo(house.talk()), house.photo(house.talk("1002"))
    before = same_pictures.look_up(house.tx, evidence.get(house.tx, other), taken(picture()))
    came(house, one, picture())
    came(house, other, ImageOps.flip(picture()), before)
    assert house.tx.exec_driver_sql("SELECT count(*) FROM print_matches").scalar() == 2


def test_the_very_same_file_is_seen_without_prints(house):
    first = filing.file(house.tx, house.draft(photos=0), house.context).no
    for number in (house.photo(1, ticket_no=first, sha256="aa"), house.photo(1, ticket_no=first, sha256="aa")):
        came(house, number, Image.new("L", (40, 30), 9))
    second = filing.file(house.tx, house.draft(CHERRIES["number"], photos=0), house.context).no
    house.photo(1, ticket_no=second, sha256="aa")
    assert told(house, second) == [f"reused_photo:{first}"]
    assert prints.twins(house.tx, second)[0].apart == 0


def test_a_video_sent_twice_is_called_what_it_is(house):
    first = filing.file(house.tx, house.draft(photos=0), house.context).no
    house.photo(1, ticket_no=first, sha256="aa", kind="video")
    second = filing.file(house.tx, house.draft(CHERRIES["number"], photos=0), house.context).no
    house.photo(1, ticket_no=second, sha256="aa", kind="video")
    warnings.record(house.tx, lifecycle.must(house.tx, second))
    assert f"reused_file:{first}" in lifecycle.must(house.tx, second).warnings


def test_what_the_staff_sent_is_no_evidence(house):
    first = filing.file(house.tx, house.draft(photos=0), house.context).no
    house.photo(1, ticket_no=first, sha256="aa", side="staff")
    second = filing.file(house.tx, house.draft(CHERRIES["number"], photos=0), house.context).no
    house.photo(1, ticket_no=second, sha256="aa")
    assert told(house, second) == []

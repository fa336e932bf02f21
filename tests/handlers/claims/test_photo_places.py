"""Photos of a draft are put to the goods that words, captions and questions tell."""

from __future__ import annotations

import pytest
from reading_orders import TODAY, lexicon

from handlers.claims import photo_places
from handlers.claims.claim import Asked, Claim, Photo, Problem
from handlers.nlu.reading import read
from handlers.policy.loader import load
from storage.orders import Order, OrderLine

POLICY = load("community-group-buy")
EGGS, YOGHURT, BERRIES = 1, 2, 3
ORDER = Order(
    order_no="KT260612-0408",
    lines=tuple(
        OrderLine(line_no=line, item=item, quantity=2, unit="盒", paid=1000)
        for line, item in ((EGGS, "鸡蛋 eggs"), (YOGHURT, "酸奶 yoghurt"), (BERRIES, "草莓 strawberries"))
    ),
)


def reader(words):
    return read(words, (ORDER,), lexicon(), today=TODAY)


def claim(photos, *lines, problem="quality_spoiled", **facts):
    numbers = range(1, photos + 1)
    pieces = tuple(Photo(id=one, state="stored", at="1" if one < photos else "2") for one in numbers)
    problems = tuple(Problem(line_no=line, problem=problem) for line in lines)
    return Claim(id="c", photos=pieces, problems=problems, **facts)


@pytest.mark.parametrize(
    ("words", "shows"),
    [
        ("第一张是鸡蛋 后两张是草莓", [EGGS, BERRIES, BERRIES]),
        ("前两张草莓 第三张酸奶", [BERRIES, BERRIES, YOGHURT]),
        ("头一张是鸡蛋，后头两张是酸奶", [EGGS, YOGHURT, YOGHURT]),
        ("鸡蛋是第一张，草莓是第二张", [EGGS, BERRIES, None]),
        ("第一张和第三张是草莓 第二张鸡蛋", [BERRIES, EGGS, BERRIES]),
        ("最后一张是酸奶 其余都是鸡蛋", [EGGS, EGGS, YOGHURT]),
        ("照片都是草莓的", [BERRIES, BERRIES, BERRIES]),
        ("这张是鸡蛋的", [None, None, EGGS]),
        ("图1鸡蛋 图2草莓", [EGGS, BERRIES, None]),
        ("the first two are strawberries, the last one is the eggs", [BERRIES, BERRIES, EGGS]),
        ("first photo is the eggs and the rest are strawberries", [EGGS, BERRIES, BERRIES]),
        ("第二张拍糊了", [None, None, None]),
        ("再补两张", [None, None, None]),
        ("only 3 pics", [None, None, None]),
        ("第张", [None, None, None]),
        ("第九张是鸡蛋", [None, None, None]),
        ("鸡蛋碎了3个 草莓烂了", [None, None, None]),
    ],
)
def test_words_put_photos_to_goods(words, shows):
    after = photo_places.by_words(claim(3, EGGS, YOGHURT, BERRIES), words, reader)
    assert [photo.line_no for photo in after.photos] == shows


def test_it_is_asked_only_where_there_are_fewer_photos_than_goods():
    assert photo_places.unclear(claim(1, EGGS, BERRIES), POLICY)
    assert not photo_places.unclear(claim(2, EGGS, BERRIES), POLICY)
    assert not photo_places.unclear(claim(1, EGGS), POLICY)
    assert not photo_places.unclear(claim(1, EGGS, BERRIES, photos_sorted=True), POLICY)


def test_goods_that_need_no_photo_lack_none():
    missing = claim(0, EGGS, BERRIES, problem="shortage_missing")
    assert photo_places.lacking(missing, POLICY) == ()
    assert photo_places.lacking(claim(0, EGGS, BERRIES), POLICY) == (EGGS, BERRIES)
    assert photo_places.lacking(claim(1, EGGS, BERRIES), POLICY) == (BERRIES,)


def test_a_caption_names_the_goods_and_a_question_the_next():
    known = claim(0, EGGS, BERRIES)
    after = photo_places.joined(known, [Photo(id=9)], "这是草莓的", reader, POLICY)
    assert [photo.line_no for photo in after.photos] == [BERRIES]
    asked = claim(1, EGGS, BERRIES, asked=Asked(slot="photos"))
    asked = photo_places.by_words(asked, "这张是草莓", reader)
    after = photo_places.joined(asked, [Photo(id=9)], "", reader, POLICY)
    assert [photo.line_no for photo in after.photos] == [BERRIES, EGGS]
    again = photo_places.joined(after, [Photo(id=9)], "", reader, POLICY)
    assert again == after, "the same piece joins once"


def test_photos_of_an_album_show_what_its_first_shows():
    first = photo_places.joined(claim(0, EGGS, BERRIES), [Photo(id=1, album="a")], "草莓", reader, POLICY)
    after = photo_places.joined(first, [Photo(id=2, album="a")], "", reader, POLICY)
    assert [photo.line_no for photo in after.photos] == [BERRIES, BERRIES]

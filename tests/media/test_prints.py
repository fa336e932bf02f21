"""Prints: a picture is known again after what people do to it, and another one is not taken for it."""

from __future__ import annotations

from array import array
from random import Random

import pytest
import shots
from PIL import Image, ImageDraw, ImageOps
from print_distance import prints_apart

from media.prints import frames, frequencies, matching
from media.prints.patterns import pattern
from media.prints.taking import take
from media.prints.values import GRID, SPANS, Kept, of_parts

TURN = Image.Transpose


def scene(seed: int = 1) -> Image.Image:
    """A scene with things on a table, which is what such photos are; no symmetry, detail at every size."""
    random = Random(seed)
    image = Image.merge("RGB", [shots.noise(random, (800, 600), cell) for cell in (300, 200, 250)])
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y, r = random.uniform(0, 800), random.uniform(0, 600), random.uniform(20, 130)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(random.randbytes(3)), outline="black", width=4)
    return Image.blend(image, Image.merge("RGB", [shots.noise(random, (800, 600), 4)] * 3), 0.2)


def cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.crop(
        (round(width * left), round(height * top), round(width * (1 - right)), round(height * (1 - bottom)))
    )


def screenshot(image: Image.Image) -> Image.Image:
    screen = Image.new("RGB", (540, 1140), "black")
    screen.paste(image.resize((540, 405)), (0, 360))
    draw = ImageDraw.Draw(screen)
    for x in (20, 60, 430, 470):
        draw.rectangle((x, 12, x + 24, 26), fill="white")
    return screen


CHANGES = {
    "recompressed": lambda image: shots.opened(shots.jpeg(image, quality=40)),
    "half": lambda image: image.resize((400, 300)),
    "brighter": lambda image: image.point(lambda level: min(255, level * 1.15)),
    "cropped": lambda image: cut(image, 0.05, 0.05, 0.05, 0.05),
    "cropped more": lambda image: cut(image, 0.1, 0.02, 0.06, 0.1),
    "one side": lambda image: cut(image, 0, 0, 0.1, 0),
    "mirrored": ImageOps.mirror,
    "upside down": lambda image: image.transpose(TURN.ROTATE_180),
    "turned": lambda image: image.transpose(TURN.ROTATE_90),
    "transposed": lambda image: image.transpose(TURN.TRANSVERSE),
    "framed": lambda image: ImageOps.expand(image, 50, "white"),
    "screenshot": screenshot,
    "mirrored and cropped": lambda image: cut(ImageOps.mirror(image), 0.03, 0.04, 0.05, 0.02),
}


def grey(image: Image.Image) -> Image.Image:
    return image.resize((400, round(image.height * 400 / image.width)), Image.Resampling.BOX).convert("L")


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("change", CHANGES)
def test_a_picture_is_known_again(change, seed):
    asked = take(grey(CHANGES[change](scene(seed))))
    assert prints_apart(asked, take(grey(scene(seed)))) is not None
    assert prints_apart(asked, take(grey(scene(seed + 10)))) is None


def test_a_crop_that_was_sent_first_is_known_in_the_whole():
    whole, part = take(grey(scene())), take(grey(cut(scene(), 0.03, 0.02, 0.03, 0.04)))
    assert prints_apart(whole, part) is not None


def test_a_picture_of_one_colour_has_no_prints():
    for level in (0, 128, 255):
        taken = take(Image.new("L", (400, 300), level))
        assert (taken.kept, taken.asked) == ((), ())


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (400, 3), (17, 9), (480, 30)])
def test_odd_sizes_have_prints_that_compare(size):
    taken = take(shots.noise(Random(1), size, 1))
    assert taken.kept == () or prints_apart(taken, taken) == 0


def test_prints_survive_the_way_between_processes():
    taken = take(grey(screenshot(scene())))
    assert len(taken.grids) == 2
    assert of_parts(*taken.parts()) == taken


def test_the_frequencies_are_those_of_the_textbook():
    random = Random(3)
    squares = [random.randbytes(256) for _ in range(3)]
    side, waves = frequencies.SIDE, frequencies._waves()
    lines = [[level for square in squares for level in square[at * side : (at + 1) * side]] for at in range(side)]
    rows = [array("I", line).tobytes() for line in lines]
    for square, found in zip(squares, frequencies.transformed(rows), strict=True):
        for value, (down, across) in zip(found, (*frequencies.SLOPE, *frequencies.ORDER), strict=True):
            assert value == sum(
                square[y * side + x] * waves[down][y] * waves[across][x] for y in range(side) for x in range(side)
            )


def test_a_key_is_found_with_two_of_the_doubted_bits_the_other_way():
    taken = take(grey(scene()))
    asked = taken.asked[0]
    first = asked.doubted & -asked.doubted
    second = (asked.doubted ^ first) & -(asked.doubted ^ first)
    other = Kept(asked.bits ^ first ^ second, 0)
    assert set(matching.keys(other)) <= set(matching.asked_keys(taken))
    assert len(set(matching.keys(other))) == 4
    assert all(0 <= key < 1 << 33 for key in matching.asked_keys(taken))


def test_a_pattern_is_turned_as_its_picture():
    grid = shots.noise(Random(5), (GRID, GRID), 5)
    for turn, picture in ((1, ImageOps.mirror(grid)), (2, ImageOps.flip(grid)), (4, grid.transpose(TURN.TRANSPOSE))):
        straight = pattern(picture.tobytes(), 0, 0, 0)
        assert (pattern(grid.tobytes(), 0, 0, turn) ^ straight).bit_count() < 40  # off by a pixel at the most
        assert (pattern(grid.tobytes(), 0, 0, 0) ^ straight).bit_count() > 80


def test_every_window_lies_in_the_picture():
    assert all(0 <= begin < end <= 1 for begin, end in SPANS)


def test_what_a_frame_encloses():
    framed = ImageOps.expand(grey(scene()), 40, 255)
    assert frames.enclosed(framed) == (40, 40, framed.width - 40, framed.height - 40)
    assert frames.enclosed(grey(scene())) is None
    assert frames.enclosed(Image.new("L", (300, 300), 9)) is None

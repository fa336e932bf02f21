"""Sample photos of fruit: rotten strawberries, a mouldy peach."""

from __future__ import annotations

from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw

from media.brushes import (
    FINE,
    SIZE,
    above,
    blot,
    body,
    both,
    clouds,
    ellipse,
    noise,
    paint,
    polygon,
    ramp,
    rounded,
    shadow,
    shine,
    soft,
    stamp,
    table,
    texture,
)


def strawberries(random: Random) -> Image.Image:
    """A plastic box of strawberries, a third of them rotten."""
    image = table(random, (196, 158, 116), (150, 110, 74))
    box = (130, 90, 1070, 810)
    shadow(image, rounded(SIZE, box, 60), (18, 26), 26, 0.6)
    paint(image, rounded(SIZE, box, 60), (214, 226, 228))
    inner = rounded(SIZE, (165, 122, 1035, 778), 48)
    paint(image, inner, (166, 178, 176))
    juice = both(above(clouds(random, SIZE, 240), 160, 30), inner)
    paint(image, juice, (120, 26, 30), 0.5)
    # A few of each kind, set down turned: nobody tells twins.
    kinds = {rot: [_strawberry(random, rot) for _ in range(count)] for rot, count in ((0, 4), (1, 2), (2, 2))}
    places = [(285 + 158 * column + (row % 2) * 40, 235 + 138 * row) for row in range(4) for column in range(5)]
    for index, (x, y) in enumerate(places[:19]):
        centre = (x + random.uniform(-14, 14), y + random.uniform(-12, 12))
        rot = (0, 0, 1, 0, 2)[(index * 2 + index // 5) % 5]
        stamp(image, random.choice(kinds[rot]), centre, turn=random.uniform(-70, 70), cast=0.6)
    _rim(image, box)
    return image


def _rim(image: Image.Image, box: tuple[int, int, int, int]) -> None:
    draw = ImageDraw.Draw(image)
    for inset, colour, width in ((0, (246, 250, 250), 5), (18, (188, 202, 204), 3), (32, (240, 246, 246), 3)):
        left, top, right, bottom = box
        draw.rounded_rectangle(
            (left + inset, top + inset, right - inset, bottom - inset), 60 - inset / 2, outline=colour, width=width
        )
    gleam = polygon(SIZE, [(210, 135), (300, 135), (245, 420), (180, 420)])
    paint(image, soft(gleam, 14), (255, 255, 255), 0.3)


def _strawberry(random: Random, rot: int) -> Image.Image:
    """A strawberry seen from the side; rot 0 sound, 1 brown and soft, 2 with grey mould as well."""
    side = 200 * FINE
    size = (side, side)
    reach, outline = side * 0.37, []
    for step in range(90):
        angle = 2 * pi * step / 90
        wide = 1 - 0.32 * max(0.0, sin(angle)) ** 2  # narrow towards the tip below
        outline.append((side / 2 + reach * wide * cos(angle), side * 0.47 + reach * 1.14 * sin(angle)))
    fruit = polygon(size, outline)
    sprite = body(fruit, (side * 0.12, side * 0.06, side * 0.88, side * 0.92), ("#ff6a58", "#d3202c", "#6e0a18"))
    _seeds(random, sprite, fruit)
    if rot:
        stain = polygon(size, blot(random, (side * random.uniform(0.4, 0.62), side * 0.62), side * 0.25))
        paint(sprite, both(soft(stain, 14), fruit), (88, 40, 26), 0.86)
        paint(sprite, both(above(clouds(random, size, 60), 142), both(soft(stain, 8), fruit)), (50, 20, 16), 0.6)
    if rot == 2:
        patch = polygon(size, blot(random, (side * 0.5, side * 0.58), side * 0.2, wobble=0.35))
        fuzz = both(above(clouds(random, size, 26), 112, 34), soft(patch, 22))
        paint(sprite, both(fuzz, fruit), (214, 216, 204), 0.95)
        paint(sprite, both(above(noise(random, size, 7), 176), both(soft(patch, 20), fruit)), (120, 128, 116), 0.8)
    shine(sprite, (side * 0.28, side * 0.18, side * 0.46, side * 0.34), 0.5 if rot < 2 else 0.2, 18)
    return _leaves(random, sprite)


def _seeds(random: Random, sprite: Image.Image, fruit: Image.Image) -> None:
    side = sprite.width
    dots, pits = Image.new("L", sprite.size), Image.new("L", sprite.size)
    for row in range(9):
        for column in range(8):
            x = side * (0.16 + 0.09 * column + 0.045 * (row % 2)) + random.uniform(-4, 4)
            y = side * (0.2 + 0.078 * row) + random.uniform(-4, 4)
            ImageDraw.Draw(pits).ellipse((x - 8, y - 9, x + 8, y + 11), fill=255)
            ImageDraw.Draw(dots).ellipse((x - 4, y - 6, x + 4, y + 6), fill=255)
    paint(sprite, both(soft(pits, 3), fruit), (96, 8, 18), 0.55)
    paint(sprite, both(dots, fruit), (240, 204, 120), 0.9)


def _leaves(random: Random, sprite: Image.Image) -> Image.Image:
    side = sprite.width
    leaves = Image.new("L", sprite.size)
    draw = ImageDraw.Draw(leaves)
    x, y = side / 2, side * 0.1
    for angle in (-0.25, 0.3, 0.9, 1.57, 2.2, 2.85, 3.4):
        turn, long = angle + random.uniform(-0.12, 0.12), side * random.uniform(0.2, 0.27)
        tip = (x + long * cos(turn), y + long * 0.75 * sin(turn))
        across = (side * 0.05 * sin(turn), -side * 0.05 * cos(turn))
        middle = ((x + tip[0]) / 2, (y + tip[1]) / 2)
        draw.polygon(
            [
                (x, y),
                (middle[0] + across[0], middle[1] + across[1]),
                tip,
                (middle[0] - across[0], middle[1] - across[1]),
            ],
            fill=255,
        )
    draw.ellipse((x - 22, y - 16, x + 22, y + 20), fill=255)
    green = body(leaves, (side * 0.2, 0, side * 0.8, side * 0.4), ("#9cc25a", "#5d8c33", "#2c5220"))
    sprite.alpha_composite(green)
    return sprite


def peach(random: Random) -> Image.Image:
    """Two peaches on a plate, the front one brown, sunken and mouldy."""
    image = table(random, (150, 160, 166), (112, 120, 128))
    plate = (170, 130, 1050, 850)
    shadow(image, ellipse(SIZE, plate), (16, 24), 24, 0.55)
    image.paste(ramp(SIZE, (252, 252, 250), (214, 218, 220)), (0, 0), ellipse(SIZE, plate))
    draw = ImageDraw.Draw(image)
    draw.ellipse((195, 152, 1025, 826), outline=(92, 130, 168), width=5)
    draw.ellipse((290, 232, 930, 748), outline=(206, 210, 212), width=4)
    stamp(image, _peach(random, rotten=False), (440, 370), turn=20, cast=0.6)
    stamp(image, _peach(random, rotten=True), (700, 520), turn=-8, cast=0.7)
    return image


def _peach(random: Random, *, rotten: bool) -> Image.Image:
    side = 460 * FINE
    size = (side, side)
    fruit = polygon(size, blot(random, (side / 2, side / 2), side * 0.42, wobble=0.03, points=120))
    box = (side * 0.08, side * 0.08, side * 0.92, side * 0.92)
    sprite = body(fruit, box, ("#ffe3a4", "#f4b063", "#b5562f"))
    blush = both(soft(ellipse(size, (side * 0.35, side * 0.1, side * 0.98, side * 0.8)), 90), fruit)
    paint(sprite, blush, (206, 52, 48), 0.62)
    texture(sprite, noise(random, size, 5), 0.3)
    texture(sprite, clouds(random, size, 60), 0.3)
    seam = Image.new("L", size)
    ImageDraw.Draw(seam).arc((side * 0.3, side * 0.02, side * 1.1, side * 1.0), 150, 235, fill=255, width=12)
    paint(sprite, both(soft(seam, 9), fruit), (120, 44, 30), 0.7)
    shine(sprite, (side * 0.22, side * 0.16, side * 0.46, side * 0.36), 0.35, 50)
    if rotten:
        _mould(random, sprite, fruit)
    return sprite


def _mould(random: Random, sprite: Image.Image, fruit: Image.Image) -> None:
    """Rings of decay: brown soft flesh, a darker sunken middle, white fuzz with a green-grey heart."""
    side, size = sprite.width, sprite.size
    centre = (side * 0.56, side * 0.56)
    for far, colour, strength in ((0.31, (112, 62, 30), 0.85), (0.23, (78, 42, 22), 0.75)):
        ring = polygon(size, blot(random, centre, side * far, wobble=0.16))
        paint(sprite, both(soft(ring, 20), fruit), colour, strength)
    folds = both(above(noise(random, size, 18, 3), 150), soft(ellipse(size, _around(centre, side * 0.28)), 30))
    paint(sprite, both(folds, fruit), (52, 28, 16), 0.5)
    for far, level, colour in ((0.19, 96, (232, 232, 222)), (0.12, 104, (128, 146, 124)), (0.06, 100, (74, 92, 82))):
        patch = polygon(size, blot(random, centre, side * far, wobble=0.3))
        fuzz = both(above(clouds(random, size, 34), level, 40), soft(patch, 26))
        paint(sprite, both(fuzz, fruit), colour, 0.94)
    specks = both(above(noise(random, size, 6), 186), soft(ellipse(size, _around(centre, side * 0.2)), 40))
    paint(sprite, both(specks, fruit), (250, 250, 244), 0.8)


def _around(centre: tuple[float, float], far: float) -> tuple[float, float, float, float]:
    return (centre[0] - far, centre[1] - far, centre[0] + far, centre[1] + far)

"""Sample photo of eggs: a tray of twelve, two cracked and one broken open."""

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
    crack,
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

CUP = ((112, 108, 112, 108, (78, 76, 72), 0.85), (84, 74, 100, 100, (52, 50, 48), 0.6))  # rim and depth of an egg cup


def eggs(random: Random) -> Image.Image:
    """A cardboard tray of twelve eggs: two cracked, one broken open."""
    image = table(random, (206, 182, 148), (164, 132, 98))
    tray = rounded(SIZE, (90, 90, 1110, 810), 46)
    shadow(image, tray, (16, 24), 24, 0.6)
    card = ramp(SIZE, (170, 168, 160), (134, 132, 126))
    texture(card, noise(random, SIZE, 3), 0.4)
    texture(card, clouds(random, SIZE, 40), 0.3)
    image.paste(card, (0, 0), tray)
    kinds = {"whole": [_egg(random, "whole") for _ in range(3)]}
    kinds |= {"cracked": [_egg(random, "cracked") for _ in range(2)], "broken": [_egg(random, "broken")]}
    cups = [(233 + 245 * column, 215 + 235 * row) for row in range(3) for column in range(4)]
    for left, up, right, down, colour, strength in CUP:
        hollows = Image.new("L", SIZE)
        for x, y in cups:
            ImageDraw.Draw(hollows).ellipse((x - left, y - up, x + right, y + down), fill=255)
        paint(image, soft(hollows, 12), colour, strength)
    for index, (x, y) in enumerate(cups):
        state = {2: "cracked", 5: "broken", 9: "cracked"}.get(index, "whole")
        if state == "broken":
            _spill(random, image, (x + 40, y + 100))
        stamp(
            image,
            kinds[state][index % len(kinds[state])],
            (x + random.uniform(-4, 4), y - 4),
            turn=random.uniform(-14, 14),
            cast=0.55,
        )
    return image


def _egg(random: Random, state: str) -> Image.Image:
    side = 230 * FINE
    size = (side, side)
    outline = []
    for step in range(90):
        angle = 2 * pi * step / 90
        outline.append(
            (side / 2 + side * 0.36 * cos(angle) * (1 + 0.1 * sin(angle)), side / 2 + side * 0.44 * sin(angle))
        )
    shell = polygon(size, outline)
    sprite = body(shell, (side * 0.12, side * 0.05, side * 0.88, side * 0.95), ("#fbe3c6", "#dba777", "#8d5a38"))
    texture(sprite, noise(random, size, 4), 0.16)
    paint(sprite, both(above(noise(random, size, 9), 226), shell), (150, 98, 62), 0.35)
    shine(sprite, (side * 0.3, side * 0.16, side * 0.48, side * 0.36), 0.5, 26)
    if state != "whole":
        _cracks(random, sprite, shell, 8 if state == "broken" else 5)
    if state == "broken":
        _break_open(random, sprite, shell)
    return sprite


def _cracks(random: Random, sprite: Image.Image, shell: Image.Image, count: int) -> None:
    side = sprite.width
    lines = Image.new("L", sprite.size)
    draw = ImageDraw.Draw(lines)
    for ray in range(count):
        angle = 2 * pi * ray / count + random.uniform(-0.3, 0.3)
        points = crack(random, (side * 0.52, side * 0.48), angle, side * random.uniform(0.25, 0.4))
        draw.line(points, fill=255, width=6)
        middle = points[len(points) // 2]
        draw.line(crack(random, middle, angle + random.choice((-1, 1)), side * 0.14), fill=255, width=4)
    paint(sprite, both(soft(lines, 4), shell), (255, 240, 220), 0.5)
    paint(sprite, both(lines, shell), (64, 36, 22), 0.92)


def _break_open(random: Random, sprite: Image.Image, shell: Image.Image) -> None:
    side, size = sprite.width, sprite.size
    hole = blot(random, (side * 0.52, side * 0.5), side * 0.25, wobble=0.5, points=17)
    paint(sprite, both(polygon(size, hole), shell), (246, 236, 214))
    inner = [(0.52 * side + (x - 0.52 * side) * 0.9, 0.5 * side + (y - 0.5 * side) * 0.9) for x, y in hole]
    paint(sprite, both(polygon(size, inner), shell), (206, 176, 120))
    yolk = ellipse(size, (side * 0.38, side * 0.38, side * 0.66, side * 0.64))
    ball = body(yolk, (side * 0.38, side * 0.38, side * 0.66, side * 0.64), ("#ffd84e", "#f6a51c", "#c76a08"))
    sprite.alpha_composite(ball)
    shine(sprite, (side * 0.43, side * 0.42, side * 0.5, side * 0.47), 0.8, 6)


def _spill(random: Random, image: Image.Image, centre: tuple[float, float]) -> None:
    """The white and yolk of the broken egg, run over the tray between the cups."""
    for far, colour, strength in ((96, (222, 200, 150), 0.6), (88, (240, 222, 170), 0.5), (40, (240, 168, 40), 0.85)):
        wet = polygon(SIZE, blot(random, centre, far, wobble=0.35))
        paint(image, soft(wet, 3), colour, strength)
    for x, y in ((40, 10), (-50, 30), (62, 34)):
        shine(image, (centre[0] + x, centre[1] + y, centre[0] + x + 22, centre[1] + y + 10), 0.8, 3)

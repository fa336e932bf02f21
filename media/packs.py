"""Sample photos of packed goods: a leaking yoghurt carton, a dented can of infant formula."""

from __future__ import annotations

from math import pi, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageOps

from media.brushes import (
    FINE,
    SIZE,
    above,
    blot,
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
    write,
)


def yoghurt(random: Random) -> Image.Image:
    """A carton of yoghurt, torn at its lower edge, in a white puddle."""
    image = table(random, (178, 190, 182), (132, 146, 140))
    outline = [(640, 660), (930, 640), (1090, 720), (980, 820), (700, 840), (470, 800), (400, 720)]
    pool = soft(polygon(SIZE, outline), 22).point([255 if value > 118 else 0 for value in range(256)])
    for drop in range(9):
        at = (random.uniform(260, 1120), random.uniform(730, 870))
        paint(pool, polygon(SIZE, blot(random, at, random.uniform(5, 16) + drop % 3)), 255)
    shadow(image, pool, (5, 8), 5, 0.5)
    milk = ramp(SIZE, (244, 242, 234), (255, 254, 250))
    image.paste(milk, (0, 0), soft(pool, 1.5))
    inner = soft(pool, 16).point([max(0, min(255, 510 - 2 * value)) for value in range(256)])
    paint(image, both(inner, pool), (196, 194, 184), 0.7)
    shine(image, (760, 738, 960, 760), 0.9, 6)
    stamp(image, _carton(random), (600, 430), cast=0.7)
    _drip(random, image)
    return image


def _carton(random: Random) -> Image.Image:
    """A gable-top carton, its front and right side seen."""
    width, height = 460 * FINE, 700 * FINE
    size = (width, height)
    sprite = Image.new("RGBA", size, (0, 0, 0, 0))
    front = [(40, 330), (560, 330), (560, 1370), (40, 1370)]
    side = [(560, 330), (860, 290), (860, 1290), (560, 1370)]
    roof = [(40, 330), (560, 330), (600, 90), (120, 90)]
    gable = [(560, 330), (860, 290), (600, 90)]
    ridge = [(120, 30), (600, 30), (600, 96), (120, 96)]
    for points, upper, lower in (
        (front, (252, 253, 255), (224, 230, 238)),
        (side, (190, 200, 214), (150, 162, 180)),
        (roof, (88, 150, 210), (58, 116, 180)),
        (gable, (40, 84, 140), (58, 104, 160)),
        (ridge, (228, 236, 246), (196, 208, 224)),
    ):
        sprite.paste(ramp(size, upper, lower), (0, 0), polygon(size, points))
    _print_front(sprite, front)
    wave = [(40, 1120), *((40 + 20 * n, 1120 + 40 * sin(n / 4)) for n in range(27)), (560, 1370), (40, 1370)]
    paint(sprite, polygon(size, wave), (64, 132, 200))
    paint(sprite, polygon(size, [(560, 1130), (860, 1070), (860, 1290), (560, 1370)]), (40, 92, 152))
    folds = both(above(clouds(random, size, 120), 150, 60), polygon(size, front))
    paint(sprite, folds, (120, 130, 146), 0.18)
    return _torn(random, sprite)


def _print_front(sprite: Image.Image, front: list[tuple[int, int]]) -> None:
    draw = ImageDraw.Draw(sprite)
    write(draw, (300, 470), "酸奶", 150, (24, 76, 146))
    write(draw, (300, 590), "YOGURT", 66, (60, 120, 186))
    draw.ellipse((160, 690, 440, 970), fill=(250, 214, 226))
    for x, y, far in ((260, 850, 66), (345, 830, 60), (300, 770, 50)):
        draw.ellipse((x - far, y - far, x + far, y + far), fill=(74, 84, 168), outline=(52, 58, 130), width=4)
        draw.ellipse((x - 24, y - 34, x - 4, y - 16), fill=(150, 160, 220))
    write(draw, (300, 1050), "950 g  2-6°C", 50, (40, 70, 110))
    draw.line([front[1], front[2]], fill=(176, 186, 200), width=5)


def _torn(random: Random, sprite: Image.Image) -> Image.Image:
    """A crushed lower corner with a tear from which it leaks."""
    size = sprite.size
    dent = soft(polygon(size, [(380, 1370), (560, 1130), (700, 1290), (600, 1370)]), 26)
    paint(sprite, dent, (30, 44, 66), 0.5)
    tear = crack(random, (500, 1180), 1.1, 210)
    draw = ImageDraw.Draw(sprite)
    draw.line(tear, fill=(20, 30, 44), width=20)
    draw.line([(x + 7, y + 4) for x, y in tear], fill=(252, 250, 244), width=13)
    for x in (430, 520, 610, 690):
        draw.line(crack(random, (x, 1300), -1.5 + random.uniform(-0.4, 0.4), 120), fill=(30, 66, 112), width=5)
    return sprite


def _drip(random: Random, image: Image.Image) -> None:
    stream = [
        (610, 672),
        (630, 676),
        (652, 720),
        (676, 748),
        (706, 770),
        (690, 800),
        (600, 800),
        (628, 762),
        (634, 720),
    ]
    paint(
        image,
        soft(polygon(SIZE, stream), 6).point([255 if value > 110 else 0 for value in range(256)]),
        (252, 251, 246),
    )
    paint(image, soft(polygon(SIZE, blot(random, (650, 800), 46)), 3), (252, 251, 246))
    edge = [(640, 700), (660, 740), (690, 772), (684, 776), (650, 746), (634, 706)]
    paint(image, soft(polygon(SIZE, edge), 5), (188, 190, 190), 0.8)


def formula(random: Random) -> Image.Image:
    """A can of infant formula with a deep dent in its side."""
    image = table(random, (214, 206, 192), (172, 160, 142))
    shadow(image, ellipse(SIZE, (330, 690, 960, 850)), (40, 10), 30, 0.7)
    can = _can(random)
    small = can.resize((can.width // FINE, can.height // FINE), Image.Resampling.LANCZOS)
    image.paste(small, (310, 60), small)
    return image


def _can(random: Random) -> Image.Image:
    width, height = 560 * FINE, 770 * FINE
    size = (width, height)
    left, right, top, bottom = 60, width - 60, 140, height - 120
    wall = ramp(size, "#ffffff", "#000000", across=True)
    tones = wall.convert("L").point([round(255 * sin(pi * (0.12 + 0.8 * value / 255)) ** 0.8) for value in range(256)])
    shape = rounded(size, (left, top, right, bottom), 0)
    for y in (top, bottom):
        paint(shape, ellipse(size, (left, y - 90, right, y + 90)), 255)
    label = _can_label(size, left, right, top, bottom)
    sprite = Image.composite(label, Image.new("RGB", size, "#c9ccd0"), _band(size, left, right, top + 60, bottom - 60))
    shaded = ImageOps.colorize(tones, black="#3c3f45", white="#ffffff")
    sprite = Image.blend(sprite, Image.composite(sprite, Image.new("RGB", size), tones), 0.75)
    sprite = Image.blend(sprite, shaded, 0.14)
    sprite.putalpha(shape)
    sprite = _dent(random, sprite, centre=height * 0.52, reach=height * 0.17)
    lid = ellipse(size, (left, top - 90, right, top + 90))
    sprite.paste(ramp(size, (250, 240, 205), (160, 130, 70), across=True), (0, 0), lid)
    draw = ImageDraw.Draw(sprite)
    for inset in (0, 26, 120):
        box = (left + inset, top - 90 + inset * 0.32, right - inset, top + 90 - inset * 0.32)
        draw.ellipse(box, outline=(122, 96, 46), width=5)
    return sprite


def _band(size: tuple[int, int], left: int, right: int, top: int, bottom: int) -> Image.Image:
    """The mask of a strip around a cylinder, bent as seen from a little above."""
    strip = rounded(size, (left, top, right, bottom), 0)
    paint(strip, ellipse(size, (left, bottom - 90, right, bottom + 90)), 255)
    paint(strip, ellipse(size, (left, top - 90, right, top + 90)), 0)
    return strip


def _can_label(size: tuple[int, int], left: int, right: int, top: int, bottom: int) -> Image.Image:
    label = ramp(size, (252, 250, 244), (238, 232, 220))
    middle = (left + right) / 2
    paint(label, _band(size, left, right, bottom - 330, bottom - 60), (32, 84, 150))
    paint(label, _band(size, left, right, bottom - 360, bottom - 335), (214, 170, 70))
    draw = ImageDraw.Draw(label)
    write(draw, (middle, top + 260), "婴儿配方奶粉", 116, (26, 62, 118))
    write(draw, (middle, top + 370), "INFANT FORMULA", 66, (60, 92, 140))
    draw.ellipse((middle - 150, top + 450, middle + 150, top + 750), fill=(250, 224, 150))
    write(draw, (middle, top + 610), "1", 220, (206, 96, 40))
    write(draw, (middle, bottom - 130), "900 g   0-6 个月", 66, (255, 255, 255))
    return label


def _dent(random: Random, sprite: Image.Image, *, centre: float, reach: float) -> Image.Image:
    """Push the right wall in: each row squeezed towards the left, then the hollow's shade and its bright rim."""
    size, width = sprite.size, sprite.width
    bent = sprite.copy()
    for y in range(int(centre - reach), int(centre + reach)):
        depth = sin(pi * (y - centre + reach) / (2 * reach)) ** 2
        row = sprite.crop((width // 2, y, width, y + 1))
        shorter = max(1, round(row.width * (1 - 0.24 * depth)))
        bent.paste((0, 0, 0, 0), (width // 2, y, width, y + 1))
        bent.paste(row.resize((shorter, 1), Image.Resampling.BILINEAR), (width // 2, y))
    hollow = polygon(size, blot(random, (width * 0.74, centre), reach * 0.84, wobble=0.12))
    inside = soft(hollow, 12)
    # Light comes from the left: the hollow's left wall lies in shade, its right wall catches the light.
    paint(bent, both(soft(ImageChops.offset(hollow, -110, -40), 60), inside), (34, 34, 44), 0.62)
    paint(bent, both(soft(ImageChops.offset(hollow, 150, 70), 50), inside), (255, 255, 255), 0.6)
    rim = both(soft(hollow, 26), ImageOps.invert(soft(hollow, 8)))
    paint(bent, rim, (40, 40, 50), 0.8)
    creases = Image.new("L", size)
    for angle in (2.6, 3.3, 3.9, 0.9, 5.4):
        line = crack(random, (width * 0.73, centre), angle, reach * 0.95)
        ImageDraw.Draw(creases).line(line, fill=255, width=9)
    paint(bent, soft(creases, 7), (255, 255, 255), 0.4)
    texture(bent, noise(random, size, 6), 0.06)
    return bent

"""Sample photo of fish: cod where salmon was ordered."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageDraw

from media.brushes import (
    FINE,
    SIZE,
    above,
    body,
    both,
    clouds,
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


def cod(random: Random) -> Image.Image:
    """A tray of white fish under film, its label saying cod: the customer had ordered salmon."""
    image = table(random, (120, 112, 104), (84, 78, 74))
    tray = (110, 120, 1090, 790)
    shadow(image, rounded(SIZE, tray, 50), (16, 24), 24, 0.65)
    image.paste(ramp(SIZE, (38, 42, 48), (24, 26, 30)), (0, 0), rounded(SIZE, tray, 50))
    paint(image, rounded(SIZE, (150, 160, 1050, 750), 36), (48, 52, 60))
    for x, y, turn in ((370, 330, 8), (420, 575, -6), (770, 560, 12)):
        stamp(image, _fillet(random), (x, y), turn=turn + random.uniform(-4, 4), cast=0.5)
    film = both(above(noise(random, SIZE, 16, 14), 186, 20), rounded(SIZE, tray, 50))
    paint(image, soft(film, 3), (255, 255, 255), 0.3)
    for x in (240, 900):
        fold = polygon(SIZE, [(x, 130), (x + 46, 130), (x - 70, 780), (x - 90, 780)])
        paint(image, soft(fold, 10), (255, 255, 255), 0.22)
    image.paste(*_label(random))
    return image


def _fillet(random: Random) -> Image.Image:
    side = (440 * FINE, 240 * FINE)
    shape = polygon(side, [(60, 200), (200, 70), (520, 40), (790, 120), (830, 260), (700, 400), (330, 440), (110, 370)])
    shape = soft(shape, 56).point([255 if value > 120 else 0 for value in range(256)])
    sprite = body(shape, (20, 20, 860, 460), ("#ffffff", "#f0e9dc", "#bdb09c"), light=(0.4, 0.3))
    flakes = Image.new("L", side)
    draw = ImageDraw.Draw(flakes)
    for n in range(11):
        x = 60 + 75 * n + random.uniform(-10, 10)
        draw.arc((x - 210, -60, x + 90, 540), -70, 70, fill=255, width=7)
    paint(sprite, both(soft(flakes, 4), shape), (176, 162, 142), 0.7)
    texture(sprite, clouds(random, side, 40), 0.3)
    paint(sprite, both(above(clouds(random, side, 70), 168), shape), (226, 196, 176), 0.35)
    shine(sprite, (240, 90, 420, 150), 0.6, 16)
    return sprite


def _label(random: Random) -> tuple[Image.Image, tuple[int, int], Image.Image]:
    """The price label, a little askew."""
    size = (780, 520)
    label = Image.new("RGBA", size, (250, 250, 246, 255))
    draw = ImageDraw.Draw(label)
    draw.rectangle((0, 0, size[0], 96), fill=(30, 92, 140))
    write(draw, (size[0] / 2, 50), "鲜鱼 FRESH FISH", 56, (255, 255, 255))
    write(draw, (size[0] / 2, 165), "鳕鱼 COD", 110, (20, 24, 30))
    write(draw, (size[0] / 2, 262), "切块 fillet   400 g   0-4°C", 44, (50, 54, 60))
    x = 90.0
    while x < 690:
        bar = random.choice((4, 4, 8, 12))
        draw.rectangle((x, 310, x + bar, 440), fill=(10, 10, 12))
        x += bar + random.choice((4, 8, 8, 12))
    write(draw, (size[0] / 2, 478), "LOT 0611-07", 40, (30, 30, 34))
    turned = label.resize((390, 260), Image.Resampling.LANCZOS).rotate(-5, Image.Resampling.BICUBIC, expand=True)
    return turned, (620, 190), turned

"""Tools for drawing a still life: seeded noise, soft shadows, rounded bodies, stains and grain."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from media.fonts import font, writable

Point = tuple[float, float]
Box = tuple[float, float, float, float]
Size = tuple[int, int]
Colour = str | tuple[int, int, int]

SIZE = (1200, 900)  # of a scene
FINE = 2  # sprites are drawn so many times larger, for smooth edges


def noise(random: Random, size: Size, cell: float, stretch: float = 1.0) -> Image.Image:
    """Smooth grey noise with features of `cell` pixels, `stretch` times as wide as high."""
    small = (max(2, round(size[0] / (cell * stretch))), max(2, round(size[1] / cell)))
    return Image.frombytes("L", small, random.randbytes(small[0] * small[1])).resize(size, Image.Resampling.BICUBIC)


def clouds(random: Random, size: Size, cell: float) -> Image.Image:
    """Noise on three scales, the coarse one strongest: the look of stains and mould."""
    rough = Image.blend(noise(random, size, cell), noise(random, size, cell / 3), 0.4)
    return Image.blend(rough, noise(random, size, cell / 9), 0.25)


def above(grey: Image.Image, level: int, softness: int = 16) -> Image.Image:
    """A mask of where `grey` is brighter than `level`, with an edge of 2 * softness grey steps."""
    low, high = level - softness, level + softness
    return grey.point([max(0, min(255, round(255 * (value - low) / (high - low)))) for value in range(256)])


def ellipse(size: Size, box: Box) -> Image.Image:
    """A mask with a filled ellipse."""
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return mask


def polygon(size: Size, points: Sequence[Point]) -> Image.Image:
    """A mask with a filled polygon."""
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon(points, fill=255)
    return mask


def rounded(size: Size, box: Box, radius: float) -> Image.Image:
    """A mask with a filled rectangle of round corners."""
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius, fill=255)
    return mask


def both(one: Image.Image, other: Image.Image) -> Image.Image:
    """Where two masks overlap."""
    return ImageChops.multiply(one, other)


def soft(mask: Image.Image, radius: float) -> Image.Image:
    """A mask with a blurred edge; a wide blur is made on a quarter of the size, which nobody sees."""
    if radius >= 12:
        small = mask.reduce(4).filter(ImageFilter.GaussianBlur(radius / 4))
        return small.resize(mask.size, Image.Resampling.BILINEAR)
    return mask.filter(ImageFilter.GaussianBlur(radius))


def paint(image: Image.Image, mask: Image.Image, colour: Colour | int, strength: float = 1.0) -> None:
    """Lay a colour over a picture where the mask is, `strength` (0-1) thick; a sprite's own outline stays."""
    thin = mask if strength >= 1 else mask.point([round(value * strength) for value in range(256)])
    if image.mode == "RGBA":
        outline = image.getchannel("A")
        image.paste(colour, (0, 0), thin)
        image.putalpha(outline)
    else:
        image.paste(colour, (0, 0), thin)


def shadow(image: Image.Image, mask: Image.Image, offset: tuple[int, int], blur: float, strength: float) -> None:
    """Darken a picture by the shadow of what will stand at the mask."""
    fallen = ImageChops.offset(soft(mask, blur), *offset)
    paint(image, fallen, (28, 18, 12), strength)


def body(
    mask: Image.Image, box: Box, colours: tuple[Colour, Colour, Colour], light: Point = (0.36, 0.3)
) -> Image.Image:
    """A sprite of a round body within the mask: lit, middle and shaded colour, the light at a share of its box."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    reach = (round(width * 1.5), round(height * 1.5))
    fall = Image.radial_gradient("L").resize(reach)
    tones = ImageOps.colorize(fall, black=colours[0], mid=colours[1], white=colours[2], blackpoint=8, midpoint=110)
    sprite = Image.new("RGB", mask.size, colours[2])
    sprite.paste(tones, (round(left + width * light[0] - reach[0] / 2), round(top + height * light[1] - reach[1] / 2)))
    sprite.putalpha(mask)
    return sprite


def shine(image: Image.Image, box: Box, strength: float, blur: float) -> None:
    """Put a soft white reflection on a picture."""
    paint(image, soft(ellipse(image.size, box), blur), (255, 255, 255), strength)


def texture(image: Image.Image, grey: Image.Image, amount: float) -> None:
    """Lighten and darken a picture by grey noise, around 128, in place."""
    flat = Image.new("L", grey.size, 128)
    gentle = Image.blend(flat, grey, amount).convert("RGB")
    changed = ImageChops.overlay(image.convert("RGB"), gentle)
    image.paste(changed, (0, 0), image.getchannel("A") if image.mode == "RGBA" else None)


def stamp(image: Image.Image, sprite: Image.Image, centre: Point, *, turn: float = 0, cast: float = 0.45) -> None:
    """Set a sprite (drawn FINE times larger) down on a picture, turned by degrees, with its shadow below right."""
    small = sprite.reduce(FINE).rotate(turn, Image.Resampling.BICUBIC, expand=True)
    room = 40
    mask = Image.new("L", (small.width + 2 * room, small.height + 2 * room))
    mask.paste(small.getchannel("A"), (room, room))
    corner = (round(centre[0] - small.width / 2), round(centre[1] - small.height / 2))
    dim = soft(mask, 11).point([round(value * cast) for value in range(256)])
    image.paste((26, 16, 12), (corner[0] - room + 8, corner[1] - room + 12), dim)
    image.paste(small, corner, small)


def blot(random: Random, centre: Point, radius: float, *, wobble: float = 0.2, points: int = 40) -> list[Point]:
    """The outline of an irregular round stain."""
    waves = [(k, random.uniform(0, 2 * pi), random.uniform(0.2, 1) / k) for k in range(2, 7)]
    outline = []
    for step in range(points):
        angle = 2 * pi * step / points
        far = radius * (1 + wobble * sum(high * sin(k * angle + phase) for k, phase, high in waves))
        outline.append((centre[0] + far * cos(angle), centre[1] + far * sin(angle)))
    return outline


def ramp(size: Size, upper: Colour, lower: Colour, *, across: bool = False) -> Image.Image:
    """A straight blend of two colours, from top to bottom or from left to right."""
    grey = Image.linear_gradient("L")
    return ImageOps.colorize((grey.rotate(90) if across else grey).resize(size), black=upper, white=lower)


def crack(random: Random, start: Point, angle: float, length: float) -> list[Point]:
    """A jagged line as it runs through a shell."""
    points = [start]
    steps = max(4, round(length / 9))
    for _ in range(steps):
        turn = angle + random.uniform(-0.9, 0.9)
        x, y = points[-1]
        points.append((x + cos(turn) * length / steps, y + sin(turn) * length / steps))
    return points


def table(random: Random, upper: tuple[int, int, int], lower: tuple[int, int, int]) -> Image.Image:
    """A wooden table top in the light of a window at the left."""
    image = ramp(SIZE, upper, lower)
    texture(image, noise(random, SIZE, 3, 60), 0.34)
    texture(image, noise(random, SIZE, 14, 50), 0.3)
    draw = ImageDraw.Draw(image)
    for plank in range(1, 5):
        y = plank * 190 + random.randint(-12, 12)
        draw.line((0, y, SIZE[0], y), fill=tuple(channel // 2 for channel in lower), width=3)
        draw.line((0, y + 3, SIZE[0], y + 3), fill=upper, width=1)
    shine(image, (-300, -300, 700, 500), 0.28, 160)
    return image


def write(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, fill: Colour) -> None:
    """Print a line centred at a point; without a Chinese font its marks stay unreadable, as on a far label."""
    face = font(size)
    line = writable(text, face)
    draw.text((at[0] - face.getlength(line) / 2, at[1] - size * 0.6), line, fill=fill, font=face)

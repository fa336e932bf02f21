"""Photos known again: how many after what people do to them, how many others by mistake, and how fast among a million.

The pictures are those that packages of this machine carry, at least 400 pixels and judged good, or those of the folders
named by --pictures=FOLDER. The look-alikes are drawn here: the same table and kind of fruit, arranged
anew.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from itertools import permutations
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bench import prints_lookup
from media.judging import judge
from media.pictures import _small
from media.prints import matching
from media.prints.taking import take
from media.prints.values import Prints

NAMED = "--pictures="
FOLDERS = (Path(sys.prefix), Path("/usr/share"))
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
SIDES = (400, 1280)  # of the pictures: the least of the long side, and what a chat makes of it
MOST = 400
TABLES, ARRANGEMENTS = 16, 5
PIECES = 15  # of each picture, of which the million is made

Change = Callable[[Image.Image, Random], Image.Image]


def found(folders: Sequence[Path]) -> Iterator[Image.Image]:
    """Yield the good pictures below these folders, as a chat would send them."""
    seen = set()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.suffix.lower() in SUFFIXES and file.is_file() and (picture := _opened(file)):
                content = picture.resize((9, 9)).tobytes()
                if content not in seen and judge(thumbnail(picture)).verdict == "good":
                    seen.add(content)
                    yield picture


def _opened(file: Path) -> Image.Image | None:
    try:
        with Image.open(file) as source:
            if max(source.size) < SIDES[0] or max(source.size) > 3 * min(source.size):
                return None
            source.thumbnail((SIDES[1], SIDES[1]))
            picture = source.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def thumbnail(picture: Image.Image) -> Image.Image:
    """Return the grey thumbnail that prints are taken of."""
    return _small(picture).convert("L")


def jpeg(picture: Image.Image, quality: int = 85) -> Image.Image:
    """Return a picture after JPEG."""
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as again:
        return again.convert("RGB")


def scaled(picture: Image.Image, width: int) -> Image.Image:
    """Return a picture of this width."""
    return picture.resize((width, max(1, round(picture.height * width / picture.width))), Image.Resampling.BICUBIC)


def cut(picture: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """Return a picture without these shares of its sides."""
    box = (picture.width * left, picture.height * top, picture.width * (1 - right), picture.height * (1 - bottom))
    return jpeg(picture.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3]))))


def one_side(picture: Image.Image, random: Random, share: float) -> Image.Image:
    """Return a picture without a share of one side."""
    shares = [share, 0.0, 0.0, 0.0]
    random.shuffle(shares)
    return cut(picture, *shares)


def split(picture: Image.Image, random: Random, share: float) -> Image.Image:
    """Return a picture without a share of both sizes, taken anywhere."""
    left, top = random.uniform(0, share), random.uniform(0, share)
    return cut(picture, left, top, share - left, share - top)


def framed(picture: Image.Image, random: Random) -> Image.Image:
    """Return a picture in a border of one colour."""
    wide, fill = random.randint(20, 140), random.choice(["white", "black", "#d33"])
    return jpeg(ImageOps.expand(picture, wide, fill))


def bars(draw: ImageDraw.ImageDraw, random: Random, box: tuple[int, int, int], fill: str) -> None:
    """Write something like a line of text: from x, at y, so wide."""
    x, y, width = box
    end = x + width
    while x < end:
        step = random.randint(8, 30)
        draw.rectangle((x, y, min(end, x + step), y + 22), fill=fill)
        x += step + 8


def viewer(picture: Image.Image, random: Random) -> Image.Image:
    """Return a screenshot of the picture shown whole on a phone."""
    dark = random.random() < 0.5
    screen = Image.new("RGB", (1080, 2280), "black" if dark else "white")
    shown = ImageOps.contain(picture, (1080, 1980))
    screen.paste(shown, ((1080 - shown.width) // 2, (2280 - shown.height) // 2))
    draw = ImageDraw.Draw(screen)
    for x in (40, 800):
        bars(draw, random, (x, 20, 230), "white" if dark else "black")
    return jpeg(scaled(screen, 540), 80)


def talk(picture: Image.Image, random: Random) -> Image.Image:
    """Return a screenshot of a chat in which the picture was sent."""
    screen, shown = Image.new("RGB", (1080, 2280), "#ededed"), ImageOps.contain(picture, (620, 1100))
    draw, y = ImageDraw.Draw(screen), random.randint(400, 800)
    for x in (40, 800):
        bars(draw, random, (x, 20, 230), "black")
    left = 160 if random.random() < 0.5 else 920 - shown.width
    screen.paste(shown, (left, y))
    draw.rectangle((30, y, 130, y + 100) if left == 160 else (950, y, 1050, y + 100), fill="#5a8cc8")
    draw.rounded_rectangle((160, y - 200, 700, y - 80), 20, fill="white")
    bars(draw, random, (190, y - 160, 400), "black")
    return jpeg(scaled(screen, 540), 80)


CHANGES: dict[str, Change] = {
    "JPEG 95": lambda picture, _: jpeg(picture, 95),
    "JPEG 40": lambda picture, _: jpeg(picture, 40),
    "chat twice": lambda picture, _: jpeg(scaled(jpeg(scaled(picture, 1000), 75), 800), 70),
    "half size": lambda picture, _: jpeg(scaled(picture, picture.width // 2)),
    "brighter": lambda picture, _: jpeg(ImageEnhance.Brightness(picture).enhance(1.15)),
    "crop 5 %, each side": lambda picture, _: cut(picture, 0.05, 0.05, 0.05, 0.05),
    "crop 5 %, anywhere": lambda picture, random: split(picture, random, 0.05),
    "crop 5 %, one side": lambda picture, random: one_side(picture, random, 0.05),
    "crop 10 %, each side": lambda picture, _: cut(picture, 0.1, 0.1, 0.1, 0.1),
    "crop 10 %, anywhere": lambda picture, random: split(picture, random, 0.1),
    "crop 10 %, one side": lambda picture, random: one_side(picture, random, 0.1),
    "crop to 10 %, all sides": lambda picture, random: cut(picture, *(random.uniform(0, 0.1) for _ in range(4))),
    "border": framed,
    "screenshot, viewer": viewer,
    "screenshot, chat": talk,
    "mirror": lambda picture, _: jpeg(ImageOps.mirror(picture)),
    "quarter turn": lambda picture, _: jpeg(picture.transpose(Image.Transpose.ROTATE_90)),
    "turned by 2 degrees": lambda picture, _: cut(picture.rotate(2, Image.Resampling.BICUBIC), 0.03, 0.03, 0.03, 0.03),
}


def noise(random: Random, size: tuple[int, int], cell: int) -> Image.Image:
    """Return smooth grey noise."""
    small = (max(2, size[0] // cell), max(2, size[1] // cell))
    return Image.frombytes("L", small, random.randbytes(small[0] * small[1])).resize(size, Image.Resampling.BICUBIC)


def table(place: int, arrangement: int, size: tuple[int, int] = (1200, 900)) -> Image.Image:
    """Return fruit in a bowl, a box or a crate on a table: of one place the same, but arranged anew."""
    set_up, lay = Random(place), Random(place * 100 + arrangement)
    ground = Image.new("RGB", size, tuple(set_up.randint(90, 220) for _ in range(3)))
    image = Image.blend(ground, Image.merge("RGB", [noise(set_up, size, 160)] * 3), 0.25)
    draw, colour = ImageDraw.Draw(image), tuple(set_up.randint(150, 250) for _ in range(3))
    if set_up.random() < 0.5:
        draw.ellipse((140, 90, 1060, 830), fill=colour)
    else:
        draw.rounded_rectangle((140, 90, 1060, 830), 40, fill=colour, outline="#3c3228", width=12)
    fruit, large = tuple(set_up.randint(40, 240) for _ in range(3)), set_up.randint(50, 130)
    for _ in range(set_up.randint(5, 14)):
        x, y, r = lay.uniform(200, 1000), lay.uniform(150, 750), large * lay.uniform(0.85, 1.15)
        fill = tuple(min(255, round(part * lay.uniform(0.8, 1.15))) for part in fruit)
        draw.ellipse((x - r, y - r * 0.9, x + r, y + r * 0.9), fill=fill, outline="#402818", width=5)
        if lay.random() < 0.4:
            draw.ellipse((x, y, x + r * 0.4, y + r * 0.4), fill="#463c28")
    return jpeg(image.filter(ImageFilter.GaussianBlur(1)), 88)


def pieces(picture: Image.Image, random: Random) -> Iterator[Image.Image]:
    """Yield pieces of a picture, so small that they are pictures of their own."""
    grey = picture.convert("L")
    for _ in range(PIECES):
        share = random.uniform(0.3, 0.6)
        left, top = random.uniform(0, 1 - share), random.uniform(0, 1 - share)
        width, height = grey.size
        box = (round(width * left), round(height * top), round(width * (left + share)), round(height * (top + share)))
        yield grey.crop(box)


def same(asked: Prints, index: dict[int, list[tuple[int, int, int]]]) -> set[int]:
    """Return the numbers of the pictures that are taken for the asked one."""
    return {
        number
        for key, parts in matching.asked_keys(asked).items()
        for number, bits, pattern in index.get(key, ())
        for part in parts
        if matching.bits_apart(part, bits) <= matching.BITS_APART
        and matching.apart(asked, part, pattern) <= matching.PATTERN_APART
    }


def indexed(kept: Sequence[Prints]) -> dict[int, list[tuple[int, int, int]]]:
    """Return prints by their keys: number of the picture, bits, pattern."""
    index: dict[int, list[tuple[int, int, int]]] = {}
    for number, prints in enumerate(kept):
        for one in prints.kept:
            for key in matching.keys(one):
                index.setdefault(key, []).append((number, one.bits, one.pattern))
    return index


def measure() -> None:
    """Print recall by change, false pairs, look-alikes, and the look-up among a million on both databases."""
    named = [Path(word.removeprefix(NAMED)) for word in sys.argv[1:] if word.startswith(NAMED)]
    pictures = [picture for picture, _ in zip(found(named or FOLDERS), range(MOST), strict=False)]
    if len(pictures) < 20:
        print(f"prints: only {len(pictures)} pictures on this machine; name a folder with photos")
    random, kept = Random(1), [take(thumbnail(picture)) for picture in pictures]
    index = indexed(kept)
    known = [same(prints, index) | {number} for number, prints in enumerate(kept)]  # the corpus has doubles of its own
    wrong = pairs = 0
    for name, change in CHANGES.items():
        hits = 0
        for number, picture in enumerate(pictures):
            told = same(take(thumbnail(change(picture, random))), index)
            hits += number in told
            wrong += len(told - known[number])
            pairs += len(pictures) - 1
        print(f"prints, {name:<24} recall {100 * hits / max(1, len(pictures)):5.1f} % of {len(pictures)}")
    print(f"prints, others: {wrong} of {pairs} pairs taken for the same, {100 * wrong / max(1, pairs):.4f} %")
    _look_alikes()
    spent = [_spent(lambda picture=picture: take(thumbnail(picture))) for picture in pictures[:100]]  # type: ignore[misc]
    print(f"prints, CPU for each photo: {statistics.median(spent or [0]):.2f} ms with its thumbnail")
    with tempfile.TemporaryDirectory() as name:
        prints_lookup.measure(
            Path(name), kept, [take(piece) for picture in pictures for piece in pieces(picture, random)]
        )


def _look_alikes() -> None:
    wrong = pairs = 0
    for place in range(TABLES):
        kept = [take(thumbnail(table(place, arrangement))) for arrangement in range(ARRANGEMENTS)]
        for one, other in permutations(kept, 2):
            pairs += 1
            wrong += bool(same(one, indexed([other])))
    print(f"prints, look-alikes (same table and fruit): {wrong} of {pairs} pairs, {100 * wrong / pairs:.2f} %")


def _spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000

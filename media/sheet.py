"""The contact sheet: all photos of a ticket on one numbered, captioned picture for the agents."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageOps

from media.fonts import fitted, font
from media.pictures import PLUGINS, UNREADABLE
from media.values import SheetPhoto

MAX_PHOTOS = 12
MAX_SIDE = 1600  # pixels
MAX_SIZE = 1_000_000  # bytes
QUALITIES = (85, 75, 60, 40, 20)

# For up to so many photos: columns, and the box of one photo in pixels.
LAYOUTS = (
    (1, 1, (1080, 1080)),
    (2, 2, (720, 720)),
    (3, 3, (500, 640)),
    (4, 2, (720, 600)),
    (6, 3, (500, 500)),
    (9, 3, (500, 424)),
    (12, 4, (374, 424)),
)
MARGIN, GAP, HEADER, CAPTION, RADIUS, BADGE = 24, 20, 68, 40, 10, 44
PAPER, CARD, EDGE, MOUNT = "#ece9e3", "#ffffff", "#d8d3ca", "#f6f4f0"
BAND, BAND_TEXT, TEXT, BADGE_FILL, BADGE_TEXT = "#23303a", "#ffffff", "#2c2a27", "#c2481f", "#ffffff"


def make_sheet(photos: Sequence[SheetPhoto], header: str) -> bytes:
    """Lay 1-12 photos out on one JPEG of at most 1600 pixels and 1 MB; of more, the header tells how many are left out.

    A photo that cannot be opened leaves its numbered place empty. Raises ValueError when there is none at all.
    """
    if not photos:
        raise ValueError("a contact sheet needs at least one photo")
    shown = photos[:MAX_PHOTOS]
    columns, box = next((columns, box) for most, columns, box in LAYOUTS if len(shown) <= most)
    rows = -(-len(shown) // columns)
    step = (box[0] + GAP, box[1] + CAPTION + GAP)
    size = (2 * MARGIN + columns * step[0] - GAP, HEADER + 2 * MARGIN + rows * step[1] - GAP)
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    left_out = len(photos) - len(shown)
    _write_header(draw, size[0], header + (f"  (+{left_out})" if left_out else ""))
    for place, photo in enumerate(shown):
        row, column = divmod(place, columns)
        corner = (MARGIN + column * step[0], HEADER + MARGIN + row * step[1])
        _paste(sheet, photo, corner, box)
        _label(draw, photo, corner, box, photo.number or place + 1)
    return _jpeg(sheet)


def _write_header(draw: ImageDraw.ImageDraw, width: int, header: str) -> None:
    face = font(32)
    draw.rectangle((0, 0, width, HEADER - 1), fill=BAND)
    draw.text((MARGIN, HEADER / 2), fitted(header, face, width - 2 * MARGIN), fill=BAND_TEXT, font=face, anchor="lm")


def _paste(sheet: Image.Image, photo: SheetPhoto, corner: tuple[int, int], box: tuple[int, int]) -> None:
    x, y = corner
    draw = ImageDraw.Draw(sheet)
    draw.rounded_rectangle((x, y, x + box[0] - 1, y + box[1] + CAPTION - 1), RADIUS, fill=CARD, outline=EDGE)
    try:
        with Image.open(BytesIO(photo.image), formats=PLUGINS) as source:
            source.draft("RGB", box)
            picture = ImageOps.contain(source.convert("RGB"), (box[0] - 2, box[1] - 2), Image.Resampling.BICUBIC)
    except UNREADABLE:
        picture = Image.new("RGB", (box[0] - 2, box[1] - 2), MOUNT)
    mount = Image.new("RGB", (box[0] - 2, box[1] - 2), MOUNT)
    mount.paste(picture, ((mount.width - picture.width) // 2, (mount.height - picture.height) // 2))
    mask = Image.new("L", mount.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, mount.width - 1, mount.height + RADIUS), RADIUS, fill=255)
    sheet.paste(mount, (x + 1, y + 1), mask)


def _label(
    draw: ImageDraw.ImageDraw, photo: SheetPhoto, corner: tuple[int, int], box: tuple[int, int], number: int
) -> None:
    x, y = corner
    face, bold = font(24), font(26)
    draw.ellipse((x + 10, y + 10, x + 10 + BADGE, y + 10 + BADGE), fill=BADGE_FILL, outline=CARD, width=3)
    draw.text((x + 10 + BADGE / 2, y + 10 + BADGE / 2), str(number), fill=BADGE_TEXT, font=bold, anchor="mm")
    caption = fitted(photo.caption, face, box[0] - 2 * RADIUS)
    draw.text((x + RADIUS, y + box[1] + CAPTION / 2), caption, fill=TEXT, font=face, anchor="lm")


def _jpeg(sheet: Image.Image) -> bytes:
    if max(sheet.size) > MAX_SIDE:
        sheet.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.BICUBIC)
    data = b""
    for quality in QUALITIES:
        buffer = BytesIO()
        sheet.save(buffer, "JPEG", quality=quality)
        data = buffer.getvalue()
        if len(data) <= MAX_SIZE:
            break
    return data

"""The contact sheet: all photos of a ticket on one numbered, captioned picture for the agents."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageOps

from media.decoding import PLUGINS, UNREADABLE
from media.fonts import fitted, font
from media.values import SHEET_PHOTOS, SheetPhoto

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
MARGIN, GAP, HEADER, CAPTION, RADIUS, INSET, BADGE = 24, 20, 68, 44, 10, 10, 44
PAPER, CARD, EDGE, MOUNT = "#ece9e3", "#ffffff", "#d8d3ca", "#f6f4f0"
BAND, BAND_TEXT, TEXT, BADGE_FILL, BADGE_TEXT = "#23303a", "#ffffff", "#2c2a27", "#c2481f", "#ffffff"


def make_sheet(photos: Sequence[SheetPhoto], header: str) -> bytes:
    """Lay 1-12 photos out on one JPEG of at most 1600 pixels and 1 MB; of more, the header tells how many are left out.

    A photo that cannot be opened leaves its numbered place empty. Raises ValueError when there is none at all.
    """
    if not photos:
        raise ValueError("a contact sheet needs at least one photo")
    shown = photos[:SHEET_PHOTOS]
    columns, box = next((columns, box) for most, columns, box in LAYOUTS if len(shown) <= most)
    pictures = [_open(photo.image, box) for photo in shown]
    rows = [pictures[at : at + columns] for at in range(0, len(pictures), columns)]
    heights = [max(picture.height for picture in row) for row in rows]
    width = 2 * MARGIN + columns * (box[0] + GAP) - GAP
    sheet = Image.new("RGB", (width, HEADER + 2 * MARGIN + sum(heights) + len(rows) * (CAPTION + GAP) - GAP), PAPER)
    draw = ImageDraw.Draw(sheet)
    left_out = len(photos) - len(shown)
    _write_header(draw, width, header + (f"  (+{left_out})" if left_out else ""))
    for place, (photo, picture) in enumerate(zip(shown, pictures, strict=True)):
        row, column = divmod(place, columns)
        x = MARGIN + column * (box[0] + GAP)
        y = HEADER + MARGIN + sum(heights[:row]) + row * (CAPTION + GAP)
        _mount(sheet, picture, (x, y, x + box[0], y + heights[row]))
        _label(draw, photo.caption, photo.number or place + 1, (x, y, x + box[0], y + heights[row]))
    return _jpeg(sheet)


def _open(image: bytes, box: tuple[int, int]) -> Image.Image:
    """Fit a picture into the box whole; an empty place of the mount's colour if it cannot be opened."""
    try:
        with Image.open(BytesIO(image), formats=PLUGINS) as source:
            source.draft("RGB", box)
            return ImageOps.contain(source.convert("RGB"), box, Image.Resampling.BICUBIC)
    except UNREADABLE:
        return Image.new("RGB", (box[0], box[1] // 2), MOUNT)


def _write_header(draw: ImageDraw.ImageDraw, width: int, header: str) -> None:
    draw.rectangle((0, 0, width, HEADER - 1), fill=BAND)
    line = fitted(header, font(32), width - 2 * MARGIN)
    _write(draw, (MARGIN, HEADER / 2), line, fill=BAND_TEXT, size=32, anchor="lm")


def _mount(sheet: Image.Image, picture: Image.Image, frame: tuple[int, int, int, int]) -> None:
    """Paste a picture into the middle of its frame, on a card with round corners and room for the caption below."""
    left, top, right, bottom = frame
    card = Image.new("RGB", (right - left, bottom - top + CAPTION), CARD)
    ImageDraw.Draw(card).rectangle((0, 0, right - left, bottom - top - 1), fill=MOUNT)
    card.paste(picture, ((right - left - picture.width) // 2, (bottom - top - picture.height) // 2))
    mask = Image.new("L", card.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, card.width - 1, card.height - 1), RADIUS, fill=255)
    sheet.paste(card, (left, top), mask)


def _label(draw: ImageDraw.ImageDraw, caption: str, number: int, frame: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = frame
    draw.rounded_rectangle((left, top, right - 1, bottom + CAPTION - 1), RADIUS, outline=EDGE)
    x, y = left + INSET, top + INSET
    draw.ellipse((x, y, x + BADGE, y + BADGE), fill=BADGE_FILL, outline=CARD, width=3)
    _write(draw, (x + BADGE / 2, y + BADGE / 2), str(number), fill=BADGE_TEXT, size=26, anchor="mm")
    line = fitted(caption, font(24), right - left - 2 * INSET)
    _write(draw, (x, bottom + CAPTION / 2), line, fill=TEXT, size=24, anchor="lm")


def _write(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, *, fill: str, size: int, anchor: str) -> None:
    face = font(size)
    # Pillow's built-in bitmap font, the last resort without FreeType, knows no anchors.
    draw.text(at, text, fill=fill, font=face, anchor=anchor if hasattr(face, "getmetrics") else None)


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

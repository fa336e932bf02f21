"""A sheet to draw on, in pixels of the finished picture; it is drawn larger and reduced, for smooth edges."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw

from media.fonts import fitted, font

SCALE = 2
PAPER, CARD, EDGE, GRID = "#f3f1ec", "#ffffff", "#dcd8cf", "#e9e5dd"
TEXT, FAINT = "#2c2a27", "#6f6a62"
SERIES = ("#2f6f9f", "#e0a030", "#5a9e6f", "#c2481f", "#8a6fb0", "#b8b2a7")  # the last for the rest

Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


class Canvas:
    """A picture in the making."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def card(self, box: Box, radius: int) -> None:
        """Draw a white card."""
        self._draw.rounded_rectangle(_large(box), radius * SCALE, fill=CARD, outline=EDGE, width=SCALE)

    def bar(self, box: Box, fill: str) -> None:
        """Fill a rectangle; one without height or width is left out."""
        left, top, right, bottom = _large(box)
        if right - left >= 1 and bottom - top >= 1:
            self._draw.rectangle((left, top, right - 1, bottom - 1), fill=fill)

    def line(self, points: Sequence[Point], fill: str, width: float = 1) -> None:
        """Draw a line through points."""
        large = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(large, fill=fill, width=round(width * SCALE), joint="curve")

    def dot(self, at: Point, fill: str, radius: float) -> None:
        """Draw a dot."""
        x, y = at
        self._draw.ellipse(_large(Box(x - radius, y - radius, x + radius, y + radius)), fill=fill)

    def text(
        self, at: Point, text: str, *, size: int, fill: str = FAINT, anchor: str = "lm", width: float = 1e6
    ) -> float:
        """Write a text, cut with an ellipsis where it is wider than `width`; return its width."""
        face = font(size * SCALE)
        line = fitted(text, face, width * SCALE)
        place = (at[0] * SCALE, at[1] * SCALE)
        # Pillow's built-in bitmap font, the last resort without FreeType, knows no anchors
        self._draw.text(place, line, fill=fill, font=face, anchor=anchor if hasattr(face, "getmetrics") else None)
        return face.getlength(line) / SCALE

    def number(self, at: Point, text: str, *, size: int, width: float) -> None:
        """Write a text around a point, smaller where it would be wider than `width`."""
        whole = font(size * SCALE).getlength(text) / SCALE
        fitting = size if whole <= width else max(1, int(size * width / whole))
        self.text(at, text, size=fitting, fill=TEXT, anchor="mm", width=width)

    def png(self) -> bytes:
        """Return the picture."""
        buffer = BytesIO()
        self._image.resize(self._size, Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
        return buffer.getvalue()


def _large(box: Box) -> tuple[float, float, float, float]:
    return (box.left * SCALE, box.top * SCALE, box.right * SCALE, box.bottom * SCALE)

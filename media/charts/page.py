"""A page of charts as PNG: title, tiles, and panels one below the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from media.charts.canvas import FAINT, TEXT, Box, Canvas
from media.charts.panels import bars, columns, lines
from media.charts.values import Bars, Columns, Lines, Page

WIDTH, MARGIN, GAP = 1200, 36, 20  # pixels of the finished picture
HEADER, TILE, PANEL = 84, 124, 330
RADIUS, INSET = 12, 20
DRAWN: Mapping[type, Callable[[Canvas, Any, Box], None]] = {Columns: columns, Lines: lines, Bars: bars}


def draw(page: Page) -> bytes:
    """Return a page as PNG, 1200 pixels wide."""
    tiles = TILE + GAP if page.tiles else 0
    height = MARGIN + HEADER + tiles + len(page.panels) * (PANEL + GAP) - GAP + MARGIN
    canvas = Canvas(WIDTH, height)
    canvas.text((MARGIN, MARGIN + 22), page.title, size=36, fill=TEXT, anchor="lm", width=WIDTH / 2 - MARGIN)
    canvas.text((WIDTH - MARGIN, MARGIN + 24), page.about, size=22, fill=FAINT, anchor="rm", width=WIDTH / 2 - MARGIN)
    top = MARGIN + HEADER
    for number, tile in enumerate(page.tiles):
        box = _part(number, len(page.tiles), top, TILE)
        canvas.card(box, RADIUS)
        middle, width = (box.left + box.right) / 2, box.right - box.left - INSET
        canvas.text((middle, top + 26), tile.label, size=20, fill=FAINT, anchor="mm", width=width)
        canvas.number((middle, top + 66), tile.value, size=38, width=width)
        canvas.text((middle, top + 103), tile.note, size=17, fill=FAINT, anchor="mm", width=width)
    top += tiles
    for row in page.panels:
        for number, panel in enumerate(row):
            box = _part(number, len(row), top, PANEL)
            canvas.card(box, RADIUS)
            inner = Box(box.left + INSET, box.top + INSET, box.right - INSET, box.bottom - INSET)
            canvas.text((inner.left, inner.top + 10), panel.title, size=22, fill=TEXT, anchor="lm", width=inner.width)
            DRAWN[type(panel)](canvas, panel, Box(inner.left, inner.top + 38, inner.right, inner.bottom))
        top += PANEL + GAP
    return canvas.png()


def _part(number: int, parts: int, top: float, height: float) -> Box:
    """Return the box of one of several that share a row."""
    width = (WIDTH - 2 * MARGIN - GAP * (parts - 1)) / parts
    left = MARGIN + number * (width + GAP)
    return Box(left, top, left + width, top + height)

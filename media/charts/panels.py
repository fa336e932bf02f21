"""The charts themselves: stacked columns, lines and bars, each in a box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from media.charts.canvas import FAINT, GRID, SERIES, TEXT, Box, Canvas, Point
from media.charts.values import Bars, Columns, Lines

SIZE = 17  # of labels
LEGEND, AXIS, FOOT = 30, 50, 28  # room above, left of and below the plot
STEPS = (1, 2, 5)  # between lines of the grid, times a power of ten
LINES = 5  # of the grid, at most
THICKEST, FILLED = 46, 0.72  # of a column: pixels, and the part of its place
LABEL = 62  # pixels that a label of the time axis needs
NAME, NUMBER = 0.3, 0.24  # parts of a bar's row
ROW = 40


def columns(canvas: Canvas, panel: Columns, box: Box) -> None:
    """Draw stacked columns with their totals above them."""
    totals = [sum(values[place] for _, values in panel.series) for place in range(len(panel.labels))]
    if not any(totals):
        _empty(canvas, panel.empty, box)
        return
    between = step(max(totals))
    top = -(-max(totals) // between) * between
    plot = _frame(
        canvas, box, [name for name, _ in panel.series], [(n / top, str(n)) for n in range(0, top + 1, between)]
    )
    wide = plot.width / len(totals)
    thick = min(THICKEST, wide * FILLED)
    for place, total in enumerate(totals):
        middle, below = plot.left + wide * (place + 0.5), plot.bottom
        for colour, (_, values) in zip(SERIES, panel.series, strict=False):
            above = below - plot.height * values[place] / top
            canvas.bar(Box(middle - thick / 2, above, middle + thick / 2, below), colour)
            below = above
        if total and wide >= SIZE * 1.5:
            canvas.text((middle, below - 10), str(total), size=15, fill=TEXT, anchor="mm")
    _time_axis(canvas, plot, panel.labels)


def lines(canvas: Canvas, panel: Lines, box: Box) -> None:
    """Draw shares over time; where a value is missing the line has a gap."""
    if all(value is None for _, values in panel.series for value in values):
        _empty(canvas, panel.empty, box)
        return
    plot = _frame(canvas, box, [name for name, _ in panel.series], [(n / 4, f"{n * 25}%") for n in range(5)])
    wide = plot.width / len(panel.labels)
    for colour, (_, values) in zip(SERIES, panel.series, strict=False):
        points: list[Point | None] = [
            None if value is None else (plot.left + wide * (place + 0.5), plot.bottom - plot.height * value)
            for place, value in enumerate(values)
        ]
        for known, run in groupby(points, key=lambda point: point is not None):
            if known:
                canvas.line([point for point in run if point], colour, 3)
        for point in points:
            if point:
                canvas.dot(point, colour, 4.5)
    _time_axis(canvas, plot, panel.labels)


def bars(canvas: Canvas, panel: Bars, box: Box) -> None:
    """Draw bars below each other, each with its name and its value."""
    most = max((size for _, size, _ in panel.rows), default=0)
    if not most > 0:
        _empty(canvas, panel.empty, box)
        return
    left, right = box.left + box.width * NAME, box.right - box.width * NUMBER
    height = min(ROW, box.height / len(panel.rows))
    for place, (name, size, value) in enumerate(panel.rows):
        middle = box.top + height * (place + 0.5)
        end = left + (right - left) * max(size, 0) / most
        canvas.text((left - 12, middle), name, size=18, fill=TEXT, anchor="rm", width=left - box.left - 12)
        canvas.bar(Box(left, middle - height * 0.32, end, middle + height * 0.32), SERIES[0])
        canvas.text((end + 10, middle), value, size=18, fill=TEXT, width=box.right - end - 10)


def _empty(canvas: Canvas, text: str, box: Box) -> None:
    canvas.text(((box.left + box.right) / 2, (box.top + box.bottom) / 2), text, size=22, anchor="mm", width=box.width)


def _frame(canvas: Canvas, box: Box, names: Sequence[str], grid: Sequence[tuple[float, str]]) -> Box:
    """Draw legend, grid and its labels; return the plot's box."""
    plot = Box(box.left + AXIS, box.top + LEGEND + 12, box.right, box.bottom - FOOT)
    at = box.left + AXIS
    for colour, name in zip(SERIES, names, strict=False):
        canvas.bar(Box(at, box.top + 5, at + 16, box.top + 21), colour)
        at += (
            24
            + canvas.text((at + 22, box.top + 13), name, size=SIZE, fill=TEXT, width=max(1, box.right - at - 22))
            + 20
        )
    for height, label in grid:
        y = plot.bottom - plot.height * height
        canvas.line([(plot.left, y), (plot.right, y)], GRID if height else FAINT)
        canvas.text((plot.left - 8, y), label, size=15, anchor="rm")
    return plot


def _time_axis(canvas: Canvas, plot: Box, labels: Sequence[str]) -> None:
    wide = plot.width / len(labels)
    every = max(1, -int(-LABEL // wide))
    for place in range(0, len(labels), every):
        canvas.text((plot.left + wide * (place + 0.5), plot.bottom + 16), labels[place], size=15, anchor="mm")


def step(most: int) -> int:
    """Return the distance of the grid's lines: 1, 2 or 5 times a power of ten, for at most five of them."""
    return next(each for each in _steps() if most <= each * LINES)


def _steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (each * power for each in STEPS)
        power *= 10

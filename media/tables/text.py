"""Text tables as rows: their encoding, their delimiter, and quoted cells that may hold both."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import count, islice
from typing import IO, TextIO

DELIMITERS = ",;\t"
ENCODINGS = ("utf-8", "gb18030")
CHUNK = 1 << 20
SAMPLE = 20  # lines that tell the delimiter
BLOCK = 200  # lines that are cut at once
MARKS = ('"', "'", "`")
SPAN = 50  # lines that a quoted cell may go over
HINT = "sep="  # with the delimiter behind it: a first line for spreadsheets only
STRAY = (
    "the line has a stray quotation mark; take it out, or put the whole cell in quotation marks and double those inside"
)
LONG_NUMBER = re.compile(r"[0-9]{5,}(?:\.0+)?")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet works out what follows them


Row = tuple[int, list[str], str]  # the line it ends on, its cells, and what is wrong with it as a row ("": nothing)


def encoding_of(file: IO[bytes]) -> str:
    """Find an encoding in which every byte of the file has a meaning; "" when there is none."""
    start = file.read(3)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name in ENCODINGS:
        file.seek(0)
        decoder = codecs.getincrementaldecoder(name)()
        try:
            while chunk := file.read(CHUNK):
                if "\0" in decoder.decode(chunk):
                    break
            else:
                decoder.decode(b"", final=True)
                return "utf-8-sig" if start == codecs.BOM_UTF8 else name
        except UnicodeDecodeError:
            continue
    return ""


def text_rows(file: TextIO) -> Iterator[Row]:
    """Yield the rows of a text table that hold anything; it is opened with newline="".

    A line is a row, unless a quoted cell that is well formed goes on in the next one. A line with a stray quotation
    mark is cut at its delimiters and bears a fault; no other line is ever taken for a part of its cells.
    """
    delimiter, width, number = _outline(file)
    ahead = deque(islice(file, number))
    ahead.clear()
    paired: set[int] = set()  # lines whose quotation mark would have closed a stray one
    while True:
        if not ahead:
            block = list(islice(file, BLOCK))
            cells = _plain_cells(block, delimiter=delimiter, width=width)
            if cells is None:
                ahead.extend(block)
            else:
                rows = zip(count(number + 1), zip(*[iter(cells)] * width, strict=True), strict=False)
                yield from ((place, list(row), "") for place, row in rows if row[0] or any(row))
                number += len(block)
                continue
        if not ahead:
            return
        line = ahead.popleft()
        number += 1
        if '"' not in line:
            cells = list(map(str.strip, line.split(delimiter)))
            if any(cells):
                yield number, list(map(_bare, cells)), ""
            continue
        reach, quoted = (1, None) if number in paired else _quoted(line, file, ahead, delimiter=delimiter, width=width)
        if quoted is None:
            if reach > 1:
                paired.add(number + reach - 1)
            yield number, list(map(_loose, line.split(delimiter))), STRAY
            continue
        for _ in range(reach - 1):
            ahead.popleft()
        number += reach - 1
        if any(quoted):
            yield number, list(map(_bare, quoted)), ""


def _plain_cells(lines: Sequence[str], *, delimiter: str, width: int) -> list[str] | None:
    """Return the cells of lines that are cut alike and hold no mark that means anything, one after the other."""
    text = delimiter.join(lines)
    if not text or any(mark in text for mark in MARKS) or {line.count(delimiter) for line in lines} != {width - 1}:
        return None
    return list(map(str.strip, text.split(delimiter)))


def inert(text: str) -> str:
    """Return a cell of an export that no spreadsheet takes for a formula; `text_rows` gives back what it was.

    Every exporter passes its texts through it; numbers stay numbers.
    """
    return f"'{text}" if text.startswith(FORMULA) else text


def _outline(file: TextIO) -> tuple[str, int, int]:
    """Return the delimiter by which most lines are cut alike, into how many cells, and how many lines to skip."""
    lines = list(islice(file, SAMPLE))
    file.seek(0)
    hint = lines[0].rstrip("\r\n") if lines else ""
    told = len(hint) == len(HINT) + 1 and hint.lower().startswith(HINT) and hint[-1] in DELIMITERS
    weights = {}
    for mark in hint[-1] if told else DELIMITERS:
        counts = Counter(line.count(mark) for line in lines)
        weights[mark] = max((count * times, count) for count, times in counts.items()) if counts else (0, 0)
    delimiter = max(weights, key=lambda mark: weights[mark][0])
    return delimiter, weights[delimiter][1] + 1, int(told)


def _quoted(line: str, file: TextIO, ahead: deque[str], *, delimiter: str, width: int) -> tuple[int, list[str] | None]:
    """Return over how many lines a row with quotation marks goes, and its cells.

    None for the cells where a mark is stray: then the number says how far a cell would reach that began with it. Lines
    that are looked at stay in `ahead`.
    """
    lines, cells = [line], _cells([line], delimiter)
    is_open = cells is None and _open(lines, delimiter)
    while cells is None and is_open and len(lines) <= SPAN:
        ahead.extend(islice(file, max(0, len(lines) - len(ahead))))
        if len(ahead) < len(lines):
            return 1, None
        lines.append(ahead[len(lines) - 1])
        if '"' in lines[-1]:
            cells = _cells(lines, delimiter)
            is_open = _open(lines, delimiter)
    if cells is None:
        return (1 if is_open else len(lines)), None
    # a cell that holds as many delimiters as a row has is no cell: a row was swallowed
    inside = sum(each.count(delimiter) for each in lines) - len(cells) + 1
    swallowed = len(lines) > 1 and (len(cells) > width or inside >= max(width - 1, 1))
    return len(lines), None if swallowed else cells


def _cells(lines: Sequence[str], delimiter: str) -> list[str] | None:
    """Return the cells of one row; None where a quoted cell is not well formed."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _open(lines: Sequence[str], delimiter: str) -> bool:
    """Return whether a quoted cell lacks only its end."""
    return _cells([*lines[:-1], lines[-1].rstrip("\r\n") + '"'], delimiter) is not None


def _loose(cell: str) -> str:
    """Read a cell of a line with a stray quotation mark as well as it goes."""
    text = cell.strip()
    return _bare(text[1:].removesuffix('"') if text.startswith('"') else text)


def _bare(cell: str) -> str:
    """Strip a cell of what keeps spreadsheets from changing it: ="138...", '138..., and the mark of `inert`."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1]
    if text[:1] in ("'", "`") and (text[1:].startswith(FORMULA) or LONG_NUMBER.fullmatch(text, 1)):
        return text[1:]
    return text

"""Orders pushed as JSON: rows of the import's columns, laid out as those of a file are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from handlers.orders.columns import COLUMNS, KNOWN, REQUIRED
from handlers.orders.importer import CHUNK, OrderFile, lay_aside
from handlers.orders.records import Record
from media.tables.titles import plain_title
from storage.orders import order_key

MOST_ROWS = 10_000
NO_ROW = "the row is no object of columns and values"


class Malformed(Exception):
    """The text as a whole is no push of orders; the message is one sentence that says what to do."""


def read(body: bytes) -> list[Any]:
    """Return the rows of a body {"orders": [...]}; numbers are kept as they are written. Raises Malformed."""
    try:
        told = json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise Malformed('The body is not JSON; send {"orders": [{column: value, ...}, ...]} in UTF-8.') from None
    rows = told.get("orders") if isinstance(told, dict) else None
    if not isinstance(rows, list):
        raise Malformed('The body has no list "orders"; send {"orders": [{column: value, ...}, ...]}.')
    if len(rows) > MOST_ROWS:
        raise Malformed(f"The body has {len(rows)} rows; send at most {MOST_ROWS} at one time.")
    return rows


def order_file(rows: Sequence[Any]) -> OrderFile:
    """Lay out rows of columns and values, numbered from 1; a column may go by any of its import names."""
    told = [_told(row) for row in rows]
    present = {name for cells, _ in told for name in cells}.union(REQUIRED)
    file = OrderFile(columns=tuple(name for name in COLUMNS if name in present), spool=BytesIO())
    records = list(_records(told, file.columns))
    for place in range(0, len(records), CHUNK):
        lay_aside(records[place : place + CHUNK], file)
    file.rows = len(records)
    return file


def _records(told: Sequence[tuple[Mapping[str, str], str]], columns: Sequence[str]) -> Iterator[Record]:
    for number, (cells, fault) in enumerate(told, 1):
        key = order_key(cells.get("order_no", ""))
        yield number, key, tuple(cells.get(name, "") for name in columns), fault


def _told(row: Any) -> tuple[Mapping[str, str], str]:
    """Return a row's cells by column, and what is wrong with it; of two names of one column the better one counts."""
    if not isinstance(row, dict):
        return {}, NO_ROW
    best: dict[str, tuple[int, str]] = {}
    fault = ""
    for title, value in row.items():
        column, rank = KNOWN.get(plain_title(title), ("", 0))
        if not column:
            continue
        text = _text(column, value)
        if text is None:
            fault = fault or f"{column} is no text or number"
        elif rank < best.get(column, (rank + 1, ""))[0]:
            best[column] = (rank, text)
    return {column: text for column, (_, text) in best.items()}, fault


def _text(column: str, value: Any) -> str | None:
    """Return a value as the text of a cell; None for one that no cell holds."""
    if value is None:
        return ""
    if column == "tags" and isinstance(value, list) and all(isinstance(word, str) for word in value):
        value = ";".join(value)
    if not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a character
        return None
    return value.strip()

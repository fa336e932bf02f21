"""`claimdesk report`: a table in the terminal; with a folder also tables and pictures in it."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, TextIO

from bot.commands.reporting.layout import columns
from handlers.messages import texts
from handlers.policy import calendar, periods
from handlers.policy.policy import Policy
from handlers.reports import tables
from handlers.reports.breakdowns import BY
from handlers.reports.cases import Facts, gather
from handlers.reports.pictures import pages
from handlers.reports.tables import Cell
from media.charts.page import draw
from media.tables.text import inert
from media.tables.writing import put
from storage.database import Tx

Read = Callable[[Callable[[Tx], Any]], Any]
DAYS = timedelta(days=29)  # before the last day, where the first is not named
SHOWN = 5  # rows of each table in the terminal
IN_TERMINAL = ("problem", "agent", "supplier", "carrier")
WIDEST = 40


def period(first: str, last: str, today: date) -> tuple[date, date]:
    """Read the days of a period: until today, and from 29 days before its last, unless they are named.

    Raises ValueError with one sentence.
    """
    _, end = periods.period(last or today.isoformat(), last or today.isoformat())
    return periods.period(first or (end - DAYS).isoformat(), end.isoformat())


def report(
    days: tuple[str, str],
    folder: Path | None,
    *,
    read: Read,
    policy: Policy,
    now: datetime,
    samples: bool = False,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Print the figures, and write them into a folder; return the exit code, 2 for dates that make no period.

    Raises OSError when a file cannot be written.
    """
    out, err = out or sys.stdout, err or sys.stderr
    try:
        first, last = period(*days, calendar.local_date(now, policy))
    except ValueError as error:
        print(f"claimdesk: {error}.", file=err)
        return 2
    facts: Facts = read(lambda tx: gather(tx, first, last, policy, now=now, sample=samples))
    for line in _shown(facts, policy, samples):
        print(line, file=out)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        names = [name for name, data in files(facts, policy, samples) if (folder / name).write_bytes(data)]
        print(f"\n{folder}: {', '.join(names)}", file=out)
    return 0


def _shown(facts: Facts, policy: Policy, samples: bool) -> Iterator[str]:
    language = policy.desk.language
    of_samples = f"  ({texts.say(language, 'report.sandbox')})" if samples else ""
    when = texts.say(language, "report.period", first=facts.first.isoformat(), last=facts.last.isoformat())
    yield f"{texts.say(language, 'report.title')}  {when}{of_samples}"
    if not facts.cases and not facts.orders:
        yield texts.say(language, "report.none")
    yield ""
    yield from columns(tables.summary(facts, language), right=(1, 2))
    for name in IN_TERMINAL:
        rows = tables.leading(facts, name, policy, language, SHOWN)
        if len(rows) > 1:
            yield ""
            yield from columns(rows, right=range(1, len(rows[0])))


def files(facts: Facts, policy: Policy, samples: bool) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file of a report."""
    language = policy.desk.language
    made = {"figures": tables.figure_rows(facts)}
    made |= {f"by_{name}": tables.breakdown_rows(facts, name, policy, language) for name in BY}
    for name, rows in made.items():
        # spreadsheets know UTF-8 by its mark only; figures.csv is plain ASCII
        yield f"{name}.csv", _csv(rows).encode("utf-8" if name == "figures" else "utf-8-sig")
    yield "figures.xlsx", _xlsx(made)
    for name, page in pages(facts, policy, language, sample=samples).items():
        yield f"{name}.png", draw(page)


def _csv(rows: Sequence[Sequence[Cell]]) -> str:
    kept = StringIO(newline="")
    writer = csv.writer(kept)
    for row in rows:
        writer.writerow(["" if cell is None else inert(cell) if isinstance(cell, str) else cell for cell in row])
    return kept.getvalue()


def _xlsx(pages: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    from openpyxl import Workbook  # costs a third of a second
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in pages.items():
        page: Any = book.create_sheet(name)
        for number, row in enumerate(rows, 1):
            put(page, number, row)
            for place, cell in enumerate(row, 1):
                if isinstance(cell, Decimal):
                    page.cell(number, place).number_format = "0.00##"
        for place, head in enumerate(rows[0], 1):
            page.cell(1, place).font = Font(bold=True)
            page.column_dimensions[get_column_letter(place)].width = max(10, min(WIDEST, len(str(head)) + 3))
        page.freeze_panes = "B2"
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()

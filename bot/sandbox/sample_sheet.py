"""The sandbox's sample of a leader's list: a workbook as leaders keep them, made when it is sent."""

from __future__ import annotations

from io import BytesIO

from handlers.orders.samples import list_rows

NAME = "sheet.xlsx"


def draw(language: str) -> bytes:
    """Return the workbook (XLSX) with the sample leader's rows in this language."""
    from openpyxl import Workbook  # costs a third of a second

    book = Workbook()
    sheet = book.active
    assert sheet
    for row in list_rows(language):
        sheet.append([int(cell) if cell.isdecimal() else cell or None for cell in row])
    file = BytesIO()
    book.save(file)
    return file.getvalue()

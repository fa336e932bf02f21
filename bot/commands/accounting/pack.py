"""The chargeback pack: one ZIP with a workbook, photo sheets, the photos, and the hash of each file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from handlers.claims import leader_phrases
from handlers.claims.voice import Voice
from handlers.costs.chargebacks import Chargeback
from handlers.messages.money import money
from handlers.policy import calendar
from handlers.policy.policy import pick
from media.store import Keeper, Missing
from media.tables.writing import put
from media.values import SHEET_PHOTOS, SheetPhoto
from storage.money.chargebacks import Charged, Proof

BOOK, SHEETS, PHOTOS, SUMS, README = "lines.xlsx", "sheets", "photos", "SHA256SUMS", "README.txt"
KINDS = ("refund", "freight", "coupon", "goods")
LINES = (
    "number", "ticket", "line", "decided", "delivered", "site", "lot", "sku", "item", "spec", "bought", "quantity",
    "problem", "cause", *KINDS, "recovery", "open", "photos",
)  # fmt: skip
LOTS = ("lot", "item", "count", *KINDS, "recovery", "open")
FILES = ("number", "ticket", "file", "sha256", "received", "original")
SUMMED = frozenset({*KINDS, "recovery", "open"})
WIDE = {"item": 24, "problem": 18, "sha256": 68, "original": 68, "received": 18, "file": 26, "ticket": 13}
HEAD = 6  # the row of the column names
FIXED = (1980, 1, 1, 0, 0, 0)  # files of a pack bear no time of their own

Draw = Callable[[Sequence[SheetPhoto], str], bytes | None]


@dataclass(slots=True, kw_only=True)
class Pack:
    """A pack as it is written; `missing` are photos that the store does not have any more."""

    made: Chargeback
    voice: Voice
    now: datetime
    store: Keeper
    draw: Draw
    missing: int = 0
    hashes: dict[str, str] = field(default_factory=dict)

    def write(self, target: Path, seen: Callable[[int], object]) -> None:
        """Write the file; `seen` is told of each photo. Raises OSError when it cannot be written."""
        part = target.with_name(target.name + ".part")
        try:
            with ZipFile(part, "w", ZIP_DEFLATED) as archive:
                kept = list(self._photos(archive, seen))
                self._put(archive, BOOK, self._book(kept))
                self._put(archive, README, self._readme(kept).encode())
                rows = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.hashes.items()))
                archive.writestr(ZipInfo(SUMS, FIXED), rows, ZIP_DEFLATED)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def _put(self, archive: ZipFile, name: str, data: bytes, how: int = ZIP_DEFLATED) -> None:
        self.hashes[name] = sha256(data).hexdigest()
        archive.writestr(ZipInfo(name, FIXED), data, how)

    def _photos(self, archive: ZipFile, seen: Callable[[int], object]) -> Iterator[tuple[int, Proof, str]]:
        """Write the photos and their sheets; yield each photo's number and the name of its file."""
        page: list[SheetPhoto] = []
        found: list[tuple[int, Proof, str]] = []
        items = {row.line.ticket_no: self._item(row) for row in reversed(self.made.rows)}
        pages = -(-len(self.made.proofs) // SHEET_PHOTOS)
        for proof in self.made.proofs:
            seen(1)
            try:
                data = self.store.get(proof.media_key)
            except Missing:
                self.missing += 1
                continue
            number = len(found) + 1
            name = f"{PHOTOS}/{number:04d}.jpg"
            self._put(archive, name, data, ZIP_STORED)
            found.append((number, proof, name))
            caption = self._say("caption", ticket=proof.ticket_no, item=items[proof.ticket_no])
            page.append(SheetPhoto(image=data, caption=caption, number=number))
            if len(page) == SHEET_PHOTOS:
                self._page(archive, page, number // SHEET_PHOTOS, pages)
                page = []
        if page:
            self._page(archive, page, len(found) // SHEET_PHOTOS + 1, pages)
        return iter(found)

    def _page(self, archive: ZipFile, photos: Sequence[SheetPhoto], number: int, pages: int) -> None:
        heading = self._say("page", name=self.made.party.name, page=number, pages=pages, **self._days())
        if drawn := self.draw(photos, heading):
            self._put(archive, f"{SHEETS}/{number:03d}.jpg", drawn, ZIP_STORED)

    def _say(self, key: str, **values: object) -> str:
        return self.voice.say(f"chargeback.{key}", **values)

    def _days(self) -> dict[str, str]:
        return {"first": self.made.first.isoformat(), "last": self.made.last.isoformat()}

    def _readme(self, kept: Sequence[tuple[int, Proof, str]]) -> str:
        counts = {"lines": len(self.made.rows), "photos": len(kept), "sum": money(self.made.total(), "zh")}
        names = {"book": BOOK, "sheets": SHEETS, "folder": PHOTOS}
        party = self._say(f"party_{self.made.party.kind}")
        return self._say("readme", party=party, name=self.made.party.name, **self._days(), **counts, **names).lstrip()

    def _book(self, kept: Sequence[tuple[int, Proof, str]]) -> bytes:
        """Return the workbook: the lines, sums by lot, and the photos with their hashes; sums in yuan."""
        from openpyxl import Workbook  # costs a third of a second

        book = Workbook()
        numbers: dict[str, list[int]] = {}
        for number, proof, _ in kept:
            numbers.setdefault(proof.ticket_no, []).append(number)
        columns = [name for name in LINES if name != "site" or self.made.party.kind == "carrier"]
        rows = [self._row(place, row, numbers) for place, row in enumerate(self.made.rows, 1)]
        self._table(book.active, "sheet_lines", columns, rows)
        self._table(book.create_sheet(), "sheet_lots", LOTS, list(self._lots()))
        photos = [self._file(number, proof, name) for number, proof, name in kept]
        self._table(book.create_sheet(), "sheet_photos", FILES, photos)
        written = BytesIO()
        book.save(written)
        return written.getvalue()

    def _table(self, page: Any, title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        from openpyxl.styles import Font
        from openpyxl.utils import get_column_letter

        page.title = self._say(title)
        party, days = self._say(f"party_{self.made.party.kind}"), self._say("until", **self._days())
        put(page, 1, [f"{self._say('title')} · {page.title}"])
        put(page, 2, [party, self.made.party.name])
        put(page, 3, [self._say("period"), days])
        put(page, 4, [self._say("claim"), Decimal(self.made.total()) / 100])
        put(page, HEAD, [self._say(f"col_{name}") for name in columns])
        for place, row in enumerate(rows, HEAD + 1):
            put(page, place, [_cell(row.get(name, ""), name) for name in columns])
        bold = [1, HEAD]
        if SUMMED & set(columns):
            sums = [_cell(sum(row[name] for row in rows), name) if name in SUMMED else "" for name in columns]
            put(page, HEAD + len(rows) + 1, [self._say("total"), *sums[1:]])
            bold.append(HEAD + len(rows) + 1)
        for number in bold:
            for cell in page[number]:
                cell.font = Font(bold=True)
        for place, name in enumerate(columns, 1):
            page.column_dimensions[get_column_letter(place)].width = WIDE.get(name, 11)
        page.freeze_panes = page.cell(HEAD + 1, 1)

    def _row(self, place: int, row: Charged, numbers: Mapping[str, Sequence[int]]) -> dict[str, Any]:
        line, policy, bought = row.line, self.voice.policy, row.bought
        whole = f"{bought['quantity']:g}{bought.get('unit', '')}" if "quantity" in bought else ""
        return {
            "number": place,
            "ticket": line.ticket_no,
            "line": line.line,
            "decided": self._day(line.decided_at),
            "delivered": self._day(row.delivered_at),
            "site": row.site_no,
            "lot": bought.get("lot_no", ""),
            "sku": bought.get("sku", ""),
            "item": bought.get("item") or self._item(row),
            "spec": bought.get("spec", ""),
            "bought": whole,
            "quantity": leader_phrases.quantity(line),
            "problem": "、".join(self.voice.label(code) for code in line.codes),
            "cause": pick(policy.causes[line.cause].label, self.voice.language),
            **self._sums([row]),
            "photos": " ".join(str(number) for number in numbers.get(line.ticket_no, ())),
        }

    def _item(self, row: Charged) -> str:
        return row.bought.get("item") or row.line.item or self._say("whole_order")

    def _sums(self, rows: Sequence[Charged]) -> dict[str, int]:
        spent = {kind: sum(row.spent.get(kind, 0) for row in rows) for kind in KINDS}
        return {**spent, "recovery": sum(row.recovered for row in rows), "open": sum(row.open for row in rows)}

    def _lots(self) -> Iterator[dict[str, Any]]:
        for (lot, item), rows in sorted(self.made.by_lot().items()):
            named = {"lot": lot or self._say("no_lot"), "item": item or self._say("whole_order")}
            yield {**named, "count": len(rows), **self._sums(rows)}

    def _file(self, number: int, proof: Proof, name: str) -> dict[str, Any]:
        received = proof.at.astimezone(calendar.zone(self.voice.policy))
        facts = {"number": number, "ticket": proof.ticket_no, "file": name, "sha256": self.hashes[name]}
        return {**facts, "received": f"{received:%Y-%m-%d %H:%M}", "original": proof.sha256}

    def _day(self, when: datetime | None) -> str:
        return when.astimezone(calendar.zone(self.voice.policy)).date().isoformat() if when else ""


def _cell(value: Any, column: str) -> Any:
    return Decimal(value) / 100 if column in SUMMED else value

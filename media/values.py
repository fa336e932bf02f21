"""What an examination of a photo or a table ends in, and what a contact sheet is made of; plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from media.prints.values import NO_PRINTS, Prints
from media.signs import Sign

MAX_BYTES = 20 * 1024 * 1024  # what Telegram hands a bot at most, and what we ask of every door
MAX_SIDE = 65_500  # what a JPEG can have at most
MAX_PIXELS = {  # a JPEG is shrunk while it is decoded; WebP is decoded at full size, thrice in memory
    "jpeg": 202_000_000,
    "png": 50_000_000,
    "webp": 25_000_000,
    "heic": 50_000_000,
}
WORKING_PIXELS = 2048 * 2048  # of the working copy
NARROW_SIDE, LONG_PIXELS = 720, 12_000_000  # it may have more where its short side would come below this
SHEET_PHOTOS = 12  # shown on one contact sheet
MAX_TABLE = 10 * 1024 * 1024  # bytes of a file whose rows are read
UNREAD_CELL = "#N/A"  # a cell that holds an error
UNSAVED_CELL = "#UNSAVED!"  # a formula of which the workbook does not hold the result
MERGED_CELL = "\ue0d1"  # a cell that belongs to a merged one above: no character of any writing

Verdict = Literal["good", "dark", "blurry"]
PhotoRefusal = Literal[
    "empty", "not_a_picture", "truncated", "too_big", "too_many_pixels", "unreadable", "heic", "time_out"
]
TableRefusal = Literal["empty", "too_big", "unreadable", "not_a_table", "locked", "old", "time_out"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A photo taken in. `width` and `height` are the original's pixels, upright.

    `working` (see WORKING_PIXELS) and `thumbnail` (400 to 480, or as small as the original) are JPEG, upright, free
    of all metadata. `sha256` is the original's, `working_sha256` the working copy's. `brightness` (0-255) and
    `sharpness` (variance of the Laplacian) are what the verdict was drawn from. `codes` are read on request only.
    `taken_at` is the camera's own naive time "2026-06-12 19:10:00"; the place is never kept. `prints` are those of
    media.prints, `signs` what the file says of how it was made.
    """

    sha256: str
    width: int
    height: int
    format: str  # jpeg, png, webp, heic
    verdict: Verdict
    working: bytes
    thumbnail: bytes
    working_sha256: str
    brightness: int
    sharpness: int
    taken_at: str | None = None
    codes: tuple[str, ...] = ()
    prints: Prints = NO_PRINTS
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a table as text, the blank ones left out; `more` when it has more rows than are read.

    Cells covered by a merged one above hold MERGED_CELL. `others`: visible sheets beside the one read that have rows
    too. `pictures`: there are some in it; none is read.
    """

    rows: tuple[tuple[str, ...], ...]
    more: bool = False
    others: int = 0
    pictures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a file is no evidence photo or cannot be read as a table, with the numbers that explain it (0: not known).

    `size` in bytes; `width` and `height` in pixels; `limit` in bytes for too_big, in pixels for too_many_pixels.
    `kind` names what the bytes are instead, if known ("heic", "gif", "video", "pdf", ...); code "heic": a photo that is
    read only with the extra of that name. Of tables also: see media.tables.reading.read_table.
    """

    code: PhotoRefusal | TableRefusal
    size: int = 0
    width: int = 0
    height: int = 0
    limit: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPhoto:
    """One picture of a contact sheet: the bytes of a thumbnail or working copy; number 0 stands for its place."""

    image: bytes
    caption: str = ""
    number: int = 0

"""The command `sheet`: photos through the evidence pipeline, one line each, and their contact sheet."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from media.guard import Examiner
from media.signs import TAKEN
from media.values import MAX_BYTES, SHEET_PHOTOS, Examined, Refused, SheetPhoto

REASONS = {
    "empty": "the file is empty",
    "not_a_picture": "it is not a JPEG, PNG or WebP picture",
    "truncated": "a part of the picture is missing",
    "too_big": "it has {size:.1f} MB, at most {limit:.0f} MB are taken",
    "too_many_pixels": "it has {width} x {height} pixels, which is more than can be taken in",
    "unreadable": "the picture is damaged and cannot be opened",
    "heic": "it is a HEIC picture, which is read only with the extra `heic` (see README.md)",
    "time_out": "it took too long to open",
}
FOREIGN = "it is not a JPEG, PNG or WebP picture but {kind}"
REMARKS = {"good": "", "dark": "; too dark to judge", "blurry": "; too blurry to judge"}
MEGABYTE = 1024 * 1024


def sheet(paths: Sequence[Path], out: Path, *, write: Callable[[str], None]) -> int:
    """Examine each file, print a line about it, then write the contact sheet of the accepted ones to `out`.

    Return 0 when all were accepted, 1 when any was refused, 2 when there was nothing to lay out or `out` failed.
    """
    clash = next((path for path in paths if _same(path, out)), None)
    if clash:
        write(f"The contact sheet would overwrite the photo {_shown(clash)}; name another file for it.")
        return 2
    photos: list[SheetPhoto] = []
    with Examiner() as examiner:
        for number, path in enumerate(paths, start=1):
            outcome = _look(examiner, path)
            if isinstance(outcome, Examined):
                shown = len(photos) < SHEET_PHOTOS  # the rest is only counted on the sheet
                image = outcome.working if shown else b""
                photos.append(SheetPhoto(image=image, caption=_shown(path.name), number=number))
            write(f"{_shown(path)}: {_accepted(outcome) if isinstance(outcome, Examined) else outcome}")
        if not photos:
            write("No photo could be used, so no contact sheet was written; name at least one JPEG, PNG or WebP file.")
            return 2
        drawn = examiner.sheet(photos, _header(len(photos), len(paths)))
    if drawn is None:
        write("The contact sheet could not be drawn; try again with fewer photos.")
        return 2
    if not _save(drawn, out, write):
        return 2
    write(f"{_shown(out)}: contact sheet of {_count(len(photos))}, {len(drawn) / 1000:.0f} kB")
    return 0 if len(photos) == len(paths) else 1


def _look(examiner: Examiner, path: Path) -> Examined | str:
    """Examine one file; return a sentence when it is refused or cannot be read."""
    try:
        if not path.is_file():
            return "refused: " + ("it is a folder, name the files in it" if path.is_dir() else "there is no such file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        size = path.stat().st_size
    except OSError as error:
        return f"refused: it cannot be read ({os.strerror(error.errno or 0)})"
    outcome = examiner.examine(data, codes=True)
    return outcome if isinstance(outcome, Examined) else f"refused: {_reason(outcome, size)}"


def _reason(refused: Refused, size: int) -> str:
    template = FOREIGN if refused.code == "not_a_picture" and refused.kind else REASONS[refused.code]
    return template.format(
        size=size / MEGABYTE,
        limit=refused.limit / MEGABYTE,
        width=refused.width,
        height=refused.height,
        kind=refused.kind,
    )


def _accepted(photo: Examined) -> str:
    codes = f"; bar codes {', '.join(photo.codes)}" if photo.codes else "; no bar code"
    taken = f"; taken {photo.taken_at}" if photo.taken_at else ""
    size = f"{photo.width} x {photo.height} pixels ({photo.format})"
    made = [" ".join(filter(None, (sign.kind, sign.tool))) for sign in photo.signs if sign.kind != TAKEN]
    signs = f"; its file says: {', '.join(made)}" if made else ""
    return f"accepted: {size}; fingerprint {_print(photo)}{codes}{taken}{signs}{REMARKS[photo.verdict]}"


def _print(photo: Examined) -> str:
    """Return the signs of the photo's low frequencies; a picture of one colour has none."""
    return f"{photo.prints.kept[0].bits:08x}" if photo.prints.kept else "none"


def _save(data: bytes, out: Path, write: Callable[[str], None]) -> bool:
    try:
        out.write_bytes(data)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        write(
            f"The contact sheet cannot be written to {_shown(out)} ({why}); name a file in a folder you may write to."
        )
        return False
    return True


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _shown(path: str | Path) -> str:
    """Return a path as text that any terminal takes: bytes that are no UTF-8 are marked."""
    return os.fsencode(path).decode("utf-8", "replace")


def _header(accepted: int, given: int) -> str:
    return f"Claimdesk · {_count(accepted)}" + (f" of {given}" if accepted < given else "")


def _count(number: int) -> str:
    return "1 photo" if number == 1 else f"{number} photos"

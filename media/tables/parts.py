"""The parts of a workbook beside its sheets: what refers to what, styles, and the texts that cells share."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

from media.tables.formats import BUILT_IN, Write, writer

CHUNK = 1 << 16
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how a workbook writes characters that XML cannot hold

Start = Callable[[str, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Styles:
    """How the numbers of a workbook are shown, by the style of their cell."""

    codes: tuple[str, ...]
    mac: bool = False
    writers: dict[tuple[int, bool], Write] = field(default_factory=dict)

    def writer(self, style: int, *, exact: bool) -> Write:
        """Return what writes the numbers of a style."""
        known = self.writers.get((style, exact))
        if known is None:
            code = self.codes[style] if style < len(self.codes) else ""
            known = self.writers[style, exact] = writer(code, exact=exact, mac=self.mac)
        return known


def unescaped(text: str) -> str:
    """Read the escapes of a workbook's texts: "_x000D_" is a carriage return, "_x005F_" an underscore."""
    if "_x" not in text:
        return text
    plain = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parsed(stream: IO[bytes], start: Start, end: Callable[[str], None], say: Callable[[str], None]) -> Iterator[None]:
    """Go through an XML part, a step for each block; what declares entities is refused, for no workbook does."""

    def begun(name: str, attributes: dict[str, str]) -> None:
        start(name.rpartition(":")[2], attributes)

    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.CharacterDataHandler = begun, say
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.StartDoctypeDeclHandler = _refuse
    while block := stream.read(CHUNK):
        parser.Parse(block)
        yield
    parser.Parse(b"", True)
    yield


def _refuse(*_: object) -> None:
    raise ValueError("a document type is declared")


def _ignore(_: str) -> None:
    """Take nothing from an end or a text."""


def read(archive: ZipFile, path: str, start: Start) -> None:
    """Tell each element of an XML part."""
    with archive.open(path) as stream:
        for _ in parsed(stream, start, _ignore, _ignore):
            pass


def main(archive: ZipFile) -> str:
    """Return the path of the workbook's own part. Raises KeyError where there is none."""
    names = archive.namelist()
    told = [target for kind, target in links(archive, "").values() if kind == "officeDocument"]
    found = [name for name in (*told, *names) if name in names and name.endswith("workbook.xml")]
    if not found:
        raise KeyError("workbook.xml")
    return found[0]


def links(archive: ZipFile, path: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to inside the archive: id -> (kind, path)."""
    folder, name = posixpath.split(path)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, posixpath.normpath(whole))

    if rels in archive.namelist():
        read(archive, rels, start)
    return found


class Head:
    """The workbook's own part: its visible sheets, and from when days are counted."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []  # name, id of the link
        self.mac = False

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """Take in a sheet's name and place, and the kind of days."""
        if element == "workbookPr":
            self.mac = attributes.get("date1904", "0") in ("1", "true")
        elif element == "sheet" and attributes.get("state", "visible") == "visible":
            link = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
            self.sheets.append((attributes.get("name", ""), link))


def styles(archive: ZipFile, path: str, *, mac: bool) -> Styles:
    """Read how the numbers of each style are shown."""
    named: dict[int, str] = dict(BUILT_IN)
    codes: list[str] = []
    inside = [False]

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "numFmt":
            named[int(attributes.get("numFmtId", "-1"))] = attributes.get("formatCode", "")
        elif element in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside[0] = element == "cellXfs"
        elif element == "xf" and inside[0]:
            codes.append(named.get(int(attributes.get("numFmtId", "0")), ""))

    if path in archive.namelist():
        read(archive, path, start)
    return Styles(codes=tuple(codes), mac=mac)


def strings(archive: ZipFile, path: str) -> list[str]:
    """Read the texts that cells name by their place."""
    if path not in archive.namelist():
        return []
    text = Text()
    with archive.open(path) as stream:
        for _ in parsed(stream, text.start, text.end, text.say):
            pass
    return text.found


class Text:
    """Texts that consist of runs; what tells how they are pronounced is no part of them."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._on = self._beside = False

    def start(self, element: str, _: Mapping[str, str]) -> None:
        """Begin a text or a run of it."""
        if element == "si":
            self._parts = []
        elif element == "rPh":
            self._beside = True
        elif element == "t":
            self._on = not self._beside

    def end(self, element: str) -> None:
        """End a run or the whole text."""
        if element == "t":
            self._on = False
        elif element == "rPh":
            self._beside = False
        elif element == "si":
            self.found.append(unescaped("".join(self._parts)))

    def say(self, text: str) -> None:
        """Take in a piece."""
        if self._on:
            self._parts.append(text)

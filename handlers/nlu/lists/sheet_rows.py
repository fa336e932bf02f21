"""A list that comes as a sheet: its rows become lines like those of a pasted list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from handlers.messages.patterns import pattern_of
from handlers.nlu.lists import sheet_header
from handlers.nlu.lists.layout import LONGEST
from handlers.nlu.lists.sheet_header import PEOPLE, UNKNOWN
from media.values import MERGED_CELL

MOST = LONGEST  # lines of one sheet
LINE = 200  # characters of one line
LENGTH = 20_000  # characters of all of them: what a turn reads while nobody else is served
SHORT = 4  # characters of a problem that is one word
UNREAD = pattern_of(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|UNSAVED!)")
DITTO = frozenset({MERGED_CELL, "〃", "同上", "″"})  # the same as above
COUNTS = ("quantity", "count")  # a merged figure is several rows', and nobody's alone
SUM = pattern_of(r"(?:[合总小共]\s*计|总数|sum\b|(?:sub|grand )?total\b).{0,20}", re.IGNORECASE)
PLACE = pattern_of(r"(?:no\.?|#)?\s*0*(\d{1,4})(?:\.0+)?\s*[号號#]?", re.IGNORECASE)
PLACES = pattern_of(r"\d{1,4}\s*号?(?:\s*[-~—到至、,，/和]\s*\d{1,4}\s*号?)+")
SPOKEN = pattern_of(r"\d{1,4}\s*[号號#]")
COUNTED = pattern_of(
    r"\d|[一二两三四五六七八九十半几][个盒袋份斤瓶箱把颗只条枚罐包板桶串块片]|一半|大半|分之|[一二三四五六七八九]成"
)
FIGURE = pattern_of(r"\d+(?:\.\d+)?(?:/\d+)?")
LETTERS = pattern_of(r"[^\W\d_]")
PHONE = pattern_of(r"1\d{10}")


@dataclass(slots=True, kw_only=True)
class Lines:
    """The lines of a sheet. `names` are names beside a pickup number; a name that is no buyer's is not read there.

    `left`: lines beyond those that a list may have. `silent`: rows of an export of orders without a problem.
    """

    lines: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    left: int = 0
    silent: int = 0

    @property
    def text(self) -> str:
        """Return the list as a pasted one would be."""
        return "\n".join(self.lines)


@dataclass(slots=True, kw_only=True)
class _Walk:
    """The columns of a sheet, and what the row before was about."""

    roles: Sequence[str]
    export: bool
    unit: str
    made: Lines = field(default_factory=Lines)
    person: list[str] = field(default_factory=list)
    name: str = ""
    goes_on: bool = False  # the row before became a line of its own


def take(rows: Iterable[Sequence[str]]) -> Lines:
    """Return the rows of a sheet (cells as text) as lines of a list, as many as a list may have.

    The pickup number comes first, with its sign; a first row that names its column is a header.
    A row without a person continues the one before. Titles above the header, sums and blank rows are no lines.
    A merged cell says the same of each row that it covers, but for a figure.
    """
    cells = [[cell if cell in DITTO else _one_line(cell) for cell in row] for row in rows]
    cells = [row for row in cells if any(row) and not any(SUM.fullmatch(cell) for cell in row)]
    head = sheet_header.find(cells)
    cells = _filled(cells, head)
    if head is None:
        made = _without_head(cells)
    else:
        spoken = [row for row in cells[:head] if any(SPOKEN.search(cell) for cell in row)]
        made = _under(cells[head], cells[head + 1 :])
        made.lines = [*(" ".join(cell for cell in row if cell) for row in spoken), *made.lines]
    made.names = list(dict.fromkeys(made.names))
    return cut(made)


def _filled(rows: list[list[str]], head: int | None) -> list[list[str]]:
    """Say again in the rows below what a cell says of them too."""
    titles = rows[head] if head is not None else []
    counts = {at for at, title in enumerate(titles) if sheet_header.role_of(title) in COUNTS}
    filled: list[list[str]] = []
    for number, row in enumerate(rows):
        above = filled[-1] if filled else []
        below = rows[number + 1] if number + 1 < len(rows) else []
        made = []
        for at, cell in enumerate(row):
            shared = at in counts and MERGED_CELL in (cell, *below[at : at + 1])
            same = above[at] if at < len(above) else ""
            made.append("" if shared and cell != titles[at] else same if cell in DITTO else cell)
        filled.append(made)
    return filled


def cut(made: Lines) -> Lines:
    """Return as many lines as are read; the others are counted."""
    whole = [line[:LINE].strip() for line in made.lines]
    ends = accumulate(len(line) for line in whole)
    made.lines = [line for line, end in zip(whole[:MOST], ends, strict=False) if end <= LENGTH]
    made.left += len(whole) - len(made.lines)
    return made


def _one_line(cell: str) -> str:
    text = " ".join(str(cell).split())
    return "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"))


def _without_head(rows: Sequence[Sequence[str]]) -> Lines:
    """Join the cells of each row; below a column of numbers, a row without one continues the row before."""
    made, first = Lines(), [row[0] for row in rows if row[0]]
    numbered = len(first) > 1 and sum(bool(PLACE.fullmatch(cell)) for cell in first) * 2 > len(first)
    before = ""
    for row in rows:
        before = row[0] or before
        cells = [before if numbered else row[0], *row[1:]]
        cells[0] = cells[0].removesuffix(".0")
        made.lines.append(" ".join(cell for cell in cells if cell))
    return made


def _under(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
    roles = [sheet_header.role_of(title) if title else UNKNOWN for title in head]
    walk = _Walk(
        roles=_settled(roles, rows),
        export=sheet_header.is_export(head),
        unit=next((sheet_header.measure(title) for title in head if sheet_header.measure(title)), ""),
    )
    for row in rows:
        _row(walk, row)
    return walk.made


def _settled(roles: list[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return whether 序号 are pickup numbers: not beside a column of these, nor where they only count the rows."""
    if "counter" not in roles:
        return roles
    at = roles.index("counter")
    found = [row[at] for row in rows if at < len(row) and row[at].isdecimal()]
    others = PEOPLE - {"counter", "number"}
    counts = len(found) > 1 and found == [str(number) for number in range(1, len(found) + 1)] and others & set(roles)
    role = "" if "number" in roles or counts else "number"
    return [role if one == "counter" else one for one in roles]


def _row(walk: _Walk, row: Sequence[str]) -> None:
    said = _said(walk, row)
    alone = [cell for cell in row if cell]
    if len(alone) == 1 and said.get("number") == alone[0] and not _number(alone[0]):
        walk.made.lines.append(alone[0])  # a remark across the sheet
        walk.goes_on = False
        return
    about = {role: said[role] for role in PEOPLE if said.get(role)}
    text = _told(walk, said)
    if about:
        _name(walk, about)
        walk.goes_on = False
    elif not text or not (said.get("item") or _tells(said)):
        return
    if walk.export and not _claims(walk, said):
        walk.made.silent += 1
        return
    if not about and walk.goes_on and "item" in walk.roles and not said.get("item"):
        walk.made.lines[-1] += f" {text}"
        return
    walk.goes_on = True
    walk.made.lines.append(" ".join((*walk.person, *([text] if text else []))))


def _said(walk: _Walk, row: Sequence[str]) -> dict[str, str]:
    """Return the cells of a row by meaning; columns of an unknown title count where they hold words."""
    said: dict[str, str] = {}
    for role, cell in zip(walk.roles, row, strict=False):
        if not cell or not role:
            continue
        if role in ("problem", "remark", "wish"):
            said[role] = f"{said[role]} {cell}" if role in said else cell
        elif role == UNKNOWN:
            if LETTERS.search(cell) and not UNREAD.fullmatch(cell):
                said["more"] = f"{said['more']} {cell}" if "more" in said else cell
        else:
            said.setdefault(role, cell)
    return said


def _name(walk: _Walk, about: dict[str, str]) -> None:
    """Record whom a row is about; a name without a number that was in the row before keeps its number."""
    name = about.get("name", "")
    same = bool(name) and name == walk.name and set(about) == {"name"}
    if same and walk.person:
        return
    number = about.get("number", "")
    person = [_number(number) or ("" if UNREAD.fullmatch(number) else number)]
    person += [name] if not UNREAD.fullmatch(name) else []
    person += [_tail(about.get("tail", "")) or _phone(about.get("phone", ""))]
    order = about.get("order", "")
    if LETTERS.search(order) or "-" in order or not any(person):
        person.insert(0, "" if UNREAD.fullmatch(order) else order)
    if _number(number) and name:
        walk.made.names.append(name)
    walk.person, walk.name = [part for part in person if part], name


def _number(cell: str) -> str:
    """Return pickup numbers with their sign; "" for anything else."""
    plain = unicodedata.normalize("NFKC", cell).strip()
    if found := PLACE.fullmatch(plain):
        return f"{int(found[1])}号"
    if PLACES.fullmatch(plain):
        return "".join(plain.split()).replace("号", "") + "号"
    return ""


def _tail(cell: str) -> str:
    digits = re.sub(r"\D", "", cell)
    return f"尾号{digits[-4:].zfill(4)}" if digits.strip("0") or len(digits) > 3 else ""


def _phone(cell: str) -> str:
    plain = re.sub(r"[\s-]", "", cell)
    if PHONE.fullmatch(plain):
        return plain
    found = re.search(r"(?<!\d)\d{4}$", plain)
    return f"尾号{found[0]}" if found else ""


def _told(walk: _Walk, said: dict[str, str]) -> str:
    """Return what a row says of its person, in the order in which people say it."""
    words = {role: said.get(role, "") for role in ("day", "item", "problem", "remark", "more", "wish")}
    words = {role: "" if UNREAD.fullmatch(text) else text for role, text in words.items()}
    count = _quantity(walk, said)
    if COUNTED.search(f"{words['problem']} {words['remark']} {words['more']}"):
        count = ""  # what the words tell is what is wrong; the number beside them may be what was bought
    if count and 0 < len(words["problem"]) <= SHORT and not words["problem"].isascii():
        words["problem"], count = f"{words['problem']}{count}", ""  # 少1袋 says more than 1袋 少
    told = (words["day"], words["item"], count, *(words[role] for role in ("problem", "remark", "more", "wish")))
    return " ".join(part for part in told if part)


def _quantity(walk: _Walk, said: dict[str, str]) -> str:
    text = said.get("quantity") or ("" if walk.export else said.get("count", ""))
    if UNREAD.fullmatch(text) or text == "0":
        return ""
    unit = said.get("unit") or walk.unit
    if not unit or not FIGURE.fullmatch(text):
        return text
    return f"{text} {unit}" if unit.isascii() else f"{text}{unit}"


def _tells(said: dict[str, str]) -> bool:
    return any(said.get(role) for role in ("problem", "remark", "wish", "more"))


def _claims(walk: _Walk, said: dict[str, str]) -> bool:
    """Return whether a row of an export says more than what was ordered; remarks are the buyer's own column."""
    own = [role for role in ("problem", "wish", "quantity") if role in walk.roles]
    return any(said.get(role) for role in (own or ("remark", "more")))

"""A leader's pasted list: who, what and how many, line by line, and nothing dropped without notice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from handlers.messages.codes import strongest
from handlers.messages.patterns import pattern_of
from handlers.nlu.entities import Facts, facts
from handlers.nlu.lists.ellipsis import again, corrected, like_another
from handlers.nlu.lists.layout import Line, lay_out
from handlers.nlu.lists.people import people
from handlers.nlu.lists.segment_claims import has, said, said_under, under_item
from handlers.nlu.lists.segments import cut
from handlers.nlu.order_index import OrderIndex, lay_open
from handlers.nlu.reading import ReadClaim, claims_of
from handlers.nlu.references import MASK, References, refer
from handlers.nlu.text.lexicon import Lexicon
from storage.orders import Order

MORE = pattern_of(r"\s*(?:还|另外|而且|并且|也|再|此外|以及|同一|这个?人|这位|[他她](?!们)|and|also)")
GUESSED = 100
"""Most orders among which a line without a person is matched, to name candidates for a question."""

NOTICE = "notice"
RUN = pattern_of(rf"{MASK}{{2,}}")
BUDGET, FIXED = 3200, 40
"""Characters that the people of one line may cost together, and what each costs besides its words."""
TOO_MANY = "more people than are read of one line: send it in parts"
BRACKETED = pattern_of(r"\s*[(\[【<《「][^)\]】>》」]{1,14}[)\]】>》」]\s*:?\s*")
GOODS_FIELD = pattern_of(r"\s*(?:商品|品名|货品|产品|物品|菜品|品项|项目)(?:名称?)?\s?:")
BESIDES, LABEL = pattern_of(rf"[\s\W{MASK}]|客户|顾客|姓名|名字|号码|取货号|昵称"), 2
HEADED = pattern_of(r"[;。]\s*(?=[^\d;。:]{1,8}:)")
TOGETHER = pattern_of(r"都|均|全")
SHARED = pattern_of(r"(?:都|均|全部?|一律|统一)(?:要求?|想|给|申请|需要|是|帮|麻烦)*(?:退|补|换|赔|重发)")
SHORT_HEADING = 14
"""Characters up to which a line that names a problem alone heads the people below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A line that claims nothing, and the reason."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReading:
    """All claims of a list in its order; withdrawn lines and questions are claims marked so."""

    claims: tuple[ReadClaim, ...] = ()
    named: tuple[ReadClaim, ...] = ()  # people of whom nothing is claimed: an answer (12是今天的张阿姨) or a heading
    ignored: tuple[Ignored, ...] = ()
    severity: str = "normal"
    signals: tuple[str, ...] = ()


@dataclass(slots=True)
class _Walk:
    """What the lines before have left: the current person, a heading's problem, the last claims."""

    orders: Sequence[Order]
    index: OrderIndex
    lexicon: Lexicon
    today: date
    person: tuple[ReadClaim, list[Order]] | None = None
    person_line: Line | None = None  # a line that named a person and nothing else
    heading: str = ""
    topic: str = ""  # goods that a heading names without a problem
    last: list[ReadClaim] = field(default_factory=list)
    spent: int = 0  # what reading this line has cost, in characters
    claims: list[ReadClaim] = field(default_factory=list)
    named: list[ReadClaim] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)


def _line(walk: _Walk, line: Line) -> None:
    """Read a line, or its pieces one by one when they have headings of their own: 坏的:1号草莓;少的:5号车厘子."""
    walk.spent = 0
    for piece in HEADED.split(line.text):
        _piece(walk, replace(line, text=piece) if piece != line.text else line)


def _piece(walk: _Walk, line: Line) -> None:
    text, source = like_another(line.text, walk.claims)
    walk.last = source or walk.last
    references = refer(text, walk.orders, walk.lexicon, today=walk.today, leader=True, index=walk.index)
    parts = cut(references, walk.index)
    starts = [span.start for span in references.pickups] + list(references.named_at)
    lead = references.masked[: min(starts)] if len(parts) > 1 else ""
    found: list[ReadClaim] = []
    named = False
    for part in parts:
        text = RUN.sub(MASK, part.text)
        for base, fits in people(part, references, line.number, walk.index, walk.today):
            named = True
            walk.spent += len(text) + FIXED
            if walk.spent > BUDGET:
                continue
            claims = _of_person(walk, text, base, fits, lead)
            walk.person = (base, fits)
            walk.last = [one for one in claims if one.problems and not one.withdrawn] or walk.last
            found += claims
            if not claims:
                walk.named.append(replace(base, order_no=fits[0].order_no if len(fits) == 1 else base.order_no))
    if walk.spent > BUDGET:
        walk.ignored.append(Ignored(line=line.number, text=line.raw[:200], why=TOO_MANY))
    if len(parts) > 1 and found and found[-1].problems and TOGETHER.search(parts[-1].text):
        problems = found[-1].problems
        found = [
            one
            if one.problems or one.line_no is None or one.withdrawn
            else replace(one, problems=problems, certain=True)
            for one in found
        ]
    if len(parts) > 1 and found and SHARED.search(parts[-1].text):
        found = [one if one.remedy else replace(one, remedy=found[-1].remedy) for one in found]
    if named:
        _keep(walk, line, found, alone=len(BESIDES.sub("", references.masked)) <= LABEL)
    else:
        _nameless(walk, line, references)


def _of_person(walk: _Walk, text: str, base: ReadClaim, fits: list[Order], lead: str) -> list[ReadClaim]:
    """Return one person's claims; what lacks a problem is read with the words before the list (缺货：1号 鸡蛋)."""
    known = facts(text, fits, walk.lexicon)
    claims = said(known, base, fits, walk.lexicon)
    heading = _heading(walk, lead.strip(), fits)
    if any(one.problems or one.withdrawn for one in claims):
        return under_item(heading, text, claims, base, fits, walk.lexicon) if heading else claims
    leans = corrected(known, base, fits, walk.claims, walk.lexicon) or again(
        known, base, fits, walk.last, walk.orders, walk.lexicon
    )
    if leans:
        return leans
    if heading and not any(one.question for one in claims):
        return said_under(heading, known, base, fits, walk.lexicon) or claims
    return claims


def _heading(walk: _Walk, lead: str, fits: list[Order]) -> str:
    """Return the words above a person: a line's own heading, with the problem that it gives to goods alone."""
    if not lead:
        return f"{walk.heading} {walk.topic}".strip()
    known = facts(lead, fits, walk.lexicon)
    return lead if any(entry.problems for entry in known.entries) else f"{walk.heading} {lead}".strip()


def _keep(walk: _Walk, line: Line, found: list[ReadClaim], *, alone: bool) -> None:
    """Keep a line's claims; a person `alone` in a line is the person of the lines below."""
    if found:
        walk.claims += found
        walk.person_line = None
        return
    _drop_person_line(walk)
    walk.person_line = line
    if not alone:
        _drop_person_line(walk)


def _drop_person_line(walk: _Walk) -> None:
    if walk.person_line is not None:
        why = "names a person and claims nothing"
        walk.ignored.append(Ignored(line=walk.person_line.number, text=walk.person_line.raw, why=why))
        walk.person_line = None


def _nameless(walk: _Walk, line: Line, references: References) -> None:
    """Read a line without a person: it continues the one before, heads the lines below, or is no claim."""
    text = references.masked
    if walk.person is not None and (walk.person_line is not None or line.indented or MORE.match(text)):
        base, fits = replace(walk.person[0], line=line.number), walk.person[1]
        claims = [one for one in said(facts(text, fits, walk.lexicon), base, fits, walk.lexicon) if one.problems]
        if claims:
            claims = under_item(_heading(walk, "", fits), text, claims, base, fits, walk.lexicon)
            walk.claims += claims
            walk.last = claims
            walk.person_line = walk.person_line if walk.person_line and line.under_person else None
            return
    guessed = walk.orders if len(walk.orders) <= GUESSED else ()
    known = facts(text, guessed, walk.lexicon)
    claims = [one for one in claims_of(known, [], ReadClaim(line=line.number)) if one.problems]
    why = _no_claim(walk, line, text, known, claims)
    if why:
        walk.ignored.append(Ignored(line=line.number, text=line.raw, why=why))
    else:
        walk.claims += [replace(one, certain=False) for one in claims]


def _no_claim(walk: _Walk, line: Line, text: str, known: Facts, claims: Sequence[ReadClaim]) -> str:
    """Return why a line without a person claims nothing; "" where it may claim something and is asked about."""
    goods = any(entry.mention or entry.counts for entry in known.entries)
    short = line.before_person and len(text) <= SHORT_HEADING and not any(entry.counts for entry in known.entries)
    if line.heads or BRACKETED.fullmatch(text) or GOODS_FIELD.match(text) or (claims and short and not goods):
        topic = text if goods and not claims and not has(walk.lexicon, NOTICE, text) else ""
        walk.heading, walk.topic = (walk.heading if topic else text if claims else ""), topic
        return "a heading for the lines below" if claims or topic else "no claim: names nobody and no problem"
    if not claims:
        return "no claim: names nobody and no problem"
    if known.serious.signals:
        return ""
    if not goods:
        return "no claim: names nobody and no goods"
    return "told to everyone: names nobody" if has(walk.lexicon, NOTICE, text) else ""


def read_list(text: str, orders: Sequence[Order], lexicon: Lexicon, *, today: date) -> ListReading:
    """Read a leader's lines, each by itself, against the orders of the leader's sites; never raises."""
    walk = _Walk(orders=orders, index=lay_open(orders), lexicon=lexicon, today=today)
    for line in lay_out(text, walk.index, lexicon.emoji):
        if line.why:
            walk.ignored.append(Ignored(line=line.number, text=line.raw, why=line.why))
        else:
            _line(walk, line)
    _drop_person_line(walk)
    return ListReading(
        claims=tuple(walk.claims),
        named=tuple(walk.named),
        ignored=tuple(sorted(walk.ignored, key=lambda one: one.line)),
        severity=strongest(*(one.severity for one in walk.claims)),
        signals=tuple(dict.fromkeys(signal for one in walk.claims for signal in one.signals)),
    )

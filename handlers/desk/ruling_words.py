"""What an agent's words rule, line by line, and how it is repeated before it holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handlers.desk import granting
from handlers.desk.granting import Ruled
from handlers.desk.request import ActionRequest, Answer, told
from handlers.messages.money import money
from handlers.messages.patterns import pattern_of
from handlers.nlu import agent_commands, items
from handlers.nlu.agent_commands import Meant
from handlers.nlu.text.normalisation import normalise
from handlers.policy.lexicons import lexicon_of
from handlers.tickets import desk_outbox, root_causes
from handlers.tickets.decisions import Ruling
from storage import tickets
from storage.ticket_lines import Line

RULES = r"(?=\s*(?:退|补|换|重|赔|给|加|道歉|解释|按|同意|通过|全额|一半|[¥￥]|refund|resend|send|exchange|coupon))"
MARKED = pattern_of(rf"(?:^|(?<=[\s,，;；、。]))第?([1-9])(?:[项行个]|[.、:：)）]|\s)\s*{RULES}", re.IGNORECASE)
EVERY = pattern_of(
    r"[两三几][项个样件种]都|全部|全都|都|每[项个样件种]|\ball(?! of it)\b|\bboth\b|\beach\b|\bevery\b", re.IGNORECASE
)
JOINT = pattern_of(r"^(?:[\s,，、;；+&和与跟及]|\band\b)*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A ruling on one line as the agent wrote it."""

    line: Line
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Rulings that agent's words come to; `words` beside them are for the customer, once the agent says so."""

    rulings: tuple[Ruled, ...]
    words: str = ""

    def telling(self, *, words: bool) -> tuple[Ruled, ...]:
        """Return the rulings with the words for the customer, or without."""
        return tuple((line, ruling if words else replace(ruling, words="")) for line, ruling in self.rulings)


def plan(request: ActionRequest, words: str) -> Plan | Answer:
    """Read words for every line that they mean; say what is missing where they cannot be taken."""
    lines = granting.lines_by_mark(request, request.argument)
    if not lines:
        return told("nothing_open", alert=True, no=request.no)
    found = parts(request, lines, words)
    if not found:
        return told("which_line", alert=True, no=request.no)
    rulings = []
    for part in found:
        meant = _meant(request, part.words)
        if meant is None:
            key = "not_understood" if len(found) == 1 else "not_understood_of"
            key = "refuse_apart" if len(found) > 1 and agent_commands.denies(part.words) else key
            return told(key, alert=True, item=part.line.item)
        ruling = granting.ruling_of(replace(request, words=words), part.line, meant)
        if isinstance(ruling, Answer):
            return ruling
        rulings.append((part.line, ruling))
    said = "，".join(dict.fromkeys(ruling.words for _, ruling in rulings if ruling.words))
    return granting.too_much(request, rulings) or Plan(rulings=tuple(rulings), words=said)


def _meant(request: ActionRequest, words: str) -> Meant | None:
    meant = agent_commands.remedy(words)
    return root_causes.keep_inside(meant, granting.policy_of(request)) if meant else None


def bare(request: ActionRequest, words: str) -> bool:
    """Return whether words rule on lines of this ticket and say nothing else, as 豆腐退13.5 芒果补发.

    One line granted beside another denied (草莓退 鸡蛋不退) is a ruling too, though `plan` cannot take it in one go.
    """
    lines = granting.lines_by_mark(request, "")
    if not lines or agent_commands.ASKED.search(words):
        return False
    plain = unicodedata.normalize("NFKC", words)
    if len(lines) > 1:
        pieces = [part.words for part in parts(request, lines, plain)]
        if any(map(agent_commands.rules, pieces)):
            return all(agent_commands.rules(one) or agent_commands.denies(one) for one in pieces)
    else:
        spans = [(place.start, place.end) for place in _places(request, lines, plain)]
        pieces = ["".join(one for at, one in enumerate(plain) if not any(low <= at < high for low, high in spans))]
    return all(map(agent_commands.rules, pieces or [plain]))


def parts(request: ActionRequest, lines: Mapping[str, Line], words: str) -> list[Part]:
    """Return which line each piece of the words is about; nothing where that is not certain."""
    if len(lines) == 1:
        return [Part(line=line, words=words) for line in lines.values()]
    plain = unicodedata.normalize("NFKC", words)
    if marked := _marked(lines, plain):
        return marked
    if named := _named(request, lines, plain):
        return named
    if EVERY.search(plain) or agent_commands.WHOLE.search(plain):
        rest = EVERY.sub(" ", plain)
        return [Part(line=line, words=rest) for line in lines.values()]
    return []


def _marked(lines: Mapping[str, Line], plain: str) -> list[Part]:
    """Read `1 退13.5 2 补发`, by the numbers of the card."""
    found = list(MARKED.finditer(plain))
    if not found or any(match[1] not in lines for match in found) or plain[: found[0].start()].strip():
        return []
    ends = [*(match.start() for match in found[1:]), len(plain)]
    made = [Part(line=lines[match[1]], words=plain[match.end() : end]) for match, end in zip(found, ends, strict=True)]
    return made if len({part.line.line for part in made}) == len(made) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the words name a line."""

    start: int
    end: int
    line: Line


def _named(request: ActionRequest, lines: Mapping[str, Line], plain: str) -> list[Part]:
    """Read `豆腐退13.5 芒果退一半`, by the items' names; what joins names takes what follows them."""
    places = _once(_places(request, lines, plain), plain)
    if len(places) == 1:
        (one,) = places
        return [Part(line=one.line, words=f"{plain[: one.start]} {plain[one.end :]}")]
    made: list[Part] = []
    for place, words in reversed(list(zip(places, _segments(places, plain), strict=True))):
        made.append(Part(line=place.line, words=made[-1].words if made and JOINT.match(words) else words))
    return [replace(part, words=EVERY.sub(" ", part.words)) for part in reversed(made)]


def _segments(places: Sequence[_Place], plain: str) -> list[str]:
    """Return the words about each named line: those that follow its name, or lead to it (退13.5豆腐 退一半芒果)."""
    if places and agent_commands.remedy(plain[: places[0].start]):
        starts = [0, *(place.end for place in places[:-1])]
        return [plain[start : place.start] for place, start in zip(places, starts, strict=True)]
    ends = [*(place.start for place in places[1:]), len(plain)][: len(places)]
    return [plain[place.end : end] for place, end in zip(places, ends, strict=True)]


def _once(places: Sequence[_Place], plain: str) -> list[_Place]:
    """Leave out a name that comes again beside no remedy (草莓退一半，这批草莓压坏了).

    Two remedies for one line give nothing.
    """
    ruled = [bool(agent_commands.remedy(words)) for words in _segments(places, plain)]
    twice = [sum(_same(place, other) for other in places) > 1 for place in places]
    kept = [place for place, again, rules in zip(places, twice, ruled, strict=True) if not again or rules]
    clear = all(sum(_same(place, other) for other in kept) == 1 for place in kept)
    return kept if clear else []


def _same(one: _Place, other: _Place) -> bool:
    return (one.line.line, one.line.order_line_no) == (other.line.line, other.line.order_line_no)


def _places(request: ActionRequest, lines: Mapping[str, Line], plain: str) -> list[_Place]:
    by_order = {line.order_line_no: line for line in lines.values() if line.order_line_no is not None}
    twice = len(by_order) < sum(line.order_line_no is not None for line in lines.values())
    order = tickets.order_of(request.tx, request.ticket)
    text = normalise(plain)
    if order is not None and len(text) == len(plain) and not twice:
        mentioned = items.mentions(text, [order], lexicon_of(granting.policy_of(request)))
        found = [
            _Place(start=one.start, end=one.end, line=by_order[one.lines[0][1]])
            for one in mentioned
            if len(one.lines) == 1 and one.lines[0][1] in by_order
        ]
        if found:
            return found
    literal = [
        _Place(start=at, end=at + len(line.item), line=line)
        for line in lines.values()
        if line.item and (at := plain.find(line.item)) >= 0
    ]
    return sorted(literal, key=lambda place: place.start)


def repeated(request: ActionRequest, rulings: Sequence[Ruled]) -> str:
    """Repeat what would hold: a row for each line, and the sum of all."""
    rows = [f"{place}. {line.item} {_remedy(ruling)}" for place, (line, ruling) in enumerate(rulings, 1)]
    whole = sum(ruling.amount for _, ruling in rulings)
    if len(rulings) > 1 and whole:
        rows.append(desk_outbox.say("sum_of_all", sum=money(whole, desk_outbox.language())))
    return "\n".join(rows)


def standing(rulings: Sequence[Ruled]) -> list[list[str]]:
    """Return the state of a plan's lines: what was repeated holds only while it is the same."""
    return [[str(line.line), line.state, line.remedy, str(line.amount), str(line.coupon)] for line, _ in rulings]


def _remedy(ruling: Ruling) -> str:
    parts_ = []
    if ruling.remedy != "compensation":
        sum_ = f" {money(ruling.amount, desk_outbox.language())}" if ruling.amount else ""
        parts_.append(desk_outbox.remedy(ruling.remedy) + sum_)
    if ruling.coupon:
        parts_.append(desk_outbox.say("coupon", sum=money(ruling.coupon, desk_outbox.language())))
    return " + ".join(parts_) or desk_outbox.remedy(ruling.remedy)

"""What a piece of text says of items, problems, counts and wishes, before it is connected with a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from handlers.messages.patterns import pattern_of
from handlers.nlu.borders import pressed, punctuated
from handlers.nlu.clauses import gather
from handlers.nlu.entries import Entry
from handlers.nlu.items import Mention, mentions, strangers
from handlers.nlu.problems import ITEM, Problem, problems_in
from handlers.nlu.quantities import Quantity, lone, quantities
from handlers.nlu.references import MASK
from handlers.nlu.rescoring import weighed
from handlers.nlu.risk_signals import Serious, serious
from handlers.nlu.substitutions import Received, received, stray
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.number_patterns import without_durations
from handlers.nlu.text.photo_counts import without_photo_counts
from handlers.nlu.wishes import Wishes, wishes
from storage.orders import Order

PORTION = pattern_of(r"[0-9一二两三四五六七八九十半][个只颗枚盒袋包份瓶箱条根块斤板组]")
CONTRAST = pattern_of(r"[,。;!\s]*(?:就是|只是|但|不过|可是|而是|倒是少|but\b|just\b)")
PLACED = pattern_of(r"(?:的)?(?:底下|下面|下边|旁边|后面|上面)(?=[还又也压藏放翻找有]|,)")  # 血肠底下还压着一袋
APART = pattern_of(r"[,。;!?\n]|(?<!\d)\.(?!\d)|\band\b|(?<=退)\s|(?<=退了)\s|(?<=[补换]发)\s")
EATEN_AND = pattern_of(r"[^,。;!?\n]{0,4}[吃喝用尝][了过]?,\s*")
OTHERS_ARE = pattern_of(r"(?:另外|其余|剩下|其他|另)[^,。;!?\n]{0,5}(?:是|系)\s*$")  # 另外两包是虾饺: as ordered
NEAR = 10  # characters between an item and the words that say it is fine
SENTENCE = pattern_of(r"[^。!?;\n]*")
JOINED = pattern_of(r"\s*(?:和|跟|与|、|及|同|佮|还有|,|and|&)?\s*(?:条|那个|the |my )?\s*")
TAKEN_BACK = pattern_of(r"(?:\bno,? sorry,? not|\bsorry,? (?:no,? )?not|\bi mean,? not|\bno,? not)(?: the| my)?\s$")
NOT_THIS = pattern_of(r"[,\s]*而?不是[\s那个]*")
BESIDE = pattern_of(r"[\s的了掉x*:\ue000]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a piece of masked text says of items, before it is connected with a person."""

    text: str  # as read, references masked
    entries: tuple[Entry, ...]
    denied: tuple[int, ...]
    came: Received | None
    serious: Serious
    wished: Wishes
    aside: tuple[int, ...] = ()  # order lines that are named and of which nothing is claimed
    own: tuple[tuple[tuple[str, int], str], ...] = ()  # the wish beside each order line, where they differ

    def own_wish(self, lines: Sequence[tuple[str, int]]) -> str | None:
        """Return the wish that stands beside one of these order lines."""
        return next((code for line, code in reversed(self.own) if line in lines), None)


def covered(text: str, spans: Iterable[tuple[int, int]], sign: str) -> str:
    """Return the text with these spans replaced by signs of the same length."""
    for start, end in spans:
        text = text[:start] + sign * (end - start) + text[end:]
    return text


def _denials(text: str, found: Sequence[Mention], problems: Sequence[Problem], lexicon: Lexicon) -> list[Mention]:
    """Return the items that are said to be fine (酸奶没事): the words are in the item's clause, no problem between.

    In 草莓没烂，就是少了一盒 the same item is also the one of the second clause.
    """
    denied = []
    for fine in lexicon.phrases["fine"].find(text) if "fine" in lexicon.phrases else ():
        before = [one for one in found if one.end <= fine.start and _one_clause(text[one.end : fine.start])]
        if not before:
            continue
        item = before[-1]
        if CONTRAST.match(text, fine.end) and not any(one.start >= fine.end for one in found):
            continue
        # 一份好的一份坏的: of several only some are fine
        rest = SENTENCE.match(text, fine.end)
        behind = rest.end() if rest else fine.end
        if PORTION.search(text[item.end : fine.start]) and any(item.end <= one.hit.start < behind for one in problems):
            continue
        if fine.start - item.end <= NEAR and not any(item.end <= one.hit.start < fine.start for one in problems):
            denied += _joined(text, before)
    return denied + _not_this(text, found, problems) + _put_right(text, found)


def _one_clause(between: str) -> bool:
    """Return whether words belong to the item before them: in its clause, or after 肉粽我们吃了,."""
    return not re.search("[,。;!?\n]", between) or EATEN_AND.fullmatch(between) is not None


def _joined(text: str, before: Sequence[Mention]) -> list[Mention]:
    """Return the last item with those that are joined to it: 列巴跟干豆腐也都挺好."""
    kept = [before[-1]]
    for one in reversed(before[:-1]):
        if not JOINED.fullmatch(text, one.end, kept[-1].start):
            break
        kept.append(one)
    return kept


def _put_right(text: str, found: Sequence[Mention]) -> list[Mention]:
    """Return the items that are taken back while one speaks: the mangos, sorry not the mangos, the papayas."""
    back = [one for one in found if TAKEN_BACK.search(text[max(0, one.start - 24) : one.start])]
    return [one for one in found if any(one.lines == other.lines and one.start <= other.start for other in back)]


def _not_this(text: str, found: Sequence[Mention], problems: Sequence[Problem]) -> list[Mention]:
    """Return the items contrasted with the one that is meant: 漏的是鲜牛奶不是纯牛奶."""
    return [
        other
        for one, other in pairwise(found)
        if NOT_THIS.fullmatch(text, one.end, other.start)
        and text.endswith("的是", 0, one.start)
        and any(abs(one.start - 2 - problem.hit.end) <= 1 for problem in problems)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """A piece of text with items, references and durations covered, and what the word tables alone find in it."""

    text: str
    came: Received | None
    items: tuple[Mention, ...]  # of the given orders
    named: tuple[Mention, ...]  # known nouns of none of them
    spans: tuple[tuple[int, int], ...]
    problems: list[Problem]


def _places(found: Iterable[Mention]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in found]


def lay_bare(text: str, orders: Sequence[Order], lexicon: Lexicon) -> Bare:
    """Cover what a normalised text names, and find problems in the rest."""
    came = received(text, lexicon)
    hidden = covered(text, came.spans, MASK) if came else text
    found = mentions(hidden, orders, lexicon)
    if came and came.reversal and not found:
        found = mentions(came.words, orders, lexicon)
    others = strangers(hidden, _places(found), lexicon)
    if came is None and (came := stray(text, _places(found), _places(others))):
        others = []
    named = [one for one in others if one.end - one.start > 1 or not found]
    spans = [(one.start, one.end) for one in (*found, *others) if one in found or one.end - one.start > 1]
    bare = without_durations(covered(text, [*spans, *(came.spans[:1] if came else ())], ITEM))
    goods = [f"{line.item} {line.spec} {line.unit}" for order in orders for line in order.lines]
    bare = without_photo_counts(bare, [*(text[start:end] for start, end in spans), *goods], MASK)
    bare, problems = punctuated(bare, problems_in(bare, lexicon), lexicon)
    if came and came.wrong and not any(one.code in ("wrong_item", "not_as_described") for one in problems):
        problems.append(Problem("wrong_item", came.hit))
        problems.sort(key=lambda one: one.hit.start)
    return Bare(text=bare, came=came, items=tuple(found), named=tuple(named), spans=tuple(spans), problems=problems)


def facts(text: str, orders: Sequence[Order], lexicon: Lexicon) -> Facts:
    """Return the facts of a normalised text with its references masked."""
    laid = lay_bare(text, orders, lexicon)
    bare, came = laid.text, laid.came
    problems, added, grave = _problems(laid, orders, lexicon)
    problems = pressed(bare, problems)
    everything = sorted([*laid.items, *laid.named], key=lambda one: one.start)
    everything = [
        one for one in everything if not PLACED.match(bare, one.end) and not OTHERS_ARE.search(bare[: one.start])
    ]
    denied = _denials(bare, everything, problems, lexicon)
    kept = [one for one in everything if one not in denied]
    counts = quantities(bare, lexicon)
    counts += [one for one in lone(bare, counts) if _beside(bare, one, laid.spans, problems)]
    entries = gather(bare, kept, problems, sorted(counts, key=lambda one: one.start))
    _join(entries, added)
    told = {line for one in entries if one.mention and (one.problems or one.counts) for line in one.mention.lines}
    told |= {line for one in denied for line in one.lines}
    named = [line for one in everything if one.sure and len(one.lines) == 1 for line in one.lines if line not in told]
    wished = wishes(bare, lexicon, claimed=bool(problems))
    return Facts(
        aside=tuple(number for (_, number) in dict.fromkeys(named) if problems),
        own=_own_wishes(bare, everything, wished),
        text=text,
        entries=tuple(entries),
        denied=tuple(line for one in denied if one.sure for _, line in one.lines),
        came=came,
        serious=grave,
        wished=wished,
    )


def _own_wishes(text: str, found: Sequence[Mention], wished: Wishes) -> tuple[tuple[tuple[str, int], str], ...]:
    """Return the wish beside each order line where lines have wishes of their own: tofu refund, grapes again."""
    own: list[tuple[tuple[str, int], str]] = []
    bounds = [0, *(match.end() for match in APART.finditer(text)), len(text)]
    for low, high in pairwise(bounds):
        codes = {code for at, code in wished.places if low <= at < high}
        lines = [line for one in found if low <= one.start < high and one.sure for line in one.lines]
        if len(codes) == 1 and lines:
            own += [(line, code) for line in lines for code in codes]
    return tuple(own) if len({code for _, code in own}) > 1 else ()


def _problems(
    laid: Bare, orders: Sequence[Order], lexicon: Lexicon
) -> tuple[Sequence[Problem], Sequence[Problem], Serious]:
    """Return the problems from words, those from the weights beside them, and how serious the text is."""
    grave = serious(laid.text, lexicon, _meant_for(laid, orders))
    if lexicon.learned is None:
        return laid.problems, (), grave
    better = weighed(
        laid.text,
        laid.problems,
        grave,
        lexicon.learned,
        several=len({one.lines for one in laid.items}) > 1 or "\n" in laid.text,
        firm=laid.came.hit if laid.came else None,
        tags={tag for order in orders for line in order.lines for tag in line.tags},
    )
    return better.found, better.added, better.grave


def _meant_for(laid: Bare, orders: Sequence[Order]) -> tuple[str, ...]:
    """Return for whom the goods in question are: those of the item named, or of the only one there is."""
    named = {place for one in laid.items for place in one.lines}
    lines = [line for order in orders for line in order.lines if (order.order_no, line.line_no) in named]
    if not laid.items and len(orders) == 1 and len(orders[0].lines) == 1:
        lines = list(orders[0].lines)
    return ("infant",) if any("infant" in line.tags for line in lines) else ()


def _join(entries: Sequence[Entry], added: Sequence[Problem]) -> None:
    """Put what the weights found after what words found for the same item, where it decides nothing."""
    for problem in added:
        before = [entry for entry in entries if entry.begins <= problem.hit.start]
        (before or entries)[-1 if before else 0].problems.append(problem)


def _beside(text: str, count: Quantity, spans: Sequence[tuple[int, int]], problems: Sequence[Problem]) -> bool:
    """Return whether a number without unit counts: only next to an item or a problem, or alone in the text."""
    if re.fullmatch(r"[\s,。!x*.]*", text[: count.start] + text[count.end :]):
        return True
    places = [*spans, *((one.hit.start, one.hit.end) for one in problems)]
    return any(
        BESIDE.fullmatch(text[end : count.start]) is not None if end <= count.start
        else BESIDE.fullmatch(text[count.end : start]) is not None
        for start, end in places
        if end <= count.start or start >= count.end
    )  # fmt: skip

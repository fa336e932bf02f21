"""Lines that refer to a line before: 同上, 5号也是, +1, 跟3号一样, 更正 3号是2盒."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.messages.patterns import pattern_of
from handlers.nlu.entities import Facts, facts
from handlers.nlu.items import line_of
from handlers.nlu.lists.segment_claims import has
from handlers.nlu.reading import ReadClaim, claims_of
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.normalisation import normalise
from storage.orders import Order

SAME, ALSO = "same_as_before", "also"
LIKE = pattern_of(
    r"(?:同|(?P<with>[跟和与像]))\s?(?:第|接龙)?(?P<number>\d{1,4})\s?[号#]?\s?(?:的)?(?:问题|情况)?(?P<same>一样|同样|相同|差不多)?"
    r"(?:的?问题|的?情况)?(?=[\s,。;!]|$)"
)
REST = 14
"""Characters beside 跟3号一样 up to which the line says nothing else."""


def like_another(text: str, before: Sequence[ReadClaim]) -> tuple[str, list[ReadClaim]]:
    """Return a line that refers to another number (8号 跟3号一样) as 同上, and that number's claims."""
    found = LIKE.search(text)
    if found is None or (found["with"] and not found["same"]) or len(text) - len(found.group()) > REST:
        return text, []
    number = str(int(found["number"]))
    source = [one for one in before if one.pickup_no == number and one.problems]
    if not source or not re.search(r"\d|[\u4e00-\u9fff]", text[: found.start()]):
        return text, []
    return f"{text[: found.start()]} 同上 {text[found.end() :]}", source


def again(
    known: Facts,
    base: ReadClaim,
    fits: Sequence[Order],
    last: Sequence[ReadClaim],
    orders: Sequence[Order],
    lexicon: Lexicon,
) -> list[ReadClaim]:
    """Return the claims before for this person (同上, 也是); unsure where the item is not in this person's order."""
    if not last or not (has(lexicon, SAME, known.text) or has(lexicon, ALSO, known.text)):
        return []
    own = claims_of(known, fits, base)
    counted = next((one for one in own if one.quantity is not None), None)
    named = [one for one in own if one.line_no is not None and "sku" in one.evidence]
    copies = []
    for one in last:
        copy = named[0] if named else _same_item(one, base, fits, orders, lexicon)
        amount = counted or one
        copies.append(
            replace(
                copy,
                quantity=amount.quantity,
                fraction=amount.fraction,
                unit=amount.unit,
                problems=one.problems,
                remedy=known.wished.last or one.remedy,
                received=one.received,
                severity=one.severity,
                signals=one.signals,
                withdrawn=False,
                question=False,
            )
        )
    mine = [one for one in copies if one.line_no is not None]
    return mine or copies[-1:]


def _same_item(
    one: ReadClaim, base: ReadClaim, fits: Sequence[Order], orders: Sequence[Order], lexicon: Lexicon
) -> ReadClaim:
    """Return this person's line of the same item; its words are the earlier claim's, or the item's own name."""
    words = one.evidence.get("sku", "")
    if not words and one.order_no and one.line_no:
        line = line_of(orders, (one.order_no, one.line_no))
        words = normalise(line.item) if line else ""
    if not words:
        return base
    found = [each for each in claims_of(facts(words, fits, lexicon), fits, base) if each.line_no is not None]
    if len(found) == 1:
        return found[0]
    return replace(base, certain=False, evidence={**base.evidence, "sku": words})


def corrected(
    known: Facts, base: ReadClaim, fits: Sequence[Order], before: Sequence[ReadClaim], lexicon: Lexicon
) -> list[ReadClaim]:
    """Return the person's claim after 更正 3号是2盒; the earlier one is known from the lines before."""
    if not has(lexicon, "correction", known.text):
        return []
    own = claims_of(known, fits, base)
    if not own and not known.wished.wanted:
        return []
    standing = [one for one in before if one.problems and not one.withdrawn and _same_person(one, base)]
    mine = list({(one.order_no, one.line_no): one for one in standing}.values())
    new = own[-1] if own else base
    if "sku" in new.evidence and any(one.line_no == new.line_no for one in mine):
        mine = [one for one in mine if one.line_no == new.line_no]
    if len(mine) != 1:
        return [replace(new, certain=False, remedy=known.wished.last or new.remedy)]
    old = mine[0]
    moved = "sku" in new.evidence and new.line_no != old.line_no
    amount = new if new.quantity is not None else old
    return [
        replace(
            new if moved else old,
            line=base.line,
            quantity=amount.quantity,
            fraction=amount.fraction,
            unit=amount.unit or (old.unit if amount is new else None),
            problems=old.problems,
            remedy=known.wished.last or old.remedy,
            certain=old.certain and new.certain and not moved,
            evidence={**old.evidence, **new.evidence},
        )
    ]


def _same_person(one: ReadClaim, base: ReadClaim) -> bool:
    if base.pickup_no or one.pickup_no:
        return one.pickup_no == base.pickup_no
    told = base.order_no is None or one.order_no == base.order_no
    return one.customer == base.customer and one.phone_tail == base.phone_tail and told

"""What one person's part of a leader's line claims, withdraws, asks or only mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.messages.patterns import pattern_of
from handlers.nlu.entities import Facts, facts
from handlers.nlu.reading import ReadClaim, claims_of
from handlers.nlu.references import MASK
from handlers.nlu.text.lexicon import Lexicon
from storage.orders import Order

IDLE, SETTLED = "idle", "settled"
# what may be beside item and count below a heading; more words mean something of their own
FILLING = pattern_of(rf"[\s,.。;:!、()*x{MASK}\ue001的了都也各每要求给请\-]|盒|份|袋|个|包")
LEFT_OVER = 3


def has(lexicon: Lexicon, phrase: str, text: str) -> bool:
    """Return whether one of a table's phrases is in a text."""
    matcher = lexicon.phrases.get(phrase)
    return matcher is not None and bool(matcher.find(text))


def said(known: Facts, base: ReadClaim, fits: Sequence[Order], lexicon: Lexicon) -> list[ReadClaim]:
    """Return the claims in one person's part, read with that person's order lines; `base` holds the person.

    An item without a problem is asked about, unless the words are praise, orders or pick-ups.
    """
    claims = claims_of(known, fits, base)
    if any(one.problems for one in claims):
        back = _let_go(known, lexicon)
        return [replace(one, withdrawn=True) for one in claims] if back else claims
    if known.wished.withdrawn:
        return [replace(one, withdrawn=True) for one in claims or [base]]
    if known.wished.question:
        return [replace(base, question=True, certain=False)]
    if known.wished.wanted or known.serious.signals:
        return claims or [_whole(known, base, fits)]
    if has(lexicon, IDLE, known.text):
        return []
    return [replace(one, certain=False) for one in claims]


def _let_go(known: Facts, lexicon: Lexicon) -> bool:
    """Return whether words after problem and wish withdraw both: 桶身瘪了 没漏 他说不用处理."""
    matcher = lexicon.phrases.get(SETTLED)
    hits = matcher.find(known.text) if matcher else []
    if not hits or known.serious.signals:
        return False
    told = [one.hit.start for entry in known.entries for one in entry.problems]
    return hits[-1].start > max([*told, *(at for at, _ in known.wished.places)], default=-1)


def _whole(known: Facts, base: ReadClaim, fits: Sequence[Order]) -> ReadClaim:
    """Return a wish or a serious word without item on the person's only order line, else one to be asked about."""
    single = len(fits) == 1 and len(fits[0].lines) == 1
    line = fits[0].lines[0] if single and known.wished.wanted else None
    return replace(
        base,
        order_no=fits[0].order_no if len(fits) == 1 else base.order_no,
        line_no=line.line_no if line else None,
        sku=line.sku if line else None,
        remedy=known.wished.last,
        certain=base.certain and (bool(known.serious.signals) or single),
        severity=known.serious.severity,
        signals=known.serious.signals,
        special=known.serious.special,
    )


def said_under(heading: str, known: Facts, base: ReadClaim, fits: Sequence[Order], lexicon: Lexicon) -> list[ReadClaim]:
    """Return the same with the problem (or the item) of a heading: 少货的: / 3号 鸡蛋."""
    text = known.text
    rest = list(text)
    for entry in known.entries:
        for span in (entry.mention, *entry.counts):
            if span is not None:
                rest[span.start : span.end] = [MASK] * (span.end - span.start)
    if len(FILLING.sub("", "".join(rest))) > LEFT_OVER or has(lexicon, IDLE, text):
        return []
    whole = facts(f"{heading} {text}", fits, lexicon)
    return [one for one in claims_of(whole, fits, base) if one.problems]


def under_item(
    heading: str, text: str, claims: list[ReadClaim], base: ReadClaim, fits: Sequence[Order], lexicon: Lexicon
) -> list[ReadClaim]:
    """Return the claims of a part that names no item, with the item of a heading: 草莓: / 3号 坏2盒."""
    if any("sku" in one.evidence or one.withdrawn for one in claims):
        return claims
    above = facts(heading, fits, lexicon)
    if not any(entry.mention for entry in above.entries):
        return claims
    whole = [one for one in claims_of(facts(f"{heading} {text}", fits, lexicon), fits, base) if one.problems]
    problems = tuple(dict.fromkeys(code for one in claims for code in one.problems))
    return [replace(one, problems=problems) for one in whole] or claims

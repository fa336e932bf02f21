"""What a customer wishes, refuses, withdraws or corrects."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.messages.patterns import pattern_of
from handlers.nlu.text.lexicon import Hit, Lexicon, all_hits

REFUSED = pattern_of(
    r"(?:不要|不用|不想|别|不需要|无需|不必|不是要|不是|没必要|甭|(?<![能退换补])不)(?:再|给我?|跟我|和我|帮我|你们?|直接|说|提|讲|啥|什么)*$"
    r"|(?:免|唔使|唔要|毋免|莫)(?:再|给我?)*$"
    r"|(?:\bno|\bnot|don't|do not|don't want(?: a| the)?|no need(?: to| for)?(?: a)?|without)"
    r"(?: want)?(?: a| any| the| to)?\s*$"
)
REFUSED_AFTER = pattern_of(
    r"\s*(?:i )?(?:don'?t (?:need|want)|not need|no need)|\s*(?:就)?(?:不用了|不必了|不需要|免了|不要)"
)
BLOCKED = pattern_of(
    r"(?:不给|不肯|没法|无法|拒绝|不让|不同意|不支持|不予|(?<!能)不能|说不|没人|不可以)(?:我)?(?:办理?|申请)?$"
)
PAPERS = pattern_of(r"[\s充发传上一张个]{0,3}(?:照片|图片?|视频|截图|凭证|资料|订单号|信息|说明)")
ASKING = pattern_of(r"[?吗吧没呢么催]|还不|多少|进度|到账|什么时候|啥时候|多久|\b(?:where|status|yet|update)\b")
SAME_PLACE = {"return_refund": ("refund", "exchange"), "partial_refund": ("refund", "resend"), "resend": ("exchange",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Remedies in the order in which they were wished; `withdrawn` when the claim as a whole is withdrawn."""

    wanted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    withdrawn: bool = False
    correction: bool = False
    question: bool = False
    places: tuple[tuple[int, str], ...] = ()  # the place of each wish

    @property
    def last(self) -> str | None:
        """Return the wish that counts."""
        return self.wanted[-1] if self.wanted else None

    def between(self, start: int, end: int) -> str | None:
        """Return the last wish from one place to another; else the one that counts for all."""
        near = [code for at, code in self.places if start <= at < end]
        return near[-1] if near else self.last


def _hits(text: str, lexicon: Lexicon) -> list[tuple[Hit, str]]:
    """Remedy words in reading order; where two share a place the narrower one stays (退货 over 退)."""
    found = [(hit, code) for code, hit in all_hits(lexicon.remedies, text)]
    kept = [
        (hit, code)
        for hit, code in found
        if not any(
            other is not hit and other.start <= hit.start < other.end + 1 and code in SAME_PLACE.get(stronger, ())
            for other, stronger in found
        )
    ]
    return sorted(kept, key=lambda pair: (pair[0].start, -pair[0].end))


def _withdrawn(text: str, lexicon: Lexicon, last_wish: int, *, claimed: bool) -> bool:
    """Taken back and not resumed; 不要了 and 算了 take nothing back beside a problem or a wish."""
    strong = lexicon.phrase("withdraw", text)
    weak = [] if claimed or last_wish >= 0 else lexicon.phrase("weak_withdraw", text)
    places = [hit.start for hit in strong + weak]
    if not places or last_wish > max(places):
        return False
    return not any(hit.start > max(places) for hit in lexicon.phrase("resume", text))


def wishes(text: str, lexicon: Lexicon, *, claimed: bool) -> Wishes:
    """Read wishes; `claimed`: the text states a problem, so that 不要了 means the goods and not the claim."""
    wanted: dict[str, int] = {}
    refused: dict[str, int] = {}
    for hit, code in _hits(text, lexicon):
        before = text[max(0, hit.start - 16) : hit.start].rstrip()
        if BLOCKED.search(before) or PAPERS.match(text[hit.end :]):
            continue
        no = REFUSED.search(before) or REFUSED_AFTER.match(text, hit.end)
        (refused if no else wanted)[code] = hit.start
    question = bool(lexicon.phrase("question", text))
    if question and ASKING.search(text):
        wanted, refused = {}, {}
    order = sorted((code for code in wanted if wanted[code] > refused.get(code, -1)), key=lambda code: wanted[code])
    last = max((wanted[code] for code in order), default=-1)
    return Wishes(
        wanted=tuple(order),
        refused=tuple(code for code in refused if code not in order),
        withdrawn=_withdrawn(text, lexicon, last, claimed=claimed),
        correction=bool(lexicon.phrase("correction", text)),
        question=question and not order and not claimed and ASKING.search(text) is not None,
        places=tuple((wanted[code], code) for code in order),
    )

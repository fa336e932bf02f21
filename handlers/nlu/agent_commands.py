"""What an agent means by a few words: a remedy with its sums, or a refusal with its three parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from handlers.messages.patterns import pattern_of
from handlers.nlu.text import numerals

SUM = r"(\d{1,6}(?:\.\d{1,2})?)"
COUPON = pattern_of(
    rf"(?:加|\+|送|补|另)?\s*(?:[¥￥]\s*{SUM}\s*(?:元|块)?(?:的)?\s*(?:优惠|换购|购物|代金)?券"
    rf"|{SUM}\s*(?:元|块)?(?:的)?\s*(?:优惠|换购|购物|代金)?券|(?:优惠|换购|购物|代金)?券\s*[¥￥]?\s*{SUM}\s*(?:元|块)?"
    rf"|[¥￥]?\s*{SUM}\s*(?:yuan\s*)?coupon|coupon\s*(?:of\s*)?[¥￥]?\s*{SUM})",
    re.IGNORECASE,
)
SHARE = pattern_of(
    r"(\d{1,4}/\d{1,4}|[一二两三四五六七八九十\d]{1,3}分之[一二两三四五六七八九十\d]{1,3}|\d{1,3}%|[一二两三四五六七八九\d]成(?!熟))"
)
HALF = pattern_of(r"一?半(?:价|款)?|\bhalf\b", re.IGNORECASE)
WHOLE = pattern_of(r"全额|全退|全部退款|全款|\bfull\b|\ball of it\b", re.IGNORECASE)
BACK = pattern_of(rf"(?:退回|退还|退款|退|refund(?:\s+of)?)\s*[:：]?\s*[¥￥]?\s*{SUM}\s*(?:元|块|yuan)?", re.IGNORECASE)
BARE = pattern_of(rf"[¥￥]\s*{SUM}|{SUM}\s*(?:元|块)")
REMEDIES: Mapping[str, re.Pattern[str]] = {
    "return_refund": pattern_of(r"退货退款|退货|return and refund", re.IGNORECASE),
    "exchange": pattern_of(r"换货|换一[个份件盒]|\bexchange\b", re.IGNORECASE),
    "resend": pattern_of(r"补发|重发|补寄|\b(?:re)?send(?:\s+it)?\s+again\b|\bresend\b", re.IGNORECASE),
    "apology": pattern_of(r"道歉|致歉|\bapolog(?:y|ise|ize)\b", re.IGNORECASE),
    "explanation": pattern_of(r"解释|说明情况|\bexplain\b", re.IGNORECASE),
}
REFUND = pattern_of(r"退款|退钱|退|\brefund\b", re.IGNORECASE)
AS_WISHED = pattern_of(
    r"按(?:客户|用户)?(?:的)?(?:要求|诉求|申请)|^\s*(?:通过|同意|approved?\b)|\bas wished\b", re.IGNORECASE
)
DENIED = pattern_of(
    r"(?:不|别|勿|没法|无法)(?:能|会|可以?|给|予|予以|再|要|用|应|该|准|许|同意){0,2}(?:客户|他|她)?"
    r"(?:退|补[发寄]|重发|换货|赔|通过|同意)|拒绝(?:退|补|换|赔)"
    r"|\b(?:no|not|don't|do not|never)\s+(?:a\s+)?(?:refund|resend|exchange)",
    re.IGNORECASE,
)
REFUSED = pattern_of(r"\s*(?:拒绝|驳回|不通过|不予通过|不同意|(?:refused?|reject(?:ed)?)(?![a-z]))", re.IGNORECASE)
ASKED = pattern_of(r"[?？]|[吗呢么]\s*[。!！~]*\s*$")
INSIDE = pattern_of(r"(?:原因|内部|备注|cause|internal)\s*[:：]\s*([^\n]*)", re.IGNORECASE)
SPLIT = pattern_of(r"[，,。；;、\n]+|\s{2,}")
FILLER = pattern_of(
    r"^(?:改判|通过|同意|改为|改成|加|和|并|吧|了|给他|给她|给|客户|就|再|算了|得了|行了|拉倒|意思一下|打发|->|→|\+|and|in|[\s.!！~])*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A remedy in an agent's words: `amount` and `coupon` in 分, or a `share` of what was paid."""

    remedy: str = ""  # "" when only "as wished" was said
    amount: int | None = None
    share: Fraction | None = None
    coupon: int = 0
    coupon_kind: str = ""  # a coupon of the policy, by its code
    words: str = ""  # for the customer
    reason: str = ""  # for the house alone
    as_wished: bool = False


def fen(yuan: str) -> int:
    """Return yuan as typed in 分."""
    return int(Decimal(yuan) * 100)


def remedy(text: str) -> Meant | None:
    """Read "退69 加5元券", "退一半", "补发", "通过 退99.80 原因：团长漏报"; None when no remedy is named."""
    plain = unicodedata.normalize("NFKC", text)
    reasons = INSIDE.findall(plain)
    rest = INSIDE.sub(" ", plain)
    if DENIED.search(rest):
        return None
    coupon = 0
    if found := COUPON.search(rest):
        coupon = fen(next(group for group in found.groups() if group))
        rest = COUPON.sub("，", rest)
    meant, rest = _money(rest)
    if meant is None:
        code = next((code for code, shape in REMEDIES.items() if shape.search(rest)), "")
        rest = REMEDIES[code].sub("，", rest) if code else rest
        meant = Meant(remedy=code) if code else None
    if meant is None and coupon:
        meant = Meant(remedy="compensation")
    if meant is None and REFUND.search(rest):
        meant, rest = Meant(remedy="refund"), REFUND.sub("，", rest)
    if meant is None and AS_WISHED.search(rest):
        meant, rest = Meant(as_wished=True), AS_WISHED.sub("，", rest)
    if meant is None:
        return None
    reason = "；".join(part.strip() for part in reasons if part.strip())
    return replace(meant, coupon=coupon, words=_left(rest), reason=reason)


def _money(text: str) -> tuple[Meant | None, str]:
    """Return the sum or the share to give back; goods to be sent back make it return_refund."""
    kind = "return_refund" if REMEDIES["return_refund"].search(text) else "refund"
    plain = REMEDIES["return_refund"].sub("退", text)
    # a sum beside a share is the share worked out: "退 1/2 16.45"
    unshared = HALF.sub(_blank, SHARE.sub(_blank, plain))
    for shape in (BACK, BARE):
        if found := shape.search(unshared):
            sum_ = next(group for group in found.groups() if group)
            return Meant(remedy=kind, amount=fen(sum_)), _without(unshared, found)
    if not REFUND.search(plain):
        return None, text
    for shape, part in ((SHARE, None), (HALF, Fraction(1, 2)), (WHOLE, Fraction(1))):
        if found := shape.search(plain):
            share = _share(found[0]) if part is None else part
            if share is not None and 0 < share <= 1:
                return Meant(remedy=kind, share=share), REFUND.sub("，", _without(plain, found))
    if kind == "return_refund":
        return Meant(remedy=kind), REFUND.sub("，", plain)
    return None, text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _without(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + "，" + text[found.end() :]


def _share(word: str) -> Fraction | None:
    found = numerals.number(word)
    return found.exact if found else None


def _left(text: str) -> str:
    parts = [part.strip(" ->→+：:") for part in SPLIT.split(text)]
    return "，".join(part for part in parts if len(part) > 1 and not FILLER.match(part))


RULE_LABEL = pattern_of(r"(?:规则|依据|条款|标准|rule|policy)\s*[:：]?\s*", re.IGNORECASE)
FACT_LABEL = pattern_of(r"(?:事实|实际|情况|fact|found)\s*[:：]\s*", re.IGNORECASE)
OTHER_LABEL = pattern_of(r"(?:替代方案|替代|另选|可选|备选|alternative|instead)\s*[:：]?\s*", re.IGNORECASE)
RULE_HINT = pattern_of(r"规则|规定|依据|条款|标准|政策|时限|\brules?\b|\bpolicy\b", re.IGNORECASE)
OTHER_HINT = pattern_of(
    r"券|可选|可以|替代|另选|改为|补偿|建议|优惠|下次|coupon|instead|alternative|offer|could", re.IGNORECASE
)

CLAUSES = pattern_of(
    r"[，,。；;\n]+|\s+(?=(?:规则|依据|条款|事实|实际|替代|可选|另选|备选|rule|fact|alternative|instead)\s*[:：]?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalParts:
    """The three parts that a refusal has to have; a missing one is empty."""

    rule: str = ""  # a code of the policy, or the agent's words
    fact: str = ""
    alternative: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the names of the parts that are missing."""
        return tuple(name for name in ("rule", "fact", "alternative") if not getattr(self, name))


def refusal(text: str, codes: Collection[str]) -> RefusalParts:
    """Read a refusal's rule, fact and alternative; labels help, but a clause without one is recognised too."""
    plain = unicodedata.normalize("NFKC", text)
    found = {"rule": "", "fact": "", "alternative": ""}
    for clause in filter(None, (part.strip() for part in CLAUSES.split(plain))):
        part, words = _part(clause, codes, found)
        found[part] = f"{found[part]}，{words}" if found[part] else words
    return RefusalParts(**found)


def rules(text: str) -> bool:
    """Return whether a text is a remedy and nothing else, as 退一半 加5元券: no sentence to a customer, no question."""
    meant = remedy(text)
    return meant is not None and not meant.words and not ASKED.search(text)


def refuses(text: str, codes: Collection[str]) -> bool:
    """Return whether a text is a refusal for the house: it denies, or names the rule's code, fact and alternative."""
    if denies(text):
        return True
    plain = unicodedata.normalize("NFKC", text)
    found = refusal(plain, codes)
    return not found.missing and any(code in found.rule.split("，") for code in codes)


def denies(text: str) -> bool:
    """Return whether a text begins with a word of refusal (拒绝 超过24小时), or is a denied remedy and nothing else."""
    plain = unicodedata.normalize("NFKC", text)
    denied = DENIED.search(plain)
    bare = denied and not _left(plain[: denied.start()] + plain[denied.end() :])
    return bool(REFUSED.match(plain) or bare) and not ASKED.search(plain)


def _part(clause: str, codes: Collection[str], so_far: Mapping[str, str]) -> tuple[str, str]:
    if match := FACT_LABEL.match(clause):
        return "fact", clause[match.end() :]
    if match := OTHER_LABEL.match(clause):
        return "alternative", clause[match.end() :]
    code = next((code for code in codes if re.search(rf"(?<![A-Z0-9]){re.escape(code)}(?![A-Z0-9])", clause, re.I)), "")
    if code or (RULE_HINT.search(clause) and not so_far["rule"]):
        match = RULE_LABEL.match(clause)
        return "rule", clause[match.end() :] if match and not code else (code or clause)
    if OTHER_HINT.search(clause):
        return "alternative", clause
    return "fact", clause

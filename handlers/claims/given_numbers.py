"""Bare numbers as references to an order: 我43, 125 mate and four digits alone, where an order is still to be named."""

from __future__ import annotations

import re

from handlers.claims.claim import Claim, Talk
from handlers.messages.models import Inbound
from handlers.messages.patterns import pattern_of
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.normalisation import normalise
from handlers.nlu.text.numerals import chinese
from handlers.nlu.text.spoken_digits import in_figures
from storage.orders import Order

SHORT, BARE, MOST = 60, 12, 3  # characters of an answer; of words beside a number nobody asked for; numbers that count
LEADS = pattern_of(r"\s*(?:and |n )?\d{2,4}\s+[a-z]{3}", re.IGNORECASE)  # 129 tofu is problem
HEAD = pattern_of(
    r"\s*[1-9]\d{2}\s+(?=[\u4e00-\u9fff])"
)  # 216 鸡翅没给: nobody counts goods by hundreds before their name
NUMBER = pattern_of(
    r"(?<!\bat )(?<!\bjam )(?<![\d.,:/¥$#*xX×a-zA-Z+-])(?<!第)(?<![坏烂碎破少缺漏死裂差剩有退补赔])"
    r"(?<![坏烂碎破少缺漏死裂差][了掉])"
    r"(?<![退补赔][我他她])(?P<number>\d{1,4})"
    r"(?!\d|[.:/]\d|[%+-]|[a-zA-Z]|\s?(?:号|年|月|日|天|点|时|分|元|块|毛|岁|楼|度|个(?!单|订单)|次|遍|人|斤|两|"
    r"克|of\b|out of\b|things\b|o.?clock|am\b|pm\b))"
)
# a numeral of two signs or more: 九十二, 一百零二
NUMERAL = pattern_of(
    r"(?<![一二三四五六七八九十百千零〇第几两\d])"
    r"(?:[一二三四五六七八九]百(?:零[一二三四五六七八九]|[一二三四五六七八九]十[一二三四五六七八九]?)?"
    r"|[一二三四五六七八九]十[一二三四五六七八九]?|十[一二三四五六七八九])"
    r"(?![百千万几多来]|[个只颗枚盒袋包份瓶箱条根块斤月天年岁元次遍人点分]|十)"
)
# beside several drafts: 57的直接退了, 62道个歉
DRAFT = pattern_of(r"(?<![\d.,:/])(\d{1,3})(?=\s?(?:那个?单|的|退|补|换|道歉|道个|要|是|不))")
ORDERS = pattern_of(
    r"(?:两|2|二|俩|几)[个张]?(?:订?单|号)|一单[\d一二三四五六七八九十]|单子|(?:two|2|both)(?: of my| my)? orders?",
    re.IGNORECASE,
)
WORDLESS = pattern_of(
    r"[\s,，。.!！?？~、:：;；我和跟与同是的有号单哦噢啊呢吧呀啦了吗嘛喂你好您]+"
    r"|\b(?:my|it's|it is|i'm|hi|hello|number)\b",
    re.IGNORECASE,
)


def _figures(text: str, *, numerals: bool) -> str:
    text = in_figures(text)
    return NUMERAL.sub(lambda found: str(chinese(found.group()) or found.group()), text) if numerals else text


def several_drafts(talk: Talk) -> bool:
    """Return whether drafts of several orders are open, so that each message may be about any of them."""
    return sum(bool(one.order_no) and not one.dropped for one in talk.claims) > 1


def in_plain_figures(text: str) -> str:
    """Return a text with the numbers that may name an order in figures."""
    return _figures(text, numerals=True)


def _counts(text: str, found: re.Match[str], lexicon: Lexicon) -> bool:
    """Return whether a number counts goods: 2盒, not 48 张磊."""
    rest = normalise(text[found.start() : found.end() + 12])
    counted = lexicon.counted.match(rest)
    if counted is None:
        return False
    name = re.match(r"\d+\s+[\u4e00-\u9fff]{2,3}$", text[found.start() :].strip())
    return name is None


def as_reference(inbound: Inbound, talk: Talk, lexicon: Lexicon, *, known: bool) -> str:
    """Return the text with bare numbers marked as what they must be while an order is to be named.

    `known`: the account is a buyer's or a leader's already, so that only an answer to the question is marked.
    """
    if several_drafts(talk):
        return DRAFT.sub(r"\1号", _figures(inbound.text, numerals=True))
    claim = talk.claim(talk.current)
    claim = None if claim is None or claim.dropped else claim
    asked = bool(claim and not claim.order_no and claim.asked and claim.asked.slot == "order")
    if claim and claim.asked and claim.asked.choices:
        return in_figures(inbound.text)
    several = not known and (claim is None or not claim.order_no) and bool(ORDERS.search(inbound.text))
    text = _figures(inbound.text, numerals=asked or several)
    if not (asked or several or (claim is None and not known)) or (len(text) > SHORT and not LEADS.match(text)):
        return text
    found = [one for one in NUMBER.finditer(text) if not _counts(text, one, lexicon)]
    if not found or len(found) > (MOST if several else 1):
        return text if not found or WORDLESS.sub("", NUMBER.sub("", text)) else _all_marked(text, found)
    left = len(WORDLESS.sub("", text)) - sum(len(one["number"]) for one in found)
    alone = left <= 3 and len(text) <= BARE and not lexicon.nouns.search(normalise(text))
    heads = claim is None and HEAD.match(text) is not None and len(found) == 1
    if not alone and not several and not heads and (not asked or _is_answered(claim, found)):
        return text
    return _all_marked(text, found)


def _all_marked(text: str, found: list[re.Match[str]]) -> str:
    for one in reversed(found[:MOST]):
        text = _marked(text, one)
    return text


def _is_answered(claim: Claim | None, found: list[re.Match[str]]) -> bool:
    """Return whether the number beside other words is none: the order's was given, and this is no phone's tail."""
    return bool(claim and (claim.number or claim.pickup)) and any(len(one["number"]) < 4 for one in found)


def _marked(text: str, one: re.Match[str]) -> str:
    if len(one["number"]) == 4:
        return f"{text[: one.start()]}尾号{text[one.start() :]}"
    return f"{text[: one.end()]}号{text[one.end() :]}"


def without_references(text: str, order: Order, lexicon: Lexicon) -> str:
    """Return what was said without the bare numbers that named the order; what counts goods stays."""
    figures = _figures(text, numerals=True)
    named = (order.participate_no, order.buyer_phone[-4:])
    found = [one for one in NUMBER.finditer(figures) if one["number"] in named and not _counts(figures, one, lexicon)]
    if not found or len(figures) > 2 * SHORT:
        return text
    for one in reversed(found):
        figures = f"{figures[: one.start()]} {figures[one.end() :]}"
    return figures

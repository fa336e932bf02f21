"""Bare numbers as references to an order: 我43, 125 mate and four digits alone, where an order is still to be named."""

from __future__ import annotations

import re

from handlers.claims.claim import Talk
from handlers.messages.models import Inbound
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.normalisation import normalise
from handlers.nlu.text.spoken_digits import in_figures
from storage.orders import Order

SHORT, BARE = 40, 12  # characters of an answer; of words beside a number that nobody asked for
NUMBER = re.compile(
    r"(?<![\d.,:/¥$#*xX×a-zA-Z+-])(?<!第)(?<![坏烂碎破少缺漏死裂差剩有])(?P<number>\d{1,4})"
    r"(?![\d.:/%+-]|[a-zA-Z]|\s?(?:号|年|月|日|天|点|时|分|元|块|毛|岁|楼|度|个|次|遍|人|斤|两|克|of\b|out of\b))"
)
WORDLESS = re.compile(r"[\s,，。.!！?？~、:：;；我是的号单哦噢啊呢吧呀啦了吗嘛喂你好您]+|\b(?:my|it's|it is|i'm|hi|hello|number)\b", re.I)


def as_reference(inbound: Inbound, talk: Talk, lexicon: Lexicon, *, known: bool) -> str:
    """Return the text with a bare number marked as what it must be while an order is to be named.

    `known`: the account is a buyer's or a leader's already, so that only an answer to the question is marked.
    """
    text = in_figures(inbound.text)
    claim = talk.claim(talk.current)
    claim = None if claim is None or claim.dropped else claim
    asked = bool(claim and not claim.order_no and claim.asked and claim.asked.slot == "order")
    if claim and claim.asked and claim.asked.choices:
        return text
    found = list(NUMBER.finditer(text))
    if len(found) != 1 or len(re.findall(r"\d+", text)) != 1:
        return text
    number = found[0]
    if lexicon.counted.match(normalise(text[number.start() :])):
        return text
    bare = claim is None and not known and len(WORDLESS.sub("", text)) - len(number["number"]) <= 3
    if not (bare and len(text) <= BARE) and not (asked and len(text) <= SHORT):
        return text
    if len(number["number"]) == 4:
        return f"{text[: number.start()]}尾号{text[number.start() :]}"
    return f"{text[: number.end()]}号{text[number.end() :]}"


def without_references(text: str, order: Order) -> str:
    """Return what was said without the bare number that named the order: it counts no goods."""
    figures = in_figures(text)
    found = list(NUMBER.finditer(figures))
    named = (order.participate_no, order.buyer_phone[-4:])
    if len(found) != 1 or len(figures) > SHORT or found[0]["number"] not in named:
        return text
    return f"{figures[: found[0].start()]} {figures[found[0].end() :]}"

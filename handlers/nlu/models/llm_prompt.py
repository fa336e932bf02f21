"""The question to a second reader: masked passages, and the lines they may mean under short numbers."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from handlers.messages.codes import REMEDIES
from handlers.messages.texts import say
from handlers.nlu.models.redaction import unnamed
from storage.orders import Order

TEXTS = Path(__file__).parent / "llm_prompt.toml"
LANGUAGE = "zh"
ORDERS, LINES = 12, 40  # orders and lines of one passage; one that could mean more is not asked about


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A text to ask about: `text` and `orders` are what it was read with, `fits` the orders that it may mean.

    `masked` is all that leaves of the text.
    """

    text: str
    orders: Sequence[Order]
    masked: str
    fits: tuple[Order, ...] = ()


@cache
def texts() -> Mapping[str, str]:
    """Return the words of the prompt."""
    return tomllib.loads(TEXTS.read_text(encoding="utf-8"))


def orders_of(passages: Sequence[Passage]) -> tuple[Order, ...]:
    """Return the orders of all passages; an order's number in the question is its place here, from 1."""
    return tuple({order.order_no: order for passage in passages for order in passage.fits}.values())


def messages(passages: Sequence[Passage], problems: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the question as the messages of a chat completion; `problems`: code -> label."""
    orders = orders_of(passages)
    place = {order.order_no: number for number, order in enumerate(orders, start=1)}
    asked = {
        "orders": [{"order": place[order.order_no], "lines": _lines(order, orders)} for order in orders],
        "passages": [
            {"passage": number, "text": one.masked, "orders": [place[order.order_no] for order in one.fits]}
            for number, one in enumerate(passages, start=1)
        ],
    }
    return [
        {"role": "system", "content": _rules(problems)},
        {"role": "user", "content": json.dumps(asked, ensure_ascii=False)},
    ]


def _lines(order: Order, orders: Sequence[Order]) -> list[dict[str, Any]]:
    return [
        {"line": number, "item": unnamed(line.item, orders), "unit": line.unit[:8], "quantity": line.quantity}
        for number, line in enumerate(order.lines, start=1)
    ]


def _rules(problems: Mapping[str, str]) -> str:
    remedies = [(code, say(LANGUAGE, f"remedy.{code}")) for code in REMEDIES]
    return texts()["system"].strip().format(problems=_codes(list(problems.items())), remedies=_codes(remedies))


def _codes(pairs: Sequence[tuple[str, str]]) -> str:
    return texts()["comma"].join(texts()["code"].format(code=code, label=label) for code, label in pairs)

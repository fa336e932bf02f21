"""What a leader copies from a chat: headings that name the speaker, numbers written as people write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta

from handlers.messages.patterns import pattern_of
from storage.orders import Order

HEAD = pattern_of(
    r"\s*(?P<name>\S(?:.{0,18}\S)??)\s*[:：]?\s+(?:20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?\s*)?(?:\d{1,2}[-/月]\d{1,2}日?\s*)?"
    r"(?:今天|昨天|周.|星期.)?\s*(?:上午|下午|晚上|早上|中午|凌晨|AM|PM)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?\s*(?:AM|PM)?\s*[:：]?\s*"
)
LED = pattern_of(r"\s*(?:[#＃]?(?P<number>\d{1,4})\s*[号號]|(?P<name>\S{1,20}?)\s*(?:[:：]|$))")
NUMBER_ALONE = pattern_of(r"[#＃]?\d{1,4}\s*[号號]")
OWN = pattern_of(r"\s*[#＃]?\d{1,4}\s*(?:[号號#]|[-~、，,和到至/]\s*\d)")
SLASHED = pattern_of(r"\s*(\d{1,4}(?:\s?[/／]\s?\d{1,4})+)(?:\s*[号號])?(?=[\s\u4e00-\u9fff])")
ALL_OF = pattern_of(
    r"\s*(\d{1,4})\s+(?=(?:[两三四几]样|两个|两件|一样|什么|东西|全部|全都|全|都|货|没收|没到|没拿|没给|没有收))"
)


def named(text: str, buyers: Collection[str]) -> str:
    """Write the speaker before each line of a copied chat (李婷 19:02 above it); the lines keep their places."""
    lines: list[str] = []
    speaker = ""
    for raw in text.splitlines():
        head = HEAD.fullmatch(raw)
        if head:
            speaker = _buyer(head["name"], buyers)
            lines.append(raw)
        elif speaker and raw.strip() and not OWN.match(raw) and not any(name in raw for name in buyers):
            lines.append(f"{speaker}：{raw}")
        else:
            lines.append(raw)
    return "\n".join(lines)


def speakers(text: str, buyers: Collection[str]) -> list[str]:
    """Return whom each line of a pasted text is about: who speaks in it, or its pickup number; "" where none is named.

    A line that names nobody goes on with whom the line before it is about.
    """
    found: list[str] = []
    for raw in text.splitlines():
        head, led = HEAD.fullmatch(raw), LED.match(raw)
        name = _buyer(head["name"], buyers) or head["name"] if head else ""
        if not name and led:
            name = f"{int(led['number'])}号" if led["number"] else led["name"] if led["name"] in buyers else ""
        found.append(name or (found[-1] if found else ""))
    return found


def strangers(text: str, buyers: Collection[str]) -> dict[int, str]:
    """Return the lines (from 1) of a copied chat that somebody said who is no known buyer, and the name."""
    told = enumerate(speakers(text, buyers), start=1)
    return {at: name for at, name in told if name and name not in buyers and not NUMBER_ALONE.fullmatch(name)}


def is_head(raw: str, buyers: Collection[str]) -> bool:
    """Return whether a line only says whom the lines below are about."""
    bare = raw.strip().rstrip(":：").strip()
    return HEAD.fullmatch(raw) is not None or bare in buyers or NUMBER_ALONE.fullmatch(bare) is not None


def heads(text: str, buyers: Collection[str]) -> set[int]:
    """Return the lines (from 1) that only say which buyer speaks below."""
    rows = enumerate(text.splitlines(), start=1)
    return {at for at, raw in rows if (head := HEAD.fullmatch(raw)) and _buyer(head["name"], buyers)}


def _buyer(name: str, buyers: Collection[str]) -> str:
    """Return the buyer of this name, else the only one whose name is part of it: 李婷-3栋."""
    if name in buyers:
        return name
    within = [one for one in buyers if len(one) > 1 and one in name]
    return within[0] if len(within) == 1 else ""


def signed(text: str, orders: Sequence[Order], today: date) -> str:
    """Write 号 after numbers at the start of a line that are pickup numbers: 30/31 牛奶漏, 34 两样都没收到."""
    known = {order.participate_no.lstrip("0") for order in orders}
    near = {f"{day.month}/{day.day}" for day in (today + timedelta(days=off) for off in range(-7, 2))}

    def apart(found: re.Match[str]) -> str:
        numbers = [str(int(one)) for one in re.split("[/／]", found[1])]
        if not set(numbers) <= known or "/".join(numbers) in near:
            return found.group()
        return "、".join(f"{number}号" for number in numbers)

    def alone(found: re.Match[str]) -> str:
        return f"{found[1]}号 " if str(int(found[1])) in known else found.group()

    return "\n".join(_led(_led(raw, SLASHED, apart), ALL_OF, alone) for raw in text.splitlines())


def _led(raw: str, shape: re.Pattern[str], write: Callable[[re.Match[str]], str]) -> str:
    found = shape.match(raw)
    return f"{write(found)}{raw[found.end() :]}" if found else raw

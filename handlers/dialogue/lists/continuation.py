"""How a message of a list is read: copied chats by who speaks, what goes on behind the lines before."""

from __future__ import annotations

import re
from dataclasses import replace

from handlers.claims.list_draft import ListDraft
from handlers.dialogue.lists.paste_state import Paste
from handlers.nlu.lists import forwarded_chats
from handlers.nlu.lists.reader import ListReading
from handlers.nlu.reading import ReadClaim


def of(paste: Paste) -> ListReading:
    """Read the lines; those that begin in the middle are read behind the lines before them."""
    text, by = paste.text, paste.by
    if by and any(order.buyer_name == by for order in paste.reader.shelf.listed.orders):
        text = "\n".join(f"{by}：{line}" if line.strip() else line for line in text.splitlines())
    listed = paste.reader.shelf.listed.orders
    text = forwarded_chats.signed(
        forwarded_chats.named(text, {one.buyer_name for one in listed}), listed, paste.reader.today
    )
    reading = paste.reader.lines(_with_signs(text, paste.draft))
    first = next((at for at, line in enumerate(text.splitlines(), start=1) if line.strip()), 1)
    begun = [one for one in (*reading.claims, *reading.named) if one.line == first]
    whole = any((one.pickup_no or one.customer or one.order_no) and one.problems for one in begun)
    if by or not paste.draft.context or whole or any(one.withdrawn or one.question for one in begun):
        return reading
    behind = mild(_behind(paste, text), reading)
    more = sum(bool(one.problems) for one in behind.claims) > sum(bool(one.problems) for one in reading.claims)
    alone = not any(one.pickup_no or one.customer or one.order_no for one in begun)
    return behind if more or alone else reading


def _with_signs(text: str, draft: ListDraft) -> str:
    """Write 12 as 12号 where it begins an answer and a question about that number is open."""
    numbers = sorted({line.pickup for line in draft.questions() if line.pickup.isdecimal()}, key=len, reverse=True)
    if not numbers:
        return text
    bare = rf"(?m)(?:^|(?<=[\s,，;；。、]))({'|'.join(numbers)})(?![\d号號.:：#%])"
    return re.sub(bare, r"\1号", text)


def _behind(paste: Paste, text: str) -> ListReading:
    """Read lines behind the last lines of the message before: 同上, 还有, or more of the same person."""
    lead = len(paste.draft.context)
    whole = paste.reader.lines("\n".join([*paste.draft.context, text]))
    return replace(
        whole,
        claims=tuple(replace(one, line=one.line - lead) for one in whole.claims if one.line > lead),
        named=tuple(replace(one, line=one.line - lead) for one in whole.named if one.line > lead),
        ignored=tuple(replace(one, line=one.line - lead) for one in whole.ignored if one.line > lead),
    )


def mild(behind: ListReading, own: ListReading) -> ListReading:
    """Return lines read after earlier ones without the harm that only those mention; `own`: the lines by themselves."""
    harmed = {one.line for one in (*own.claims, *own.named) if one.severity == "safety"}
    return replace(
        behind,
        claims=tuple(
            _without_harm(one) if one.severity == "safety" and one.line not in harmed else one for one in behind.claims
        ),
    )


ILLNESS, OBJECT = "illness", "foreign_object"


def _without_harm(told: ReadClaim) -> ReadClaim:
    problems = tuple(code for code in told.problems if code != ILLNESS)
    kept = OBJECT in problems
    return replace(
        told,
        problems=problems,
        severity="major" if kept else "normal",
        signals=(OBJECT,) if kept else (),
        special=(),
        certain=told.certain and bool(problems),
    )

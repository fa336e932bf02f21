"""Text and buttons for the group: HTML with people mentioned by id, shortened to what fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from bot.channels.telegram.text import LABEL, TAP, TEXT, cut, units
from handlers.messages.models import Button

ROWS = 25
PLAIN = LinkPreviewOptions(is_disabled=True)  # what a customer links to is shown as text, nobody goes and looks
MOST_CALLED = 20  # people; the platform notifies few of a message's mentions anyway


# what clients make a link of by themselves: names to be called, addresses, commands, tags
IDN = "中国|公司|网络|网址|网站|手机|在线|中文网|商城|商店|购物|香港|台湾|我爱你"
LIVE = re.compile(
    r"(?<![\w@])@\w{2,64}|(?<![\w/.])/[A-Za-z]\w{0,63}(?:@\w{3,32})?(?![\w/])|(?<!\w)[#$][^\W\d]\w{0,255}"
    r"|(?:[A-Za-z][A-Za-z0-9+.-]{1,20}:/{0,3})?[\w.+-]{0,100}@[\w-]{1,100}(?:\.[\w-]{1,100}){1,8}"
    r"|[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s<>「」“”]{1,2000}"
    rf"|(?<![\w.-])(?:[\w-]{{1,63}}\.){{1,8}}(?:[A-Za-z]{{2,24}}|{IDN})(?![\w-])(?:[:/?#][^\s<>「」“”，。；]{{0,2000}})?"
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])(?:[:/][^\s<>「」“”，。；]{0,2000})?"
)


def dead(text: str) -> str:
    """Return a text as HTML without mentions and links: they stay as they were written, to copy."""
    made, at = [], 0
    for found in LIVE.finditer(text):
        made += [escape(text[at : found.start()]), f"<code>{escape(found.group())}</code>"]
        at = found.end()
    return "".join([*made, escape(text[at:])])


def broken(text: str) -> str:
    """Return a text without markup in which nothing is called or linked: an invisible sign parts what would be."""
    return LIVE.sub(lambda found: "\u2060".join(re.split(r"(?<=[@/.:#$])", found.group())), text)


def html(text: str, mentions: Iterable[Sequence[str]] = (), *, limit: int = TEXT) -> str:
    """Return a text as dead HTML with the people called on a line of their own; both fit into `limit` units."""
    called = [(user, name) for user, name in mentions if user.isdecimal()][:MOST_CALLED]
    line = " ".join(f"@{name}" for _, name in called)
    words = cut(text, limit - units(line) - 1) if line else cut(text, limit)
    links = " ".join(f'<a href="tg://user?id={user}">@{escape(name)}</a>' for user, name in called)
    return f"{dead(words)}\n{links}" if links else dead(words)


def plain(text: str, mentions: Iterable[Sequence[str]] = (), *, limit: int = TEXT) -> str:
    """Return a text without markup for when HTML is refused: people are named, not called."""
    names = " ".join(name for _, name in list(mentions)[:MOST_CALLED])
    words = cut(broken(text), limit - units(names) - 1) if names else cut(broken(text), limit)
    return f"{words}\n{names}" if names else words


def keyboard(rows: Iterable[Iterable[Sequence[str]]]) -> InlineKeyboardMarkup | None:
    """Return buttons from rows of (label, value)."""
    made = [
        [
            InlineKeyboardButton(cut(label, LABEL), callback_data=tap)
            for label, tap in row
            if 1 <= len(tap.encode()) <= TAP
        ]
        for row in list(rows)[:ROWS]
    ]
    made = [row for row in made if row]
    return InlineKeyboardMarkup(made) if made else None


def pairs(rows: Sequence[Sequence[Button]]) -> list[list[tuple[str, str]]]:
    """Return drawn buttons in the shape of a payload's."""
    return [[(button.label, button.tap) for button in row] for row in rows]


def mentions(payload: Any) -> list[tuple[str, str]]:
    """Return the people that a payload calls."""
    return [(str(user), str(name)) for user, name in payload.get("mentions", ())]

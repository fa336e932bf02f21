"""What comes in without marks that nobody sees: texts keep their lines, names and file names are one line."""

from __future__ import annotations

import re
from dataclasses import replace
from unicodedata import category

from handlers.messages.models import DeskInbound, Inbound
from handlers.messages.patterns import pattern_of

NAME = 64  # characters of a person's name
FILE = 100  # of a file's
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})  # controls and direction marks, halves of characters, private ones
# how lines of cards and notes begin, or what they name: a sign, or a ticket's number
HOUSE = pattern_of(r"^\s*[^\w\s,.!?，。！？、…~～()（）「“\"'-]|\b(?:CD|IN)-[0-9A-Z]{6}", re.IGNORECASE)
BREAKS = str.maketrans(dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"))


def text(given: str) -> str:
    """Return a text without control characters and direction marks; lines stay lines, however they were broken."""
    if given.isprintable():
        return given
    lines = given.replace("\r\n", "\n").translate(BREAKS)
    return "".join(char for char in lines if char in "\n\t" or category(char) not in UNSEEN)


def quoted(given: str) -> str:
    """Return a customer's words as they stand under a card: further lines cannot pass for lines of the house."""
    first, *further = given.split("\n")
    return "\n".join([first, *(f"┊ {one}" if HOUSE.search(one) else one for one in further)])


def line(given: str, longest: int = NAME) -> str:
    """Return a name as one line, so that nobody can add lines to a card with it."""
    whole = " ".join(text(given).split())
    return whole if len(whole) <= longest else whole[: longest - 1] + "…"


def inbound(message: Inbound) -> Inbound:
    """Clean a customer's message: its words, and every name in it."""
    origin = message.origin
    return replace(
        message,
        text=text(message.text),
        name=line(message.name),
        media=tuple(replace(one, name=line(one.name, FILE)) for one in message.media),
        origin=replace(origin, name=line(origin.name)) if origin else None,
    )


def staff(message: DeskInbound) -> DeskInbound:
    """Clean the names in what a member of the staff did; the words go to the customer as they are."""
    files = tuple(replace(one, name=line(one.name, FILE)) for one in message.media)
    return replace(message, name=line(message.name), media=files)

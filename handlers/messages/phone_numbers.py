"""Phone numbers as a group may see them: only a ticket's owner sees whole ones."""

from __future__ import annotations

from handlers.messages.patterns import pattern_of

WHOLE = pattern_of(
    r"(?<![\d.])(?:(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\+[1-9](?:[ -]?\d){7,14}|0\d{2,3}[ -]?\d{7,8})(?![\d.])"
)
EXTENSION = pattern_of(r"(?<=\d{10})-\d{1,6}$")  # behind a number that many share


def masked(phone: str) -> str:
    """Return a phone number with its middle hidden: the group sees three digits before and four after."""
    phone = EXTENSION.sub("", phone)
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****" if phone else ""


def covered(text: str) -> str:
    """Return a text with the middle of every phone number hidden."""
    return WHOLE.sub(lambda found: masked(found.group()), text)


def told(text: str) -> list[str]:
    """Return the phone numbers in a text."""
    return WHOLE.findall(text)

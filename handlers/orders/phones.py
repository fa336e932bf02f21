"""Phones of an order file: whole ones, masked ones, and those that reach the buyer by an extension."""

from __future__ import annotations

import re

from handlers.orders.texts import Unclear, name_of
from storage.orders import phone_digits

WHOLE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
PLAIN = re.compile(r"[+(]?[0-9][0-9 ()-]*")
LINE = r"(?:\+?(?:86|0086)[ -]?)?(?:1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}|\(?0[0-9]{2,3}\)?[ -]?[0-9]{7,8})"
EXTENDED = re.compile(rf"(?P<line>{LINE})\s*(?:-|转|,|#|分机|ext\.?)\s*(?P<extension>[0-9]{{1,6}})", re.IGNORECASE)
TWO = re.compile(rf"{LINE}\s*[/,;、 ]\s*{LINE}")
MASK = re.compile(r"[*xX•●]")
MASKED = re.compile(r"(?:\+?(?:86|0086)[ -]?)?(?P<head>[0-9]{0,7})[ -]?[*xX•●]{2,11}[ -]?(?P<tail>[0-9]{4})")


def phone(text: str) -> str:
    """Read a phone number into its digits.

    Of a masked one the ends are kept, as 138****2231, of one with an extension both parts, as 13911118812-1234: many
    buyers share what stands before it, so that only the whole tells them apart.
    """
    if WHOLE.fullmatch(text):
        return text
    clean = name_of(text, 40)
    if not clean:
        return ""
    if extended := EXTENDED.fullmatch(clean):
        return f"{phone_digits(extended['line'])}-{extended['extension']}"
    if MASK.search(clean):
        masked = MASKED.fullmatch(clean)
        if not masked:
            raise Unclear("is masked and its last four digits with it; export it whole, or leave it empty")
        return f"{masked['head']}****{masked['tail']}"
    if TWO.fullmatch(clean):
        raise Unclear("holds two phone numbers; leave the one that the buyer proves the order by")
    digits = phone_digits(clean)
    if not PLAIN.fullmatch(clean) or not 5 <= len(digits) <= 20:
        raise Unclear("is not a phone number")
    return digits

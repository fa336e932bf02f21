"""Ticket numbers: CD- and six characters of Crockford base 32, drawn at random, the last one a check."""

from __future__ import annotations

from random import Random

from handlers.messages.patterns import pattern_of

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
READ_AS = str.maketrans("OIL", "011")
SIZE = 32

# fullwidth letters, dashes and a missing hyphen come from phones
SHAPE = pattern_of(r"(?<![A-Z0-9])(CD|IN)\s?[-–—－_]?\s?([0-9A-TV-Z]{6})(?![A-Z0-9])")
WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def check(body: str) -> str:
    """Return the Luhn mod 32 check character of a body in ALPHABET."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        value = ALPHABET.index(sign) * (2 if place % 2 == 0 else 1)
        total += value // SIZE + value % SIZE
    return ALPHABET[-total % SIZE]


def draw(random: Random, prefix: str = "CD") -> str:
    """Return a random number; the caller draws again when it is taken."""
    body = "".join(ALPHABET[random.randrange(SIZE)] for _ in range(5))
    return f"{prefix}-{body}{check(body)}"


def find(text: str) -> list[str]:
    """Return the ticket numbers in a text, in canonical form; a number whose check fails is none."""
    found = []
    for prefix, body in SHAPE.findall(text.translate(WIDE).upper()):
        plain = body.translate(READ_AS)
        if all(sign in ALPHABET for sign in plain) and check(plain[:5]) == plain[5]:
            found.append(f"{prefix}-{plain}")
    return found


def parse(text: str) -> str | None:
    """Return the ticket number that a text is, with or without its prefix; None when it is none."""
    plain = text.strip().translate(WIDE)
    numbers = find(plain) or find(f"CD-{plain}")
    return numbers[0] if len(numbers) == 1 else None

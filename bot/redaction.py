"""Tokens, secrets and phone numbers taken out of every log line, those of libraries included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

SHORTEST = 4  # characters of a secret; a shorter one would be found in every second word
HIDDEN, PHONE = "<hidden>", "<phone>"

_BOT = re.compile(r"(?<=/bot)[0-9]+:[A-Za-z0-9_-]+|(?<![0-9A-Za-z])[0-9]{6,20}:[A-Za-z0-9_-]{30,}")
_NAMED = re.compile(
    r"""((?:access_token|refresh_token|secret_token|bot_token|app_?secret|client_secret|api_?key|aes_?key|passw(?:or)?d
    |claimdesk_sandbox)["']?\s*(?:=|:|%3D)\s*(?:b?["'])?)[^\s&"',;)}\]\\]+""",
    re.IGNORECASE | re.VERBOSE,
)
_SECRET_OF = re.compile(r"((?<![A-Za-z])secret=)[^\s&\"',;)}\]\\]+", re.IGNORECASE)
_HEADER = re.compile(r"((?<![A-Za-z])(?:bearer|basic)\s+)[A-Za-z0-9+/._~=-]{6,}", re.IGNORECASE)
_USER = re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)")  # user and password of an address
# digits of every width; what stands before may be written as \n or \u5f20; a letter of hexadecimal numbers may not
_BEGIN, _END = r"(?:(?<![0-9A-Fa-f０-９.])|(?<=\\n)|(?<=\\r)|(?<=\\t)|(?<=\\u[0-9A-Fa-f]{4}))", r"(?![0-9A-Za-z０-９])"
_D = "[0-9０-９]"
_PHONE = re.compile(
    rf"{_BEGIN}(?:\+?86[- ]?)?[1１][3-9３-９]{_D}[- ]?{_D}{{4}}[- ]?{_D}{{4}}{_END}"
    rf"|{_BEGIN}\+[0-9][0-9 ()-]{{7,17}}[0-9]{_END}"
    rf"|{_BEGIN}0[0-9]{{2,3}}-[0-9]{{7,8}}{_END}"
)


class Redaction:
    """Hides given secrets, whatever looks like a token, and phone numbers."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if len(secret) >= SHORTEST for form in _forms(secret)}
        longest_first = sorted(forms, key=len, reverse=True)
        self._given = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def __call__(self, text: str) -> str:
        """Return the text without them."""
        text = self._given.sub(HIDDEN, text)
        text = _USER.sub(HIDDEN, _BOT.sub(HIDDEN, text))
        for shape in (_NAMED, _SECRET_OF, _HEADER):
            text = shape.sub(rf"\g<1>{HIDDEN}", text)
        return _PHONE.sub(PHONE, text)


def _forms(secret: str) -> set[str]:
    """Return how a secret may be written: as it is, in an address, in a repr or JSON."""
    escaped = secret.encode("unicode_escape").decode()
    return {secret, quote(secret), quote(secret, safe=""), repr(secret)[1:-1], escaped, secret.replace('"', '\\"')}

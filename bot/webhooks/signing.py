"""The signature under a body, the same in both directions."""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

SIGNATURE = "X-Claimdesk-Signature"
_SHAPE = re.compile(r"sha256=[0-9a-fA-F]{64}")


def signature(secret: str, body: bytes) -> str:
    """Return the header's value for a body: the HMAC-SHA-256 of its bytes."""
    return f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}"


def is_shaped(given: str) -> bool:
    """Return whether a header could be a signature at all."""
    return _SHAPE.fullmatch(given) is not None


def is_signed(secret: str, body: bytes, given: str) -> bool:
    """Return whether a header is the signature of a body; takes the same time for every wrong one."""
    return hmac.compare_digest(signature(secret, body).encode(), given.lower().encode("utf-8", "replace"))

"""The checks of WeChat's callback: signature, age, size and encryption; all else is refused with an empty body."""

from __future__ import annotations

import hmac
import json
import re
import struct
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.events import EVENT_TYPES
from wechatpy.exceptions import WeChatException
from wechatpy.messages import MESSAGE_TYPES, UnknownMessage
from wechatpy.parser import parse_message
from wechatpy.utils import WeChatSigner

FRESH = 300  # seconds that a request's time may be off; repeated deliveries come within 15
MOST_SEEN = 20_000  # signatures remembered in plain mode
LONGEST = 200  # characters of a query value
NONCE = re.compile(r"[\w.+/=-]{1,128}", re.ASCII)
# what wechatpy 1.8.18 and the libraries under it let out on bad input
MALFORMED = (
    ExpatError,
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
    struct.error,
    AssertionError,
    ArithmeticError,
    RecursionError,
    WeChatException,
)


class Refused(Exception):
    """This request is not the platform's, or not complete. `why` is for the log, never for the answer."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What signs and encrypts the callback. Without `aes_key` plain bodies are accepted, which are not signed."""

    app_id: str
    token: str
    aes_key: str = ""
    aes_key_previous: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message of wechatpy's, the request's nonce, the key that opened it, and whether it came as JSON."""

    message: Any
    nonce: str = ""
    crypto: WeChatCrypto | None = None
    json: bool = False


@dataclass(slots=True)
class Gate:
    """Opens what is signed, recent and complete; knows the present and the previous key."""

    keys: Keys
    _cryptos: tuple[WeChatCrypto, ...] = ()
    _seen: OrderedDict[str, tuple[float, bytes]] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        """Prepare the ciphers. Raises ValueError for a text that is no key."""
        given = (self.keys.aes_key, self.keys.aes_key_previous)
        try:
            self._cryptos = tuple(WeChatCrypto(self.keys.token, key, self.keys.app_id) for key in given if key)
        except AssertionError:
            raise ValueError("WECHAT_AES_KEY must be 43 characters of base64") from None

    def verify(self, query: Mapping[str, str], *times: datetime) -> str:
        """Answer the platform's question whether this callback is ours. Raises Refused."""
        self._signed(query, times)
        echo = query.get("echostr", "")
        if not echo or len(echo) > LONGEST or not echo.isprintable():
            raise Refused(400, "no echostr")
        return echo

    def open(self, query: Mapping[str, str], body: bytes, *times: datetime) -> Letter:
        """Return a delivery, opened; its time must be near one of `times`. Raises Refused."""
        self._fresh(query, times)
        if not self._cryptos:
            return self._open_plain(query, body, times)
        if "signature" in query:
            self._check(query, query["signature"])
        outer, is_json = _parse(body)
        sealed = outer.get("Encrypt")
        if not isinstance(sealed, str) or not sealed.isascii():
            raise Refused(403, "not encrypted, though WECHAT_AES_KEY is set")
        self._check(query, query.get("msg_signature", ""), sealed)
        return self._decrypt(query, sealed, is_json)

    def _decrypt(self, query: Mapping[str, str], sealed: str, is_json: bool) -> Letter:
        signature, stamp, nonce = query["msg_signature"], query["timestamp"], query["nonce"]
        for crypto in self._cryptos:
            try:
                inner = crypto.decrypt_message({"Encrypt": sealed}, signature, stamp, nonce)
            except MALFORMED:
                continue
            return _letter(inner, nonce, crypto, is_json)
        raise Refused(403, "neither WECHAT_AES_KEY nor WECHAT_AES_KEY_PREVIOUS opens it for this WECHAT_APP_ID")

    def _open_plain(self, query: Mapping[str, str], body: bytes, times: tuple[datetime, ...]) -> Letter:
        self._signed(query, times)
        letter = _letter(body, query["nonce"], None, False)
        # the signature does not cover the body: one URL is good for one body, and for its repetition
        digest, now = sha256(body).digest(), max(time.timestamp() for time in times)
        while self._seen and (next(iter(self._seen.values()))[0] < now - 2 * FRESH or len(self._seen) >= MOST_SEEN):
            self._seen.popitem(last=False)
        _, first = self._seen.setdefault(query["signature"], (now, digest))
        if first != digest:
            raise Refused(403, "a signature was repeated with another body")
        return letter

    def _signed(self, query: Mapping[str, str], times: tuple[datetime, ...]) -> None:
        self._fresh(query, times)
        self._check(query, query.get("signature", ""))

    def _fresh(self, query: Mapping[str, str], times: tuple[datetime, ...]) -> None:
        stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12 and NONCE.fullmatch(nonce)):
            raise Refused(400, "no timestamp or nonce")
        if all(abs(time.timestamp() - int(stamp)) > FRESH for time in times):
            raise Refused(403, "stale: compare this machine's clock")

    def _check(self, query: Mapping[str, str], given: str, sealed: str = "") -> None:
        signer = WeChatSigner()
        parts = (self.keys.token, query["timestamp"], query["nonce"], sealed)
        signer.add_data(*(part for part in parts if part))
        if not hmac.compare_digest(signer.signature.encode(), given.encode(errors="replace")):
            raise Refused(403, "wrong signature: compare WECHAT_TOKEN")


def _parse(body: str | bytes) -> tuple[Mapping[str, Any], bool]:
    """Return the fields of XML, or of JSON where the account is set to it."""
    is_json = body.lstrip()[:1] in (b"{", "{")
    try:
        fields = json.loads(body) if is_json else xmltodict.parse(body)["xml"]
    except MALFORMED:
        raise Refused(400, "garbled") from None
    if not isinstance(fields, dict):
        raise Refused(400, "empty")
    return fields, is_json


def _letter(body: str | bytes, nonce: str, crypto: WeChatCrypto | None, outer_json: bool) -> Letter:
    if not body.strip():
        raise Refused(400, "empty")
    try:
        if body.lstrip()[:1] in (b"{", "{"):
            return Letter(message=_from_json(body), nonce=nonce, crypto=crypto, json=True)
        return Letter(message=parse_message(body), nonce=nonce, crypto=crypto, json=outer_json)
    except MALFORMED:
        raise Refused(400, "not a message") from None


def _from_json(body: str | bytes) -> Any:
    """Return wechatpy's message made from JSON, which it does not read itself."""
    fields, _ = _parse(body)
    kind = fields["MsgType"].lower()
    if kind == "event":
        return EVENT_TYPES.get(fields["Event"].lower(), UnknownMessage)(fields)
    return MESSAGE_TYPES.get(kind, UnknownMessage)(fields)

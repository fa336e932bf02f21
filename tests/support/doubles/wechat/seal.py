"""The platform's side of signature and encryption, by WeRoBot's implementation."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from xml.etree import ElementTree

from werobot.crypto import MessageCrypt
from werobot.utils import get_signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """`key` empty: plain mode."""

    token: str
    key: str
    app_id: str

    @property
    def crypt(self) -> MessageCrypt:
        return MessageCrypt(self.token, self.key, self.app_id)

    def sign(self, *, at: float, nonce: str = "") -> dict[str, str]:
        """Return query parameters of a request whose body is not signed."""
        stamp, nonce = str(int(at)), nonce or str(random.randrange(10**9))
        return {"signature": get_signature(self.token, stamp, nonce), "timestamp": stamp, "nonce": nonce}

    def wrap(self, body: str, *, at: float, to: str = "gh_shop") -> tuple[dict[str, str], str]:
        """Return query and body of a push."""
        query = self.sign(at=at)
        if not self.key:
            return query, body
        sealed = self.crypt.encrypt_message(body, query["timestamp"], query["nonce"])
        encrypt, signature = _node("Encrypt", sealed), _node("MsgSignature", sealed)
        query |= {"msg_signature": signature, "encrypt_type": "aes"}
        outer = f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
        return query, outer

    def unwrap(self, body: str) -> str:
        """Return the plain answer; raises when it is not sealed as the platform demands."""
        if not self.key or not body.lstrip().startswith("<xml>"):
            return body
        nodes = {node.tag: node.text or "" for node in ElementTree.fromstring(body)}
        if set(nodes) != {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}:
            raise ValueError(f"not an encrypted answer: {sorted(nodes)}")
        plain = self.crypt.decrypt_message(nodes["TimeStamp"], nodes["Nonce"], nodes["MsgSignature"], nodes["Encrypt"])
        return plain.decode() if isinstance(plain, bytes) else plain


def _node(tag: str, xml: str) -> str:
    """Return the text of a node written as CDATA."""
    found = re.search(rf"<{tag}><!\[CDATA\[(.*?)\]\]></{tag}>", xml)
    if found is None:
        raise ValueError(f"no {tag} in {xml[:200]}")
    return found[1]

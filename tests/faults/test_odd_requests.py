"""Requests made to break the server: none gets 500, and the service answers at once afterwards."""

from __future__ import annotations

import socket
import time

from doubles.service import Service

DEEP = b"[" * 200_000
BODIES = (DEEP, b'{"a":' * 100_000, b"\xff\xfe{", b'{"id": "\\ud800"}', b"9" * 6000, b"<!--" * 50_000, b"")
COOKIES = (b"claimdesk_sandbox", b"claimdesk_sandbox=\xff\xfe", b'claimdesk_sandbox="', b"=;=;=" * 500, b"\xff=\xff")
PATHS = (
    b"POST /sandbox/chats/tian", b"POST /sandbox/desk", b"POST /sandbox/people", b"POST /sandbox/login",
    b"POST /wechat", b"POST /telegram/customers", b"POST /telegram/desk", b"POST /orders",
)  # fmt: skip


def status(port: int, head: bytes, body: bytes = b"", *, sized: bool = True) -> int:
    """Send one request as it stands; 0 when the server ends the connection without an answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as sent:
        size = b"Content-Length: %d\r\n" % len(body) if sized else b""
        end = b"Host: 127.0.0.1:%d\r\n%bConnection: close\r\n\r\n" % (port, size)
        try:
            sent.sendall(head + b"\r\n" + end + body)
            words = sent.recv(4096).split()
        except ConnectionError:
            return 0
    return int(words[1]) if len(words) > 1 else 0


def garbled(port: int, path: bytes) -> list[int]:
    """Send bodies that cannot be read: chunks without a size, and what is not compressed though it says so."""
    kind = path + b" HTTP/1.1\r\nContent-Type: application/json\r\n"
    chunks = status(port, kind + b"Transfer-Encoding: chunked", b"zz\r\n[]\r\n0\r\n\r\n", sized=False)
    return [chunks, status(port, kind + b"Content-Encoding: gzip", b"no gzip at all")]


def test_broken_cookies_and_bodies_get_no_500(tmp_path):
    with Service(tmp_path, {"SANDBOX": "on", "SANDBOX_PASSWORD": "correct-horse"}) as service:
        answers = {}
        for cookie in COOKIES:
            answers[cookie] = status(service.port, b"GET / HTTP/1.1\r\nCookie: " + cookie)
        for path in PATHS:
            for place, body in enumerate(BODIES):
                answers[path, place] = status(service.port, path + b" HTTP/1.1\r\nContent-Type: application/json", body)
            answers[path, "garbled"] = max(garbled(service.port, path))
        assert {asked: code for asked, code in answers.items() if code >= 500} == {}
        begun = time.monotonic()
        assert status(service.port, b"GET /healthz HTTP/1.1") == 200
        assert time.monotonic() - begun < 20
        assert service.stop() == 0

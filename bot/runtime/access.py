"""Access to the sandbox page: this machine, or anybody with the password that its owner set."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)
FORWARDED = ("forwarded", "via", "x-real-ip")
FORWARDED_PREFIX = "x-forwarded-"
COOKIE = "claimdesk_sandbox"
SESSION = 12 * 3600  # seconds that a login holds
WINDOW, TRIES = 60.0, 10  # seconds, wrong passwords in them before all are turned away
READING = {"GET", "HEAD"}

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

ELSEWHERE = "The sandbox opens on this machine only. To open it to others, set SANDBOX=on and SANDBOX_PASSWORD.\n"
CROSS_SITE = "This request came from another site and was refused.\n"
LOG_IN = "Log in to the sandbox first: open / in a browser, or send the password by HTTP Basic.\n"
TOO_MANY = "Too many wrong passwords; try again in a minute.\n"


@dataclass(slots=True, kw_only=True)
class Guard:
    """The lock of the page. `wide`: SANDBOX=on; `secret` signs the login; `clock` gives seconds since 1970."""

    wide: bool
    password: str
    secret: bytes
    clock: Callable[[], float] = time.time
    _wrong: deque[float] = field(default_factory=deque)

    def wrap(self, handler: Handler, *, public: bool = False) -> Handler:
        """Return a handler that lets only permitted requests through; `public`: before the login."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            refusal = self.refusal(request) or (None if public else self.unknown(request))
            return refusal or await handler(request)

        return guarded

    def refusal(self, request: web.Request) -> web.Response | None:
        """Turn away what comes from elsewhere, and writes that another site's page caused."""
        if not (self.wide and self.password) and not _local(request):
            return web.Response(status=403, text=ELSEWHERE)
        if request.method not in READING and not _same_site(request):
            return web.Response(status=403, text=CROSS_SITE)
        return None

    def unknown(self, request: web.Request) -> web.Response | None:
        """Turn away who has not given the password, where one is set."""
        if not self.password or self._logged_in(request.cookies.get(COOKIE, "")):
            return None
        given = _basic(request)
        if given is None:
            return web.Response(status=401, text=LOG_IN, headers={"WWW-Authenticate": "Cookie realm=sandbox"})
        return self.check(given)

    def check(self, given: str) -> web.Response | None:
        """Turn away a wrong password, and every password for a while after too many wrong ones."""
        now = self.clock()
        while self._wrong and self._wrong[0] <= now - WINDOW:
            self._wrong.popleft()
        if len(self._wrong) >= TRIES:
            return web.Response(status=429, text=TOO_MANY, headers={"Retry-After": str(int(WINDOW))})
        if hmac.compare_digest(given.encode(), self.password.encode()):
            return None
        self._wrong.append(now)
        return web.Response(status=401, text=LOG_IN, headers={"WWW-Authenticate": "Cookie realm=sandbox"})

    def admit(self, request: web.Request, response: web.Response) -> None:
        """Add the login's cookie."""
        until = int(self.clock()) + SESSION
        secure = "https" in (request.scheme, request.headers.get("X-Forwarded-Proto", ""))
        response.set_cookie(
            COOKIE,
            f"{until}.{self._sign(str(until))}",
            max_age=SESSION,
            path="/",
            httponly=True,
            secure=secure,
            samesite="Lax",
        )

    def _logged_in(self, cookie: str) -> bool:
        until, _, signature = cookie.partition(".")
        known = hmac.compare_digest(signature.encode(), self._sign(until).encode())
        return known and int(until) > self.clock()

    def _sign(self, until: str) -> str:
        # the password is part of what is signed: a new one ends all logins
        said = f"sandbox\n{until}\n{self.password}".encode()
        return hmac.new(self.secret, said, sha256).hexdigest()


def _local(request: web.Request) -> bool:
    hosts = request.headers.getall("Host", [])
    forwarded = any(name.lower() in FORWARDED or name.lower().startswith(FORWARDED_PREFIX) for name in request.headers)
    named = len(hosts) == 1 and LOOPBACK.fullmatch(hosts[0]) is not None
    return named and not forwarded and _loopback_peer(request.remote or "")


def _loopback_peer(address: str) -> bool:
    # a Host header is easily made up: one who sits elsewhere cannot make up the connection
    try:
        peer = ip_address(address)
    except ValueError:
        return False
    mapped = peer.ipv4_mapped if isinstance(peer, IPv6Address) else None
    return (mapped or peer).is_loopback


def _same_site(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    # neither header: no browser's page sent this
    return origin is None or urlsplit(origin).netloc.lower() == request.headers.get("Host", "").lower()


def _basic(request: web.Request) -> str | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""

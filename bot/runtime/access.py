"""Access to the sandbox page: this machine, or anybody with the password that its owner set."""

from __future__ import annotations

import base64
import hmac
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)
FORWARDED = ("forwarded", "via", "x-real-ip")
FORWARDED_PREFIX = "x-forwarded-"
COOKIE = "claimdesk_sandbox"
SESSION = 12 * 3600  # seconds that a login holds
TRIES = 5  # wrong passwords of one address before it has to wait, twice as long each time
TRIES_BEHIND = 300  # the same of all addresses behind one proxy, whose word for them may be made up
LONGEST_WAIT, LONGEST_BEHIND = 900.0, 60.0  # seconds
QUIET = 3600.0  # seconds without a wrong password after which one is forgotten
MOST_KNOWN = 10_000  # addresses remembered
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
NO_PASSWORD = (
    "The sandbox stays shut: beside a channel, PUBLIC_URL or an open HTTP_HOST "
    "it needs SANDBOX=on and SANDBOX_PASSWORD.\n"
)
CROSS_SITE = "This request came from another site and was refused.\n"
LOG_IN = "Log in to the sandbox first: open / in a browser, or send the password by HTTP Basic.\n"
TOO_MANY = "Too many wrong passwords from here; try again later.\n"


@dataclass(slots=True)
class Tries:
    """The wrong passwords of one address, when the last was, and until when no other is looked at."""

    count: int = 0
    last: float = 0.0
    until: float = 0.0


@dataclass(slots=True)
class BackOff:
    """Makes each address wait by itself: twice as long after each wrong password beyond the first few."""

    _known: OrderedDict[str, Tries] = field(default_factory=OrderedDict)

    def wait(self, name: str, now: float) -> float:
        """Return the seconds that this address still has to wait."""
        known = self._known.get(name)
        return max(0.0, known.until - now) if known else 0.0

    def wrong(self, name: str, now: float, *, free: int, longest: float) -> None:
        """Count a wrong password."""
        known = self._known.pop(name, None) or Tries()
        if known.last < now - QUIET:
            known = Tries()
        known.count, known.last = known.count + 1, now
        if known.count >= free:
            known.until = now + min(longest, 2.0 ** min(known.count - free, 20))
        self._known[name] = known
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)

    def right(self, name: str) -> None:
        """Forget the wrong passwords of who knew the right one."""
        self._known.pop(name, None)


@dataclass(slots=True, kw_only=True)
class Guard:
    """The lock of the page. `wide`: SANDBOX=on; `exposed`: others may reach this server, or a business runs beside;
    `secret` signs the login; `clock` gives seconds since 1970."""

    wide: bool
    password: str
    secret: bytes
    exposed: bool = False
    clock: Callable[[], float] = time.time
    _tries: BackOff = field(default_factory=BackOff)

    def wrap(self, handler: Handler, *, public: bool = False) -> Handler:
        """Return a handler that lets only permitted requests through; `public`: before the login."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            refusal = self.refusal(request) or (None if public else self.unknown(request))
            return refusal or await handler(request)

        return guarded

    def refusal(self, request: web.Request) -> web.Response | None:
        """Turn away what comes from elsewhere, and writes that another site's page caused."""
        if self.exposed and not self.password:  # a plain proxy makes everybody look like this machine
            return web.Response(status=403, text=NO_PASSWORD)
        if not (self.wide and self.password) and not _local(request):
            return web.Response(status=403, text=ELSEWHERE)
        if request.method not in READING and not _same_site(request):
            return web.Response(status=403, text=CROSS_SITE)
        return None

    def unknown(self, request: web.Request) -> web.Response | None:
        """Turn away who has not given the password, where one is set."""
        if not self.password or self._logged_in(request):
            return None
        given = _basic(request)
        if given is None:
            return web.Response(status=401, text=LOG_IN, headers={"WWW-Authenticate": "Cookie realm=sandbox"})
        return self.check(request, given)

    def check(self, request: web.Request, given: str) -> web.Response | None:
        """Turn away a wrong password, and for a while every password from where too many wrong ones came."""
        now, (own, behind) = self.clock(), self._names(request)
        wait = max(self._tries.wait(name, now) for name in (own, behind))
        if wait:
            return web.Response(status=429, text=TOO_MANY, headers={"Retry-After": str(int(wait) + 1)})
        if hmac.compare_digest(given.encode(errors="replace"), self.password.encode()):
            self._tries.right(own)
            return None
        self._tries.wrong(own, now, free=TRIES, longest=LONGEST_WAIT)
        if behind:
            self._tries.wrong(behind, now, free=TRIES_BEHIND, longest=LONGEST_BEHIND)
        return web.Response(status=401, text=LOG_IN, headers={"WWW-Authenticate": "Cookie realm=sandbox"})

    def _names(self, request: web.Request) -> tuple[str, str]:
        """Return whose tries are counted, and the proxy between; someone who was logged in before counts apart."""
        until, signed = self._cookie(request)
        if signed:
            return f"login {until}", ""
        peer = _address(request.remote or "")
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return (f"{peer} {_address(forwarded)}", f"{peer} all") if forwarded else (peer, "")

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

    def _logged_in(self, request: web.Request) -> bool:
        until, signed = self._cookie(request)
        return signed and until > self.clock()

    def _cookie(self, request: web.Request) -> tuple[int, bool]:
        """Return until when the login of a cookie holds, and whether it was given out here."""
        until, _, signature = request.cookies.get(COOKIE, "").partition(".")
        if not (until.isascii() and until.isdecimal() and len(until) < 12):
            return 0, False
        return int(until), hmac.compare_digest(signature.encode(errors="replace"), self._sign(until).encode())

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
    if origin is None:
        return True  # neither header: no browser's page sent this
    try:
        return urlsplit(origin).netloc.lower() == request.headers.get("Host", "").lower()
    except ValueError:
        return False


def _address(text: str) -> str:
    """Return an address as it is counted: of IPv6 the network that one customer gets."""
    try:
        found = ip_address(text)
    except ValueError:
        return "?"
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    if isinstance(found, IPv6Address) and mapped is None:
        return str(ip_network(f"{found}/64", strict=False)) if not found.scope_id else str(found)
    return str(mapped or found)


def _basic(request: web.Request) -> str | None:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:  # no base64, or no text in it
        return ""

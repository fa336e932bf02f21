"""What the platform's refusals mean, by their code."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.base import Unreachable


class PlatformRefused(Exception):
    """The platform answered with an error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message[:200]}")
        self.code = code


class NoPush(Exception):
    """Nothing can be pushed to this customer until they write; `why` is a code for the desk."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Paused(Unreachable):
    """The platform is not asked again for `seconds`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """`does`: token, wait (until the customer writes), later, pause (all calls), media, refuse."""

    does: str
    why: str
    seconds: float = 0


STALE_TOKEN = (40001, 40014, 42001)
ACCOUNT = {  # what concerns the whole account: every call pauses
    "token": ((40001, 40014, 41001, 42001, 42007), 30),
    "app id": ((40013, 41002), 60),
    "app secret": ((40125, 41004), 60),
    "app secret frozen": ((40243,), 60),
    "ip": ((40164, 61004, 89501, 89503, 89506, 89507), 60),
    "daily quota": ((45009,), 600),
    "minute quota": ((45011,), 60),
}
CUSTOMER = {  # what concerns one customer: it waits for that one's next message
    "not following": (43004, 43005, 50005),
    "refused by the customer": (43019, 43101, 48002),
    "window": (45015,),
    "quota": (45047,),
    "permission": (48001, 48004, 50001, 50002),
}
ONE = {  # what concerns one message or one file, and would be refused again
    "openid": (40003, 40031, 40032, 46004),
    "media kind": (40004, 40005, 40008, 40113, 40137),
    "media size": (40006, 40009, 40010, 40011, 40012, 45001, 45007),
    "no media": (41005, 44001),
    "size": (45002,),
    "empty": (44002, 44004),
    "content": (40033, 45072, 87014),
    "form": (40035, 40037, 40097, 43001, 43002, 43003, 47001, 47003),
}
MEANINGS = {
    **{code: Meaning(does="later", why="busy") for code in (-1, 50003, 61450, 65301)},
    **{code: Meaning(does="media", why="media id") for code in (40007, 41006, 46001)},
    **{
        code: Meaning(does="pause", why=why, seconds=seconds)
        for why, (codes, seconds) in ACCOUNT.items()
        for code in codes
    },
    **{code: Meaning(does="wait", why=why) for why, codes in CUSTOMER.items() for code in codes},
    **{code: Meaning(does="refuse", why=why) for why, codes in ONE.items() for code in codes},
}
UNKNOWN = Meaning(does="refuse", why="unknown code")


def meaning(code: int) -> Meaning:
    """Return what a code means; one that is not listed is a refusal for good."""
    return MEANINGS.get(code, UNKNOWN)

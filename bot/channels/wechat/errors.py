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
MEANINGS = {
    -1: Meaning(does="later", why="busy"),
    40001: Meaning(does="pause", why="token", seconds=30),
    40003: Meaning(does="refuse", why="openid"),
    40004: Meaning(does="refuse", why="media kind"),
    40006: Meaning(does="refuse", why="media size"),
    40007: Meaning(does="media", why="media id"),
    40013: Meaning(does="pause", why="app id", seconds=60),
    40014: Meaning(does="pause", why="token", seconds=30),
    40125: Meaning(does="pause", why="app secret", seconds=60),
    40164: Meaning(does="pause", why="ip", seconds=60),
    40243: Meaning(does="pause", why="app secret frozen", seconds=60),
    42001: Meaning(does="pause", why="token", seconds=30),
    43004: Meaning(does="wait", why="not following"),
    45002: Meaning(does="refuse", why="size"),
    45009: Meaning(does="pause", why="daily quota", seconds=600),
    45011: Meaning(does="pause", why="minute quota", seconds=60),
    45015: Meaning(does="wait", why="window"),
    45047: Meaning(does="wait", why="quota"),
    48001: Meaning(does="wait", why="permission"),
    48004: Meaning(does="wait", why="permission"),
    50002: Meaning(does="wait", why="permission"),
}
UNKNOWN = Meaning(does="refuse", why="unknown code")


def meaning(code: int) -> Meaning:
    """Return what a code means; one that is not listed is a refusal for good."""
    return MEANINGS.get(code, UNKNOWN)

"""Scripted misfortune of the API: what the next calls meet instead of a good answer."""

from __future__ import annotations

from dataclasses import dataclass, field

TEXTS = {
    -1: "system error", 40001: "invalid credential", 40003: "invalid openid", 40007: "invalid media_id",
    40014: "invalid access_token", 40164: "invalid ip, not in whitelist", 42001: "access_token expired",
    43004: "require subscribe", 45002: "content size out of limit", 45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit", 45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit", 48001: "api unauthorized", 40125: "invalid appsecret",
    40013: "invalid appid", 47001: "data format error", 41005: "media data missing", 40004: "invalid media type",
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Fault:
    """Meets `times` calls of a path: an error code, an HTTP status, or reset, drop (after the effect), hang, slow."""

    path: str
    code: int | None = None
    status: int = 200
    kind: str = ""  # reset, drop, hang, slow
    seconds: float = 0.0
    times: int = 1
    met: list[str] = field(default_factory=list)


def body(code: int) -> dict[str, object]:
    return {"errcode": code, "errmsg": TEXTS.get(code, "error") + " rid: 0-0-0"}

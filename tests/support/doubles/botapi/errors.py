"""The refusals of the Bot API, in its own words."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A call the platform refuses: HTTP status, description and what else the answer carries."""

    def __init__(
        self,
        code: int,
        description: str,
        *,
        wrong: bool = False,
        retry_after: int | None = None,
        migrate_to: int | None = None,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        # True where the caller broke a documented rule; False where life did (blocked, deleted, too late).
        self.wrong = wrong
        self.retry_after = retry_after
        self.migrate_to = migrate_to

    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        if self.migrate_to is not None:
            answer["parameters"] = {"migrate_to_chat_id": self.migrate_to}
        return answer


def bad(description: str) -> ApiError:
    """Return 400 that is no fault of the caller's form."""
    return ApiError(400, f"Bad Request: {description}")


def wrong(description: str) -> ApiError:
    """Return 400 for a call that breaks a documented rule, also noted in `api.violations`."""
    return ApiError(400, f"Bad Request: {description}", wrong=True)


def forbidden(description: str) -> ApiError:
    return ApiError(403, f"Forbidden: {description}")


def too_many(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

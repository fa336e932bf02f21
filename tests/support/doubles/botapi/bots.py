"""A bot account: its token, its inbox, its webhook and what it told about itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from .inbox import Inbox, Update
from .values import Account, Json


@dataclass(slots=True, kw_only=True, eq=False)
class Webhook:
    url: str
    secret: str = ""
    max_connections: int = 40
    last_error_at: int | None = None
    last_error: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Bot(Account):
    """A bot as its maker registered it; `privacy` hides ordinary group talk from it."""

    token: str
    inbox: Inbox
    privacy: bool = True
    revoked: bool = False
    webhook: Webhook | None = None
    poller: object | None = None
    last_message_id: int = 0
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def updates(self) -> list[Update]:
        """Return every update it was ever given."""
        return self.inbox.history

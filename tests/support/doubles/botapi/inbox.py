"""A bot's waiting updates, with the offset behaviour of getUpdates."""

from __future__ import annotations

from dataclasses import dataclass, field

from .values import Json

# Kinds that come only when asked for by name.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True, kw_only=True, eq=False)
class Update:
    """One update; `queue` names what is delivered in order (the chat)."""

    id: int
    kind: str
    queue: int
    body: Json


@dataclass(slots=True, kw_only=True, eq=False)
class Inbox:
    next_id: int
    allowed: list[str] = field(default_factory=list)
    pending: list[Update] = field(default_factory=list)
    history: list[Update] = field(default_factory=list)
    repeats: list[Update] = field(default_factory=list)
    last_offset: int = 0

    def wants(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST

    def push(self, kind: str, payload: Json, queue: int) -> Update | None:
        """Queue an update unless `allowed_updates` shuts its kind out."""
        if not self.wants(kind):
            return None
        update = Update(id=self.next_id, kind=kind, queue=queue, body={"update_id": self.next_id, kind: payload})
        self.next_id += 1
        self.pending.append(update)
        self.history.append(update)
        return update

    def acknowledge(self, offset: int) -> None:
        """Forget what lies below `offset`; a negative one keeps that many from the end."""
        if offset > 0:
            self.pending = [update for update in self.pending if update.id >= offset]
            self.last_offset = offset
        elif offset < 0:
            self.pending = self.pending[offset:]

    def look(self, limit: int) -> list[Json]:
        """Return up to `limit` updates, which stay until acknowledged; asked-for repeats come first and once."""
        repeated, self.repeats = self.repeats[:limit], self.repeats[limit:]
        return [update.body for update in (repeated + self.pending)[:limit]]

    def remove(self, update: Update) -> None:
        """Strike off what a webhook accepted."""
        self.pending = [each for each in self.pending if each is not update]

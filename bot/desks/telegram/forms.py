"""In which form a message may still come through when the platform refuses the one before."""

from __future__ import annotations

from dataclasses import dataclass, replace

from telegram.error import BadRequest

from bot.channels.telegram.errors import Meaning, meaning

SHORT = 1000  # units of a message that was refused as too long though it was cut to the documented length


def meaning_of(error: BadRequest) -> Meaning:
    """Return what a refusal of the agents' bot means."""
    return meaning(400, error.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a message goes: its picture as photo, document or none; with HTML, with buttons; cut to `limit` units."""

    picture: str = "photo"
    html: bool = True
    keys: bool = True
    limit: int = 0  # 0: what the platform takes

    def after(self, error: BadRequest) -> Form | None:
        """Return the next form to try; None when this was the plainest."""
        does = meaning_of(error).does
        if does == "document" and self.picture == "photo":
            return replace(self, picture="document")
        if does in ("document", "words") and self.picture != "none":
            return replace(self, picture="none")
        if does == "shorter" and not self.limit:
            return replace(self, limit=SHORT)
        if does == "plain" and self.html:
            return replace(self, html=False)
        return self._plainer()

    def _plainer(self) -> Form | None:
        """Return a form without what may have been refused for an unknown reason."""
        if self.picture != "none":
            return replace(self, picture="none")
        if self.html:
            return replace(self, html=False)
        return replace(self, keys=False) if self.keys else None

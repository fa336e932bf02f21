"""Scripted misfortune: what the next calls of a kind meet instead of a good answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from .calls import Call
from .editing import UNCHANGED
from .errors import ApiError, bad, forbidden, too_many

# Kind -> the refusal it gives, without any effect.
REFUSALS = {
    "500": ApiError(500, "Internal Server Error"),
    "502": ApiError(502, "Bad Gateway"),
    "blocked": forbidden("bot was blocked by the user"),
    "deactivated": forbidden("user is deactivated"),
    "kicked": forbidden("bot was kicked from the supergroup chat"),
    "edit_gone": bad("message to edit not found"),
    "not_modified": bad(UNCHANGED),
    "no_thread": bad("message thread not found"),
    "no_rights": bad("not enough rights to send text messages to the chat"),
}
# reset: the connection dies before anything happens; drop: after it happened; hang: it happened, no answer ever comes;
# delay: the answer comes `seconds` late.
WIRES = frozenset({"reset", "drop", "hang", "delay"})


@dataclass(slots=True, kw_only=True, eq=False)
class Fault:
    """Meets `times` calls that match, after letting `skip` of them pass; None matches all."""

    kind: str
    method: str | None = None
    chat_id: int | None = None
    bot_id: int | None = None
    times: int = 1
    skip: int = 0
    retry_after: int = 1
    seconds: float = 1.0
    description: str = ""
    met: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.kind not in {*REFUSALS, *WIRES, "429", "400", "403"}:
            raise ValueError(f"no such fault: {self.kind}")

    @property
    def used_up(self) -> bool:
        return len(self.met) >= self.times

    def matches(self, call: Call) -> bool:
        return (
            not self.used_up
            and self.method in (None, call.method)
            and self.chat_id in (None, call.chat_id)
            and self.bot_id in (None, call.bot.id)
        )

    @property
    def refusal(self) -> ApiError | None:
        if self.kind in ("400", "403"):
            return (bad if self.kind == "400" else forbidden)(self.description)
        return too_many(self.retry_after) if self.kind == "429" else REFUSALS.get(self.kind)


def next_fault(faults: list[Fault], call: Call) -> Fault | None:
    """Return the first scripted fault this call meets; getUpdates meets only those that name it."""
    for fault in faults:
        if not fault.matches(call) or (call.method == "getUpdates" and fault.method is None):
            continue
        if fault.skip > 0:
            fault.skip -= 1
            return None
        fault.met.append(call)
        return fault
    return None

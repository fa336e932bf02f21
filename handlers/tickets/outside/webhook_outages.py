"""A system outside that takes nothing for a while: the desk hears of it once, and once when it works again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from handlers.context import TurnContext
from handlers.messages import mailboxes
from handlers.tickets import desk_outbox
from storage.database import Tx
from storage.platforms import outages
from storage.platforms.outages import Outage

ORDER, ALERT = "order", "alert"  # the two systems
WHY = frozenset({"timeout", "cut", "connection", "status", "redirect"})
PATIENCE = timedelta(minutes=10)  # that every try fails until the desk is told


def failed(tx: Tx, name: str, desk: str, why: str, context: TurnContext, *, begins: bool) -> bool:
    """Note that a try failed; return whether the desk knows of the outage.

    `begins`: it may be the first sign of one; a row that was refused often while others were taken is none.
    """
    outage = outages.get(tx, name)
    if outage is None:
        if begins:
            outages.keep(tx, name, Outage(since=context.now))
        return False
    lasts = context.now - outage.since
    if not outage.told and lasts >= PATIENCE:
        outages.keep(tx, name, replace(outage, told=True))
        minutes = lasts // timedelta(minutes=1)
        _tell(tx, desk, desk_outbox.say(f"hook_down_{name}", minutes=minutes, why=told_why(why)), context)
        return True
    return outage.told


def worked(tx: Tx, name: str, desk: str, context: TurnContext) -> bool:
    """Note that a try was taken; return whether that ends an outage that the desk knows of."""
    outage = outages.get(tx, name)
    if outage is None:
        return False
    outages.end(tx, name)
    if outage.told:
        _tell(tx, desk, desk_outbox.say(f"hook_up_{name}"), context)
    return outage.told


def told_why(why: str) -> str:
    """Return in words why a try failed: one of WHY, as status:500; other words stay as they are."""
    kind, _, value = why.partition(":")
    return desk_outbox.say(f"hook_why_{kind}", value=value) if kind in WHY else why


def _tell(tx: Tx, desk: str, text: str, context: TurnContext) -> None:
    mailboxes.to_desk(tx, desk, "", "note", {"text": text}, now=context.now)

"""Outbox rows that are timers: carried out and deleted in one transaction."""

from __future__ import annotations

from typing import Any

from bot.runtime.courier import strike
from handlers.cases import timers
from handlers.context import TurnContext
from handlers.messages.models import Inbound, from_raw
from handlers.turn import intake, parking
from storage.database import Tx
from storage.outbox import Bundle, Mail


def fire(tx: Tx, bundle: Bundle, context: TurnContext) -> None:
    """Carry timers out. Raises Lapsed when another process has them by now."""
    for mail in bundle.mails:
        if "held" in mail.payload:
            _take_held(tx, bundle, mail, context)
        elif "conversation" in mail.payload:
            intake.turn(tx, _woken(bundle, mail.payload, context), context)
        else:
            timers.fire(tx, mail.payload, context)
    strike(tx, bundle, now=context.now)


def _take_held(tx: Tx, bundle: Bundle, mail: Mail, context: TurnContext) -> None:
    """Let a message that waited have its turn."""
    woken = _woken(bundle, mail.payload, context)
    parking.guarded(tx, from_raw(mail.payload["held"]), lambda: intake.turn(tx, woken, context), context)


def _woken(bundle: Bundle, payload: Any, context: TurnContext) -> Inbound:
    return Inbound(key=bundle.mailbox, channel="", account="", at=context.now, kind="wake", data=payload)

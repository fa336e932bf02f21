"""What is said when a claim was filed: its number, and the promise that really runs."""

from __future__ import annotations

from typing import Any

from handlers.cases.filing import Filed
from handlers.claims.claim import Claim
from handlers.messages.money import money
from handlers.turn.execution import Execution


def tell(execution: Execution, claim: Claim, filed: Filed) -> None:
    """Tell what became of a claim that was confirmed."""
    values: dict[str, Any] = {"no": filed.no, "notice": execution.moment(filed.notice_at)}
    if filed.approved and not filed.joined:
        due = execution.moment(filed.refund_due) if filed.refund_due else values["notice"]
        execution.tell("filed_approved", no=filed.no, money=money(filed.amount, execution.voice.language), due=due)
    elif not filed.notice_at:
        _without_notice(execution, filed)
    elif filed.joined:
        execution.tell("filed_joined", **values)
    elif filed.human_at and filed.human_at < filed.notice_at:
        execution.tell("filed_human", human=execution.moment(filed.human_at), **values)
    else:
        execution.tell("filed_more" if claim.ticket_no else "filed", **values)


def _without_notice(execution: Execution, filed: Filed) -> None:
    """Say what a ticket waits for whose result is promised for no time yet: a person, photos, or nothing told."""
    how = "human" if filed.human_at else "photos" if filed.state == "waiting_customer" else "open"
    rest = execution.voice.say(f"talk.awaits_{how}", human=execution.moment(filed.human_at))
    execution.tell("joined_awaits" if filed.joined else "filed_awaits", no=filed.no, rest=rest)

"""The sheet of what accounting has to pay: one row for each line whose money is owed, with two columns to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handlers.messages.phone_numbers import masked
from handlers.messages.texts import say
from handlers.policy import calendar
from handlers.policy.policy import Policy
from storage.payments import Due

# the columns by their titles, with what else they may be called when the sheet comes back
ALIASES: Mapping[str, tuple[str, ...]] = {
    "ticket_no": ("工单号", "工单", "售后单号", "ticket"),
    "line": ("行号", "行", "line_no"),
    "order_no": (),
    "buyer": (),
    "phone": (),
    "item": (),
    "remedy": (),
    "amount": ("金额", "退款金额", "打款金额", "实付金额"),
    "decided_at": (),
    "due": (),
    "channel": (),
    "paid_at": ("打款时间", "付款时间", "支付时间", "到账时间"),
    "reference": ("流水号", "交易号", "交易单号", "打款流水号", "凭证号"),
}
COLUMNS = tuple(ALIASES)
NEEDED = ("ticket_no", "amount", "paid_at", "reference")


def row(due: Due, policy: Policy) -> dict[str, Any]:
    """Return a row of the sheet: texts, the sum in yuan as a Decimal; `paid_at` and `reference` are empty."""
    zone = calendar.zone(policy)
    return {
        "ticket_no": due.ticket_no,
        "line": due.line,
        "order_no": due.order_no,
        "buyer": due.buyer_name,
        "phone": masked(due.buyer_phone),
        "item": due.item,
        "remedy": say(policy.desk.language, f"remedy.{due.remedy}") if due.remedy else "",
        "amount": Decimal(due.amount) / 100,
        "decided_at": f"{due.decided_at.astimezone(zone):%Y-%m-%d %H:%M}" if due.decided_at else "",
        "due": f"{due.refund_due_at.astimezone(zone):%Y-%m-%d}" if due.refund_due_at else "",
        "channel": due.channel,
        "paid_at": "",
        "reference": "",
    }

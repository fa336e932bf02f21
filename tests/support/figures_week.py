"""A few invented days, and their figures as computed by hand."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from doubles.ticket_house import House
from sqlalchemy import update

from handlers.cases import appeals, customer_answers, filing
from handlers.desk import dispatch
from handlers.fulfilment import payments
from handlers.fulfilment.payments import Confirmation
from handlers.reports.cases import Facts, gather
from handlers.tickets import clocks, decisions, lifecycle
from storage import conversations, ticket_lines
from storage import tables as t

FIRST, LAST = date(2026, 6, 12), date(2026, 6, 18)
BERRIES, EGGS, CARRIER = "清源果园", "禾田蛋业", "顺路冷链"


MADE = {  # name: value, numerator, denominator
    "satisfaction": ("0.5000", "1", "2"),  # A 5, B 3
    "resolution": ("0.4000", "2", "5"),  # A, B of A B C E H; E is under appeal
    "on_time": ("0.4000", "2", "5"),  # A and E; B a day late, C undecided, H taken back
    "complaint_rate": ("750", "3", "4"),  # C conduct, D 投诉, E appealed; four orders
    "ticket_rate": ("1500", "6", "4"),
    "complaints_per_10000": ("7500", "3", "4"),
    "resolved_24h": ("0", "0", "5"),  # A was paid after 24 hours and a half
    "first_response_minutes": ("1950.2500", "5850.7500", "3"),  # 30, 60 and 5760, and 15 seconds before each was filed
    "handling_hours": ("32.5000", "97.5000", "3"),  # 0.5, 1 and 96
    "turns_per_claim": ("2", "10", "5"),
    "automation": ("0", "0", "3"),
    "recontact_7d": ("0.6667", "2", "3"),  # order 3 again after A; E appealed
    "cost_per_ticket": ("14.95", "89.70", "6"),
    "cost": ("89.70", "89.70", ""),  # A 39.80, B 49.90
    "cost_refund": ("89.70", "89.70", ""),
    "cost_freight": ("0.00", "0.00", ""),
    "cost_coupon": ("0.00", "0.00", ""),
    "cost_goods": ("0.00", "0.00", ""),
    "cost_labour": ("0.00", "0.00", ""),
    "recovered": ("0.00", "0.00", ""),
    "orders": ("4", "4", ""),
    "tickets": ("6", "6", ""),
    "filed": ("5", "5", ""),
    "decided": ("3", "3", ""),
    "not_due_yet": ("1", "1", ""),  # C
    "withdrawn": ("1", "1", ""),  # H
    "complaints": ("3", "3", ""),
    "appeals": ("1", "1", ""),
}


def tap(house: House, what: str) -> None:
    dispatch.act(house.tx, house.staff(kind="tap", tap=what), house.context)


def file(house: House, number: str, talk: int = 0, **line) -> str:
    """File a claim that was told in two messages."""
    talk = talk or house.talk()
    for place in (12, 4):
        at = house.now - timedelta(seconds=place)
        key = f"{number}{house.now}{place}"
        conversations.note(house.tx, key, at=at, kind="text", text="坏了", conversation_id=talk)
    return filing.file(house.tx, house.draft(number, lines=House.lines(**line), talk=talk), house.context).no


def pay(house: House, no: str) -> None:
    """Confirm what a ticket owes."""
    owed = sum(line.money_owed for line in ticket_lines.of_ticket(house.tx, no))
    one = Confirmation(ticket_no=no, amount=owed, paid_at=house.now, reference=f"R{no}")
    payments.paid(house.tx, one, lifecycle.agent("telegram", "77", "小林"), house.context)


def supply(house: House) -> None:
    """Say who made and who brought the goods."""
    for item, supplier in (("草莓", BERRIES), ("鸡蛋", EGGS)):
        house.tx.execute(update(t.order_lines).where(t.order_lines.c.item == item).values(supplier=supplier))
    house.tx.execute(update(t.order_lines).values(carrier=CARRIER))


def play(house: House) -> dict[str, str]:
    """Let the days pass; return the tickets by letter."""
    supply(house)
    made = {}
    # A 12 June 19:10: approved after 30 minutes, paid the next day, rated 5; order 3 comes back on the 14th
    made["A"] = file(house, "KT260612-0003")
    house.later(minutes=10)
    tap(house, f"pick:{made['A']}")
    house.later(minutes=20)
    tap(house, f"approve:{made['A']}")
    tap(house, f"cause:{made['A']}:1:supplier")
    # B 12 June 19:40: a promise of three days, approved after four, rated 3
    made["B"] = file(house, "KT260612-0005", house.talk("1005"), item="车厘子JJ", amount=4990)
    house.later(days=1)
    pay(house, made["A"])
    rate(house, made["A"], 5)
    house.later(days=1)
    # E 14 June 19:40: refused after an hour, and contested a day later
    made["E"] = file(
        house, "KT260612-0003", line=2, item="鸡蛋", problem="damaged_package", share=Fraction(1), amount=2680
    )
    house.later(hours=1)
    tap(house, f"pick:{made['E']}")
    refuse(house, made["E"])
    house.later(days=1)
    talk = lifecycle.must(house.tx, made["E"]).conversation_id
    assert appeals.appeal(
        house.tx, made["E"], conversation_id=talk, at=house.now, text="不同意", context=house.context
    ).taken
    house.later(hours=23)
    clocks.set_to(
        house.tx, made["B"], "decision_due", house.now + timedelta(days=2), house.context
    )  # as after a breach
    tap(house, f"pick:{made['B']}")
    tap(house, f"approve:{made['B']}")
    pay(house, made["B"])
    rate(house, made["B"], 3)
    # C 16 June 19:40: of a courier's conduct, nobody decided yet and it is not due
    made["C"] = file(
        house, "KT260612-0017", house.talk("1017"), line=None, item="", problem="service_attitude", quantity="",
        share=None, wish="apology", amount=None,
    )  # fmt: skip
    # D 16 June: somebody calls a person and says 投诉; nothing is filed
    words = ((house.now.isoformat(), "我要投诉你们"),)
    angry = house.draft("", lines=(), photos=0, talk=house.talk("1020"), said=words)
    made["D"] = filing.raise_ticket(house.tx, angry, why="human", context=house.context)
    # H 16 June: filed and taken back
    made["H"] = file(house, "KT260612-0020", house.talk("1021"), item="婴儿奶粉", amount=26800, share=Fraction(1))
    assert customer_answers.withdraw(house.tx, made["H"], conversation_id=house.talk("1021"), context=house.context)
    # in the sandbox: not of the business
    played = house.draft("", lines=House.lines(), channel="sandbox", talk=house.talk("s", "sandbox"))
    made["S"] = filing.file(house.tx, played, house.context).no
    return made


def rate(house: House, no: str, score: int) -> None:
    customer_answers.settle(house.tx, no, score=score, context=house.context)


def refuse(house: House, no: str) -> None:
    """Refuse all lines of a ticket, for the first agent."""
    ticket, by = lifecycle.must(house.tx, no), lifecycle.agent("telegram", "77", "小林")
    lines = ticket_lines.of_ticket(house.tx, no)
    for line in lines:
        decisions.refuse(house.tx, ticket, line, "照片看不出问题", by, house.context)
    decisions.conclude(house.tx, no, [line.line for line in lines], by, house.context)


def facts(house: House, first: date = FIRST, last: date = LAST, *, sample: bool = False) -> Facts:
    return gather(house.tx, first, last, house.policy, now=house.now, sample=sample)

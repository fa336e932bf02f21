"""Payments, and the money that is still owed, on both databases."""

from __future__ import annotations

from datetime import timedelta

from handlers.cases import filing
from storage import payments, ticket_lines
from storage import tables as t


def ticket(house, number="KT260612-0003", **line):
    no = filing.file(house.tx, house.draft(number, talk=house.talk(number)), house.context).no
    values = {"state": "owed", "remedy": "refund", "amount": 3980, "decided_at": house.now, **line}
    ticket_lines.change(house.tx, no, 1, **values)
    return no


def book(house, no, reference="R1"):
    payments.add(
        house.tx, no, 1, amount=3980, paid_at=house.now, reference=reference, actor="payouts", now=house.now
    )  # fmt: skip


def test_a_payment_that_was_taken_back_counts_no_more(house):
    no, other = ticket(house), ticket(house, "KT260612-0005")
    book(house, no)
    (one,) = payments.of_ticket(house.tx, no)
    assert (one.amount, one.paid_at, one.reference, one.undone_at) == (3980, house.now, "R1", None)
    assert payments.ticket_with(house.tx, "R1", but=other) == no
    assert payments.ticket_with(house.tx, "R1", but=no) == ""
    payments.undo(house.tx, one.id, now=house.now)
    assert payments.of_ticket(house.tx, no) == []
    assert payments.ticket_with(house.tx, "R1", but=other) == ""


def test_what_is_owed_is_listed_by_its_day(house):
    late = ticket(house, refund_due_at=house.now + timedelta(days=2))
    soon = ticket(house, "KT260612-0005", refund_due_at=house.now + timedelta(days=1), state="approved")
    for number, line in (
        ("KT260612-0017", {"paid_at": house.now}),
        ("KT260612-0020", {"state": "goods_awaited"}),
        ("KT260612-0003", {"state": "done"}),
        ("KT260612-0005", {"amount": 0, "remedy": "resend"}),
    ):
        ticket(house, number, **line)
    found = payments.due(house.tx, samples=False)
    assert [(one.ticket_no, one.buyer_name, one.channel) for one in found] == [
        (soon, "老陈", "telegram"),
        (late, "李婷", "telegram"),
    ]
    house.tx.execute(t.tickets.update().where(t.tickets.c.no == soon).values(desk="sandbox"))
    assert [one.ticket_no for one in payments.due(house.tx, samples=False)] == [late]
    assert [one.ticket_no for one in payments.due(house.tx, samples=True)] == [soon, late]
    assert (payments.is_sample(house.tx, soon), payments.is_sample(house.tx, late)) == (True, False)

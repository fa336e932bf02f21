"""Confirmations that come at the same time, of several processes on PostgreSQL: one books, the others know."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import postgres
import pytest
from doubles.ticket_house import House

from handlers.cases import filing
from handlers.desk import dispatch
from handlers.fulfilment import payments
from handlers.fulfilment.payments import Confirmation
from handlers.tickets.lifecycle import By
from storage import payments as rows
from storage.database import open_writer, run, transaction

pytestmark = pytest.mark.postgres


@pytest.fixture
def house():
    engine = open_writer(postgres.server().emptied(), process="one", workers=4)
    made = House(engine=engine)
    yield made
    made.close()


@pytest.mark.parametrize("references", [["R1"] * 4, ["R1", "R2", "R3", "R4"]])
def test_one_of_four_books(house, references):
    no = filing.file(house.tx, house.draft(), house.context).no
    for tap in ("pick", "approve"):
        dispatch.act(house.tx, house.staff(kind="tap", tap=f"{tap}:{no}"), house.context)
    house.tx.commit()
    begun, context = Barrier(4), house.context

    def pay(reference: str) -> str:
        one = Confirmation(ticket_no=no, amount=3980, paid_at=house.now, reference=reference)
        begun.wait()
        return run(house.engine, lambda tx: payments.paid(tx, one, By(actor="payouts"), context)).result

    with ThreadPoolExecutor(4) as threads:
        results = sorted(threads.map(pay, references))
    assert results == sorted(["paid"] + ["known" if len(set(references)) == 1 else "paid_already"] * 3)
    with transaction(house.engine) as tx:
        assert len(rows.of_ticket(tx, no)) == 1
    told = [text for text in house.heard(1) if "已退回" in text]
    assert len(told) == 1

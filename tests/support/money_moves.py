"""Random lives of one order's money: claims, decisions, appeals, payments and imports in any order, checked each time.

The functions are the real ones, over a database in memory; each life is rolled back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from unittest.mock import patch

from doubles.ticket_house import House
from sqlalchemy import select

from handlers.cases import appeals, customer_answers, filing
from handlers.cases.ticket_lines import filing_of
from handlers.claims import lookup
from handlers.claims.claim import Claim, Problem
from handlers.claims.voice import Voice
from handlers.desk import granting, rulings
from handlers.desk.correcting import corrections
from handlers.desk.request import ActionRequest
from handlers.fulfilment import coupons, goods, payments
from handlers.fulfilment.payments import Confirmation
from handlers.tickets import decisions, lifecycle
from handlers.tickets.decisions import Ruling
from storage import conversations, events, imports, orders, people, ticket_lines, tickets
from storage import tables as t
from storage.money import costs
from storage.orders import Order, OrderLine
from storage.ticket_lines import GRANTED, Line

CODES = ("quality_spoiled", "damaged_package", "shortage_missing", "wrong_item", "expired")
WISHES = ("refund",) * 6 + ("partial_refund", "resend", "return_refund", "")
REMEDIES = ("refund", "refund", "partial_refund", "return_refund", "resend", "compensation", "apology")
STAFF = ("77", "78", "79")
NUMBER = "KT260612-9999"
SAID = (  # what people read moves no money, and takes half of the time
    "handlers.tickets.notices.post", "handlers.tickets.decision_notices.tell", "handlers.tickets.desk_outbox.refresh",
    "handlers.tickets.desk_outbox.card", "handlers.tickets.desk_outbox.note",
    "handlers.tickets.outside.order_webhook.decided",
)  # fmt: skip
SUMS = (
    "SELECT l.state, l.order_line_no, l.amount, l.freight FROM ticket_lines l JOIN tickets t ON t.no = l.ticket_no"
    " WHERE t.order_no = ?"
)


class Broken(AssertionError):
    """Money came out wrong; the message has the life so far."""


class Moves:
    """One house, in which one life after the other is played."""

    def __init__(self, *, auto_approve_cap: int = 0) -> None:
        self._silence = [patch(name) for name in SAID]
        for one in self._silence:
            one.start()
        self.house = House(auto_approve_cap=auto_approve_cap)
        self.tx = self.house.tx
        self.start = self.house.now
        self.voice = Voice(language="zh", policy=self.house.policy, now=self.start)
        self.talks = [
            conversations.open_(self.tx, "telegram", f"9{place}", name=f"n{place}", now=self.start)
            for place in range(3)
        ]
        leader = people.add_leader(self.tx, "王姐", ["Z07"], None, self.start)
        people.lead(self.tx, self.talks[2].id, leader.id, self.start)
        self.talks[2] = conversations.by_id(self.tx, self.talks[2].id)
        self.upsert(Order(order_no=NUMBER, lines=(OrderLine(line_no=1, item="货1", quantity=1, unit="盒", paid=1),)))

    def close(self) -> None:
        for one in self._silence:
            one.stop()
        self.house.close()

    def upsert(self, order: Order) -> None:
        imports.upsert(self.tx, [replace(order, site_no="Z07", buyer_phone="13800002231")], now=self.house.now)

    def play(self, seed: int) -> int:
        """Play the life of a seed; return how many of its moves gave money. Raises Broken."""
        self.random, self.told = Random(seed), list[str]()
        self.house.now, self.house.random = self.start, Random(seed)
        self.tx.exec_driver_sql("SAVEPOINT life")
        try:
            self._order()
            before, given = self._granted(), 0
            for place in range(self.random.randint(4, 9)):
                self.house.now += timedelta(minutes=self.random.choice((1, 7, 60, 1500)))
                move = self.random.choice(MOVES) if place else Moves.claim
                self.told.append(move.__name__)
                move(self)
                after = self._granted()
                if after != before:
                    self._check(before, after)
                given += sum(after.values()) > sum(before.values())
                before = after
            self._check(before, before)
            return given
        except Exception as error:
            raise Broken(f"seed {seed}: {error!r} after {self.told}") from error
        finally:
            self.tx.exec_driver_sql("ROLLBACK TO life")
            self.tx.exec_driver_sql("RELEASE life")

    # what may happen

    def _order(self) -> None:
        pick = self.random
        lines = tuple(
            OrderLine(
                line_no=place,
                item=f"货{place}",
                sku=f"S{place}",
                quantity=pick.choice((1, 2, 3, 4)),
                unit="盒",
                paid=pick.choice((0, 1, 990, 1333, 1990, 2680, 3980, 9999)),
                spec=pick.choice(("", "30枚", "6个")),
            )
            for place in range(1, pick.randint(1, 3) + 1)
        )
        shared = pick.random() < 0.1 and len(lines) > 1
        if shared:
            lines = tuple(replace(line, paid=0) for line in lines)
        self.order = Order(
            order_no=NUMBER, lines=lines, shared_paid=5050 if shared else 0, freight=pick.choice((0, 0, 600, 1))
        )
        self.upsert(self.order)

    def claim(self) -> None:
        """File a claim on some lines, or on all of the order, as the buyer, another of the family, or the leader."""
        pick, talk = self.random, self.random.choice(self.talks)
        problems = [self._problem() for _ in range(pick.randint(1, 3))]
        claim = Claim(id=f"c{pick.getrandbits(40)}", order_no=NUMBER, problems=tuple(problems), photos_waived=True)
        if pick.random() < 0.2:
            claim = replace(claim, why="human")
        order = orders.by_number(self.tx, NUMBER, sample=False)
        draft = filing_of(self.tx, claim, conversation=talk, order=order, customer_id=None, voice=self.voice)
        if claim.why:
            filing.raise_ticket(self.tx, draft, why="human", context=self.house.context)
        else:
            filing.file(self.tx, draft, self.house.context)

    def _problem(self) -> Problem:
        pick = self.random
        wish = pick.choice(WISHES)
        if pick.random() < 0.2:
            return Problem(problem="not_received", quantity="all", wish="refund")
        line = pick.choice(self.order.lines)
        quantity = pick.choice(("1", "2", "all", "half", "1/3", "7"))
        part = "/" in quantity
        unit = "" if part or quantity in ("all", "half") else pick.choice(("盒", "个"))
        return Problem(
            line_no=line.line_no, problem=pick.choice(CODES), quantity=quantity, unit=unit, share=part, wish=wish
        )

    def _ticket(self, *states: str) -> ActionRequest | None:
        """Return an agent's request on one of the tickets in these states, picked up by that agent."""
        rows = self.tx.exec_driver_sql("SELECT no, state FROM tickets WHERE order_no = ?", (NUMBER,))
        found = sorted(no for no, state in rows if state in states)
        if not found:
            return None
        user, no = self.random.choice(STAFF), self.random.choice(found)
        tickets.change(self.tx, no, owner_id=user, owner_name=user)
        by = lifecycle.agent("telegram", user, user)
        ticket = lifecycle.must(self.tx, no)
        return ActionRequest(
            tx=self.tx, ticket=ticket, desk="telegram", user=user, by=by, supervisor=True, context=self.house.context
        )

    def approve(self) -> None:
        """Grant what was wished on all open lines."""
        if request := self._ticket(*tickets.OPEN):
            rulings.approve(request)

    def change(self) -> None:
        """Give something else on one or all open lines, often more than may be given."""
        request = self._ticket(*tickets.OPEN)
        lines = granting.undecided(request) if request else []
        if not request or not lines:
            return
        if self.random.random() < 0.5:
            lines = [self.random.choice(lines)]
        granting.decide(request, [(line, self._ruling(line)) for line in lines])

    def _ruling(self, line: Line) -> Ruling:
        pick, code = self.random, self.random.choice(REMEDIES)
        paid = sum(one.paid for one in self.order.lines if line.order_line_no in (None, one.line_no))
        sums = (paid, paid // 2, paid + self.order.freight, paid + 1, 1, line.wish_amount or 7, 5050)
        amount = pick.choice(sums) if code in decisions.MONEY else 0
        if code in decisions.MONEY and not amount:
            amount = 1
        return Ruling(remedy=code, amount=amount, coupon=500 if code == "compensation" or pick.random() < 0.1 else 0)

    def refuse(self) -> None:
        """Refuse all open lines."""
        request = self._ticket(*tickets.OPEN)
        lines = granting.undecided(request) if request else []
        if request and lines:
            for line in lines:
                decisions.refuse(self.tx, request.ticket, line, "no", request.by, request.context)
            decisions.conclude(self.tx, request.no, [line.line for line in lines], request.by, request.context)

    def answer(self) -> None:
        """Say yes or no to an offer."""
        if request := self._ticket("waiting_customer", "appealed", "assigned"):
            accepted, talk = self.random.random() < 0.8, request.ticket.conversation_id
            customer_answers.consent(
                self.tx, request.no, accepted=accepted, conversation_id=talk, context=self.house.context
            )

    def appeal(self) -> None:
        """Contest a decision."""
        if request := self._ticket(*lifecycle.AFTER):
            talk, now = request.ticket.conversation_id, self.house.now
            appeals.appeal(self.tx, request.no, conversation_id=talk, at=now, text="不同意", context=self.house.context)

    def rate(self) -> None:
        """Say how satisfied one is; a low score opens the ticket again."""
        if request := self._ticket(*lifecycle.AFTER):
            customer_answers.settle(
                self.tx, request.no, score=self.random.choice((1, 3, 5)), context=self.house.context
            )

    def withdraw(self) -> None:
        """Take the claim back."""
        if request := self._ticket(*tickets.OPEN):
            talk = request.ticket.conversation_id
            customer_answers.withdraw(self.tx, request.no, conversation_id=talk, context=self.house.context)

    def correct(self) -> None:
        """Put item or count of an open line right."""
        if request := self._ticket(*tickets.OPEN):
            what = self.random.choice(("q:1", "q:half", f"i:{self.random.choice(self.order.lines).line_no}"))
            line = self.random.choice(ticket_lines.of_ticket(self.tx, request.no) or [None])
            if line:
                corrections.correct(replace(request, argument=f"{line.line}:{what}"))

    def pay(self) -> None:
        """Confirm what is owed, or another sum."""
        if request := self._ticket(*tickets.OPEN, *lifecycle.AFTER):
            owed = [line.money_owed for line in ticket_lines.of_ticket(self.tx, request.no)]
            amount = self.random.choice((sum(owed), *owed, 1))
            one = Confirmation(ticket_no=request.no, amount=amount, paid_at=self.house.now, reference=f"R{amount}")
            payments.paid(self.tx, one, request.by, self.house.context)

    def hand_out(self) -> None:
        """Send goods and issue coupons; sometimes the customer says that nothing came."""
        if request := self._ticket(*tickets.OPEN, *lifecycle.AFTER):
            lines = ticket_lines.of_ticket(self.tx, request.no)
            goods.send(self.tx, request.ticket, lines, None, request.by, self.house.context)
            for line in lines:
                coupons.issue(self.tx, request.ticket, line, "", request.by, self.house.context)
            talk, arrived = request.ticket.conversation_id, self.random.random() < 0.3
            customer_answers.received(
                self.tx, request.no, arrived=arrived, conversation_id=talk, context=self.house.context
            )

    def bring_in(self) -> None:
        """Import the order again: with other sums, refunds of the shop, or cancelled."""
        pick, order = self.random, self.order
        line = pick.choice(order.lines)
        change = pick.choice(("paid", "refunded", "freight", "status", "gone"))
        if change == "paid" and not order.shared_paid:
            line = replace(line, paid=pick.choice((0, line.paid // 2, line.paid + 500)))
        elif change == "refunded":
            line = replace(
                line, refunded=pick.choice((0, 1, line.paid)), refund_status=pick.choice(("", "part_refunded"))
            )
        elif change == "gone":
            line = replace(line, refund_status="refunded")
        elif change == "freight":
            order = replace(order, freight=pick.choice((0, 500)))
        elif change == "status" and pick.random() < 0.3:
            order = replace(order, order_status="cancelled")
        lines = tuple(line if one.line_no == line.line_no else one for one in order.lines)
        self.order = replace(order, lines=lines)
        self.upsert(self.order)
        self.order = orders.by_number(self.tx, NUMBER, sample=False) or self.order

    # what has to hold

    def _lines(self) -> list[Line]:
        rows = select(t.ticket_lines.c.ticket_no).join(t.tickets).where(t.tickets.c.order_no == NUMBER).distinct()
        return [line for no in sorted(self.tx.execute(rows).scalars()) for line in ticket_lines.of_ticket(self.tx, no)]

    def _granted(self) -> dict[int | str | None, int]:
        """Return the goods' money granted by order line, and the freight."""
        found: defaultdict[int | str | None, int] = defaultdict(int)
        for state, line_no, amount, freight in self.tx.exec_driver_sql(SUMS, (NUMBER,)):
            if state in GRANTED:
                found[line_no] += amount - freight
                found["freight"] += freight
        return found

    def _check(self, before: dict[int | str | None, int], after: dict[int | str | None, int]) -> None:
        order = orders.by_number(self.tx, NUMBER, sample=False)
        assert order
        goods = {key: sum_ for key, sum_ in after.items() if key != "freight"}
        was = sum(sum_ for key, sum_ in before.items() if key != "freight")
        assert sum(goods.values()) <= max(order.left(), was), f"{goods} of {order.left()}"
        if not order.shared_paid:
            for line in order.lines:
                mine = after.get(line.line_no, 0)
                assert mine <= max(order.left(line.line_no), before.get(line.line_no, 0)), (
                    f"line {line.line_no}: {mine}"
                )
        carried = after.get("freight", 0)
        if carried > before.get("freight", 0):
            assert carried <= order.freight and sum(goods.values()) >= order.left(), f"freight {carried} with {goods}"
        claimed = lookup.claimed(self.tx, order)
        assert all(share >= 0 for share in claimed.values())
        self._check_ledger()

    def _check_ledger(self) -> None:
        by_ticket: defaultdict[str, list[Line]] = defaultdict(list)
        for line in self._lines():
            by_ticket[line.ticket_no].append(line)
        for no, lines in by_ticket.items():
            sums = costs.sums(self.tx, no)
            logged: defaultdict[int, dict[str, int]] = defaultdict(dict)
            issued: defaultdict[int, int] = defaultdict(int)
            for event in events.of_ticket(self.tx, no):
                if event.kind == "approved":
                    logged[event.data["line"]] = dict(event.data)
                elif event.kind == "issued":
                    issued[event.data["line"]] += event.data["coupon"]
            for line in lines:
                money = sums.get((line.line, "refund"), 0) + sums.get((line.line, "freight"), 0)
                coupon = sums.get((line.line, "coupon"), 0)
                granted = line.state in GRANTED
                told = logged[line.line] if granted else {}
                assert money == (line.amount if granted else 0) == told.get("amount", 0), f"{no} {line.line}: {money}"
                assert coupon == issued[line.line], f"{no} {line.line}: {coupon}"


MOVES: tuple[Callable[[Moves], None], ...] = (
    Moves.claim, Moves.claim, Moves.approve, Moves.approve, Moves.approve, *(Moves.change,) * 5, Moves.refuse,
    Moves.answer, Moves.answer, Moves.appeal, Moves.rate, Moves.withdraw, Moves.correct, Moves.pay,
    Moves.hand_out, Moves.bring_in,
)  # fmt: skip

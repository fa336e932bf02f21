"""A small house for tests of tickets and desk: a database in memory, orders, people, and a clock to turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from databases import lay_out
from sqlalchemy import Engine, create_engine, event, func, select

from handlers.cases.recording import Filing, FilingLine
from handlers.claims.claim import Claim, Photo, Problem
from handlers.context import TurnContext
from handlers.messages.models import DeskInbound, from_payload
from handlers.policy import loader
from handlers.policy.policy import Policy
from storage import conversations, evidence, orders, outbox, people, tickets
from storage import tables as t
from storage.database import to_json

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 6, 12, 19, 10, tzinfo=ZONE)
PICKUP = datetime(2026, 6, 12, 17, 30, tzinfo=ZONE)
ORDERS = {
    "KT260612-0003": (
        "3",
        "Z07",
        "李婷",
        "13800002231",
        [("草莓", "300g", 4, "盒", 7960), ("鸡蛋", "30枚", 1, "板", 2680)],
    ),
    "KT260612-0005": ("5", "Z07", "老陈", "13900008812", [("车厘子JJ", "500g", 2, "份", 9980)]),
    "KT260612-0017": ("17", "Z07", "Lisa", "15000007733", [("salmon", "400g", 1, "份", 6900)]),
    "KT260612-0020": ("20", "Z07", "刘爸爸", "15800009021", [("婴儿奶粉", "900g", 1, "罐", 26800)]),
}


@cache
def preset() -> Policy:
    return loader.load("community-group-buy")


class House:
    """One transaction, and what happens in it."""

    def __init__(self, *, auto_approve_cap: int = 0, engine: Engine | None = None) -> None:
        self.engine = engine or create_engine("sqlite://", json_serializer=to_json)
        if engine is None:
            event.listen(self.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA foreign_keys=ON"))
            lay_out(self.engine)
        self.tx = self.engine.connect()
        self.now = START
        self.random = Random(7)
        shipped = preset()
        self.policy = replace(shipped, money=replace(shipped.money, auto_approve_cap=auto_approve_cap))
        self.outside: dict[str, Any] = {}  # which systems are told: order_webhook, alert_webhook
        self.claims = 0
        self.serial = 0
        self._stock()

    def _stock(self) -> None:
        policy = self.policy
        self.tx.execute(t.policies.insert().values(hash=policy.hash, name="p", text=policy.text, stored_at=self.now))
        for number, (pickup, site, name, phone, lines) in ORDERS.items():
            head = {"order_no": number, "order_key": orders.order_key(number), "activity_no": "G0612"}
            who = {"buyer_name": name, "buyer_phone": phone, "phone_tail": phone[-4:], "site_no": site}
            when = {"delivered_at": PICKUP, "imported_at": PICKUP}
            self.tx.execute(t.orders.insert().values(participate_no=pickup, **head, **who, **when))
            for line_no, (item, spec, quantity, unit, paid) in enumerate(lines, 1):
                values = {
                    "item": item,
                    "spec": spec,
                    "quantity": quantity,
                    "unit": unit,
                    "paid": paid,
                    "lot_no": "B2405",
                }
                self.tx.execute(t.order_lines.insert().values(order_no=number, line_no=line_no, **values))
        people.seen(self.tx, "telegram", "77", "小林", "agent", self.now)
        people.seen(self.tx, "telegram", "78", "阿杰", "agent", self.now)
        people.seen(self.tx, "telegram", "79", "何姐", "supervisor", self.now)

    def close(self) -> None:
        self.tx.close()
        self.engine.dispose()

    @property
    def context(self) -> TurnContext:
        return TurnContext(
            now=self.now,
            random=self.random,
            policy=self.policy,
            policy_of=lambda tx, hash_: self.policy,
            **self.outside,
        )

    def later(self, **span: float) -> TurnContext:
        self.now += timedelta(**span)
        return self.context

    def talk(self, account: str = "1001", channel: str = "telegram", name: str = "李婷") -> int:
        return conversations.open_(self.tx, channel, account, name=name, now=self.now).id

    def photo(
        self, talk: int, claim: str | None = None, *, state: str = "stored", verdict: str = "good", **found
    ) -> int:
        one = evidence.add(
            self.tx, conversation_id=talk, claim_id=claim, kind=found.pop("kind", "photo"), channel="telegram",
            ref="ref", at=self.now, ticket_no=found.pop("ticket_no", None), side=found.pop("side", "customer"),
        )  # fmt: skip
        if state != "pending":
            self.fetched(one, state=state, verdict=verdict, **found)
        return one

    def fetched(self, one: int, *, state: str = "stored", verdict: str = "good", **found) -> None:
        key = found.pop("media_key", f"key{one}") if state == "stored" else ""
        evidence.update_fetched(self.tx, one, state=state, at=self.now, verdict=verdict, media_key=key, **found)

    def draft(self, number: str = "KT260612-0003", *, lines=None, photos: int = 1, state: str = "stored", talk=0,
              language: str = "zh", channel: str = "telegram", **facts) -> Filing:  # fmt: skip
        """Return a filing with two spoiled strawberries of four, unless given otherwise."""
        talk = talk or self.talk()
        self.claims += 1
        claim_id = facts.pop("id", f"claim{self.claims}")
        pieces = tuple(Photo(id=self.photo(talk, claim_id, state=state), state=state) for _ in range(photos))
        opened = (self.now - timedelta(seconds=15)).isoformat()
        leader = facts.pop("leader_id", None)
        facts = {"said": ((opened, "草莓坏了2盒"),), "wishes": ((opened, "refund"),), **facts}
        claim = Claim(id=claim_id, order_no=number, photos=pieces, opened_at=opened, **facts)
        kinds = (orders.by_number(self.tx, number, sample=sample) for sample in (False, True))
        order = next(filter(None, kinds), None) if number else None
        wanted = self.lines() if lines is None else lines
        return Filing(
            claim=claim, conversation_id=talk, channel=channel, account="1001", order=order, language=language,
            lines=wanted, leader_id=leader,
        )  # fmt: skip

    @staticmethod
    def lines(*, line: int | None = 1, item: str = "草莓", problem: str = "quality_spoiled", quantity: str = "2",
              share: Fraction | None = Fraction(1, 2), wish: str = "refund", amount: int | None = 3980):  # fmt: skip
        fact = Problem(line_no=line, problem=problem, quantity=quantity, unit="盒", wish=wish)
        return (FilingLine(problem=fact, item=item, order_line_no=line, share=share, wish=wish, amount=amount),)

    def owner(self, no: str) -> tuple[str, str] | None:
        """Return who owns a ticket: user id, name."""
        ticket = tickets.get(self.tx, no)
        return (ticket.owner_id, ticket.owner_name or "") if ticket and ticket.owner_id else None

    def mails(self, box: str, kind: str = "") -> list[dict]:
        query = select(t.outbox.c.payload).where(t.outbox.c.mailbox == box).order_by(t.outbox.c.id)
        if kind:
            query = query.where(t.outbox.c.kind == kind)
        return list(self.tx.execute(query).scalars())

    def heard(self, talk: int) -> list[str]:
        """Return what a customer was sent, in order."""
        return [from_payload(payload).text for payload in self.mails(f"chat:{talk}")]

    def taps(self, talk: int) -> list[str]:
        """Return the taps of the last message's buttons."""
        reply = from_payload(self.mails(f"chat:{talk}")[-1])
        return [button.tap for row in reply.buttons for button in row]

    def at_desk(self, no: str, kind: str = "") -> list[dict]:
        return self.mails(f"desk:telegram:{no}", kind)

    def next_wake(self) -> datetime | None:
        """Return when the next timer is due."""
        return self.tx.execute(select(func.min(t.outbox.c.due_at)).where(t.outbox.c.kind == "wake")).scalar_one()

    def due_wakes(self) -> list[tuple[str, dict]]:
        """Take the timers that are due by now, as the courier would."""
        query = select(t.outbox.c.id, t.outbox.c.mailbox, t.outbox.c.payload).where(
            t.outbox.c.kind == "wake", t.outbox.c.due_at <= self.now
        )
        rows = self.tx.execute(query.order_by(t.outbox.c.due_at)).all()
        for row in rows:
            self.tx.execute(t.outbox.delete().where(t.outbox.c.id == row.id))
            outbox.take_back(self.tx, row.mailbox, "none")
        return [(row.mailbox, row.payload) for row in rows]

    def staff(self, *, user: str = "77", name: str = "小林", supervisor: bool = False, **what) -> DeskInbound:
        self.serial += 1
        return DeskInbound(
            key=f"d{self.serial}", desk="telegram", user=user, name=name, at=self.now, supervisor=supervisor, **what
        )

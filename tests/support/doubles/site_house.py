"""The small house of tickets with a second site and a leader at each: 王姐 runs Z07, 赵哥 runs Z09."""

from __future__ import annotations

from datetime import timedelta

from doubles.ticket_house import House

from handlers.cases import filing, timers
from handlers.claims.voice import Voice
from storage import imports, people, ticket_lines
from storage.orders import Order, OrderLine


class Sites(House):
    """Two leaders with an account each, who hear in Chinese."""

    def __init__(self, **more) -> None:
        super().__init__(**more)
        line = OrderLine(line_no=1, item="香菜", quantity=2, unit="把", paid=600)
        other = Order(order_no="KT260612-0901", lines=(line,), site_no="Z09", participate_no="1", buyer_name="外人",
                      buyer_phone="13711112222", activity_no="G0612")  # fmt: skip
        imports.upsert(self.tx, [other], now=self.now)
        self.wang, self.zhao = self._leader("王姐", "Z07"), self._leader("赵哥", "Z09")
        self.wang_talk, self.zhao_talk = self.talk("王姐", name="王姐"), self.talk("赵哥", name="赵哥")

    def _leader(self, name: str, *sites: str) -> int:
        leader = people.add_leader(self.tx, name, sites, None, self.now)
        people.lead(self.tx, self.talk(name, name=name), leader.id, self.now)
        return leader.id

    @property
    def voice(self) -> Voice:
        return Voice(language="zh", policy=self.policy, now=self.now)

    def ticket(self, number: str = "KT260612-0003", state: str = "", remedy: str = "refund", amount: int = 3980,
               coupon: int = 0, reason: str = "", by: str = "agent:telegram:77", **facts) -> str:  # fmt: skip
        """File a claim; with a state, its line is decided so."""
        self.now += timedelta(milliseconds=1)  # so that tickets have an order
        no = filing.file(self.tx, self.draft(number, **facts), self.context).no
        if state:
            ticket_lines.change(self.tx, no, 1, state=state, remedy=remedy, amount=amount, coupon=coupon, reason=reason,
                                decided_by=by, decided_at=self.now)  # fmt: skip
        return no

    def run(self, **span: float) -> None:
        """Let time pass and carry out every timer that is due."""
        end = self.now + timedelta(**span)
        while (due := self.next_wake()) is not None and due <= end:
            self.now = max(self.now, due)
            for _, payload in self.due_wakes():
                timers.fire(self.tx, payload, self.context)
        self.now = end

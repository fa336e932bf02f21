"""What may still be given back of an order: never more than was paid, of a line and of the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from handlers.policy.policy import Policy
from storage import ticket_lines, tickets
from storage.database import Tx
from storage.orders import Order
from storage.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The 分 that may still be given: of each order line, of all of them together, and the freight.

    `lines` is None where the lines have no sums of their own: then each may take what is left of the order. What was
    granted on the order as a whole may have been any line's: it counts in full in `lines`, and not at all in `own`.
    """

    lines: Mapping[int, int] | None = None
    own: Mapping[int, int] = field(default_factory=dict)
    whole: int = 0
    freight: int = 0

    def of(self, line_no: int | None) -> int:
        """Return what is left of a line, or of the whole order with None, without freight."""
        if line_no is None or self.lines is None:
            return self.whole
        return min(self.lines.get(line_no, 0), self.whole)

    def freight_in(self, line_no: int | None, amount: int) -> int:
        """Return what of a sum that fits, alone or with others, is freight: the rest is all that its line can take."""
        goods = self.whole if line_no is None or self.lines is None else min(self.own.get(line_no, 0), self.whole)
        return max(0, amount - goods)

    def most(self, line_no: int | None) -> int:
        """Return the largest sum for a line: with the freight where nothing else is left of the order."""
        goods = self.of(line_no)
        return goods + self.freight if goods == self.whole else goods

    def fits(self, asked: Iterable[tuple[int | None, int]]) -> bool:
        """Return whether these sums by line may be given, all of them together.

        What exceeds a line is freight; there is one only when all else is given back too.
        """
        taken: defaultdict[int | None, int] = defaultdict(int)
        spent = carried = 0
        for line_no, amount in sorted(asked, key=lambda one: one[0] is None):  # a whole order takes what is left
            goods = min(amount, self.of(line_no) - taken[line_no], self.whole - spent)
            carried += amount - goods
            taken[line_no] += goods
            spent += goods
        return carried == 0 or (carried <= self.freight and spent == self.whole)


def room(tx: Tx, ticket: Ticket, policy: Policy) -> Room:
    """Return what may still be given on a ticket's order: what was paid less what went back or is granted already.

    The order is this transaction's until its end: of two grants at one time the second sees the first, and an import
    waits or was seen.
    """
    if ticket.order_no is not None:
        tickets.lock_order(tx, ticket.order_no)
    order = tickets.order_of(tx, ticket)
    if order is None:
        return Room()
    granted = ticket_lines.granted_by_line(tx, order.order_no)
    goods = {line_no: amount - freight for line_no, (amount, freight) in granted.items()}
    common = goods.get(None, 0)  # what was granted on the order as a whole may have been any line's money
    own = {line.line_no: max(0, order.left(line.line_no) - goods.get(line.line_no, 0)) for line in order.lines}
    carried = sum(freight for _, freight in granted.values())
    return Room(
        lines=None if order.shared_paid else {line_no: max(0, left - common) for line_no, left in own.items()},
        own=own,
        whole=max(0, order.left() - sum(goods.values())),
        freight=max(0, policy.freight_back(order) - carried),
    )


def overdrawn(tx: Tx, order: Order) -> bool:
    """Return whether more was granted on an order than is left of what was paid: it was changed or given back since."""
    granted = ticket_lines.granted_by_line(tx, order.order_no)
    goods = {line_no: amount - freight for line_no, (amount, freight) in granted.items()}
    if sum(goods.values()) > order.left():
        return True
    own = () if order.shared_paid else order.lines
    return any(goods.get(line.line_no, 0) > order.left(line.line_no) for line in own)

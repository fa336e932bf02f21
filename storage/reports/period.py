"""Which rows a report counts: those of a period, of the business or of the sandbox, never of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func

from storage.orders import SANDBOX
from storage.tables import orders, tickets

# a ticket belongs to the time it was filed; one for which a person was called without filing, to the time of the call
BEGUN: ColumnElement[Any] = func.coalesce(tickets.c.filed_at, tickets.c.created_at)
# an order belongs to the time it was placed, else to the nearest that is known of it
PLACED: ColumnElement[Any] = func.coalesce(
    orders.c.placed_at, orders.c.promised_at, orders.c.delivered_at, orders.c.imported_at
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `first` until before `end`; `sample`: the invented rows of the sandbox instead of the business's."""

    first: datetime
    end: datetime
    sample: bool = False

    def holds(self, moment: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that a time lies in the period."""
        return and_(moment >= self.first, moment < self.end)

    @property
    def desks(self) -> ColumnElement[bool]:
        """Return the condition that a ticket is the business's, or the sandbox's."""
        condition: ColumnElement[bool] = tickets.c.desk == SANDBOX if self.sample else tickets.c.desk != SANDBOX
        return condition

    @property
    def tickets(self) -> ColumnElement[bool]:
        """Return the condition that a ticket began in the period."""
        return and_(self.desks, self.holds(BEGUN))

    @property
    def orders(self) -> ColumnElement[bool]:
        """Return the condition that an order was placed in the period."""
        return and_(orders.c.sample.is_(self.sample), self.holds(PLACED))

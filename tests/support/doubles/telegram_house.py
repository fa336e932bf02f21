"""The real house behind Telegram's doors: runner, courier, database and store, with the Bot API on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.app import App, build
from bot.settings import Settings
from storage import tables as t
from storage.imports import upsert
from storage.orders import Order, OrderLine

START = datetime(2026, 6, 12, 19, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
PICKUP = datetime(2026, 6, 12, 17, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
ORDERS = {  # number: pickup number, buyer, phone, lines (item, spec, quantity, unit, paid in 分)
    "KT260612-0003": ("3", "李婷", "13800002231", [("草莓", "300g", 4, "盒", 7960), ("鸡蛋", "30枚", 1, "板", 2680)]),
    "KT260612-0005": ("5", "老陈", "13900008812", [("车厘子JJ", "500g", 2, "份", 9980)]),
    "KT260612-0017": ("17", "Lisa", "15000007733", [("salmon", "400g", 1, "份", 6900)]),
    "KT260612-0020": ("20", "刘爸爸", "15800009021", [("婴儿奶粉", "900g", 1, "罐", 26800)]),
}
Make = Callable[[App], Any]


def orders() -> list[Order]:
    """Return a few orders of one pickup site."""
    made = []
    for number, (pickup, name, phone, lines) in ORDERS.items():
        kept = tuple(
            OrderLine(line_no=place, item=item, spec=spec, quantity=quantity, unit=unit, paid=paid, lot_no="B2405")
            for place, (item, spec, quantity, unit, paid) in enumerate(lines, 1)
        )
        made.append(
            Order(
                order_no=number,
                activity_no="G0612",
                participate_no=pickup,
                site_no="Z07",
                buyer_name=name,
                buyer_phone=phone,
                placed_at=PICKUP - timedelta(hours=20),
                delivered_at=PICKUP,
                lines=kept,
            )
        )
    return made


class TelegramHouse:
    """An app, and what tests ask of its tables."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def rows(self, table: Any, *where: Any) -> list[dict[str, Any]]:
        """Return the committed rows of a table."""
        query = select(table).where(*where)
        return await self.app.read(lambda tx: [dict(row._mapping) for row in tx.execute(query)])

    async def inbox(self) -> list[dict[str, Any]]:
        """Return what came in, oldest first."""
        return sorted(await self.rows(t.inbox), key=lambda row: (row["at"], row["key"]))

    async def tickets(self) -> list[dict[str, Any]]:
        """Return all tickets."""
        return await self.rows(t.tickets)


@asynccontextmanager
async def telegram_house(folder: Path, *doors: Make, now: datetime = START) -> AsyncIterator[TelegramHouse]:
    """Run the house; each of `doors` makes a channel or a desk of the app, and it is opened."""
    app = build(Settings(data_dir=str(folder), sandbox="off", claimdesk_now=now.isoformat()))
    for make in doors:
        door = make(app)
        (app.channels if hasattr(door, "send") else app.desks)[door.name] = door
    await app.start()
    await app.runner.do(lambda tx: upsert(tx, orders(), now=now))
    try:
        yield TelegramHouse(app)
    finally:
        await app.stop()

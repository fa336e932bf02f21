"""`claimdesk serve` with both Telegram bots on the local Bot API: a process of its own, ended and begun at will."""

from __future__ import annotations

import csv
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from doubles.botapi import BotApi
from doubles.service import Service, free_port

POLICY = 'extends = "community-group-buy"\n[talk]\nquiet = "0.1s"\nquiet_max = "0.3s"\n'
COLUMNS = ["order_no", "participate_no", "buyer_name", "buyer_phone"]
COLUMNS += ["item", "quantity", "unit", "paid", "delivered_at"]
WITHIN = 20.0  # seconds that anything may take on a busy machine
UNSENT = "SELECT count(*) FROM outbox WHERE kind IN ('reply', 'echo', 'fetch')"


def order_of(number: int) -> str:
    """Return the order number of one of the buyers."""
    return f"KT261101-{number:04d}"


def write_orders(path: Path, count: int) -> None:
    """An order file with one order for each buyer."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number in range(1, count + 1):
            buyer = [f"客{number}", f"1390000{number:04d}"]
            rows.writerow([order_of(number), number, *buyer, "白菜", 3, "颗", "9.00", ""])


class TelegramService:
    """The process, the platform with a group, and short ways to what a test asks for."""

    def __init__(self, folder: Path, api: BotApi, *, hooks: bool = False, desk: bool = True, **more: str) -> None:
        self.api = api
        self.shop, self.bot = api.bot("shop_bot"), api.bot("desk_bot")
        self.boss, self.lin, self.jie = api.user(2001, "何姐"), api.user(2002, "小林"), api.user(2003, "阿杰")
        self.group = api.group("售后", creator=self.boss, members=[self.lin, self.jie], admins=[self.bot])
        (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
        port = free_port()
        self.public = {"PUBLIC_URL": f"http://127.0.0.1:{port}", "TELEGRAM_WEBHOOK_SECRET": "s3cret"}
        self.settings = {
            "POLICY": str(folder / "policy.toml"),
            "LOG_LEVEL": "warning",
            "SANDBOX": "off",
            "TELEGRAM_API_BASE": api.url,
            "TELEGRAM_BOT_TOKEN": self.shop.token,
        }
        if desk:
            self.settings |= {"TELEGRAM_DESK_TOKEN": self.bot.token, "TELEGRAM_DESK_CHAT_ID": str(self.group.id)}
        self.settings |= more
        self.listening = [self.shop, *([self.bot] if desk else [])]
        self.service = Service(folder, port=port)
        self.by(hooks=hooks)

    def by(self, *, hooks: bool) -> None:
        """Choose how updates come from the next start on."""
        self.hooks = hooks
        self.service.more = self.settings | (self.public if hooks else {})

    @contextmanager
    def running(self, orders: Path) -> Iterator[TelegramService]:
        """Run with these orders; at the end it must stop in good order."""
        imported = self.service.run("orders", "import", str(orders))
        assert imported.returncode == 0, imported.stderr
        with self.service:
            self.hears()
            yield self
            assert self.service.stop() == 0, self.service.log()

    def end(self, how: signal.Signals) -> None:
        """Send SIGKILL or SIGTERM and wait for the end; SIGTERM must end in good order."""
        if how is signal.SIGKILL:
            self.service.kill()
        else:
            assert self.service.stop() == 0, self.service.log()

    def again(self) -> None:
        """Begin anew on what is stored."""
        for bot in self.listening:
            bot.poller = None
        self.service.start()
        self.hears()

    def hears(self) -> None:
        """Wait until its bots listen."""
        listens = (lambda bot: bot.webhook) if self.hooks else (lambda bot: bot.poller)
        self.api.wait_for(lambda: all(listens(bot) for bot in self.listening), within=WITHIN)

    # what is stored

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return committed rows."""
        path = self.service.folder / "var" / "claimdesk.db"
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])

    def stored(self) -> list[str]:
        """Return the keys of the customers' messages that came in."""
        return [key for (key,) in self.rows("SELECT key FROM inbox WHERE key LIKE ?", f"telegram:{self.shop.id}:%")]

    def settled(self) -> None:
        """Wait until every message is taken and everything to be sent is sent."""
        self.api.wait_for(lambda: not self.shop.inbox.pending and not self.shop.inbox.repeats, within=WITHIN)
        if not self.hooks:  # it asks again only after all is handled
            self.api.wait_for(lambda: self.shop.poller, within=WITHIN)
        self.until(lambda: self.rows(UNSENT) == [(0,)])

    def until(self, found: Callable[[], Any], within: float = WITHIN) -> Any:
        """Wait for what the tables show; they ring no bell."""
        deadline = time.monotonic() + within
        while not (value := found()):
            assert time.monotonic() < deadline, f"not within {within} s\n{self.service.log()}"
            time.sleep(0.005)
        return value

    # what people see

    def heard(self, person: Any) -> list[Any]:
        """Return the bot's messages to one person."""
        return [message for message in self.api.chat(self.shop, person).messages if message.sender is self.shop]

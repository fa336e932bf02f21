"""Two processes speak for the same two Telegram bots: one of them at a time, and the other when it falls silent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import postgres
import pytest
from doubles.botapi import BotApi
from doubles.service import Service
from doubles.telegram_service import UNSENT, TelegramService, order_of, write_orders
from sqlalchemy import create_engine, text

pytestmark = pytest.mark.postgres

PEOPLE = 6
WITHIN = 60.0  # seconds: the silence that is borne, and a busy machine
LINES = ("{order} 尾号{tail}", "白菜少了1颗 退款", "提交")
ANSWERS = ("出了什么问题", "请核对", "已受理")
FOUGHT = "another program reads this bot's messages"
BOARD = re.compile(r"待接手 (\d+)")


class Shop:
    """Two services, the platform, and customers who write to whoever listens."""

    def __init__(self, folder: Path, api: BotApi) -> None:
        self.api, self.url = api, postgres.server().fresh()
        for name in ("one", "two"):
            (folder / name).mkdir()
        shared = {"DATABASE_URL": self.url, "MEDIA_URL": str(folder / "media"), "SECRET_KEY": "shared"}
        self.house = TelegramService(folder / "one", api, **shared)
        self.services = [self.house.service, Service(folder / "two", self.house.service.more)]
        self.people = [api.user(1000 + number, f"客{number}") for number in range(1, PEOPLE + 1)]

    @contextmanager
    def open(self) -> Iterator[None]:
        write_orders(self.services[0].folder / "orders.csv", PEOPLE)
        imported = self.services[0].run("orders", "import", "orders.csv")
        assert imported.returncode == 0, imported.stderr
        try:
            with self.services[0], self.services[1]:
                yield
        finally:
            postgres.server().drop(self.url)

    def rows(self, query: str) -> list[tuple]:
        engine = create_engine(self.url)
        with engine.connect() as database:
            found = [tuple(row) for row in database.execute(text(query))]
        engine.dispose()
        return found

    def who_polls(self) -> Service:
        """Wait until the customers' bot is listened to, and return by whom."""
        self.api.wait_for(lambda: self.house.shop.poller, within=WITHIN)
        (name,) = next(row for row in self.rows("SELECT process FROM duties WHERE name LIKE 'updates of%'") if row)
        return next(one for one in self.services if one.process and f":{one.process.pid}:" in name)

    def say(self, place: int) -> None:
        """Let everybody say a line, and wait until each has the answer to it."""
        for number, person in enumerate(self.people, 1):
            person.text(self.house.shop, LINES[place].format(order=order_of(number), tail=f"{number:04d}"))
        answered = lambda: all(  # noqa: E731
            any(ANSWERS[place] in message.text for message in self.house.heard(person)) for person in self.people
        )
        self.api.wait_for(answered, within=WITHIN)
        self.house.until(lambda: self.rows(UNSENT) == [(0,)], within=WITHIN)

    def check(self) -> None:
        """Every customer heard each answer once, in order; there is one board, and it is true."""
        for person in self.people:
            heard = [message.text for message in self.house.heard(person)]
            assert len([words for words, _ in groupby(heard)]) == len(heard) == len(ANSWERS), heard
            assert all(part in words for part, words in zip(ANSWERS, heard, strict=True)), heard
        assert self.rows("SELECT count(*) FROM tickets") == [(PEOPLE,)]
        assert self.rows("SELECT count(*) FROM parked") == self.rows("SELECT count(*) FROM dead_letters") == [(0,)]
        self.api.wait_for(lambda: self.shown() == [PEOPLE], within=WITHIN)

    def shown(self) -> list[int]:
        """Return the numbers of waiting tickets that the group's boards show."""
        boards = (BOARD.search(message.text or "") for message in self.house.group.messages)
        return [int(found[1]) for found in boards if found]

    def fights(self) -> int:
        """Count how often a process found another one listening."""
        return sum(service.log().count(FOUGHT) for service in self.services)


def test_one_listens_and_the_other_when_it_is_killed(tmp_path: Path) -> None:
    with BotApi() as api:
        shop = Shop(tmp_path, api)
        with shop.open():
            first = shop.who_polls()
            shop.say(0)
            assert shop.fights() == 0
            first.kill()
            shop.house.shop.poller = shop.house.bot.poller = None
            shop.say(1)
            assert shop.who_polls() is not first
            first.start()
            shop.say(2)
            shop.check()
            assert shop.fights() == 0
            assert shop.services[0].run("audit", "verify").returncode == 0
            assert [service.stop() for service in shop.services] == [0, 0]


@pytest.mark.long
def test_who_was_stopped_does_not_fight_when_it_goes_on(tmp_path: Path) -> None:
    with BotApi() as api:
        shop = Shop(tmp_path, api)
        with shop.open():
            first = shop.who_polls()
            shop.say(0)
            assert first.process
            first.process.send_signal(SIGSTOP)
            shop.say(1)
            first.process.send_signal(SIGCONT)
            shop.say(2)
            shop.check()
            assert shop.fights() <= 4  # the one that goes on may ask once more for each bot, and oust the other once
            assert [service.stop() for service in shop.services] == [0, 0]

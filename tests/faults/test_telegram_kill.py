"""The service ends while 20 updates are in work: each is stored once, each customer hears all answers in order."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random
from signal import SIGKILL, SIGTERM, Signals
from typing import Any

import pytest
from doubles.botapi import BotApi
from doubles.telegram_service import WITHIN, TelegramService, order_of, write_orders

from storage.database import write_lock

PEOPLE = 20
ROUNDS = ("{order} 尾号{tail}", "白菜少了1颗 退款", "提交")
ANSWERS = ("出了什么问题", "请核对", "已受理")
MOMENTS = ("before the commit", "amid the commits", "amid the answers", "unheard")
NUMBER = re.compile(r"CD-\w{6}")


class Talks:
    """Twenty customers who all write at once, and what is expected of it."""

    def __init__(self, house: TelegramService, seed: int) -> None:
        self.house, self.api, self.chance = house, house.api, Random(seed)
        self.people = [self.api.user(1000 + number, f"客{number}") for number in range(1, PEOPLE + 1)]
        self.sent: list[Any] = []
        self.again = 0  # ends that may repeat an answer: kill -9, and one that the platform never confirmed
        self.entered = 0
        self._count_deliveries()

    def _count_deliveries(self) -> None:
        post = self.api.server.hooks._post

        async def counted(*what: Any) -> Any:
            with self.api.world.bell.lock:
                self.entered += 1
                self.api.world.bell.ring()
            return await post(*what)

        self.api.server.hooks._post = counted

    def write(self, words: str) -> None:
        """Let everybody write in one instant: one question of the poller brings all of it."""
        with self.api.world.bell.lock:
            for number, person in enumerate(self.people, 1):
                text = words.format(order=order_of(number), tail=f"{number:04d}")
                self.sent.append(person.text(self.house.shop, text))

    def answered(self, place: int) -> list[bool]:
        """Tell for each of them whether the answer to this line has come."""
        return [any(ANSWERS[place] in message.text for message in self.house.heard(who)) for who in self.people]

    def hear(self, place: int) -> None:
        """Wait until everybody has the answer to this line; says what is stored where somebody has none."""
        try:
            self.api.wait_for(lambda: all(self.answered(place)), within=WITHIN)
        except AssertionError:
            silent = [who.id for who, heard in zip(self.people, self.answered(place), strict=True) if not heard]
            boxes = self.house.rows("SELECT * FROM mailboxes WHERE next_due IS NOT NULL OR blocked IS NOT NULL")
            kept = self.house.count("parked"), self.house.count("dead_letters")
            pytest.fail(f"{silent} heard nothing; {boxes} {kept} {self.house.stored()}\n{self.house.service.log()}")

    def round(self, place: int, end: End) -> None:
        """One line of everybody, with the end of the process at this moment of it, and what came after the restart."""
        how, moment = end.how, end.moment
        house, stored, told = self.house, len(self.house.stored()), len(self.api.called("sendMessage"))
        self.entered = 0
        held = moment == "before the commit"
        hang = self.api.fail("hang", method="sendMessage", bot=house.shop) if moment == "unheard" else None
        with write_lock(house.service.folder / "var") if held else nullcontext():
            self.write(ROUNDS[place])
            some = self.chance.randint(1, PEOPLE)
            self.reached(moment, lambda: len(house.stored()) - stored >= some, told + some, hang, hooks=end.hooks)
            if held:
                assert len(house.stored()) == stored
            if how is SIGKILL:
                house.end(how)
        if how is SIGTERM:
            house.end(how)
        self.again += how is SIGKILL or moment == "unheard"
        for update in self.chance.sample(house.shop.updates, 5):
            self.api.repeat(house.shop, update)
        house.again()
        house.settled()

    def reached(self, moment: str, stored: Callable[[], bool], told: int, hang: Any, *, hooks: bool) -> None:
        """Wait for the moment; nothing here waits for a time."""
        house, api = self.house, self.api
        if moment == "before the commit":
            in_hand = lambda: self.entered >= PEOPLE or not (hooks or house.shop.poller)  # noqa: E731
            api.wait_for(in_hand, within=WITHIN)
        elif moment == "amid the commits":
            house.until(stored)
        elif moment == "amid the answers":
            api.wait_for(lambda: len(api.called("sendMessage")) >= told, within=WITHIN)
        else:  # the platform has it, the service does not know
            api.wait_for(lambda: hang.met, within=WITHIN)

    def check(self) -> None:
        """Everything stored once, one ticket each, all answers in order, nothing doubled beyond what kill -9 forces."""
        house = self.house
        wanted = sorted(f"telegram:{house.shop.id}:m:{m.chat_id}:{m.id}" for m in self.sent)
        assert sorted(house.stored()) == wanted
        tickets = house.rows(
            "SELECT c.account, count(*), min(t.order_no), max(l.quantity), count(l.line), max(l.wish_amount)"
            " FROM tickets t JOIN conversations c ON c.id = t.conversation_id"
            " JOIN ticket_lines l ON l.ticket_no = t.no GROUP BY c.account"
        )
        found = {account: rest for account, *rest in tickets}
        assert found == {str(1000 + n): [1, order_of(n), "1", 1, 300] for n in range(1, PEOPLE + 1)}
        for person in self.people:
            heard = [message.text for message in house.heard(person)]
            once = [text for text, _ in groupby(heard)]
            assert len(once) == len(ANSWERS), heard
            assert all(part in text for part, text in zip(ANSWERS, once, strict=True)), heard
            assert len(heard) - len(once) <= self.again, heard
            assert len(set(NUMBER.findall("".join(heard)))) == 1, heard
        assert (house.count("parked"), house.count("dead_letters")) == (0, 0)
        assert self.api.violations == []

    def told(self) -> int:
        """Count what customers were sent; the group's board follows at its own pace."""
        return sum(not str(call.params["chat_id"]).startswith("-") for call in self.api.called("sendMessage"))

    def twice(self) -> None:
        """Deliver everything once more: nothing comes of it."""
        before = self.came_of_it()
        for update in list(self.house.shop.updates):
            self.api.repeat(self.house.shop, update)
        self.house.settled()
        assert self.came_of_it() == before

    def came_of_it(self) -> tuple[int, int, int]:
        """Count what came of the customers' messages; the group's own news take their own time."""
        return self.told(), len(self.house.stored()), self.house.count("events")


@dataclass(frozen=True)
class End:
    """One end of the process: by which way updates came until then, by which signal and when."""

    hooks: bool
    how: Signals
    moment: str


def run(folder: Path, ends: list[End], *, desk: bool, seed: int) -> None:
    write_orders(folder / "orders.csv", PEOPLE)
    with BotApi() as api:
        house = TelegramService(folder, api, hooks=ends[0].hooks, desk=desk)
        talks = Talks(house, seed)
        with house.running(folder / "orders.csv"):
            for place, end in enumerate(ends):
                house.by(hooks=ends[(place + 1) % len(ends)].hooks)
                talks.round(place, end)
                talks.hear(place)
                house.settled()
            talks.check()
            talks.twice()
            assert house.service.run("audit", "verify").returncode == 0


def test_nothing_is_lost_by_either_way(tmp_path: Path) -> None:
    ends = [
        End(hooks=False, how=SIGKILL, moment="amid the commits"),
        End(hooks=True, how=SIGTERM, moment="before the commit"),
        End(hooks=True, how=SIGKILL, moment="amid the answers"),
    ]
    run(tmp_path, ends, desk=False, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 6))
@pytest.mark.parametrize("how", [SIGKILL, SIGTERM], ids=["kill", "term"])
@pytest.mark.parametrize("hooks", [False, True], ids=["polling", "webhooks"])
def test_nothing_is_lost_at_any_moment(tmp_path: Path, seed: int, how: Signals, *, hooks: bool) -> None:
    moments = Random(seed).sample(MOMENTS, len(ROUNDS))
    run(tmp_path, [End(hooks=hooks, how=how, moment=moment) for moment in moments], desk=True, seed=seed)

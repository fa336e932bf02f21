"""Customer, agent and timer in any order: the bot never talks over the human who owns a ticket."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest
from playing import DATA, ZONE, Direct, World, orders_of, preset
from playing_desk import Group

from handlers.messages.texts import templates
from storage import tables as t

NOW = datetime(2026, 6, 12, 19, 10, tzinfo=ZONE)
SAYS = (
    "KT260612-0003 草莓坏了2盒，想退款", "草莓坏了", "2盒", "退款", "提交", "人工", "进度", "规则", "不对，是1盒",
    "谢谢", "怎么还没好", "鸡蛋也碎了5个", "好的", "取消", "算了", "吃了拉肚子", "4", "你们什么态度！",
    "我要投诉到12315",
)  # fmt: skip
DEEDS = ("pick", "reply", "ask", "approve", "note", "hand", "close", "boss")
# what a customer may not hear of a ticket that a human owns
QUESTIONS = ("talk.ask_", "talk.confirm", "talk.took", "talk.added")


def openings() -> tuple[str, ...]:
    """How the bot's own questions and echoes begin."""
    found = []
    for key, template in templates("zh").items():
        if key.startswith(QUESTIONS):
            head = template.partition("{")[0].strip()
            if len(head) >= 3:
                found.append(head)
    return tuple(found)


OPENINGS = openings()


class Play:
    """One seeded afternoon of one customer and three of the staff."""

    def __init__(self, world: World, seed: int) -> None:
        self.chance = Random(seed)
        self.world = world
        world.now, world.seed = NOW, seed
        world.phones.clear()
        with world.write() as tx:
            for table in reversed(t.METADATA.sorted_tables):
                if table not in (t.policies, t.meta, t.orders, t.order_lines):
                    tx.execute(table.delete())
        world.bind("li", "13800002231", "李婷")
        self.group = Group(self.world)
        self.world.desk = self.group
        self.group.join()
        self.talker = Direct(self.world)
        self.log: list[str] = []

    def owned(self) -> set[str]:
        """Tickets that a human owns and that are still open."""
        live = t.tickets.c.state.in_(("queued", "assigned", "waiting_customer", "appealed"))
        with self.world.write() as tx:
            rows = tx.execute(t.tickets.select().where(live, t.tickets.c.owner_id.is_not(None)))
            return {row.no for row in rows}

    def drafts(self) -> list[str]:
        """Ticket numbers of the open drafts; "" for one that has none."""
        with self.world.write() as tx:
            talk = tx.execute(t.conversations.select().where(t.conversations.c.account == "li")).one().talk
        return [claim.get("ticket_no", "") for claim in talk.get("claims", ()) if not claim.get("dropped")]

    def customer(self) -> None:
        if self.chance.random() < 0.3 and self.world.phones["li"]:
            buttons = [b for seen in self.world.phones["li"][-3:] for b in seen.buttons]
            if buttons:
                label, tap = self.chance.choice(buttons)
                self.log.append(f"taps {label}")
                self.talker.tap("li", tap)
                return
        text = self.chance.choice(SAYS)
        self.log.append(f"says {text}")
        self.talker.text("li", text)

    def agent(self) -> None:
        who, deed = self.chance.choice(("A1", "A2", "S")), self.chance.choice(DEEDS)
        with self.world.write() as tx:
            numbers = [row.no for row in tx.execute(t.tickets.select())]
        if not numbers:
            return
        number = self.chance.choice(numbers)
        self.log.append(f"{who} {deed} {number}")
        if deed == "reply":
            cards = [one for one in self.group.posted if one.ticket_no == number and one.kind == "card"]
            if cards:
                self.group.act(who, kind="reply", reply_to=cards[-1].id, quoted=cards[-1].text, text="我来看看")
        else:
            self.group.act(who, kind="tap", tap=f"{deed}:{number}")

    def run(self, steps: int) -> None:
        for _ in range(steps):
            silent = self.owned()
            before = len(self.world.phones["li"])
            free = any(no not in silent for no in self.drafts())
            kind = self.chance.random()
            if kind < 0.55:
                self.customer()
            elif kind < 0.85:
                self.agent()
            pause = self.chance.choice((0.1, 0.5, 2, 4, 40, 700))
            still = silent & self.owned()
            self.world.until(self.world.now + timedelta(seconds=pause))
            if still and still == self.owned() and not free and not any(no not in still for no in self.drafts()):
                self.hushed(self.world.phones["li"][before:])

    def hushed(self, heard) -> None:
        for seen in heard:
            assert not seen.text.startswith(OPENINGS), f"talked over the human: {seen.text}\n" + "\n".join(self.log)


def play(seeds: range) -> None:
    """Play many afternoons in one house, emptied in between."""
    world = World("sqlite://", NOW)
    world.begin(preset(), [order for order in orders_of(DATA / "g0612.csv") if order.buyer_name == "李婷"])
    for seed in seeds:
        afternoon = Play(world, seed)
        afternoon.run(steps=afternoon.chance.randint(6, 14))
    world.close()


def test_the_bot_never_talks_over_the_human() -> None:
    play(range(60))


@pytest.mark.long
def test_the_bot_never_talks_over_the_human_in_three_hundred() -> None:
    play(range(60, 300))


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_the_bot_never_talks_over_the_human_in_ten_thousand(block: int) -> None:
    play(range(1000 + block * 1000, 2000 + block * 1000))

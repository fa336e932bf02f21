"""Nobody waits for a trial turn longer than for the second reader, nor for one whose answer nobody would get."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager

import pytest
from doubles.completions import completions
from doubles.telegram_house import START

from bot.runtime import llm_client, llm_prefetch
from bot.runtime.llm_client import AT_ONCE, LEAST, SecondReader
from bot.runtime.llm_prefetch import LOOKS, SecondSight
from handlers.context import TurnContext
from handlers.messages.models import Inbound
from handlers.nlu.models.llm_overlay import Opinions

PATIENCE = LEAST + 0.3


class Gated(SecondSight):
    """Its trials end when they are let; each is noted, and who waits for one."""

    async def _looked(self, inbound, context, until):
        self.waited.append(inbound.account)
        return await super()._looked(inbound, context, until)

    def _look(self, inbound, context):
        self.looked.append(inbound.account)
        self.gate.wait(120)
        return []


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(llm_prefetch, "PATIENCE", PATIENCE)


@asynccontextmanager
async def sight(url="http://127.0.0.1:9"):
    made = object.__new__(type("Noting", (Gated,), {}))  # with attributes of its own
    context = TurnContext(now=START, random=None, policy=None, policy_of=None)
    made.__init__(
        reader=SecondReader(base_url=url, api_key="k", model="m"),
        snapshots=type("Nothing", (), {"dispose": lambda self: None})(),
        opinions=Opinions(lambda: 0.0),
        context=lambda: context,
    )
    made.looked, made.waited, made.gate = [], [], threading.Event()
    try:
        yield made
    finally:
        made.gate.set()
        await made.close()


async def turns(made, *accounts):
    """Let a message of each account come at once, and wait until all have had their turns."""

    async def turn():
        pass

    messages = [
        Inbound(key=account, channel="telegram", account=account, at=START, text="草莓跟广播体操似的")
        for account in accounts
    ]
    await asyncio.gather(*(made.wait(message, turn) for message in messages))


async def test_while_it_rests_nothing_is_tried_out(short):
    async with sight() as made:
        made.reader._rests_until = made.reader.clock() + 600
        await turns(made, *"abcdef")
        assert made.waited == made.looked == []


async def test_while_all_places_are_taken_nothing_is_tried_out(short):
    async with completions(say="{}") as double, sight(double.url) as made:
        double.hold()
        asking = [asyncio.create_task(made.reader.ask([])) for _ in range(AT_ONCE)]
        await double.asked()
        await turns(made, *"abcdef")
        assert made.waited == made.looked == []
        double.release()
        await asyncio.gather(*asking)
        made.gate.set()
        await turns(made, "g")
        assert made.looked == ["g"]


async def test_a_slow_trial_is_waited_for_as_long_as_an_answer_would_be_and_few_wait(short):
    async with sight() as made:
        async with asyncio.timeout(60):  # half of the time that the trial would take
            await turns(made, *"abcdefgh")
        assert len(made.waited) == LOOKS  # the others went on without
        assert len(made.looked) == 1
        await turns(made, *"ijkl")
        assert len(made.waited) == LOOKS  # behind one that is late nobody waits
        made.gate.set()
        await asyncio.wrap_future(made._late)
        assert made.looked == ["a"]  # those that gave up are not tried out afterwards
        await turns(made, "m")
        assert made.looked == ["a", "m"]


async def test_a_message_whose_time_has_passed_behind_others_is_not_tried_out(short):
    async with sight() as made:
        await turns(made, *"aaaaa")
        assert made.looked == ["a"]


def test_the_patience_of_the_tests_is_shorter_than_the_real_one():
    assert LEAST < PATIENCE < llm_client.PATIENCE

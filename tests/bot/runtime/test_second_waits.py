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
    """Its trials end when they are let; each is noted."""

    def _look(self, inbound, context):
        self.looked.append(inbound.account)
        self.gate.wait(10)
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
    made.looked, made.gate = [], threading.Event()
    try:
        yield made
    finally:
        made.gate.set()
        await made.close()


async def turns(made, *accounts):
    """Let a message of each account come at once; give the seconds after which their turns began."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def turn():
        return loop.time() - began

    messages = [
        Inbound(key=account, channel="telegram", account=account, at=START, text="草莓跟广播体操似的")
        for account in accounts
    ]
    return await asyncio.gather(*(made.wait(message, turn) for message in messages))


async def test_while_it_rests_nothing_is_tried_out(short):
    async with sight() as made:
        made.reader._breaker.fail(60)
        assert max(await turns(made, *"abcdef")) < 0.1
        assert made.looked == []


async def test_while_all_places_are_taken_nothing_is_tried_out(short):
    async with completions(say="{}") as double, sight(double.url) as made:
        double.hold()
        asking = [asyncio.create_task(made.reader.ask([])) for _ in range(AT_ONCE)]
        await double.asked()
        assert max(await turns(made, *"abcdef")) < 0.1
        assert made.looked == []
        double.release()
        await asyncio.gather(*asking)
        made.gate.set()
        await turns(made, "g")
        assert made.looked == ["g"]


async def test_a_slow_trial_is_waited_for_as_long_as_an_answer_would_be_and_few_wait(short):
    async with sight() as made:
        taken = sorted(await turns(made, *"abcdefgh"))
        assert taken[-1] < PATIENCE + 0.2
        assert [seconds for seconds in taken if seconds < 0.1] == taken[: 8 - LOOKS]  # these went on without
        assert len(made.looked) == 1
        assert max(await turns(made, *"ijkl")) < 0.1  # behind one that is late nobody waits
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

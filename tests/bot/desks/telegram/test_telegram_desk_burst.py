from __future__ import annotations

import asyncio
import re
import time
from itertools import pairwise

import pytest
from doubles.botapi import BotApi, Pace
from doubles.botapi.pace import rules_for
from doubles.telegram_desk import Scene

from bot.desks.telegram.rate_limit import KEPT_BOARD, KEPT_SAFETY, MOST

SPEED = 12.0  # a minute lasts five seconds
HALF_A_MINUTE, SOON, SLACK = 10, 4, 2  # operations: that many go in half a minute, in ten seconds, and by chance


@pytest.fixture
def api():
    with BotApi(pace=Pace(enforce={"group_minute"}, speed=SPEED)) as running:
        yield running
        assert running.violations == []


def refused(api):
    return [call for call in api.calls if call.code == 429]


def went(api):
    """What the desk's bot sent to the group or edited there: twenty of it may go in a minute."""
    return [call for call in api.calls if call.ok and "group_minute" in rules_for(call.method, call.chat_id or 0)]


def longest_behind(api, reached):
    """Return how many operations went, at the most, before the board showed what had happened.

    `reached` has for each length of the queue how many operations had gone when it came to that.
    """
    shown = []
    for place, call in enumerate(went(api)):
        if found := re.search(r"待接手 (\d+) ", str(call.params.get("text", ""))):
            shown.append((place, int(found[1])))
    return max(place - reached[before + 1] for (_, before), (place, _) in pairwise(shown) if before + 1 in reached)


@pytest.mark.long
async def test_two_hundred_in_a_minute_provoke_no_429_and_the_board_stays_true(tmp_path, api):
    scene = Scene(api, "supergroup", speed=SPEED)
    reached = {}
    async with scene.running(tmp_path):
        began = time.monotonic()
        for number in range(1, 201):
            await scene.says(5000 + number, "转人工", name=f"客{number}")
            reached[number] = len(went(api))
            await asyncio.sleep(max(0.0, began + number * 60 / SPEED / 200 - time.monotonic()))
        await api.until(lambda: scene.board and "待接手 200 " in scene.board.text)
    assert refused(api) == []
    assert api.pace.worst("group_minute", scene.group.id) <= 20
    assert longest_behind(api, reached) <= HALF_A_MINUTE + SLACK
    assert len(went(api)) - reached[200] <= MOST  # true within the minute after the last


async def test_five_safety_cards_are_out_at_once_and_more_are_joined(tmp_path, api):
    scene = Scene(api, "supergroup", speed=SPEED)
    async with scene.running(tmp_path):
        for number in range(60):
            await scene.says(5000 + number, "转人工", name=f"客{number}")
        await api.until(lambda: len(went(api)) >= MOST - KEPT_SAFETY - KEPT_BOARD)  # the others have used theirs up
        before = len(went(api))
        for number in range(12):
            await scene.says(7000 + number, "吃了你家的虾拉肚子，还发烧", name=f"急{number}")
        tickets = [row for row in await scene.house.tickets() if row["severity"] == "safety"]
        assert len(tickets) == 12
        numbers = [row["no"] for row in tickets]
        alone = lambda: [no for no in numbers if scene.card(no) and sum(n in scene.card(no).text for n in numbers) == 1]  # noqa: E731
        await api.until(lambda: len(alone()) >= 5)
        assert len(went(api)) - before <= 5 + SOON
        together = lambda: [m for m in scene.group.messages if "条食品安全" in m.text]  # noqa: E731
        await api.until(lambda: all(scene.card(no) or any(no in m.text for m in together()) for no in numbers))
        joined = together()
        assert len(joined) <= 3
        late = next(no for no in numbers if no in joined[0].text)
        tap = await scene.tapped(scene.lin, joined[0], late)
        assert late in tap.text
        await api.until(lambda: scene.card(late) and "小林" in scene.card(late).text)
    assert refused(api) == []


@pytest.mark.long
async def test_a_real_minute_of_two_hundred_with_five_safety_cards_among_them(tmp_path):
    with BotApi(pace=Pace(enforce={"group_minute"}, speed=1.0)) as api:
        scene = Scene(api, "supergroup", speed=1.0)
        safety, reached, took = range(30, 200, 40), {}, []
        async with scene.running(tmp_path):
            began = time.monotonic()
            for number in range(1, 201):
                await asyncio.sleep(max(0.0, began + number * 60 / 200 - time.monotonic()))
                urgent = number in safety
                words = "吃了你家的虾拉肚子，还发烧" if urgent else "转人工"
                await scene.says(5000 + number, words, name=f"客{number}")
                reached[number] = said = len(went(api))
                if urgent:
                    newest = max(await scene.house.tickets(), key=lambda row: row["created_at"])
                    assert newest["severity"] == "safety"
                    await api.until(lambda: scene.card(newest["no"]))  # noqa: B023  awaited here
                    took.append(len(went(api)) - said)
            await api.until(lambda: scene.board and "待接手 200 " in scene.board.text, within=40)
            after = len(went(api)) - reached[200]
            behind = longest_behind(api, reached)
        assert refused(api) == []
        assert api.violations == []
    assert len(took) == 5
    assert max(took) <= 1 + SLACK
    assert after <= HALF_A_MINUTE + SLACK
    assert behind <= HALF_A_MINUTE + SLACK

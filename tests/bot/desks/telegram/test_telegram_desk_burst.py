from __future__ import annotations

import asyncio
import re
import time
from itertools import pairwise

import pytest
from doubles.botapi import BotApi, Pace
from doubles.telegram_desk import Scene

SPEED = 12.0  # a minute lasts five seconds


@pytest.fixture
def api():
    with BotApi(pace=Pace(enforce={"group_minute"}, speed=SPEED)) as running:
        yield running
        assert running.violations == []


def refused(api):
    return [call for call in api.calls if call.code == 429]


def longest_behind(api, scene, reached):
    """The longest time for which the board did not show what had happened, in seconds of the platform."""
    shown = []
    for call in api.calls:
        found = re.search(r"待接手 (\d+) ", str(call.params.get("text", "")))
        if found and call.code == 200:
            shown.append((call.at, int(found[1])))
    spans = [at - reached[before + 1] for (_, before), (at, _) in pairwise(shown) if before + 1 in reached]
    return max(spans) * SPEED


async def test_two_hundred_in_a_minute_provoke_no_429_and_the_board_stays_true(tmp_path, api):
    scene = Scene(api, "supergroup", speed=SPEED)
    reached = {}
    async with scene.running(tmp_path):
        began = time.monotonic()
        for number in range(1, 201):
            await scene.says(5000 + number, "转人工", name=f"客{number}")
            reached[number] = time.monotonic()
            await asyncio.sleep(max(0.0, began + number * 60 / SPEED / 200 - time.monotonic()))
        await api.until(lambda: scene.board and "待接手 200 " in scene.board.text)
        took = (time.monotonic() - reached[200]) * SPEED
        behind = longest_behind(api, scene, reached)
    assert refused(api) == []
    assert api.pace.worst("group_minute", scene.group.id) <= 20
    slack = SPEED * 0.25  # a quarter of a second for this machine
    assert took <= 10 + slack
    assert behind <= 30 + slack
    print(f"board true {took:.1f} s after the end, at most {behind:.1f} s behind")


async def test_five_safety_cards_are_out_at_once_and_more_are_joined(tmp_path, api):
    scene = Scene(api, "supergroup", speed=SPEED)
    async with scene.running(tmp_path):
        for number in range(60):
            await scene.says(5000 + number, "转人工", name=f"客{number}")
        await asyncio.sleep(0.5)  # the others have used up what they may
        began = time.monotonic()
        for number in range(12):
            await scene.says(7000 + number, "吃了你家的虾拉肚子，还发烧", name=f"急{number}")
        tickets = [row for row in await scene.house.tickets() if row["severity"] == "safety"]
        assert len(tickets) == 12
        numbers = [row["no"] for row in tickets]
        alone = lambda: [no for no in numbers if scene.card(no) and sum(n in scene.card(no).text for n in numbers) == 1]  # noqa: E731
        await api.until(lambda: len(alone()) >= 5)
        assert (time.monotonic() - began) < 3
        together = lambda: [m for m in scene.group.messages if "条食品安全" in m.text]  # noqa: E731
        await api.until(
            lambda: all(scene.card(no) or any(no in m.text for m in together()) for no in numbers), within=8
        )
        joined = together()
        assert len(joined) <= 3
        late = next(no for no in numbers if no in joined[0].text)
        tap = await scene.tapped(scene.lin, joined[0], late)
        assert late in tap.text
        await api.until(lambda: scene.card(late) and "小林" in scene.card(late).text, within=8)
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
                reached[number] = said = time.monotonic()
                if urgent:
                    newest = max(await scene.house.tickets(), key=lambda row: row["created_at"])
                    assert newest["severity"] == "safety"
                    await api.until(lambda: scene.card(newest["no"]), within=10)  # noqa: B023  awaited here
                    took.append(time.monotonic() - said)
            await api.until(lambda: scene.board and "待接手 200 " in scene.board.text, within=40)
            after = time.monotonic() - reached[200]
            behind = longest_behind(api, scene, reached) / SPEED
        assert refused(api) == []
        assert api.violations == []
    print(f"safety cards {[round(one, 2) for one in took]} s; board true {after:.1f} s after, {behind:.1f} s behind")
    assert len(took) == 5
    assert max(took) <= 3
    assert after <= 10.5
    assert behind <= 30.5

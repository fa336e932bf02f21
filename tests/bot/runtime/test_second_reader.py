"""The client of the second reader against an endpoint on loopback: time-outs, faults, and rest while it is out."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest
from doubles.completions import completions
from doubles.service import free_port

from bot.commands import doctor
from bot.runtime import llm_client
from bot.runtime.llm_client import AT_ONCE, FAILURES, MOST, REST, SecondReader, examine
from bot.settings import Settings

ASKED = [{"role": "user", "content": "{}"}]


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


async def opened(url, clock):
    return SecondReader(base_url=url, api_key="sk-secret", model="small", clock=clock)


async def test_it_asks_for_a_chat_completion(clock):
    async with completions(say="好") as double:
        reader = await opened(double.url, clock)
        assert await reader.ask(ASKED) == "好"
        await reader.close()
    (body,) = double.got
    assert (body["model"], body["messages"], body["temperature"]) == ("small", ASKED, 0)
    assert double.keys == ["Bearer sk-secret"]
    assert "sk-secret" not in repr(reader)


@pytest.mark.parametrize(
    "fault", ["401", "403", "404", "429", "500", "503", "half", "endless", "redirect", "page", "empty"]
)
async def test_whatever_goes_wrong_is_no_answer(fault, clock, caplog):
    async with completions(say="x" * 1000, fault=fault) as double:
        reader = await opened(double.url, clock)
        assert await reader.ask(ASKED) is None
        assert double.elsewhere == 0
        double.fault = ""
        assert await reader.ask(ASKED) == "x" * 1000
        await reader.close()
    assert len(caplog.records) == 1
    assert "sk-secret" not in caplog.text


async def test_an_answer_too_long_is_none_even_when_it_is_whole(clock):
    async with completions(say="x" * MOST) as double:
        reader = await opened(double.url, clock)
        assert await reader.ask(ASKED) is None
        await reader.close()


async def test_a_slow_answer_is_not_waited_for(clock):
    async with completions() as double:
        double.hold()
        reader = await opened(double.url, clock)
        assert await reader.ask(ASKED, within=0.6) is None
        assert len(double.got) == 1
        await reader.close()


async def test_nobody_listens(clock):
    reader = await opened(f"http://127.0.0.1:{free_port()}/v1", clock)
    assert await reader.ask(ASKED) is None
    await reader.close()


async def test_after_failures_in_a_row_it_rests_and_the_log_has_one_line(clock, caplog):
    async with completions(fault="500") as double:
        reader = await opened(double.url, clock)
        for _ in range(10):
            await reader.ask(ASKED)
        assert len(double.got) == FAILURES
        clock.now += REST - 1
        assert await reader.ask(ASKED) is None
        assert len(double.got) == FAILURES
        clock.now += 2
        await reader.ask(ASKED)  # one try, and it rests again
        await reader.ask(ASKED)
        assert len(double.got) == FAILURES + 1
        clock.now += REST + 1
        double.fault, double.say = "", "{}"
        with caplog.at_level(logging.INFO):
            assert await reader.ask(ASKED) == "{}"
            assert await reader.ask(ASKED) == "{}"
        await reader.close()
    told = [record.message for record in caplog.records]
    assert len(told) == 2, told
    assert "status 500" in told[0]


async def test_a_success_between_failures_counts_anew(clock):
    async with completions(say="{}") as double:
        reader = await opened(double.url, clock)
        for _ in range(4):
            double.fault = "500"
            for _ in range(FAILURES - 1):
                assert await reader.ask(ASKED) is None
            double.fault = ""
            assert await reader.ask(ASKED) == "{}"
        await reader.close()


async def test_few_are_asked_at_once(clock):
    async with completions(say="{}") as double:
        double.hold()
        reader = await opened(double.url, clock)
        under_way = [asyncio.create_task(reader.ask(ASKED)) for _ in range(AT_ONCE)]
        await double.asked(AT_ONCE)
        assert await reader.ask(ASKED) is None  # at once, it does not wait for a place
        double.release()
        assert await asyncio.gather(*under_way) == ["{}"] * AT_ONCE
        assert await reader.ask(ASKED) == "{}"
        await reader.close()
    assert double.most_at_once == AT_ONCE


async def test_nobody_waits_when_the_service_stops(clock, caplog):
    async with completions() as double:
        double.hold()
        reader = await opened(double.url, clock)
        waiting = asyncio.create_task(reader.ask(ASKED, within=600))
        await double.asked()
        reader.hurry()
        async with asyncio.timeout(60):
            assert await waiting is None
        assert await reader.ask(ASKED) is None
        await reader.close()
    assert not caplog.records


def settings(url):
    return Settings(llm_base_url=url, llm_api_key="sk-secret", llm_model="small")


async def test_the_doctor_says_whether_it_answers(monkeypatch):
    async with completions(say="1") as double:
        good, told = await examine(settings(double.url))
        assert good and "answers in" in told
        double.fault = "401"
        good, told = await examine(settings(double.url))
        assert not good and "status 401" in told and "LLM_API_KEY" in told and "sk-secret" not in told
        double.fault = ""
        monkeypatch.setattr(llm_client, "PATIENCE", 0.2)
        double.seconds = 0.3
        good, told = await examine(settings(double.url))
        assert not good and "faster" in told
    assert not (await examine(settings(double.url)))[0]


async def test_the_doctor_has_one_line_for_it(tmp_path):
    async with completions(say="1") as double:
        told: list[str] = []
        whole = replace(settings(double.url), data_dir=str(tmp_path))
        await asyncio.to_thread(doctor.examine, whole, told.append)
        await asyncio.to_thread(doctor.examine, Settings(data_dir=str(tmp_path)), told.append)
    assert [line[:6] for line in told if "second reader" in line] == ["ok    "]

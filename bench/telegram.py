"""CPU for each Telegram update: ours beside the same form of both libraries, on the local Bot API server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import sleep
from typing import Any

from doubles.botapi import BotApi

from bench.telegram_forms import FORMS

ROOT = Path(__file__).parents[1]
CHATS, ROUNDS = 120, 5
WORDS = ("KT261101-{n:04d} 尾号{n:04d}", "白菜少了1颗", "退款", "提交")
OURS = "claimdesk"
BESIDE = ("aiogram FSM", "aiogram with database")


def answered(api: BotApi, bot: Any, person: Any) -> bool:
    """Return whether the bot had the last word in a chat."""
    return bool(api.chat(bot, person).messages[-1].sender == bot)


def talk(api: BotApi, bot: Any, people: list[Any], first: int) -> None:
    """Let everybody fill the form, all of them side by side; `first` numbers their orders."""
    for words in WORDS:
        for n, person in enumerate(people, first):
            person.text(bot, words.format(n=n))
        api.wait_for(lambda: all(answered(api, bot, person) for person in people), within=90)
        sleep(0.6)


def run(name: str) -> float:
    """Return the CPU ms of one update, the process alone."""
    with BotApi() as api:
        bot = api.bot("shop_bot")
        command = [sys.executable, "-m", "bench.telegram_forms", name, api.url, bot.token, str(CHATS + 1)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            process.stdout.readline()
            people = [api.user(1000 + n, f"客{n}") for n in range(1, CHATS + 2)]
            talk(api, bot, people[:1], 1)
            talk(api, bot, people[1:], 2)
            return float(json.loads(process.stdout.readline())["ms"])


def measure() -> None:
    """Print all of them, then the median of our ratio over the rounds."""
    rounds = [{name: run(name) for name in FORMS} for _ in range(ROUNDS)]
    for name in FORMS:
        each = sorted(found[name] for found in rounds)
        print(f"telegram, {name}: {median(each):.2f} ms CPU an update ({each[0]:.2f}-{each[-1]:.2f})")
    for name in BESIDE:
        ratio = median(found[OURS] / found[name] for found in rounds)
        print(f"telegram, {OURS}: {ratio:.2f} of {name}, the median of {ROUNDS} paired rounds")


if __name__ == "__main__":
    measure()

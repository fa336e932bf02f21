"""CPU for each Telegram update: ours beside the same form of both libraries, on the local Bot API server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from time import sleep
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))

from doubles.botapi import BotApi  # noqa: E402  it lies with the tests

from bench.telegram_forms import FORMS  # noqa: E402

CHATS = 120
WORDS = ("KT261101-{n:04d} 尾号{n:04d}", "白菜少了1颗", "退款", "提交")


def answered(api: BotApi, bot: Any, person: Any) -> bool:
    """Return whether the bot had the last word in a chat."""
    return bool(api.chat(bot, person).messages[-1].sender == bot)


def run(name: str) -> float:
    """Give the CPU ms of one update, the process alone."""
    with BotApi() as api:
        bot = api.bot("shop_bot")
        command = [sys.executable, "-m", "bench.telegram_forms", name, api.url, bot.token, str(CHATS)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            process.stdout.readline()
            people = [api.user(1000 + n, f"客{n}") for n in range(1, CHATS + 1)]
            for words in WORDS:
                for n, person in enumerate(people, 1):
                    person.text(bot, words.format(n=n))
                api.wait_for(lambda: all(answered(api, bot, person) for person in people), within=90)
                sleep(0.6)
            return float(json.loads(process.stdout.readline())["ms"])


def measure() -> None:
    """Print the three side by side."""
    found = {name: run(name) for name in FORMS}
    for name, ms in found.items():
        print(f"telegram, {name}: {ms:.2f} ms CPU an update; {ms / found['aiogram FSM']:.2f} of the aiogram form")


if __name__ == "__main__":
    measure()

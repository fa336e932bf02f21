"""Turns on SQLite and PostgreSQL, with one, two and four processes: turns a second, CPU a turn, the server's too."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import postgres

from bench.turns import POLICY, Sink, flood, messages, orders
from bot.app import build
from bot.commands.serve import keep_loaded
from bot.settings import Settings
from storage import imports
from storage.database import open_writer, run

ROOT = Path(__file__).parents[1]
CHATS = 240  # of all processes together
TICK = os.sysconf("SC_CLK_TCK")


async def child(url: str, folder: Path, first: int, count: int) -> None:
    """Take in the talks of some chats when told to, and print what it cost."""
    app = build(
        Settings(data_dir=str(folder / "var"), policy=str(folder / "policy.toml"), sandbox="off", database_url=url)
    )
    app.channels["memory"] = Sink()
    await app.start()
    todo = [one for one in messages(first + count - 1) if int(one.account) >= first]
    await flood(app, [one for one in messages(CHATS + 9) if int(one.account) > CHATS], 4)  # warm
    keep_loaded()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    wall, cpu = await flood(app, todo, 16)
    print(json.dumps({"turns": len(todo), "wall": wall, "cpu": cpu}), flush=True)
    await app.stop()


def _run(url: str, folder: Path, processes: int) -> list[dict[str, float]]:
    each = CHATS // processes
    begun = []
    for number in range(processes):
        words = [sys.executable, "-m", "bench.processes", url, str(folder), str(1 + number * each), str(each)]
        begun.append(subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    pipes = [(one.stdin, one.stdout) for one in begun]
    for _, out in pipes:
        assert out
        out.readline()
    for given, _ in pipes:
        assert given
        given.write("go\n")
        given.flush()
    told = [json.loads(out.readline()) for _, out in pipes if out]
    for one in begun:
        one.communicate()
    return told


def _cpu_of(server: int) -> float:
    """Give the CPU seconds of a server and of those of its processes that live."""
    spent = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if file.parent.name == str(server):
            spent += sum(map(int, fields[11:15]))  # its own, and that of those which have ended
        elif fields[1] == str(server):
            spent += sum(map(int, fields[11:13]))
    return spent / TICK


def _row(what: str, told: list[dict[str, float]], server: float) -> str:
    turns = sum(one["turns"] for one in told)
    rate = turns / max(one["wall"] for one in told)
    cpu = sum(one["cpu"] for one in told) / turns * 1000
    return f"{what:28} {rate:6.0f} turns/s  {cpu:5.2f} ms CPU a turn, {server / turns * 1000:5.2f} ms in the server"


def _stock(url: str, folder: Path) -> None:
    (folder / "policy.toml").write_text(POLICY)
    app_settings = Settings(data_dir=str(folder / "var"), policy=str(folder / "policy.toml"), database_url=url)
    Path(app_settings.data_dir).mkdir(exist_ok=True)
    engine = open_writer(app_settings.database)
    from storage.migration import prepare

    prepare(engine)
    run(engine, lambda tx: imports.upsert(tx, orders(CHATS + 9), now=messages(1)[0].at))
    engine.dispose()


def measure() -> None:
    """Print the table; PostgreSQL is left out where there is none to start."""
    with tempfile.TemporaryDirectory() as name:
        _stock("", Path(name))
        print(_row("SQLite, 1 process", _run("", Path(name), 1), 0.0))
    if not postgres.found():
        print(postgres.MISSING)
        return
    server = postgres.server()
    for processes in (1, 2, 4):
        with tempfile.TemporaryDirectory() as name:
            url = server.fresh()
            _stock(url, Path(name))
            before = _cpu_of(server.pid)
            told = _run(url, Path(name), processes)
            time.sleep(0.2)
            print(_row(f"PostgreSQL, {processes} processes", told, _cpu_of(server.pid) - before))
            server.drop(url)


if __name__ == "__main__":
    if sys.argv[1:]:
        asyncio.run(child(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
    else:
        measure()

"""The service killed in the middle: what was not answered is delivered again, and everybody hears once."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from doubles.wechat import Platform

ROOT = Path(__file__).parents[4]


async def serve(folder, platform, port):
    told = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(folder),
        "HTTP_PORT": str(port),
        "SANDBOX": "off",
        "WECHAT_APP_ID": platform.app_id,
        "WECHAT_APP_SECRET": platform.secret,
        "WECHAT_TOKEN": platform.token,
        "WECHAT_AES_KEY": platform.key,
        "WECHAT_API_BASE": platform.url,
        "PYTHONPATH": str(ROOT),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "serve", env=told, cwd=folder, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(60):
        while b"ready" not in await process.stdout.readline():
            assert process.returncode is None
    return process


def stored(folder):
    """Count the messages that are committed."""
    with closing(sqlite3.connect(f"file:{folder / 'claimdesk.db'}?mode=ro", uri=True)) as rows:
        return rows.execute("SELECT count(*) FROM inbox").fetchone()[0]


async def test_killed_between_the_commit_and_the_answer(tmp_path, unused_tcp_port):
    async with Platform() as platform:
        platform.callback = f"http://127.0.0.1:{unused_tcp_port}/wechat"
        platform.patience = 60.0
        platform.again.clear()
        people = [platform.follower(f"o{number}") for number in range(20)]
        process = await serve(tmp_path, platform, unused_tcp_port)
        talks = [asyncio.create_task(each.text("草莓坏了2盒")) for each in people]
        await platform.until(lambda: stored(tmp_path) == 20, 60)  # all committed, every answer still held
        process.send_signal(signal.SIGKILL)
        await process.wait()
        process = await serve(tmp_path, platform, unused_tcp_port)
        platform.again.set()
        told = await asyncio.gather(*talks)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
        assert {each.tries for each in told} == {2}
        assert [len(each.texts) for each in people] == [1] * 20
        assert all(each.errors == 0 for each in people)
        assert platform.violations == []
    with sqlite3.connect(tmp_path / "claimdesk.db") as rows:
        assert stored(tmp_path) == 20
        assert rows.execute("SELECT count(*) FROM outbox WHERE mailbox LIKE 'chat:%'").fetchone() == (0,)
    rows.close()

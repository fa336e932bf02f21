"""WeChat callbacks at a steady rate: waiting and CPU beside a bare wechatpy echo, alone and while photos come in."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, TCPConnector, web
from doubles.wechat import Platform, Seal

from bench.turns import POLICY
from bot.settings import Settings
from media.samples import draw

ROOT = Path(__file__).parents[1]

RATE, SECONDS, PHOTOS = 200, 8, 5  # callbacks a second, how long, and photos a second where there are any
TEXTS = ("草莓坏了2盒", "8号单 鸡蛋碎了7个", "在吗", "进度", "KT260612-0003 少了一盒 要退款")
KNOWN = Platform()  # its keys, for all that take part


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One run: CPU ms per callback of the serving process, seconds of each callback sorted, answers, photos fetched."""

    ms: float
    took: Sequence[float]
    answered: int
    photos: int


def echo() -> web.Application:
    """Do what wechatpy's own example does, on aiohttp."""
    from wechatpy import create_reply, parse_message
    from wechatpy.crypto import WeChatCrypto

    crypto = WeChatCrypto(KNOWN.token, KNOWN.key, KNOWN.app_id)

    async def post(request: web.Request) -> web.Response:
        query = request.query
        xml = crypto.decrypt_message(await request.text(), query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(xml)
        reply = create_reply(message.content, message).render()
        return web.Response(text=crypto.encrypt_message(reply, query["nonce"], query["timestamp"]))

    app = web.Application()
    app.router.add_post("/wechat", post)
    return app


async def serve_echo() -> None:
    """Serve the echo and print its port."""
    runner = web.AppRunner(echo(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


async def serve_door(folder: Path, base: str) -> None:
    """Serve the house behind its door, the platform at `base`, and print its port."""
    from bot.app import build
    from bot.commands.serve import keep_loaded
    from bot.runtime import web as server

    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    settings = Settings(
        data_dir=str(folder / "var"),
        policy=str(folder / "policy.toml"),
        sandbox="off",
        wechat_app_id=KNOWN.app_id,
        wechat_app_secret=KNOWN.secret,
        wechat_token=KNOWN.token,
        wechat_aes_key=KNOWN.key,
        wechat_api_base=base,
        wechat_push="off",
        log_level="error",
    )
    app = build(settings)
    runner = await server.start(server.make_app(health=app.health, doors=app.doors), "127.0.0.1", 0)
    await app.start()
    keep_loaded()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


def cpu(pid: int) -> float:
    """Give the seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sealed(number: int, media: str = "") -> tuple[dict[str, str], bytes]:
    """Seal one message as the platform does: a text, or the picture of this id."""
    now, who = time.time(), f"{'p' if media else 'o'}{number % 5000}"
    head = f"<ToUserName>gh</ToUserName><FromUserName>{who}</FromUserName><CreateTime>{int(now)}</CreateTime>"
    said = f"<MsgType>text</MsgType><Content>{TEXTS[number % len(TEXTS)]}</Content>"
    sent = f"<MsgType>image</MsgType><PicUrl>http://pic</PicUrl><MediaId>{media}</MediaId>"
    inner = f"<xml>{head}{sent if media else said}<MsgId>{number + 1 + 10**6 * bool(media)}</MsgId></xml>"
    query, body = Seal(token=KNOWN.token, key=KNOWN.key, app_id=KNOWN.app_id).wrap(inner, at=now)
    return query, body.encode()


async def drive(process: subprocess.Popen[str], url: str, platform: Any, photos: int) -> Figures:
    """Deliver texts at a steady rate, and so many photos a second beside them."""
    letters = [sealed(number) for number in range(RATE * SECONDS)]
    drawn = [draw("strawberries_rotten", seed) for seed in range(5)]
    pictures = [sealed(n, platform.put_media("image", drawn[n % 5])) for n in range(photos * SECONDS)]
    took: list[float] = []
    answers: list[str] = []

    async def one(http: ClientSession, at: float, letter: tuple[dict[str, str], bytes], *, counts: bool) -> None:
        await asyncio.sleep(at)
        began = time.monotonic()
        async with http.post(url, params=letter[0], data=letter[1]) as response:
            text = await response.text()
        assert response.status == 200, (response.status, text)
        if counts:
            took.append(time.monotonic() - began)
            answers.append(text)

    async with ClientSession(connector=TCPConnector(limit=0)) as http:
        before = cpu(process.pid)
        await asyncio.gather(
            *(one(http, place / RATE, letter, counts=True) for place, letter in enumerate(letters)),
            *(one(http, place / photos, letter, counts=False) for place, letter in enumerate(pictures)),
        )
        used = cpu(process.pid) - before
    fetched = platform.calls.count("media/get")
    return Figures(
        ms=1000 * used / len(letters),
        took=sorted(took),
        answered=sum("Encrypt" in answer for answer in answers),
        photos=fetched,
    )


async def run(kind: str, photos: int) -> Figures:
    """Drive a server of its own process."""
    with tempfile.TemporaryDirectory() as folder:
        async with Platform() as platform:
            with begun(kind, folder, platform.url) as process:
                assert process.stdout
                try:
                    port = (await asyncio.to_thread(process.stdout.readline)).strip()
                    return await drive(process, f"http://127.0.0.1:{port}/wechat", platform, photos)
                finally:
                    process.terminate()


def begun(kind: str, folder: str, base: str) -> subprocess.Popen[str]:
    """Begin the echo or the door in a process of its own."""
    command = [sys.executable, "-m", "bench.wechat", kind, folder, base]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def measure() -> None:
    """Print the echo, the door, and the door while photos come in.

    The door waits 0.2 s for more words before it answers; photos are examined in a process of their own.
    """
    base = 0.0
    for name, kind, photos in (("echo", "echo", 0), ("door", "door", 0), ("door with photos", "door", PHOTOS)):
        found = asyncio.run(run(kind, photos))
        base = base or found.ms
        middle, high = found.took[len(found.took) // 2], found.took[int(len(found.took) * 0.99)]
        beside = f", {found.photos} of {photos * SECONDS} photos fetched meanwhile" if photos else ""
        print(
            f"wechat {name}, {RATE} callbacks/s: {found.ms:.2f} ms CPU a callback ({found.ms / base:.1f} of the echo), "
            f"{found.answered} of {len(found.took)} answered, p50 {middle * 1000:.0f} ms, p99 {high * 1000:.0f} ms, "
            f"longest {found.took[-1] * 1000:.0f} ms{beside}"
        )


if __name__ == "__main__":
    if sys.argv[1:]:
        asyncio.run(serve_door(Path(sys.argv[2]), sys.argv[3]) if sys.argv[1] == "door" else serve_echo())
    else:
        measure()

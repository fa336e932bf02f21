"""CPU and waiting per WeChat callback beside a bare wechatpy echo: `bench_wechat.py [RATE] [SECONDS]`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from aiohttp import ClientSession, TCPConnector, web  # noqa: E402 - the path comes first
from doubles.wechat import Seal  # noqa: E402

APP, TOKEN, KEY = "wx5823bf96d3bd56c7", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
TEXTS = ("草莓坏了2盒", "8号单 鸡蛋碎了7个", "在吗", "进度", "KT260612-0003 少了一盒 要退款")


def echo() -> web.Application:
    """What wechatpy's own example does, on aiohttp."""
    from wechatpy import create_reply, parse_message
    from wechatpy.crypto import WeChatCrypto

    crypto = WeChatCrypto(TOKEN, KEY, APP)

    async def post(request: web.Request) -> web.Response:
        query = request.query
        xml = crypto.decrypt_message(await request.text(), query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(xml)
        reply = create_reply(message.content, message).render()
        return web.Response(text=crypto.encrypt_message(reply, query["nonce"], query["timestamp"]))

    app = web.Application()
    app.router.add_post("/wechat", post)
    return app


async def serve_door(folder: str) -> None:
    from bot import web as server
    from bot.app import build
    from bot.settings import Settings

    settings = Settings(
        data_dir=folder,
        sandbox="off",
        wechat_app_id=APP,
        wechat_app_secret="secret",
        wechat_token=TOKEN,
        wechat_aes_key=KEY,
        wechat_api_base="http://127.0.0.1:9",
        wechat_push="off",
        log_level="error",
    )
    app = build(settings)
    runner = await server.start(server.make_app(health=app.health, doors=app.doors), "127.0.0.1", 0)
    await app.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


async def serve_echo() -> None:
    runner = web.AppRunner(echo(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sealed(seal: Seal, number: int) -> tuple[dict[str, str], bytes]:
    now = datetime.now(UTC).timestamp()
    head = f"<ToUserName>gh</ToUserName><FromUserName>o{number % 5000}</FromUserName><MsgType>text</MsgType>"
    text = f"<CreateTime>{int(now)}</CreateTime><Content>{TEXTS[number % len(TEXTS)]}</Content>"
    inner = f"<xml>{head}{text}<MsgId>{number + 1}</MsgId></xml>"
    query, body = seal.wrap(inner, at=now)
    return query, body.encode()


async def drive(process: subprocess.Popen[str], rate: int, seconds: int) -> tuple[float, list[float], int]:
    """Deliver at a steady rate; give ms of CPU per callback, the seconds each took, and how many were answered."""
    assert process.stdout
    url = f"http://127.0.0.1:{process.stdout.readline().strip()}/wechat"
    seal = Seal(token=TOKEN, key=KEY, app_id=APP)
    letters = [sealed(seal, number) for number in range(rate * seconds)]
    took: list[float] = []
    answers: list[str] = []

    async def one(http: ClientSession, number: int) -> None:
        await asyncio.sleep(number / rate)
        query, body = letters[number]
        began = time.monotonic()
        async with http.post(url, params=query, data=body) as response:
            answers.append(await response.text())
        assert response.status == 200, (response.status, answers[-1])
        took.append(time.monotonic() - began)

    async with ClientSession(connector=TCPConnector(limit=0)) as http:
        before = cpu(process.pid)
        await asyncio.gather(*(one(http, number) for number in range(len(letters))))
        used = cpu(process.pid) - before
    return 1000 * used / len(letters), sorted(took), sum("Encrypt" in answer for answer in answers)


def measured(kind: str, rate: int, seconds: int) -> tuple[float, list[float], int]:
    """Drive a server of its own process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "serve", kind, folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                return asyncio.run(drive(process, rate, seconds))
            finally:
                process.kill()


def main() -> None:
    rate, seconds = (int(word) for word in (*sys.argv[1:], "200", "10")[:2])
    base = 0.0
    for kind in ("echo", "door"):
        each, took, answered = measured(kind, rate, seconds)
        base = base or each
        middle, high, last = took[len(took) // 2], took[int(len(took) * 0.99)], took[-1]
        print(
            f"wechat {kind:5} {rate}/s: {each:.2f} ms CPU per callback ({each / base:.1f} x echo), "
            f"{answered} of {len(took)} answered, median {middle:.2f} s, p99 {high:.2f} s, longest {last:.2f} s"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve_door(sys.argv[3]) if sys.argv[2] == "door" else serve_echo())
    else:
        main()

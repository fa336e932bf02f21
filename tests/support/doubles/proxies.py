"""A proxy on loopback that speaks HTTP (CONNECT and whole addresses) and SOCKS5, and counts who came through."""

from __future__ import annotations

import asyncio
from threading import Event, Thread
from urllib.parse import urlsplit

CHUNK = 65536


class Proxy:
    """Runs in a thread of its own inside `with`; `through` counts connections by protocol."""

    def __init__(self) -> None:
        self.through = {"http": 0, "socks5": 0}
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def url(self, scheme: str) -> str:
        return f"{scheme}://127.0.0.1:{self.port}"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.readexactly(1)
            await (self._socks(reader, writer) if first == b"\x05" else self._http(first, reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 1:
            host = ".".join(str(part) for part in await reader.readexactly(4))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2))
        self.through["socks5"] += 1
        await self._pipe(reader, writer, host, port, answer=b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")

    async def _http(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = first + await reader.readuntil(b"\r\n\r\n")
        method, target, rest = head.split(b" ", 2)
        self.through["http"] += 1
        if method == b"CONNECT":
            host, _, port = target.decode().rpartition(":")
            await self._pipe(reader, writer, host, int(port), answer=b"HTTP/1.1 200 OK\r\n\r\n")
            return
        parts = urlsplit(target.decode())
        assert parts.hostname
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        say = b" ".join([method, path.encode(), rest])
        await self._pipe(reader, writer, parts.hostname, parts.port or 80, say=say)

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int,
        *, answer: bytes = b"", say: bytes = b"",
    ) -> None:  # fmt: skip
        theirs, ours = await asyncio.open_connection(host, port)
        writer.write(answer)
        ours.write(say)
        try:
            await asyncio.gather(_copy(reader, ours), _copy(theirs, writer))
        finally:
            ours.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
    writer.close()

"""A small driver of headless Chromium over its DevTools protocol: open, look, click, type, upload, wait, picture."""

from __future__ import annotations

import asyncio
import atexit
import base64
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
STARTS = 30.0  # seconds that the browser may take to come up
VISIBLE = "(e => e.checkVisibility({visibilityProperty: true}))"


class Failed(AssertionError):
    """The page did not come to what was waited for."""


def found() -> str | None:
    """Return the browser of this machine, if it has one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Tab:
    """One page. Selectors are CSS; `text` is what an element's own words contain."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line = line
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.complaints: list[str] = []  # errors of the console, exceptions, refused or failed requests
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._line:
            told = json.loads(message.data)
            if "id" in told:
                self._waiting.pop(told["id"]).set_result(told)
            else:
                self._note(told["method"], told["params"])

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command of the protocol."""
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._line.send_str(json.dumps({"id": number, "method": method, "params": params}))
        told = await asyncio.wait_for(self._waiting[number], STARTS)
        if "error" in told:
            raise Failed(f"{method}: {told['error']['message']}")
        return told["result"]

    async def size(self, width: int, height: int, *, phone: bool = False) -> None:
        """Set the window's size in pixels."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )

    async def open(self, url: str) -> None:
        """Go to an address and wait until it is loaded."""
        await self.call("Page.navigate", url=url)
        await self.until(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url)})")

    async def look(self, script: str) -> Any:
        """Return the value of a JavaScript expression; a promise is awaited."""
        told = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise Failed(told["exceptionDetails"].get("exception", {}).get("description", script))
        return told["result"].get("value")

    async def until(self, script: str, seconds: float = STARTS) -> Any:
        """Wait until an expression is true and return its value. Raises Failed."""
        end = asyncio.get_running_loop().time() + seconds
        while not (value := await self.look(script)):
            if asyncio.get_running_loop().time() > end:
                raise Failed(f"not within {seconds:g} s: {script}; complaints: {self.complaints}")
            await asyncio.sleep(0.05)
        return value

    def _find(self, selector: str, text: str) -> str:
        all_of = f"[...document.querySelectorAll({json.dumps(selector)})]"
        return f"{all_of}.filter({VISIBLE}).filter(e => e.textContent.includes({json.dumps(text)})).at(-1)"

    async def has(self, selector: str, text: str = "", seconds: float = STARTS) -> str:
        """Wait until something visible with these words is there and return all its text."""
        return str(await self.until(f"{self._find(selector, text)}?.textContent || ''", seconds))

    async def click(self, selector: str, text: str = "", seconds: float = STARTS) -> None:
        """Click the last visible element with these words, as a mouse does."""
        where = f"(() => {{ const e = {self._find(selector, text)}; if (!e || e.disabled) return null; "
        where += "e.scrollIntoView({block: 'nearest', inline: 'nearest'}); const r = e.getBoundingClientRect(); "
        where += "const at = [r.x + r.width / 2, r.y + r.height / 2], top = document.elementFromPoint(...at); "
        where += "return top && (e.contains(top) || top.contains(e)) ? at : null; })()"
        before = None
        while (at := await self.until(where, seconds)) != before:  # what comes in or scrolls moves it
            before = at
            await asyncio.sleep(0.05)
        x, y = at
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def type(self, selector: str, text: str, *, enter: bool = True) -> None:
        """Write into a field, and press Enter."""
        await self.until(f"document.querySelector({json.dumps(selector)})?.focus() === undefined")
        await self.call("Input.insertText", text=text)
        if enter:
            for kind in ("keyDown", "keyUp"):
                await self.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r")

    async def upload(self, selector: str, *files: Path) -> None:
        """Pick files in a file field."""
        root = (await self.call("DOM.getDocument"))["root"]["nodeId"]
        node = (await self.call("DOM.querySelector", nodeId=root, selector=selector))["nodeId"]
        await self.call("DOM.setFileInputFiles", nodeId=node, files=[str(file.resolve()) for file in files])

    async def picture(self, file: Path) -> None:
        """Save what is to be seen as PNG."""
        told = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(file.write_bytes, base64.b64decode(told["data"]))

    async def close(self) -> None:
        """Stop listening."""
        self._reader.cancel()
        await self._line.close()


class Browser:
    """A window of the browser with storage of its own."""

    def __init__(self, session: aiohttp.ClientSession, port: int, line: Tab, context: str) -> None:
        self._session = session
        self._port = port
        self._line = line
        self._context = context
        self._tabs: list[Tab] = []

    async def tab(self) -> Tab:
        """Open an empty page; pages of one window share their storage."""
        made = await self._line.call("Target.createTarget", url="about:blank", browserContextId=self._context)
        address = f"ws://127.0.0.1:{self._port}/devtools/page/{made['targetId']}"
        tab = Tab(await self._session.ws_connect(address, max_msg_size=0))
        self._tabs.append(tab)
        for domain in ("Page", "Runtime", "Log", "DOM"):
            await tab.call(f"{domain}.enable")
        return tab

    async def close(self) -> None:
        """Let the tabs and all that they stored go."""
        for tab in self._tabs:
            await tab.close()
        await self._line.call("Target.disposeBrowserContext", browserContextId=self._context)
        await self._line.close()


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Open a window of headless Chromium, one process for all tests. Raises FileNotFoundError where there is none."""
    port = await asyncio.to_thread(_port)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/json/version") as answer:
            address = (await answer.json())["webSocketDebuggerUrl"]
        line = Tab(await session.ws_connect(address, max_msg_size=0))
        context = (await line.call("Target.createBrowserContext"))["browserContextId"]
        window = Browser(session, port, line, context)
        try:
            yield window
        finally:
            await window.close()


@cache
def _port() -> int:
    """Start the browser, which ends with this process, and return its port."""
    program = found()
    if program is None:
        raise FileNotFoundError("chromium")
    profile = TemporaryDirectory(ignore_cleanup_errors=True)
    words = [program, *FLAGS, f"--user-data-dir={profile.name}"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(profile.cleanup)
    atexit.register(process.wait)
    atexit.register(process.terminate)
    file, end = Path(profile.name) / "DevToolsActivePort", time.monotonic() + STARTS
    while time.monotonic() < end:
        text = file.read_text() if file.exists() else ""
        if "\n" in text:
            return int(text.splitlines()[0])
        time.sleep(0.05)
    raise Failed("the browser did not start")

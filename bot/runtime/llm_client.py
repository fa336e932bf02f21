"""The language model as second reader: chat completions with a time-out, few at once, none while it is out of order."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession

from bot.runtime.circuit_breaker import CircuitBreaker
from bot.settings import Settings

LOG = logging.getLogger(__name__)
PATIENCE = 2.2  # seconds for an answer; WeChat's callback waits 4.3, and the end of a burst is 1.5 of them
LEAST = 0.5  # seconds under which asking is in vain
AT_ONCE = 4  # requests in flight
FAILURES = 3  # in a row, after which it rests
REST = 60.0  # seconds
MOST = 64 * 1024  # bytes of an answer
TOKENS = 1200  # of an answer
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}


class Failed(Exception):
    """The endpoint did not give a chat completion; the message says why, without anything secret."""


@dataclass(slots=True, kw_only=True)
class SecondReader:
    """A client of an OpenAI-compatible endpoint, used in one event loop. `clock` gives monotonic seconds."""

    base_url: str
    api_key: str = field(repr=False)
    model: str
    clock: Callable[[], float] = monotonic
    _session: ClientSession | None = None
    _waits: set[asyncio.Timeout] = field(default_factory=set)
    _breaker: CircuitBreaker = field(init=False)
    _logged_at: float | None = None  # when it was last logged as out of order
    _stopping: bool = False

    def __post_init__(self) -> None:
        """Close the circuit."""
        self._breaker = CircuitBreaker(time=self.clock, pause=lambda failures: REST if failures >= FAILURES else 0)

    async def ask(self, messages: Sequence[Mapping[str, str]], within: float = PATIENCE) -> str | None:
        """Return the text of the answer, or None: too slow, out of order, or too many questions already."""
        if within < LEAST or not self.ready():
            return None
        wait = asyncio.timeout(within)
        self._waits.add(wait)
        try:
            async with wait:
                answer = await self.complete(messages)
        except (Failed, ClientError, TimeoutError, OSError) as error:
            if not self._stopping and (within >= PATIENCE / 2 or not isinstance(error, TimeoutError)):
                self._failed(error)
            return None
        finally:
            self._waits.discard(wait)
        self._worked()
        return answer

    def ready(self) -> bool:
        """Return whether a question would be sent now."""
        return not self._stopping and len(self._waits) < AT_ONCE and not self._breaker.left()

    async def complete(self, messages: Sequence[Mapping[str, str]]) -> str:
        """Return the text of the answer, without a time-out of its own. Raises Failed, ClientError or OSError."""
        if self._session is None:
            self._session = ClientSession(auto_decompress=False)
        body = {"model": self.model, "messages": list(messages), "temperature": 0, "max_tokens": TOKENS}
        headers = {**HEADERS, "Authorization": f"Bearer {self.api_key}"}
        address = f"{self.base_url.rstrip('/')}/chat/completions"
        async with self._session.post(address, json=body, headers=headers, allow_redirects=False) as response:
            if response.status != 200:
                raise Failed(f"status {response.status}")
            return _content(await _body(response))

    def hurry(self) -> None:
        """End all waiting: the service is stopping."""
        self._stopping = True
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(0)

    async def close(self) -> None:
        """Close all connections."""
        self.hurry()
        if self._session:
            await self._session.close()

    def _failed(self, error: BaseException) -> None:
        now = self.clock()
        self._breaker.fail()
        if self._logged_at is None or (self._breaker.failures == 1 and now - self._logged_at > REST):
            self._logged_at = now
            LOG.warning("the second reader is out of order (%s): messages are read without it", why(error))

    def _worked(self) -> None:
        if self._breaker.failures >= FAILURES:
            LOG.info("the second reader answers again")
        self._breaker.succeed()


def reader_of(settings: Settings) -> SecondReader:
    """Return the client that the settings describe."""
    return SecondReader(base_url=settings.llm_base_url, api_key=settings.llm_api_key, model=settings.llm_model)


async def examine(settings: Settings) -> tuple[bool, str]:
    """Return for the doctor whether the endpoint answers, and soon enough."""
    reader, began = reader_of(settings), monotonic()
    try:
        async with asyncio.timeout(4 * PATIENCE):
            await reader.complete([{"role": "user", "content": "1"}])
    except (Failed, ClientError, TimeoutError, OSError) as error:
        return False, f"the second reader does not work ({why(error)}): check LLM_BASE_URL, LLM_API_KEY and LLM_MODEL."
    finally:
        await reader.close()
    seconds = monotonic() - began
    told = f"the second reader answers in {seconds:.1f} s"
    return seconds < PATIENCE, told + (
        "." if seconds < PATIENCE else f", messages wait {PATIENCE} s: set a faster model."
    )


def why(error: BaseException) -> str:
    """Return what went wrong, without address or key."""
    if isinstance(error, Failed):
        return str(error)
    return "no answer in time" if isinstance(error, TimeoutError) else f"no connection, {type(error).__name__}"


async def _body(response: ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(16 * 1024):
        data += chunk
        if len(data) > MOST:
            raise Failed("the answer is too long")
    return bytes(data)


def _content(body: bytes) -> str:
    try:
        content: Any = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError):
        content = None
    if not isinstance(content, str):
        raise Failed("the answer is no chat completion")
    return content

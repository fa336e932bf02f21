"""Before a message's turn: what its reading leaves open is sent to the second reader, while only its own chat waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TypeVar

from bot.runtime.lanes import Lanes
from bot.runtime.llm_client import AT_ONCE, LEAST, PATIENCE, SecondReader, reader_of
from bot.settings import Settings
from handlers.context import TurnContext
from handlers.messages.models import Inbound
from handlers.nlu.models import llm_prompt, llm_response
from handlers.nlu.models.llm_overlay import Opinions
from handlers.nlu.models.llm_prompt import Passage
from handlers.turn import intake
from handlers.turn.llm_candidates import Listener, passages
from storage.database import Writer, open_snapshots, snapshot

LOG = logging.getLogger(__name__)
LOOKS = AT_ONCE  # trial turns that run or wait for the thread; more than can be asked are in vain
SHORTEST = 2  # letters of a text that can leave anything open
COMMANDS = ("/", "绑定")
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class SecondSight:
    """Asks the second reader before the turns of `context`; `snapshots` is an engine for its one thread."""

    reader: SecondReader
    snapshots: Writer
    opinions: Opinions
    context: Callable[[], TurnContext]
    _lanes: Lanes = field(default_factory=Lanes)
    _looks: set[Future[Sequence[Passage]]] = field(default_factory=set)
    _late: Future[Sequence[Passage]] | None = None  # one that runs on though its message went on without it
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "second reader"))

    async def wait(self, inbound: Inbound, turn: Callable[[], Awaitable[T]]) -> T:
        """Run a message's turn after those of its chat that came before, with a second opinion where one is wanted.

        However many come at once from a chat, each waits for opinions at most PATIENCE since its arrival.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        name = f"{inbound.channel}:{inbound.account}"
        async with self._lanes.enter(name):
            if _speaks(inbound):
                await self._ask(inbound, name, until)
            return await turn()

    async def _ask(self, inbound: Inbound, chat: str, until: float) -> None:
        loop = asyncio.get_running_loop()
        if until - loop.time() < LEAST or self._busy() or not self.reader.ready():
            return
        try:
            context = replace(self.context(), opinions=Listener(self.opinions))
            wanted = await self._looked(inbound, context, until - LEAST)
            if not wanted:
                return
            policy = context.policy
            answer = await self.reader.ask(
                llm_prompt.messages(wanted, policy.labels(llm_prompt.LANGUAGE)), until - loop.time()
            )
            found = llm_response.opinions(answer, wanted, policy.problems) if answer is not None else {}
        except Exception:  # a message has its turn whatever becomes of this
            LOG.exception("the second reader could not be asked about a message")
            return
        for place, opinion in found.items():
            self.opinions.keep(chat, wanted[place].text, wanted[place].orders, opinion)

    async def _looked(self, inbound: Inbound, context: TurnContext, until: float) -> Sequence[Passage]:
        """Try the turn out in the thread; return nothing where that takes too long, and cancel what has not begun."""
        look = self._thread.submit(self._look, inbound, context)
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)
        try:
            async with asyncio.timeout_at(until):
                return await asyncio.wrap_future(look)
        except TimeoutError:
            if not look.cancel():
                self._late = look
            return ()

    def _busy(self) -> bool:
        return len(self._looks) >= LOOKS or (self._late is not None and not self._late.done())

    def _look(self, inbound: Inbound, context: TurnContext) -> Sequence[Passage]:
        listener = context.opinions
        assert isinstance(listener, Listener)
        with snapshot(self.snapshots) as tx:
            turn_input, decision = intake.try_out(tx, inbound, context)
        return passages(turn_input, decision, listener)

    def hurry(self) -> None:
        """End all waiting."""
        self.reader.hurry()

    async def close(self) -> None:
        """Close the endpoint and the database."""
        await self.reader.close()
        self._thread.shutdown(cancel_futures=True)
        self.snapshots.dispose()


def open_sight(settings: Settings, context: Callable[[], TurnContext]) -> SecondSight:
    """Return what the settings describe, opened."""
    return SecondSight(
        reader=reader_of(settings),
        snapshots=open_snapshots(settings.database),
        opinions=Opinions(monotonic),
        context=context,
    )


def _speaks(inbound: Inbound) -> bool:
    """Return whether a message has words that may leave something open; taps, commands and bare numbers have none."""
    if inbound.tap or inbound.kind not in ("text", "media") or inbound.text.startswith(COMMANDS):
        return False
    return sum(char.isalpha() for char in inbound.text[:100]) >= SHORTEST

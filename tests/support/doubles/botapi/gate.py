"""The way of one call: read it, check it, let it happen or refuse it, remember it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .bots import Bot
from .calls import Call, Violation
from .editing import EDITING
from .errors import ApiError, too_many
from .faults import Fault, next_fault
from .governing import GOVERNING
from .pace import Pace
from .parameters import DOCUMENTED, SPELLING, decode, require, unknown
from .profile import PROFILE
from .sending import SENDING, weight
from .values import Upload
from .world import World

METHODS: dict[str, Callable[[World, Call], Any]] = {**SENDING, **EDITING, **GOVERNING, **PROFILE}


class Gate:
    """Where all calls come in, from HTTP and from webhook answers."""

    def __init__(self, world: World, pace: Pace) -> None:
        self.world = world
        self.pace = pace
        self.faults: list[Fault] = []

    def bot_for(self, token: str) -> Bot:
        number, _, secret = token.partition(":")
        if not number.isdigit() or not secret:
            raise ApiError(404, "Not Found")
        bot = self.world.bots.get(token)
        if bot is None or bot.revoked:
            raise ApiError(401, "Unauthorized")
        return bot

    def open(self, bot: Bot, method: str, raw: dict[str, Any], files: dict[str, Upload]) -> Call:
        """Start the record of a call; unreadable values are refused and noted."""
        name = SPELLING.get(method.lower())
        call = Call(at=time.monotonic(), when=self.world.now(), bot=bot, method=name or method, params=raw, files=files)
        if name is None:
            self.close(call, ApiError(404, "Not Found: method not found", wrong=True))
            raise ApiError(404, "Not Found: method not found")
        try:
            call.params = decode(raw, files)
        except ApiError as error:
            self.close(call, error)
            raise
        if odd := unknown(name, call.params, files):
            self.violated(call, f"{name} has no parameter {', '.join(odd)}")
        return call

    def meet(self, call: Call) -> Fault | None:
        with self.world.bell.lock:
            fault = next_fault(self.faults, call)
            call.fault = fault.kind if fault else ""
            return fault

    def run(self, call: Call, fault: Fault | None = None) -> Any:
        """Carry the call out under the lock; raises what the platform would answer instead."""
        with self.world.bell.lock:
            try:
                if fault is not None and fault.refusal is not None:
                    raise fault.refusal
                require(call.method, call.params)
                self._count(call)
                result = METHODS[call.method](self.world, call)
            except ApiError as error:
                self.close(call, error)
                raise
            call.code, call.result = 200, result
            self.world.calls.append(call)
            self.world.bell.ring()
            return result

    def close(self, call: Call, error: ApiError) -> None:
        """Remember a refused call."""
        with self.world.bell.lock:
            call.code, call.description = error.code, error.description
            self.world.calls.append(call)
            if error.wrong:
                self.violated(call, error.description)
            self.world.bell.ring()

    def violated(self, call: Call, why: str) -> None:
        with self.world.bell.lock:
            self.world.violations.append(Violation(call=call, why=why))

    def _count(self, call: Call) -> None:
        wait = self.pace.note(call.at, call.bot.id, call.chat_id or 0, call.method, weight(call))
        if wait is not None:
            raise too_many(wait)


assert set(DOCUMENTED) == set(METHODS) | {"getUpdates"}

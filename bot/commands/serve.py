"""`claimdesk serve`: runs until it is stopped."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from bot.app import App, build
from bot.commands import opening
from bot.logs import set_up
from bot.operations import anchors
from bot.operations.health import Health
from bot.operations.metrics import Metrics
from bot.runtime import web
from bot.runtime.write_probe import WriteProbe
from bot.settings import Settings
from storage.database import Busy, several

LOG = logging.getLogger(__name__)
STOP_WITHIN = 9.0  # seconds; the contract gives ten


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's serve.lock; raises Busy while another serve has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "serve.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("another claimdesk serve is running on this DATA_DIR; stop it first") from None
        yield


def serve(settings: Settings) -> int:
    """Run the service; returns 0 after a graceful stop."""
    set_up(settings.log_level, settings.log_format, settings.secrets)
    with nullcontext() if several(settings.database) else only_one(settings.folder):
        return asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> int:
    app = build(settings)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    probe = WriteProbe(write=app.runner.do, clock=app.clock)
    health = Health(writes=probe.check, folder=settings.folder)
    metrics = Metrics(
        read=app.read, clock=app.clock, waiting=app.runner.waiting, carrying=lambda: len(app.courier.tasks)
    )
    server = web.make_app(health=app.health, probe=health.check, doors=[metrics.door, *app.doors])
    try:
        http = await web.start(server, settings.http_host, int(settings.http_port))
    except OSError as error:
        await app.stop()
        raise web.PortTaken(f"port {settings.http_port} cannot be opened ({error.strerror}); set HTTP_PORT") from None
    await app.start()
    _say_ready(app)
    await app.warm_up()
    anchoring = asyncio.create_task(anchors.each_day(app.runner.do, app.clock), name="anchors")
    keep_loaded()
    await stopped.wait()
    LOG.info("stopping")
    anchoring.cancel()
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await http.cleanup()
            await app.stop()
    except TimeoutError:
        LOG.warning("some work did not end in time and was cancelled; nothing that was acknowledged is lost")
        sys.stdout.flush()
        os._exit(0)
    return 0


def keep_loaded() -> None:
    """Exclude what is loaded by now from garbage collection, as it stays as long as the process, and begin with it."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _say_ready(app: App) -> None:
    settings, policy = app.settings, f"{app.policy.name} ({app.policy.hash[:12]})"
    for level, sentence in opening.lines(settings, channels=app.channels, desks=app.desks, policy=policy):
        LOG.log(level, "%s", sentence)
    print(opening.ready(settings, app.channels), flush=True)

"""The functions behind the commands: settings in, an exit code out; heavy parts are imported where they are used."""

from __future__ import annotations

import gc
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from random import SystemRandom
from typing import Any

from bot import settings as configuration
from bot.settings import Settings


@contextmanager
def database(settings: Settings) -> Iterator[Callable[[Callable[[Any], Any]], Any]]:
    """Yield a function that runs work in a write transaction under the lock, beside a live serve."""
    from bot.operations.preparation import lay, open_to_write
    from storage.database import run, turn_to_write

    settings.folder.mkdir(parents=True, exist_ok=True)
    engine = open_to_write(settings)

    def write(work: Callable[[Any], Any]) -> Any:
        with turn_to_write(settings.database, settings.folder):
            return run(engine, work)

    try:
        lay(settings, engine, configuration.clock(settings)())
        yield write
    finally:
        engine.dispose()


@contextmanager
def committed(settings: Settings) -> Iterator[Callable[[Callable[[Any], Any]], Any]]:
    """Yield a function that runs work on committed rows as they are now; no writer waits, however long it takes."""
    from storage.database import open_snapshots, snapshot
    from storage.migration import pending

    settings.folder.mkdir(parents=True, exist_ok=True)
    engine = open_snapshots(settings.database)

    def read(work: Callable[[Any], Any]) -> Any:
        with snapshot(engine) as tx:
            return work(tx)

    try:
        if pending(engine):
            with database(settings):
                pass  # it has the present schema now
        yield read
    finally:
        engine.dispose()


def serve(args: Namespace, settings: Settings) -> int:
    """Run the service; nothing that is loaded at its start is garbage, so none is looked for until it is ready."""
    gc.disable()
    try:
        from bot.commands.serve import serve as run

        return run(settings)
    finally:
        gc.enable()


def orders_import(args: Namespace, settings: Settings) -> int:
    """Import orders."""
    from bot.commands.orders import import_orders
    from handlers.policy.loader import PolicyError, load

    policy = None
    with suppress(PolicyError, OSError):  # policy check and doctor tell what is wrong; orders come in all the same
        policy = load(settings.policy)
    with database(settings) as write:
        return import_orders(Path(args.file), write=write, now=configuration.clock(settings)(), policy=policy)


def leaders_add(args: Namespace, settings: Settings) -> int:
    """Add a leader."""
    from bot.commands import leaders

    with database(settings) as write:
        now = configuration.clock(settings)()
        draw = leaders.drawing(settings, Path(args.qr), write) if args.qr else None
        how: dict[str, Any] = {"draw": draw, "namesake": args.namesake, "ask": leaders.terminal()}
        return leaders.add(args.name, args.site, write=write, now=now, chance=SystemRandom(), **how)


def leaders_extend(args: Namespace, settings: Settings) -> int:
    """Give a leader more sites."""
    from bot.commands import leaders

    with database(settings) as write:
        return leaders.extend(args.name, args.site, write=write)


def leaders_list(args: Namespace, settings: Settings) -> int:
    """List leaders."""
    from bot.commands import leaders

    with committed(settings) as read:
        return leaders.show(read=read)


def leaders_remove(args: Namespace, settings: Settings) -> int:
    """Remove a leader."""
    from bot.commands import leaders

    with database(settings) as write:
        return leaders.remove(args.name, write=write, now=configuration.clock(settings)())


def leaders_settlement(args: Namespace, settings: Settings) -> int:
    """Write a leader's settlement."""
    from bot.runtime.settlement_export import settle
    from handlers.policy.loader import load

    with database(settings) as write:
        now, policy = configuration.clock(settings)(), load(settings.policy)
        return settle(args.name, args.first, args.last, Path(args.out), read=write, policy=policy, now=now)


def policy_list(args: Namespace, settings: Settings) -> int:
    """List the presets."""
    from bot.commands import policy

    return policy.list_presets(print)


def policy_show(args: Namespace, settings: Settings) -> int:
    """Show the policy in force."""
    from bot.commands import policy

    return policy.show(args.name or settings.policy, print)


def policy_check(args: Namespace, settings: Settings) -> int:
    """Check a policy file."""
    from bot.commands import policy

    return policy.check(args.file, print)


def read(args: Namespace, settings: Settings) -> int:
    """Answer JSON lines with what is understood, or train weights."""
    from bot.commands.read import read as answer
    from handlers.policy.calendar import local_date
    from handlers.policy.lexicons import learned_of
    from handlers.policy.loader import load

    policy = load(settings.policy)
    if args.train or args.examples:
        return _learn(args, settings, policy)
    with _second_reader(settings, policy, wanted=not args.without_model) as second:
        return answer(
            sys.stdin,
            sys.stdout,
            leader=args.leader,
            policy_words=policy.words,
            order_patterns=policy.orders.patterns,
            learned=learned_of(policy),
            today=local_date(configuration.clock(settings)(), policy),
            second=second,
        )


def _second_reader(settings: Settings, policy: Any, *, wanted: bool) -> AbstractContextManager[Any]:
    if not (wanted and settings.second_reader):
        return nullcontext()
    from bot.commands.read_llm import SecondRead
    from bot.runtime.llm_client import reader_of

    return SecondRead(reader_of(settings), policy)


def _learn(args: Namespace, settings: Settings, policy: Any) -> int:
    from bot.commands.train import learn

    if not args.train:
        raise ValueError("--examples needs --train FILE.")
    return learn(Path(args.train), [Path(file) for file in args.examples], _examples(settings), policy)


def _examples(settings: Settings) -> list[Any]:
    """Return the labels that agents' corrections give to stored messages; none where no database exists yet."""
    from storage.desk import corrections

    if settings.database.startswith("sqlite:///") and not Path(settings.database.removeprefix("sqlite:///")).exists():
        return []
    with committed(settings) as read:
        return list(read(corrections.examples))


def sheet(args: Namespace, settings: Settings) -> int:
    """Run photos through the evidence pipeline."""
    from bot.commands.sheet import sheet as lay_out

    return lay_out([Path(photo) for photo in args.photos], Path(args.out), write=print)


def wechat_menu(args: Namespace, settings: Settings) -> int:
    """Publish the official account's menu."""
    from bot.channels.wechat import setup

    with database(settings) as write:
        return setup.menu(_with_wechat(settings), write=write, language=args.language)


def wechat_code(args: Namespace, settings: Settings) -> int:
    """Save the picture of a scene code."""
    from bot.channels.wechat import setup

    with database(settings) as write:
        return setup.picture(_with_wechat(settings), args.scene, Path(args.file), write=write, lasting=args.lasting)


def _with_wechat(settings: Settings) -> Settings:
    if not settings.wechat:
        raise ValueError("set WECHAT_APP_ID, WECHAT_APP_SECRET and WECHAT_TOKEN first.")
    return settings


def db_upgrade(args: Namespace, settings: Settings) -> int:
    """Bring the database to this version."""
    from bot.commands import db

    return db.upgrade(settings, print)


def db_backup(args: Namespace, settings: Settings) -> int:
    """Copy the database, consistent also while the service writes."""
    from bot.commands import db

    return db.back_up(settings, Path(args.file), print)


def db_move(args: Namespace, settings: Settings) -> int:
    """Move the database to PostgreSQL."""
    from bot.commands import db

    return db.move(settings, args.to, print)


def doctor(args: Namespace, settings: Settings) -> int:
    """Check the installation."""
    from bot.commands.doctor import examine

    return examine(settings, print)


def parked_list(args: Namespace, settings: Settings) -> int:
    """List messages whose turn failed twice."""
    from bot.commands import parked

    with database(settings) as write:
        return parked.show(write=write, out=print)


def parked_retry(args: Namespace, settings: Settings) -> int:
    """Try parked messages again."""
    from bot.commands import parked

    with database(settings) as write:
        return parked.retry(settings, write=write, out=print)


def tickets_list(args: Namespace, settings: Settings) -> int:
    """List tickets."""
    from bot.commands import tickets

    with committed(settings) as read:
        return tickets.list_tickets(read=read)


def tickets_show(args: Namespace, settings: Settings) -> int:
    """Show one ticket."""
    from bot.commands import tickets

    with committed(settings) as read:
        return tickets.show(args.no, as_json=args.json, read=read)

"""How many files of the house one ordinary sentence of a customer crosses, and how often it changes file."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import FrameType

from handlers.context import TurnContext
from handlers.messages.models import Inbound
from handlers.policy.loader import load
from handlers.turn import intake
from storage import conversations, imports, people, policies
from storage.database import open_writer, transaction
from storage.migration import prepare
from storage.orders import Order, OrderLine

ROOT = Path(__file__).parents[1]
FLOORS = tuple(str(ROOT / floor) for floor in ("bot", "handlers", "storage", "media"))
SENTENCE = "草莓坏了2盒，想退款"


def crossed() -> tuple[Counter[str], int]:
    """Return the calls into each file during one turn of a bound customer, and how often a call changed file."""
    now, policy = datetime(2026, 6, 12, 11, 0, tzinfo=UTC), load("community-group-buy")
    context = TurnContext(now=now, random=Random(1), policy=policy, policy_of=lambda _tx, _hash: policy)
    line = OrderLine(line_no=1, item="草莓", quantity=4, unit="盒", paid=7960)
    engine = open_writer("sqlite://")
    prepare(engine)
    with transaction(engine) as tx:
        policies.store(tx, policy.hash, name=policy.name, text=policy.text, now=now)
        for number in ("1", "2"):
            order = Order(order_no=f"KT260612-000{number}", lines=(line,), buyer_phone=f"1000000000{number}")
            imports.upsert(tx, (order,), now=now)
            talk = conversations.open_(tx, "telegram", number, name="", now=now)
            customer = people.customer(tx, order.buyer_phone, "", sample=False, now=now)
            people.bind(tx, talk.id, customer.id)
    files: Counter[str] = Counter()
    moves = 0

    def watch(frame: FrameType, event: str, _arg: object) -> None:
        nonlocal moves
        name = frame.f_code.co_filename
        if event != "call" or not name.startswith(FLOORS):
            return
        files[name.removeprefix(f"{ROOT}/")] += 1
        caller = frame.f_back
        while caller and not caller.f_code.co_filename.startswith(FLOORS):
            caller = caller.f_back
        moves += caller is not None and caller.f_code.co_filename != name

    for number, profiler in (("1", None), ("2", watch)):  # the first one warms the caches
        with transaction(engine) as tx:
            sys.setprofile(profiler)
            intake.turn(tx, Inbound(key=number, channel="telegram", account=number, at=now, text=SENTENCE), context)
            sys.setprofile(None)
    return files, moves


def measure() -> None:
    """Print the counts."""
    files, moves = crossed()
    print(f"one sentence: {len(files)} files, {moves} moves between files")
    for name, calls in files.most_common():
        print(f"  {calls:5} {name}")


if __name__ == "__main__":
    measure()

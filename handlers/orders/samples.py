"""Sample customers, a leader and orders, so that a newcomer can walk through each kind of claim in the sandbox."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from handlers.orders.cells import ZONE, tags
from storage import conversations, people
from storage.database import Tx
from storage.imports import upsert
from storage.orders import Order, OrderLine, by_number, none_yet

CHANNEL = "sandbox"
BOUGHT = timedelta(hours=20)  # before pickup


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A person to be played in the sandbox; `blurb` and `says` by language, `photos` are names of media.samples."""

    account: str
    name: str
    blurb: Mapping[str, str]
    says: Mapping[str, tuple[str, ...]]
    photos: tuple[str, ...]
    leader: bool = False


def samples() -> tuple[Sample, ...]:
    """Return the sample customers, then the leader."""
    raw = _raw()
    return (*(_sample(person) for person in raw["people"]), _sample(raw["leader"], leader=True))


def list_rows(language: str) -> list[list[str]]:
    """Return the rows of the leader's sample sheet; the first language's for a language that has none."""
    sheets = _raw()["leader"]["sheet"]
    return [row.split("|") for row in sheets.get(language, next(iter(sheets.values())))]


def load(tx: Tx, now: datetime) -> bool:
    """Put the samples in unless they were: picked up two hours ago, accounts bound; tell if it did.

    Beside real orders they stay apart, and none takes the place of one.
    """
    if not none_yet(tx, sample=True):
        return False
    raw = _raw()
    site, name = raw["leader"]["site"], raw["leader"]["name"]
    buyers = [*raw["people"], *raw["neighbours"]]
    made = [order for buyer in buyers for order in _orders(buyer, site, name, now)]
    upsert(tx, [order for order in made if by_number(tx, order.order_no, sample=False) is None], now=now)
    for person in raw["people"]:
        talk = conversations.open_(tx, CHANNEL, person["account"], name=person["name"], now=now)
        customer = people.customer(tx, person["phone"], person["name"], sample=True, now=now)
        people.bind(tx, talk.id, customer.id)
    talk = conversations.open_(tx, CHANNEL, raw["leader"]["account"], name=name, now=now)
    people.lead(tx, talk.id, people.add_leader(tx, name, [site], None, now, sample=True).id, now)
    return True


@cache
def _raw() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "samples.toml").read_text(encoding="utf-8"))


def _sample(raw: Mapping[str, Any], *, leader: bool = False) -> Sample:
    says = {language: tuple(lines) for language, lines in raw["says"].items()}
    return Sample(
        account=raw["account"],
        name=raw["name"],
        blurb=raw["blurb"],
        says=says,
        photos=tuple(raw["photos"]),
        leader=leader,
    )


def _orders(buyer: Mapping[str, Any], site: str, leader: str, now: datetime) -> Iterator[Order]:
    for raw in buyer["orders"]:
        picked_up = (now - timedelta(hours=raw["hours"])).replace(second=0, microsecond=0)
        day = picked_up.astimezone(ZONE).strftime("%y%m%d")
        yield Order(
            order_no=f"KT{day}-9{int(buyer['pickup']):03}",  # in a shape that people may type, high up where few are
            activity_no=f"S{day}",
            participate_no=buyer["pickup"],
            site_no=site,
            leader_name=leader,
            buyer_name=buyer["name"],
            buyer_phone=buyer["phone"],
            placed_at=picked_up - BOUGHT,
            promised_at=picked_up,
            delivered_at=picked_up,
            sample=True,
            lines=tuple(_lines(raw["lines"])),
        )


def _lines(raw: Iterable[Mapping[str, Any]]) -> Iterator[OrderLine]:
    for number, line in enumerate(raw, start=1):
        yield OrderLine(
            line_no=number,
            sku=line["sku"],
            item=line["item"],
            spec=line["spec"],
            quantity=line["quantity"],
            unit=line["unit"],
            unit_price=line["price"],
            paid=line["price"] * line["quantity"],
            lot_no=line["lot"],
            supplier=line["supplier"],
            tags=tags(line["tags"]),
        )

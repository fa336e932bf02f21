"""The command `claimdesk chargeback`: what one supplier or carrier answers for in a period, as one file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from bot.commands.accounting.pack import Pack
from handlers.claims.voice import Voice
from handlers.costs import chargebacks
from handlers.costs.chargebacks import Chargeback
from handlers.messages.money import money
from handlers.policy import periods
from handlers.policy.policy import Policy
from media.guard import Examiner
from media.store import Keeper
from storage.database import Tx
from storage.money.chargebacks import Side
from storage.money.costs import RECOVERY

Read = Callable[[Callable[[Tx], Any]], Any]
LOOK = "look through the photos before you send the file: a parcel label in one may show a buyer's name or address"


class Refused(Exception):
    """Nothing can be written or booked; the message is one sentence that says why, `code` the exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def period(first: str, last: str) -> tuple[date, date]:
    """Read the two days of a period. Raises Refused."""
    try:
        return periods.period(first, last)
    except ValueError as error:
        raise Refused(str(error), 2) from None


def party_of(tx: Tx, name: str, *, samples: bool) -> Side:
    """Return the supplier or carrier of a name. Raises Refused with the names that are near it."""
    found, near = chargebacks.parties(tx, name, samples=samples)
    if len(found) == 1:
        return found[0]
    if found:
        kinds = " and ".join(one.kind for one in found)
        raise Refused(f"{name} is the name of a {kinds}; write supplier:{name} or carrier:{name}", 1)
    known = f"; near it: {', '.join(near)}" if near else ""
    raise Refused(f"no order line has a supplier or carrier {name}{known}", 1)


def gathered(tx: Tx, name: str, days: tuple[date, date], policy: Policy, *, samples: bool) -> Chargeback:
    """Return what a supplier or carrier answers for. Raises Refused where nobody is called so, or there is nothing."""
    made = chargebacks.gather(tx, party_of(tx, name, samples=samples), *days, policy)
    if made.rows:
        return made
    party = made.party
    why = f"no line that was decided from {days[0]} to {days[1]} has its cause with the {party.kind} {party.name}"
    if count := chargebacks.unknown_causes(tx, party, *days, policy):
        lines = "1 line on its goods has" if count == 1 else f"{count} lines on its goods have"
        why += f"; {lines} no cause yet: agents choose it on the card"
    raise Refused(why, 1)


def chargeback(
    name: str,
    days: tuple[str, str],
    target: Path,
    *,
    read: Read,
    store: Keeper,
    policy: Policy,
    now: datetime,
    samples: bool = False,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Write the pack; return 0, 1 for an unknown name and for a period without lines, 2 for what cannot be done."""
    out, err = out or sys.stdout, err or sys.stderr
    try:
        made: Chargeback = read(lambda tx: gathered(tx, name, period(*days), policy, samples=samples))
    except Refused as refused:
        print(f"claimdesk: {refused}.", file=err)
        return refused.code
    voice = Voice(language=policy.desk.language, policy=policy, now=now)
    with ExitStack() as stack:
        examiner = stack.enter_context(Examiner())
        pack = Pack(made=made, voice=voice, now=now, store=store, draw=examiner.sheet)
        bar = stack.enter_context(_bar(len(made.proofs), err))
        try:
            pack.write(target, bar.update)
        except OSError as error:
            print(f"claimdesk: {target} cannot be written ({os.strerror(error.errno or 0)}).", file=err)
            return 2
    photos = len(made.proofs) - pack.missing
    sums = f"{money(made.total(), 'zh')} yuan claimed"
    if back := made.total(RECOVERY):
        sums += f", {money(back, 'zh')} came back before"
    print(
        f"{target}: {len(made.rows)} lines of the {made.party.kind} {made.party.name}, {photos} photos; {sums}",
        file=out,
    )
    if pack.missing:
        print(f"claimdesk: {pack.missing} photos are not in the store any more.", file=err)
    if photos:
        print(f"claimdesk: {LOOK}.", file=err)
    return 0


def _bar(total: int, err: TextIO) -> Any:
    from tqdm import tqdm

    return tqdm(desc="photos", total=total, file=err, disable=not err.isatty(), dynamic_ncols=True)

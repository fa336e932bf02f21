"""`claimdesk leaders add|list|remove`: who leads which pickup sites."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from typing import Any, TextIO

from handlers.orders.cells import Unclear, code, label
from storage import people
from storage.database import Tx
from storage.orders import known_sites

Write = Callable[[Callable[[Tx], Any]], Any]  # runs a function over one locked write transaction, gives its result

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10  # 50 bits: not to be guessed at the pace of a chat


def new_code(chance: Random) -> str:
    """Draw a bind code; `chance` must be a SystemRandom outside tests."""
    return "".join(chance.choice(LETTERS) for _ in range(CODE_LENGTH))


def add(
    name: str,
    sites: Sequence[str],
    *,
    write: Write,
    now: datetime,
    chance: Random,
    draw: Callable[[str], int] | None = None,
    out: TextIO | None = None,
) -> int:
    """Add a leader and print the one-time bind code as the last word of the last line; 2 if a name is no name.

    `draw` makes the code's picture and says how it went, 0 if well; the leader is added all the same, and 1 returned.
    """
    out = out or sys.stdout
    try:
        name, numbers = label(name, 64), [code(site) for site in sites]
    except Unclear as unclear:
        return _fail(f"the name or a site {unclear}")
    if not name or not numbers or not all(numbers):
        return _fail("a leader needs a name and at least one --site")
    bind = new_code(chance)

    def store(tx: Tx) -> set[str]:
        people.add_leader(tx, name, numbers, people.hash_code(bind), now)
        return set(numbers) - known_sites(tx, numbers, sample=False)

    for site in sorted(write(store)):
        print(f"No order names the site {site} yet; look at site_no of your import if this is a surprise.", file=out)
    print(f"{name} leads {', '.join(sorted(set(numbers)))}.", file=out)
    drawn = draw(bind) if draw else 0
    print(f"Let {name} send this to the customers' bot, it works once: 绑定 {bind}", file=out)
    return 1 if drawn else 0


def show(*, read: Write, out: TextIO | None = None) -> int:
    """Print one line per leader: id, name, sites, and whether the code was used."""
    found = read(people.list_leaders)
    for each in found:
        state = "code not used yet" if each.code_open else "bound"
        sample = ", sample" if each.sample else ""
        print(f"{each.id}  {each.name}  {' '.join(each.sites)}  {state}{sample}", file=out or sys.stdout)
    if not found:
        print("No leaders yet; add one with: claimdesk leaders add NAME --site SITE", file=out or sys.stdout)
    return 0


def remove(who: str, *, write: Write, now: datetime, out: TextIO | None = None) -> int:
    """Remove the leader of this name or id; 1 if there is none or more than one."""

    def drop(tx: Tx) -> list[people.Leader]:
        known = people.list_leaders(tx)
        found = [each for each in known if each.name == who.strip()] or [each for each in known if str(each.id) == who]
        if len(found) == 1:
            people.remove_leader(tx, found[0].id, now)
        return found

    found = write(drop)
    if len(found) == 1:
        print(f"{found[0].name} leads no site any more.", file=out or sys.stdout)
        return 0
    if not found:
        return _fail(f"no leader is called {who}; see claimdesk leaders list", 1)
    ids = ", ".join(f"{each.id} ({' '.join(each.sites)})" for each in found)
    return _fail(f"several leaders are called {who}; name one by its id: {ids}", 1)


def _fail(message: str, exit_code: int = 2) -> int:
    print(f"claimdesk: {message}.", file=sys.stderr)
    return exit_code

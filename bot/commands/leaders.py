"""`claimdesk leaders add|extend|list|remove`: which leader has which pickup sites."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, TextIO

from bot.settings import Settings
from handlers.orders.texts import Unclear, code, label
from storage import people
from storage.database import Tx
from storage.orders import known_sites

Write = Callable[[Callable[[Tx], Any]], Any]  # runs a function over one locked write transaction, gives its result
Ask = Callable[[str], str]  # puts a question to who sits at the terminal

SAME, OTHER = "s", "a"
NO_ORDERS = "No order has the site {site} yet; if it should, check the column site_no of your import."
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10  # 50 bits: not to be guessed at the pace of a chat


def new_code(chance: Random) -> str:
    """Return a random bind code; `chance` must be a SystemRandom outside tests."""
    return "".join(chance.choice(LETTERS) for _ in range(CODE_LENGTH))


def add(
    name: str,
    sites: Sequence[str],
    *,
    write: Write,
    now: datetime,
    chance: Random,
    draw: Callable[[str], int] | None = None,
    namesake: bool = False,
    ask: Ask | None = None,
    out: TextIO | None = None,
) -> int:
    """Add a leader and print the one-time bind code as the last word of the last line; return 2 if the name is empty.

    A name that is known is asked about, or refused where nobody can be; `namesake` says that it is another person.
    `draw` makes the code's picture and returns 0 if that went well; otherwise the leader is added and 1 returned.
    """
    out = out or sys.stdout
    try:
        name, numbers = _clean(name, sites)
    except Unclear as unclear:
        return _fail(str(unclear))
    known = [] if namesake else [one for one in write(people.list_leaders) if one.name == name and not one.sample]
    if known:
        answer = _whether_the_same(known[-1], numbers, ask)
        if answer == SAME:
            return extend(str(known[-1].id), numbers, write=write, out=out)
        if answer != OTHER:
            return _fail(answer)
    bind = new_code(chance)

    def store(tx: Tx) -> set[str]:
        people.add_leader(tx, name, numbers, people.hash_code(bind), now)
        return set(numbers) - known_sites(tx, numbers, sample=False)

    for site in sorted(write(store)):
        print(NO_ORDERS.format(site=site), file=out)
    print(f"{name} leads {', '.join(sorted(set(numbers)))}.", file=out)
    drawn = draw(bind) if draw else 0
    print(f"Let {name} send this to the customers' bot, it works once: 绑定 {bind}", file=out)
    return 1 if drawn else 0


def terminal() -> Ask | None:
    """Return how to ask who sits at the terminal; None where nobody does."""

    def ask(question: str) -> str:
        try:
            return input(question)
        except EOFError:
            return ""

    return ask if sys.stdin is not None and sys.stdin.isatty() else None


def drawing(settings: Settings, file: Path, write: Write) -> Callable[[str], int]:
    """Return what saves the picture of a bind code, which WeChat makes."""

    def draw(code: str) -> int:
        if not settings.wechat:
            later = f"claimdesk wechat code {code} {file}"
            print(f"claimdesk: no picture without WeChat: set WECHAT_APP_ID and its companions, then {later}",
                  file=sys.stderr)  # fmt: skip
            return 1
        from bot.channels.wechat import setup

        return setup.picture(settings, code, file, write=write)

    return draw


def _clean(name: str, sites: Sequence[str]) -> tuple[str, list[str]]:
    """Return a name and sites as they are stored. Raises Unclear."""
    try:
        name, numbers = label(name, 64), [code(site) for site in sites]
    except Unclear as unclear:
        raise Unclear(f"the name or a site {unclear}") from None
    if not name or not numbers or not all(numbers):
        raise Unclear("a leader needs a name and at least one --site")
    return name, numbers


def _whether_the_same(known: people.Leader, numbers: Sequence[str], ask: Ask | None) -> str:
    """Return SAME or OTHER as the operator says, else why nothing was done."""
    name, has, more = known.name, " ".join(known.sites), " ".join(f"--site {number}" for number in numbers)
    if ask is None:
        return (
            f"{name} is known and leads {has}; add a site with: claimdesk leaders extend {known.id} {more};"
            " somebody else of that name with: --namesake"
        )
    said = ask(f"{name} leads {has} already. Is this the same leader (s) or another (a)? Anything else stops: ")
    return {SAME: SAME, OTHER: OTHER}.get(said.strip().lower()[:1], "nothing was changed")


def extend(who: str, sites: Sequence[str], *, write: Write, out: TextIO | None = None) -> int:
    """Give the leader of this name or id more sites; 1 if there is none or more than one, 2 if a site is none."""
    try:
        _, numbers = _clean(who, sites)
    except Unclear as unclear:
        return _fail(str(unclear))

    def store(tx: Tx) -> tuple[list[people.Leader], set[str]]:
        found = _named(tx, who)
        if len(found) == 1:
            people.extend_leader(tx, found[0].id, numbers)
        return found, set(numbers) - known_sites(tx, numbers, sample=False)

    found, unknown = write(store)
    if len(found) != 1:
        return _not_one(who, found)
    for site in sorted(unknown):
        print(NO_ORDERS.format(site=site), file=out or sys.stdout)
    print(f"{found[0].name} leads {', '.join(sorted({*found[0].sites, *numbers}))}.", file=out or sys.stdout)
    return 0


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
    """Remove the leader of this name or id; return 1 if there is none or more than one."""

    def drop(tx: Tx) -> list[people.Leader]:
        found = _named(tx, who)
        if len(found) == 1:
            people.remove_leader(tx, found[0].id, now)
        return found

    found = write(drop)
    if len(found) == 1:
        print(f"{found[0].name} is removed and no longer has a site.", file=out or sys.stdout)
        return 0
    return _not_one(who, found)


def _named(tx: Tx, who: str) -> list[people.Leader]:
    """Return the leaders of this name, else the one of this id."""
    known = people.list_leaders(tx)
    return [each for each in known if each.name == who.strip()] or [each for each in known if str(each.id) == who]


def _not_one(who: str, found: Sequence[people.Leader]) -> int:
    if not found:
        return _fail(f"no leader is called {who}; see claimdesk leaders list", 1)
    ids = ", ".join(f"{each.id} ({' '.join(each.sites)})" for each in found)
    return _fail(f"several leaders are called {who}; name one by its id: {ids}", 1)


def _fail(message: str, exit_code: int = 2) -> int:
    print(f"claimdesk: {message}.", file=sys.stderr)
    return exit_code

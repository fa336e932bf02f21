"""The `claimdesk` program: its commands and their arguments."""

from __future__ import annotations

import os
import sys
from argparse import Action, ArgumentParser, Namespace
from importlib.util import find_spec
from pathlib import Path

from bot.commands.table import COMMANDS


class _Version(Action):
    """Print the version of the installed package; nobody else pays for reading it."""

    def __call__(self, parser: ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"claimdesk {version('claimdesk')}")
        except PackageNotFoundError:
            print("claimdesk (run from its source, not installed)")
        parser.exit()


def parser() -> ArgumentParser:
    """Return the parser of all commands."""
    whole = ArgumentParser(prog="claimdesk", description="Takes in after-sales claims by chat, to a decision.")
    whole.add_argument("--version", action=_Version, nargs=0, help="print the version")
    first = whole.add_subparsers(metavar="COMMAND", required=True)
    groups: dict[str, object] = {}
    for name, does, run, arguments in COMMANDS:
        head, _, tail = name.partition(" ")
        if tail and head not in groups:
            does_all = "; ".join(each.does for each in COMMANDS if each.name.startswith(head + " "))
            group = first.add_parser(head, help=does_all, description=does_all)
            groups[head] = group.add_subparsers(metavar="COMMAND", required=True)
        parent = groups[head] if tail else first
        one = parent.add_parser(tail or head, help=does, description=does)  # type: ignore[attr-defined]
        for names, options in arguments:
            one.add_argument(*names, **options)
        one.set_defaults(run=run)
    return whole


def shadowed() -> str:
    """Return a sentence if Python finds another distribution's package in place of ours; "" if all are our own."""
    home = Path(__file__).resolve().parents[1]
    for name in ("handlers", "storage", "media"):
        found = find_spec(name)
        places = [Path(place).resolve() for place in (found.submodule_search_locations or ())] if found else []
        if places != [home / name]:
            where = ", ".join(map(str, places)) or "no place"
            return (
                f"another distribution's package {name} ({where}) shadows that of Claimdesk ({home / name}): "
                "install Claimdesk into an environment of its own, and start it in another folder."
            )
    return ""


def main(argv: list[str] | None = None) -> int:
    """Run a command; errors are one sentence, never a traceback."""
    args = parser().parse_args(argv)
    if foreign := shadowed():
        print(f"claimdesk: {foreign}", file=sys.stderr)
        return 2
    os.umask(0o077)  # files that are written hold customers' data
    try:
        return _run(args)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141


def _run(args: Namespace) -> int:
    from bot.settings import WrongSettings, load

    try:
        settings = load()
    except WrongSettings as wrong:
        told = str(wrong)
        head = "correct these settings (environment or .env):\n" if "\n" in told else ""
        print(f"claimdesk: {head}{told}", file=sys.stderr)
        return 2
    from bot.errors import EXPECTED, sentence

    try:
        code: int = args.run(args, settings)
        return code
    except EXPECTED as failure:
        print(f"claimdesk: {sentence(failure)}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

"""The `claimdesk` program: its commands and their arguments."""

from __future__ import annotations

import os
import sys
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Callable

Argument = tuple[tuple[str, ...], dict[str, object]]


def _arg(*names: str, **options: object) -> Argument:
    return names, options


FILE = _arg("file", metavar="FILE")
COMMANDS: tuple[tuple[str, str, tuple[Argument, ...]], ...] = (
    ("serve", "run every channel and desk whose settings are present", ()),
    ("orders import", "import orders from CSV or XLSX", (FILE,)),
    (
        "leaders add",
        "add a group-buy leader and print the one-time bind code",
        (
            _arg("name", metavar="NAME"),
            _arg("--site", action="append", required=True, metavar="SITE"),
            _arg("--qr", metavar="FILE.png"),
            _arg("--namesake", action="store_true", help="another person of a name that is known"),
        ),
    ),
    (
        "leaders extend",
        "give a leader, by name or id, more sites",
        (_arg("name", metavar="NAME"), _arg("--site", action="append", required=True, metavar="SITE")),
    ),
    ("leaders list", "list leaders and their sites", ()),
    ("leaders remove", "remove a leader by name or id", (_arg("name", metavar="NAME"),)),
    (
        "leaders settlement",
        "write a leader's settlement of a period as XLSX",
        (
            _arg("name", metavar="NAME"),
            _arg("--from", dest="first", required=True, metavar="DATE"),
            _arg("--to", dest="last", required=True, metavar="DATE"),
            _arg("--out", required=True, metavar="FILE"),
        ),
    ),
    ("policy list", "name the presets", ()),
    ("policy show", "print the policy in force", (_arg("name", nargs="?", metavar="NAME"),)),
    ("policy check", "check a policy file", (FILE,)),
    (
        "read",
        "tell what the bot understands: JSON lines in, JSON lines out",
        (
            _arg("--leader", action="store_true"),
            _arg("--without-model", action="store_true"),
            _arg("--train", metavar="FILE"),
            _arg("--examples", metavar="LESSONS", action="append", default=[]),
        ),
    ),
    (
        "sheet",
        "run photos through the evidence pipeline and lay out a contact sheet",
        (_arg("photos", nargs="+", metavar="PHOTO"), _arg("--out", required=True, metavar="FILE")),
    ),
    ("tickets list", "list tickets, the newest first", ()),
    (
        "tickets show",
        "show what is stored of a ticket",
        (_arg("no", metavar="NO"), _arg("--json", action="store_true")),
    ),
    ("parked list", "list messages whose turn failed twice", ()),
    ("parked retry", "try parked messages again", ()),
    ("audit verify", "check the chains of the event log", ()),
    ("wechat menu", "publish the official account's menu", (_arg("--language", default="zh", choices=("zh", "en")),)),
    (
        "wechat code",
        "save the picture of a code that binds by a scan: a leader's bind code, or site:NO with --lasting",
        (_arg("scene", metavar="SCENE"), FILE, _arg("--lasting", action="store_true")),
    ),
    ("doctor", "check settings, database, disk, policy, tokens and webhooks", ()),
    ("db upgrade", "bring the database to this version", ()),
    ("db backup", "copy the database while the service runs", (FILE,)),
    ("db move", "move everything from SQLite to an empty PostgreSQL", (_arg("--to", required=True, metavar="URL"),)),
)
"""Every command with its purpose and its arguments."""


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
    for name, does, arguments in COMMANDS:
        head, _, tail = name.partition(" ")
        if tail and head not in groups:
            does_all = "; ".join(d for n, d, _ in COMMANDS if n.startswith(head + " "))
            group = first.add_parser(head, help=does_all, description=does_all)
            groups[head] = group.add_subparsers(metavar="COMMAND", required=True)
        parent = groups[head] if tail else first
        one = parent.add_parser(tail or head, help=does, description=does)  # type: ignore[attr-defined]
        for names, options in arguments:
            one.add_argument(*names, **options)
        one.set_defaults(command=name)
    return whole


def main(argv: list[str] | None = None) -> int:
    """Run a command; errors are one sentence, never a traceback."""
    args = parser().parse_args(argv)
    os.umask(0o077)  # whatever is written holds what customers told
    try:
        return _run(args)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141


def _run(args: Namespace) -> int:
    from bot.commands import table
    from bot.settings import WrongSettings, load

    try:
        settings = load()
    except WrongSettings as wrong:
        told = str(wrong)
        head = "correct these settings (environment or .env):\n" if "\n" in told else ""
        print(f"claimdesk: {head}{told}", file=sys.stderr)
        return 2
    do: Callable[..., int] = getattr(table, args.command.replace(" ", "_"))
    from bot.errors import EXPECTED, sentence

    try:
        return do(args, settings)
    except EXPECTED as failure:
        print(f"claimdesk: {sentence(failure)}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

"""The commands: name, purpose, function and arguments of each."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import NamedTuple

from bot.commands import entry_points as run
from bot.commands.accounting import entry_points as accounting
from bot.commands.reporting import entry_points as reporting
from bot.commands.upkeep import entry_points as upkeep
from bot.settings import Settings

Argument = tuple[tuple[str, ...], dict[str, object]]


class Command(NamedTuple):
    """A command; `run` returns the exit code, `arguments` are those of ArgumentParser.add_argument."""

    name: str
    does: str
    run: Callable[[Namespace, Settings], int]
    arguments: tuple[Argument, ...] = ()


def _arg(*names: str, **options: object) -> Argument:
    return names, options


FILE = _arg("file", metavar="FILE")
COMMANDS: tuple[Command, ...] = (
    Command("serve", "run every channel and desk whose settings are present", run.serve),
    Command("orders import", "import orders from CSV or XLSX", run.orders_import, (FILE,)),
    Command(
        "payouts export",
        "write what is owed and unpaid, for accounting, as XLSX or CSV",
        accounting.payouts_export,
        (_arg("--out", required=True, metavar="FILE"),),
    ),
    Command("payouts import", "book what accounting says was paid", accounting.payouts_import, (FILE,)),
    Command(
        "leaders add",
        "add a group-buy leader and print the one-time bind code",
        run.leaders_add,
        (
            _arg("name", metavar="NAME"),
            _arg("--site", action="append", required=True, metavar="SITE"),
            _arg("--qr", metavar="FILE.png"),
            _arg("--namesake", action="store_true", help="another person of a name that is known"),
        ),
    ),
    Command(
        "leaders extend",
        "give a leader, by name or id, more sites",
        run.leaders_extend,
        (_arg("name", metavar="NAME"), _arg("--site", action="append", required=True, metavar="SITE")),
    ),
    Command("leaders list", "list leaders and their sites", run.leaders_list),
    Command("leaders remove", "remove a leader by name or id", run.leaders_remove, (_arg("name", metavar="NAME"),)),
    Command(
        "leaders settlement",
        "write a leader's settlement of a period as XLSX",
        run.leaders_settlement,
        (
            _arg("name", metavar="NAME"),
            _arg("--from", dest="first", required=True, metavar="DATE"),
            _arg("--to", dest="last", required=True, metavar="DATE"),
            _arg("--out", required=True, metavar="FILE"),
        ),
    ),
    Command("policy list", "name the presets", run.policy_list),
    Command("policy show", "print the policy in force", run.policy_show, (_arg("name", nargs="?", metavar="NAME"),)),
    Command("policy check", "check a policy file", run.policy_check, (FILE,)),
    Command(
        "read",
        "tell what the bot understands: JSON lines in, JSON lines out",
        run.read,
        (
            _arg("--leader", action="store_true"),
            _arg("--without-model", action="store_true"),
            _arg("--train", metavar="FILE"),
            _arg("--examples", metavar="LESSONS", action="append", default=[]),
        ),
    ),
    Command(
        "sheet",
        "run photos through the evidence pipeline and lay out a contact sheet",
        run.sheet,
        (_arg("photos", nargs="+", metavar="PHOTO"), _arg("--out", required=True, metavar="FILE")),
    ),
    Command(
        "chargeback",
        "write what a supplier or carrier answers for in a period: lines, photos, hashes and sums in one ZIP",
        accounting.chargeback,
        (
            _arg("name", metavar="SUPPLIER_OR_CARRIER"),
            _arg("--from", dest="first", required=True, metavar="DATE"),
            _arg("--to", dest="last", required=True, metavar="DATE"),
            _arg("--out", required=True, metavar="FILE"),
        ),
    ),
    Command(
        "recoveries add",
        "book what came back from a supplier or carrier: on a ticket's line, or over the lines of a period",
        accounting.recoveries_add,
        (
            _arg("name", metavar="SUPPLIER_OR_CARRIER"),
            _arg("amount", metavar="YUAN", help="below 0: what was booked before is taken back"),
            _arg("--reference", required=True, metavar="TEXT", help="of the payment; the same is booked once"),
            _arg("--ticket", default="", metavar="NO"),
            _arg("--line", type=int, default=0, metavar="NUMBER"),
            _arg("--from", dest="first", default="", metavar="DATE"),
            _arg("--to", dest="last", default="", metavar="DATE"),
        ),
    ),
    Command(
        "report",
        "show the figures of a period, the last 30 days by default: satisfaction, promises kept, complaints, costs",
        reporting.report,
        (
            _arg("--from", dest="first", default="", metavar="DATE", help="its first day"),
            _arg("--to", dest="last", default="", metavar="DATE", help="its last day"),
            _arg("--out", default="", metavar="DIR", help="write tables and pictures into this folder"),
        ),
    ),
    Command("tickets list", "list tickets, the newest first", run.tickets_list),
    Command(
        "tickets show",
        "show what is stored of a ticket",
        run.tickets_show,
        (_arg("no", metavar="NO"), _arg("--json", action="store_true")),
    ),
    Command("parked list", "list messages whose turn failed twice", run.parked_list),
    Command("parked retry", "try parked messages again", run.parked_retry),
    Command(
        "customer export",
        "write what is stored of the person behind an account, with the files, as ZIP; ACCOUNT as telegram:1001",
        upkeep.customer_export,
        (_arg("account", metavar="ACCOUNT"), _arg("--out", required=True, metavar="FILE")),
    ),
    Command(
        "customer erase",
        "take the person behind an account out; sums and the audit stay",
        upkeep.customer_erase,
        (_arg("account", metavar="ACCOUNT"),),
    ),
    Command(
        "customer retention",
        "delete words and files that are older than the policy keeps them",
        upkeep.customer_retention,
        (_arg("--dry-run", action="store_true", help="only say what would go"),),
    ),
    Command(
        "audit renew",
        "let the event log go on under the present SECRET_KEY, where the one before is lost",
        upkeep.audit_renew,
    ),
    Command("audit verify", "check the chains of the event log", upkeep.audit_verify),
    Command(
        "wechat menu",
        "publish the official account's menu",
        run.wechat_menu,
        (_arg("--language", default="zh", choices=("zh", "en")),),
    ),
    Command(
        "wechat code",
        "save the picture of a code that binds by a scan: a leader's bind code, or site:NO with --lasting",
        run.wechat_code,
        (_arg("scene", metavar="SCENE"), FILE, _arg("--lasting", action="store_true")),
    ),
    Command("doctor", "check settings, database, disk, policy, tokens and webhooks", run.doctor),
    Command(
        "backup",
        "copy database, media and key as one set into a new folder, while the service runs",
        upkeep.backup,
        (_arg("folder", metavar="DIR"),),
    ),
    Command(
        "restore",
        "put a set of `claimdesk backup` in place, checked whole first",
        upkeep.restore,
        (
            _arg("folder", metavar="DIR"),
            _arg("--replace", action="store_true", help="what is there now may go"),
        ),
    ),
    Command("db upgrade", "bring the database to this version", run.db_upgrade),
    Command("db backup", "copy the database while the service runs", run.db_backup, (FILE,)),
    Command(
        "db move",
        "move everything from SQLite to an empty PostgreSQL",
        run.db_move,
        (_arg("--to", required=True, metavar="URL"),),
    ),
)

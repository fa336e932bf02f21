"""What accounting does in a story: exports what is owed, and imports what it says was paid."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from playing import World

from bot.commands.accounting import payouts

HEADER = "ticket_no,amount,paid_at,reference,line"


def exports(world: World, folder: Path) -> str:
    """Give what the command prints, and the sheet."""
    out, path = StringIO(), folder / "due.csv"

    def read(work):  # type: ignore[no-untyped-def]
        with world.write() as tx:
            return work(tx)

    payouts.export(path, read=read, policy=world.policy, samples=False, out=out)
    return out.getvalue() + path.read_text("utf-8-sig")


def imports(world: World, folder: Path, row: str) -> str:
    """Import one row; give what the command prints, and why the row was rejected."""
    out, path = StringIO(), folder / "paid.csv"
    path.write_text(f"{HEADER}\n{row}\n", encoding="utf-8")

    def write(work):  # type: ignore[no-untyped-def]
        with world.write() as tx:
            return work(tx)

    payouts.import_file(path, write=write, policy=world.policy, now=world.now, samples=False, out=out, err=out)
    beside = folder / "paid.csv.rejected.csv"
    return out.getvalue() + (beside.read_text("utf-8-sig") if beside.exists() else "")

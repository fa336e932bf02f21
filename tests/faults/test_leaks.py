"""Who reads the disk, the log or an export: nobody else opens a file, and no secret or formula goes out."""

from __future__ import annotations

import csv
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles.service import Service

from bot import logs
from media.tables.text import FORMULA

PHONE, TOKEN, SECRET = "13912345678", "8123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc", "hook-secret-1"
OTHER, LOGIN = "7123456789:BBEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc", "clerk:open-sesame"  # nobody's settings name these
LEAKS = (
    f"tel{PHONE}", f"phone: {PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}", f"id_{PHONE}", f"b'\\n{PHONE}'", f"张{PHONE}",
    f"+86{PHONE}",
    f"https://api.example/bot{OTHER}/getMe", f"token {OTHER}", f"https://{LOGIN}@proxy.example", f"api_key={LOGIN}",
    f"https://api.example/bot{TOKEN}/getMe", f"x?secret={SECRET}", f"corpsecret={SECRET}x", f"{SECRET!r}",
)  # fmt: skip
ROWS = ["=1+1", "+1", "-1+cmd|'/C calc'!A0", "@SUM(A1)", "\t=1", "草莓"]


@pytest.fixture
def wide() -> Iterator[None]:
    """Let the usual mask be as wide as it gets."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_nobody_else_may_read_what_is_written(tmp_path: Path, wide: None) -> None:
    service = Service(tmp_path)
    lines = [f"A{place},{text!r},none,1,{PHONE}" for place, text in enumerate(ROWS)]
    (tmp_path / "o.csv").write_text("\n".join(["order_no,item,quantity,paid,buyer_phone", *lines]), encoding="utf-8")
    service.run("orders", "import", "o.csv")
    service.run("db", "backup", "copy.db")
    made = [path for path in tmp_path.rglob("*") if path.name != "o.csv"]
    assert {"o.csv.rejected.csv", "copy.db", "claimdesk.db"} <= {path.name for path in made}
    assert [path for path in made if path.stat().st_mode & 0o077] == []
    with (tmp_path / "o.csv.rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [cell for row in csv.reader(file) for cell in row if cell.startswith(FORMULA)] == []


@pytest.mark.parametrize("style", ["console", "json"])
def test_no_logger_lets_a_phone_or_secret_out(capsys: pytest.CaptureFixture[str], style: str) -> None:
    root = logging.getLogger()
    before = root.handlers, root.level, logs.sys.excepthook, logs.threading.excepthook
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    try:
        logs.set_up("debug", style, [TOKEN, SECRET])
        for place, leak in enumerate(LEAKS):
            logging.getLogger(f"some.library.{place}").debug("said %s", json.dumps(leak))
        told = capsys.readouterr().err
    finally:
        logging.captureWarnings(False)
        root.handlers, root.level, logs.sys.excepthook, logs.threading.excepthook = before
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    assert told.count("said") == len(LEAKS)
    for hidden in (
        PHONE,
        PHONE[-8:],
        "1234 5678",
        TOKEN,
        TOKEN.partition(":")[2],
        SECRET,
        OTHER.partition(":")[2],
        LOGIN,
    ):
        assert hidden not in told

"""`claimdesk orders import`: what it prints, stores, and leaves beside the file."""

from __future__ import annotations

import csv
import threading
from datetime import UTC, datetime
from io import StringIO

import pytest
from proofs import proved

from bot.commands.orders import import_orders
from handlers.cases.order_intake import BATCH
from storage import orders
from storage.database import open_writer, transaction, write_lock
from storage.tables import METADATA

NOW = datetime(2026, 6, 12, 10, 0, tzinfo=UTC)
HEADER = "order_no,item,quantity,paid,buyer_phone,tags"
GOOD = ["A,草莓,4,79.60,13800002231,fresh", "A,鸡蛋,1,26.80,13800002231,", "B,桃,1,32.90,13900008812,fresh"]


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.fixture
def write(tmp_path):
    engine = open_writer(f"sqlite:///{tmp_path}/claimdesk.db")
    METADATA.create_all(engine)
    sizes = []

    def write(function):
        with write_lock(tmp_path), transaction(engine) as tx:
            before = tx.connection.driver_connection.total_changes
            result = function(tx)
            sizes.append(tx.connection.driver_connection.total_changes - before)
            return result

    write.sizes = sizes
    yield write
    engine.dispose()


@pytest.fixture
def run(tmp_path, write):
    def run(*lines, name="orders.csv", err=None):
        path = tmp_path / name
        if lines:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        out, err = StringIO(), err or StringIO()
        exit_code = import_orders(path, write=write, now=NOW, out=out, err=err)
        return exit_code, out.getvalue(), err.getvalue()

    return run


def rejected(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_clean_file(run, tmp_path, write):
    assert run(HEADER, *GOOD) == (0, "rows read: 3, added: 3, updated: 0, rejected: 0\n", "")
    assert run(HEADER, *GOOD) == (0, "rows read: 3, added: 0, updated: 0, unchanged: 3, rejected: 0\n", "")
    assert not (tmp_path / "orders.csv.rejected.csv").exists()
    found = write(lambda tx: proved(tx, "a", "2231"))
    assert [line.paid for line in found.lines] == [7960, 2680]
    assert not found.sample


def test_rejected_rows_lie_beside_the_file_and_can_be_mended(run, tmp_path, write):
    beside = tmp_path / "orders.csv.rejected.csv"
    exit_code, out, err = run(HEADER, GOOD[0], "A,鸡蛋,1,viel,13800002231,", "B,桃,1,-1,,")
    assert (exit_code, err) == (1, "")
    assert out.splitlines()[0] == "rows read: 3, added: 1, updated: 0, rejected: 2"
    assert [(row["row"], row["line_no"]) for row in rejected(beside)] == [("3", "2"), ("4", "1")]
    assert [row["reason"].split()[0] for row in rejected(beside)] == ["paid", "paid"]
    mended = beside.read_text(encoding="utf-8-sig").replace("viel", "26.80").replace(",'-1,", ",32.90,")
    assert run(*mended.splitlines(), name="mended.csv")[:2] == (0, "rows read: 2, added: 2, updated: 0, rejected: 0\n")
    found = write(lambda tx: orders.by_number(tx, "A", sample=False))
    assert [line.item for line in found.lines] == ["草莓", "鸡蛋"]


def test_a_stale_file_of_rejected_rows_goes(run, tmp_path):
    beside = tmp_path / "orders.csv.rejected.csv"
    run(HEADER, "A,草莓,x,1,,")
    assert beside.exists()
    run(HEADER, *GOOD)
    assert not beside.exists()


@pytest.mark.parametrize("lines", [["order_no,item", "A,草莓"], ["what"]])
def test_an_unusable_file_is_told_in_one_sentence(run, tmp_path, lines):
    exit_code, out, err = run(*lines)
    assert (exit_code, out) == (2, "")
    assert err.startswith("claimdesk: ")
    assert "lacks the columns" in err
    assert err.count("\n") == 1


def test_no_file_and_a_folder(run, tmp_path):
    assert run(name="missing.csv")[0] == 2
    (tmp_path / "folder").mkdir()
    assert "folder" in run(name="folder")[2]


def test_rejected_rows_that_cannot_be_written(run, tmp_path):
    (tmp_path / "orders.csv.rejected.csv").mkdir()
    exit_code, _, err = run(HEADER, "A,草莓,x,1,,")
    assert exit_code == 2
    assert "cannot be written" in err
    assert err.count("\n") == 1


def test_a_number_stored_in_another_spelling_is_rejected(run, tmp_path):
    run(HEADER, "KT-123,草莓,1,1,,")
    exit_code, out, _ = run(HEADER, "KT1-23,桃,1,1,,", "KT-9,桃,1,1,,")
    assert exit_code == 1
    assert out.startswith("rows read: 2, added: 1, updated: 0, rejected: 1\n")
    (row,) = rejected(tmp_path / "orders.csv.rejected.csv")
    assert (row["row"], row["reason"]) == ("2", "order_no is stored as KT-123; write it the same way")


def test_repeated_rows_and_odd_tags_are_told(run):
    row = "A,1,桃,1,1,fresh;infnat"
    exit_code, out, err = run("order_no,line_no,item,quantity,paid,tags", row, row)
    assert (exit_code, out) == (0, "rows read: 2, added: 1, updated: 0, rejected: 0, repeated: 1\n")
    assert "infnat" in err


@pytest.mark.parametrize("lines", [1, 7, 200])
def test_no_transaction_takes_more_than_500_rows_so_that_turns_get_in_between(run, write, lines):
    rows = [f"K{number // lines},桃,1,1,," for number in range(2000)]
    assert run(HEADER, *rows)[1] == "rows read: 2000, added: 2000, updated: 0, rejected: 0\n"
    assert max(write.sizes) <= 500 * 2 + 2  # as many orders as lines, and the shapes of their numbers
    assert sum(write.sizes) >= 2000
    assert 4 <= len(write.sizes) < 10


def test_the_bar_is_for_terminals(run):
    assert run(HEADER, *GOOD)[2] == ""
    exit_code, out, err = run(HEADER, *GOOD, err=Terminal())
    assert (exit_code, out) == (0, "rows read: 3, added: 0, updated: 0, unchanged: 3, rejected: 0\n")
    assert "storing" in err
    assert "3/3" in err


def test_another_process_gets_its_turn_between_the_batches(run, tmp_path, write):
    """A second holder of the write lock, as a live serve is, never waits for the whole import."""
    turns, done = [], threading.Event()

    def serve():
        while not done.wait(0.002):
            with write_lock(tmp_path):
                turns.append(1)

    other = threading.Thread(target=serve)
    other.start()
    try:
        run(HEADER, *(f"K{number},桃,1,1,," for number in range(8 * BATCH)))
    finally:
        done.set()
        other.join()
    assert len(turns) > 4  # eight batches, between which it may come

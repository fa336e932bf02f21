"""CPU for an order file: what `orders import` costs beside reading the same CSV plainly and one bare `executemany`."""

from __future__ import annotations

import csv
import io
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bot.commands.orders import import_orders
from handlers.orders.columns import COLUMNS
from handlers.policy.loader import load
from storage.database import open_writer, run, turn_to_write
from storage.migration import prepare

ROWS = 100_000
ROUNDS = 5
NOW = datetime(2026, 6, 12, 10, tzinfo=UTC)
FEW = ("order_no", "participate_no", "buyer_name", "buyer_phone", "delivered_at", "item", "quantity", "unit", "paid")
ALL = tuple(name for name in COLUMNS if name not in ("order_status", "refund_status", "refunded"))
FORMS = (("one line an order, 9 columns", 1, FEW), ("one line an order, 21 columns", 1, ALL),
         ("1 to 5 lines an order, 21 columns", 5, ALL))  # fmt: skip
GOODS = (("P01", "草莓", "300g", "盒", 1990), ("P02", "土鸡蛋", "30枚", "箱", 3280), ("P03", "嫩豆腐", "", "盒", 450),
         ("P04", "小台芒", "5斤", "箱", 3990), ("P05", "鲜牛奶", "950ml", "瓶", 1580))  # fmt: skip


def rows(most: int, random: Random) -> Iterator[dict[str, str]]:
    """Yield the rows of orders of one to `most` lines, as an export has them."""
    number = 0
    while True:
        number += 1
        minute = f"{number // 60 % 24:02}:{number % 60:02}:00"
        head = {
            "order_no": f"KT26{number // 10_000 % 12 + 1:02}{number // 10_000 % 28 + 1:02}-{number % 10_000:04}",
            "activity_no": f"G{number // 5_000}",
            "participate_no": str(number % 400 + 1),
            "site_no": f"Z{number % 300:03}",
            "leader_name": f"团长{number % 300}",
            "buyer_name": f"买家{number % 40_000}",
            "buyer_phone": f"13{number % 40_000 * 7919 % 10**9:09}",
            "placed_at": f"2026-06-11T{minute}",
            "promised_at": "2026-06-12T18:00:00",
            "delivered_at": f"2026-06-12T{minute}",
        }
        for line in range(1, random.randint(1, most) + 1):
            sku, item, spec, unit, price = GOODS[(number + line) % len(GOODS)]
            count = random.randint(1, 3)
            yield head | {
                "line_no": str(line),
                "sku": sku,
                "item": item,
                "spec": spec,
                "quantity": str(count),
                "unit": unit,
                "unit_price": f"{price / 100:.2f}",
                "paid": f"{price * count / 100:.2f}",
                "lot_no": f"L{number // 2_000:04}",
                "supplier": f"供应商{line}",
                "carrier": "",
                "tags": "fresh" if line % 2 else "",
            }


def write_file(path: Path, most: int, columns: tuple[str, ...], count: int) -> None:
    """Write an order file of so many rows."""
    made = rows(most, Random(most))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(next(made) for _ in range(count))


def plainly(path: Path, database: Path) -> None:
    """Read the file with the csv module and insert its rows with one executemany into a table without any index."""
    connection = sqlite3.connect(database)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        columns = next(reader)
        connection.execute(f"CREATE TABLE plain ({', '.join(columns)})")
        connection.executemany(f"INSERT INTO plain VALUES ({', '.join('?' * len(columns))})", reader)
    connection.commit()
    connection.close()


def spent(work: Callable[[], object]) -> float:
    """Return the seconds of CPU of one call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def imported(path: Path, folder: Path) -> Callable[[], int]:
    """Return the import of a file into a fresh database in `folder`, as the command does it."""
    folder.mkdir(exist_ok=True)
    url = f"sqlite:///{folder}/claimdesk.db"
    engine = open_writer(url)
    policy = load("community-group-buy")
    with turn_to_write(url, folder):
        prepare(engine)

    def write(work: Callable[..., object]) -> object:
        with turn_to_write(url, folder):
            return run(engine, work)

    def work() -> int:
        code = import_orders(path, write=write, now=NOW, policy=policy, out=io.StringIO(), err=io.StringIO())
        engine.dispose()
        return code

    return work


def measure(count: int = ROWS, times: int = ROUNDS) -> None:
    """Print the medians of rounds in which both ran one after the other."""
    print(f"imports of {count} rows: s CPU plainly, of ours, ratio; of the same file once more")
    for name, most, columns in FORMS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "orders.csv"
            write_file(path, most, columns, count)
            found = []
            for each in range(times):
                bare = spent(lambda: plainly(path, Path(folder) / f"plain{each}.db"))  # noqa: B023 (called at once)
                first = spent(imported(path, Path(folder) / f"first{each}"))
                again = spent(imported(path, Path(folder) / f"first{each}"))
                found.append((bare, first, first / bare, again / bare))
            plain, ours, ratio, more = (statistics.median(each[at] for each in found) for at in range(4))
            print(f"imports, {name:<34} {plain:5.2f} {ours:5.2f} {ratio:5.2f}; {more:5.2f}")


if __name__ == "__main__":
    measure()

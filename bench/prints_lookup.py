"""The look-up of one photo among the prints of a million, on SQLite and PostgreSQL: p50, p95 and what it reads."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from handlers.cases.pictures import same_pictures
from media.prints import matching
from media.prints.values import Kept, Prints
from storage.database import Writer, open_writer
from storage.evidence import Evidence
from storage.pictures import prints as rows
from storage.tables import METADATA

PHOTOS = 1_000_000
LOOK_UPS = 200
BATCH = 50_000
KEYS = "INSERT INTO print_keys (key, print_id, bits) VALUES (?, ?, ?)"
PRINTS = "INSERT INTO prints (id, evidence_id, pattern) VALUES (?, ?, ?)"
INDEXES = ("ix_print_keys_print_id", "ix_prints_evidence_id")
NOW = datetime(2026, 6, 12, tzinfo=UTC)


def stored(base: Sequence[Kept]) -> Iterator[tuple[int, Kept]]:
    """Yield number and prints of a million photos, each print mixed of those of two pieces of pictures, bit by bit."""
    random = Random(2)
    for number in range(1, PHOTOS + 1):
        for _ in range(2 + (number % 4 == 0)):  # 2.25 a photo, as measured
            one, other, mask = random.choice(base).bits, random.choice(base).bits, random.getrandbits(31)
            yield number, Kept(one & mask | other & ~mask, random.getrandbits(256))


def lay_out(engine: Writer, base: Sequence[Kept]) -> None:
    """Write the prints of a million photos as fast as each database takes them."""
    METADATA.create_all(engine)
    patterns: list[tuple[Any, ...]] = []
    keys: list[tuple[Any, ...]] = []
    for number, (photo, one) in enumerate(stored(base), 1):
        patterns.append((number, photo, f"{one.pattern:064x}"))
        keys += [(key, number, one.bits) for key in matching.keys(one)]
    keys.sort()
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        for name in INDEXES:
            cursor.execute(f"DROP INDEX {name}")
        if engine.dialect.name == "sqlite":
            cursor.execute("PRAGMA foreign_keys=OFF")
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("BEGIN")
            cursor.executemany(PRINTS, patterns)
            cursor.executemany(KEYS, keys)
        else:
            cursor.execute("SET session_replication_role = replica")
            for table, given in (
                ("prints (id, evidence_id, pattern)", patterns),
                ("print_keys (key, print_id, bits)", keys),
            ):
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for row in given:
                        copy.write_row(row)
        cursor.execute("CREATE INDEX ix_print_keys_print_id ON print_keys (print_id)")
        cursor.execute("CREATE INDEX ix_prints_evidence_id ON prints (evidence_id)")
        cursor.execute("COMMIT") if engine.dialect.name == "sqlite" else connection.connection.commit()
        cursor.execute("ANALYZE")
        connection.connection.commit()


def look_ups(engine: Writer, asked: Sequence[Prints], where: str) -> None:
    """Look photos up, and print how long it took."""
    piece = Evidence(id=1, conversation_id=1, claim_id=None, ticket_no=None, kind="photo", side="customer",
                     channel="telegram", ref="", album="", state="pending", verdict="", media_key="", thumb_key="",
                     sha256="", width=None, height=None, seconds=None, at=NOW, fetched_at=None)  # fmt: skip
    took, spent = [], time.process_time()
    with engine.connect() as tx:
        for prints in asked:
            began = time.perf_counter()
            same_pictures.look_up(tx, piece, prints)
            took.append((time.perf_counter() - began) * 1000)
        spent = (time.process_time() - spent) * 1000 / len(asked)
        read = [len(rows.candidates(tx, matching.asked_keys(one).keys(), sample=False)) for one in asked]
    took.sort()
    p95 = took[round(0.95 * (len(took) - 1))]
    print(
        f"prints, look-up among {PHOTOS:,} photos on {where}: p50 {statistics.median(took):.1f} ms, p95 {p95:.1f} ms,"
        f" at most {took[-1]:.1f} ms, {spent:.1f} ms CPU of ours; {statistics.median(read):.0f} keys read,"
        f" at most {max(read)}"
    )


def measure(folder: Path, taken: Sequence[Prints], pieces: Sequence[Prints]) -> None:
    """Print the look-up on both databases; PostgreSQL is left out where there is no server."""
    asked = [prints for prints in taken if prints.kept][:LOOK_UPS]
    kept = [one for prints in pieces for one in prints.kept]
    if not asked or not kept:
        return
    engine = open_writer(f"sqlite:///{folder}/prints.db")
    try:
        lay_out(engine, kept)
        look_ups(engine, asked, "SQLite")
    finally:
        engine.dispose()
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
    import postgres

    if not postgres.found():
        print(f"prints, look-up on PostgreSQL: skipped, {postgres.MISSING}")
        return
    server = postgres.server()
    url = server.empty()
    engine = open_writer(url)
    try:
        lay_out(engine, kept)
        look_ups(engine, asked, "PostgreSQL")
    finally:
        engine.dispose()
        server.drop(url)

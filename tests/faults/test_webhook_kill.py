"""kill -9 between what the order system answers and what is booked of it: sent again with the same key, paid once."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from databases import lay_file
from doubles.order_system import granted
from doubles.service import Service
from doubles.ticket_house import START, House

from storage.database import open_writer

ROOT = Path(__file__).parents[2]
SECRET = "tell-nobody"
WITHIN = 30.0  # seconds that anything may take on a busy machine


def wait_for(reached: Callable[[], Any]) -> None:
    end = time.monotonic() + WITHIN
    while not reached():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


class Shop:
    """An order system that takes a decision and keeps the first answers to itself."""

    def __init__(self, keeps: int) -> None:
        self.keys: list[str] = []
        self.keeps, self.over = keeps, threading.Event()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                shop.keys.append(self.headers["Idempotency-Key"])
                if len(shop.keys) <= shop.keeps:
                    shop.over.wait(WITHIN)
                    return
                paid = {"line": body["line"], "amount": body["amount"], "reference": f"pay-{shop.keys[-1]}"}
                data = json.dumps({"paid": [paid]}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@contextmanager
def listening(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def prepared(folder: Path, **facts: Any) -> str:
    """Lay out a database in which an agent has just approved a ticket, and return its number."""
    lay_file(folder / "var")
    engine = open_writer(f"sqlite:///{folder}/var/claimdesk.db")
    house = House(engine=engine)
    no = granted(house, **facts)
    house.tx.commit()
    house.close()
    return no


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{folder}/var/claimdesk.db?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def settings(url: str) -> dict[str, str]:
    now = "2026-06-12T19:11:00"
    return {"ORDER_WEBHOOK_URL": url, "ORDER_WEBHOOK_SECRET": SECRET, "CLAIMDESK_NOW": now, "LOG_LEVEL": "info"}


def test_a_kill_between_the_answer_and_its_booking_pays_once(tmp_path: Path) -> None:
    no = prepared(tmp_path)
    shop = Shop(keeps=1)
    service = Service(tmp_path, settings(shop.url))
    with listening(shop.server):
        service.start()
        wait_for(lambda: shop.keys)
        service.kill()
        shop.over.set()
        assert rows(tmp_path, "SELECT count(*) FROM payments") == [(0,)]
        service.start()
        wait_for(lambda: rows(tmp_path, "SELECT state FROM ticket_lines") == [("done",)])
        assert service.stop() == 0
    assert shop.keys == [f"{no}-1-1"] * 2
    assert rows(tmp_path, "SELECT line, amount, reference FROM payments") == [(1, 3980, f"pay-{no}-1-1")]
    assert rows(tmp_path, "SELECT count(*) FROM outbox WHERE kind = 'decision'") == [(0,)]
    assert rows(tmp_path, "SELECT count(*) FROM events WHERE kind = 'paid'") == [(1,)]
    told = [json.loads(row)["text"] for (row,) in rows(tmp_path, "SELECT payload FROM outbox WHERE kind = 'reply'")]
    assert sum("已退" in text for text in told) == 1, told
    assert SECRET not in service.log()


def sample() -> Any:
    spec = importlib.util.spec_from_file_location("receiver", ROOT / "docs" / "samples" / "order_webhook_receiver.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("secret", [SECRET, "another"])
def test_the_sample_receiver_takes_what_the_service_sends(tmp_path: Path, secret: str) -> None:
    """With another secret it refuses everything, and nothing is paid."""
    no = prepared(tmp_path)
    receiver = sample()
    receiver.datetime = SimpleNamespace(now=lambda _zone: START + timedelta(minutes=2))
    server = receiver.serve(0, str(tmp_path / "shop.db"), secret)
    service = Service(tmp_path, settings(f"http://127.0.0.1:{server.server_port}/"))
    with listening(server), service:
        if secret == SECRET:
            wait_for(lambda: rows(tmp_path, "SELECT state FROM ticket_lines") == [("done",)])
        else:
            wait_for(lambda: "try 1 was not taken (status:403)" in service.log())
        assert service.stop() == 0
    reference = f"demo-{no}-1-1"
    assert rows(tmp_path, "SELECT reference FROM payments") == ([(reference,)] if secret == SECRET else [])


def test_the_sample_receiver_acts_once_per_key(tmp_path: Path) -> None:
    receiver = sample()
    paid: list[str] = []
    receiver.refund = lambda _decision, key: paid.append(key) or f"r{len(paid)}"
    with closing(sqlite3.connect(tmp_path / "shop.db", isolation_level=None)) as database:
        database.execute(receiver.TABLE)
        decision = {"line": 1, "amount": 3980, "order_no": "KT1"}
        first, again = (receiver.take(database, "k1", decision) for _ in range(2))
        other = receiver.take(database, "k2", {**decision, "amount": 0})
    assert first == again
    assert json.loads(first)["paid"][0]["reference"] == "r1"
    assert json.loads(other) == {"paid": []}
    assert paid == ["k1"]

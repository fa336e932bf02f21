"""The loop closed from outside: a shop pushes an order, its customer claims, an agent approves, the shop pays."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from doubles.botapi import BotApi
from doubles.telegram_service import TelegramService, write_orders

from bot.webhooks.signing import SIGNATURE, signature

SECRET = "tell-nobody"
SAMPLE = Path(__file__).parents[2] / "docs" / "samples" / "order_webhook_receiver.py"
ORDER = {
    "order_no": "KT261101-7777", "participate_no": 77, "buyer_name": "客77", "buyer_phone": "13900007777",
    "item": "白菜", "quantity": 3, "unit": "颗", "paid": "9.00",
}  # fmt: skip


def receiver() -> Any:
    spec = importlib.util.spec_from_file_location("receiver", SAMPLE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Alarms(BaseHTTPRequestHandler):
    """Keeps the alarms that come."""

    got: list[dict[str, Any]]

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def listening(*servers: ThreadingHTTPServer) -> Iterator[None]:
    threads = [threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.05}) for one in servers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def push(url: str, *rows: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps({"orders": rows}).encode()
    with urlopen(Request(f"{url}/orders", data=body, headers={SIGNATURE: signature(SECRET, body)}), timeout=20) as told:
        found: dict[str, Any] = json.load(told)
    return found


def test_an_order_a_claim_a_decision_and_the_money(tmp_path: Path) -> None:
    write_orders(tmp_path / "orders.csv", 1)
    shop = receiver().serve(0, str(tmp_path / "shop.db"), SECRET)
    place = type("Place", (Alarms,), {"got": []})
    alarms = ThreadingHTTPServer(("127.0.0.1", 0), place)
    hooks = {
        "ORDER_WEBHOOK_URL": f"http://127.0.0.1:{shop.server_port}/",
        "ORDER_WEBHOOK_SECRET": SECRET,
        "ALERT_WEBHOOK_URL": f"http://127.0.0.1:{alarms.server_port}/",
    }
    with BotApi() as api, listening(shop, alarms):
        house = TelegramService(tmp_path, api, **hooks)
        buyer, eater = api.user(1077, "客77"), api.user(1001, "客1")
        with house.running(tmp_path / "orders.csv"):
            assert push(house.service.url, ORDER)["added"] == 1
            buyer.text(house.shop, f"{ORDER['order_no']} 尾号7777 白菜少了1颗 退款")
            house.settled()
            buyer.text(house.shop, "提交")
            house.settled()
            ((no,),) = house.rows("SELECT no FROM tickets")
            house.lin.text(house.group, f"/ticket {no}")

            def card(label: str) -> Any:
                return next((one for one in house.group.messages if any(label in each for each in one.labels)), None)

            house.lin.tap(house.until(lambda: card("接手")), "接手")
            house.lin.tap(house.until(lambda: card("同意")), "同意")
            house.until(lambda: house.rows("SELECT reference FROM payments") == [(f"demo-{no}-1-1",)])
            house.settled()
            told = [message.text for message in house.heard(buyer)]
            assert sum("3.00 元已退回" in text for text in told) == 1, told
            eater.text(house.shop, "我吃了拉肚子，发烧了")
            house.until(lambda: place.got)
            (serious,) = house.rows("SELECT no FROM tickets WHERE severity = 'safety'")
            assert {name: place.got[0][name] for name in ("kind", "ticket", "called")} == {
                "kind": "safety_page", "ticket": serious[0], "called": "agents",
            }  # fmt: skip
            house.settled()
        assert "ERROR" not in house.service.log()

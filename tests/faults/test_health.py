"""Health of the running service: 2,000 sockets that idle, and a database that takes no writes."""

from __future__ import annotations

import json
import resource
import socket
import time
from contextlib import ExitStack
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from doubles.botapi import BotApi
from doubles.service import Service
from doubles.telegram_service import TelegramService, order_of, write_orders

IDLE = 2000


def health(service):
    try:
        with urlopen(Request(f"{service.url}/healthz"), timeout=20) as answer:
            return answer.status, json.load(answer)
    except HTTPError as red:
        with red:
            return red.code, json.load(red)


def test_two_thousand_idle_sockets_keep_nobody_out(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, IDLE + 512)), hard))
    write_orders(tmp_path / "orders.csv", 1)
    with BotApi() as api, ExitStack() as sockets:
        house = TelegramService(tmp_path, api, hooks=True)
        person = api.user(1001, "客1")
        with house.running(tmp_path / "orders.csv"):
            pid = house.service.process.pid
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (1024, 1024))  # the usual number of a plain machine
            for number in range(IDLE):
                one = sockets.enter_context(socket.create_connection(("127.0.0.1", house.service.port), timeout=20))
                if number % 3 == 0:  # some begin to speak and stop
                    one.send(b"POST /telegram/customers HTTP/1.1\r\nHost: a\r\n")
            assert health(house.service)[0] == 200
            person.text(house.shop, f"{order_of(1)} 尾号0001 白菜少了1颗 退款")
            house.settled()
            assert any("请核对" in message.text for message in house.heard(person))
            with urlopen(f"{house.service.url}/metrics", timeout=20) as answer:
                told = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if line[0] != "#")
            assert float(told["claimdesk_turn_seconds_count"]) >= 1
            assert float(told['claimdesk_sends_total{to="chat",end="sent"}']) >= 1
            assert told["claimdesk_rows_readable"] == "1"
            sockets.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_database_that_takes_no_writes_is_red(tmp_path):
    with Service(tmp_path, {"LOG_LEVEL": "warning"}) as service:
        carrying = health(service)[1]["carrying"]
        assert health(service) == (200, {"ok": True, "writes": True, "disk": True, "doors": {}, "carrying": carrying})
        limit = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (0, limit[1]))  # as on a full disk
        assert until(service, 503)["writes"] is False
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, limit)
        assert until(service, 200)["writes"] is True
        assert service.stop() == 0


def test_a_token_that_is_refused_is_red(tmp_path):
    with BotApi() as api:
        token = "42:" + "A" * 35  # of no bot that the platform knows
        given = {"TELEGRAM_BOT_TOKEN": token, "TELEGRAM_API_BASE": api.url, "LOG_LEVEL": "error"}
        with Service(tmp_path, given) as service:
            told = until(service, 503, lambda told: told["writes"])  # the first reading may be under way still
            assert (told["writes"], told["doors"]) == (True, {"telegram": "token refused"})
            with urlopen(f"{service.url}/metrics", timeout=20) as answer:
                text = answer.read().decode()
            assert 'claimdesk_door_wrong{door="telegram",what="token refused"} 1' in text
            assert "claimdesk_upstream_errors_total{at=" in text
            assert token not in text
            assert service.stop() == 0


def until(service, status, holds=lambda told: True):
    """Ask until the health has this status and what it says holds, longer than an answer is good for; return that."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        found, told = health(service)
        if found == status and holds(told):
            return told
        time.sleep(0.5)
    raise AssertionError(f"never {status}: {told}")

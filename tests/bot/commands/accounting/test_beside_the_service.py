"""Accounting works beside a running service: the sheet goes out and comes back while it serves, and customers hear."""

from __future__ import annotations

import csv
import json
import time
from itertools import count
from urllib.request import Request, urlopen

from doubles.service import Service

ids = count(1)
WAIT = 40  # seconds
CHAT = "chat:tian"


class Page:
    """The sandbox page's requests."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def ask(self, path: str, **body: str):
        data = json.dumps({"id": f"ask-{next(ids):06d}", **body}).encode() if body else None
        with urlopen(Request(self.service.url + path, data), timeout=20) as answer:
            return json.loads(answer.read())

    def shown(self, place: str) -> list[dict]:
        found = self.ask("/sandbox/state")["messages"]
        return [one for one in found if one["place"] == place]

    def button(self, place: str, label: str) -> dict[str, str]:
        """Wait for a button; return what presses it."""
        ends = time.monotonic() + WAIT
        while True:
            for one in reversed(self.shown(place)):
                for row in one["buttons"]:
                    for name, tap in row:
                        if label in name:
                            return {"tap": tap, "message": str(one["id"])}
            assert time.monotonic() < ends, f"no {label}: {self.shown(place)} {self.service.log()}"
            time.sleep(0.1)

    def heard(self, place: str, words: str) -> str:
        ends = time.monotonic() + WAIT
        while True:
            for one in self.shown(place):
                if words in one["text"]:
                    return one["text"]
            assert time.monotonic() < ends, f"nobody says {words}: {self.shown(place)}"
            time.sleep(0.1)


def test_the_sheet_goes_out_and_comes_back_while_the_service_runs(tmp_path):
    with Service(tmp_path, {"SANDBOX": "on", "LOG_LEVEL": "warning"}) as service:
        page = Page(service)
        page.ask("/sandbox/chats/tian", text="草莓坏了2盒，要退款")
        page.heard(CHAT, "照片")
        page.ask("/sandbox/chats/tian/files?id=photo-000001&sample=strawberries_rotten&language=zh", sent="here")
        page.ask("/sandbox/chats/tian", **page.button(CHAT, "提交"))
        for label in ("接下一单", "同意"):
            told = page.ask("/sandbox/desk", **{"as": "agent-1"}, **page.button("desk", label))
            assert not told["alert"], told
        page.heard(CHAT, "已通过")
        assert "满意吗" not in str(page.shown(CHAT))
        made = service.run("payouts", "export", "--out", "due.csv")
        assert (made.returncode, "lines owed: 1" in made.stdout) == (0, True), made
        with (tmp_path / "due.csv").open(encoding="utf-8-sig", newline="") as file:
            (row,) = csv.DictReader(file)
        row |= {"paid_at": time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 8 * 3600)), "reference": "4200009"}
        with (tmp_path / "paid.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            writer.writeheader()
            writer.writerow(row)
        for result in ("paid: 1", "already known: 1"):
            made = service.run("payouts", "import", "paid.csv")
            assert (made.returncode, result in made.stdout) == (0, True), made
        assert "满意吗" in page.heard(CHAT, f"{row['amount']} 元已退回")
        shown = service.run("tickets", "show", row["ticket_no"], "--json")
        ticket = json.loads(shown.stdout)
        assert (ticket["state"], [line["state"] for line in ticket["lines"]]) == ("resolved", ["done"])
        assert str(page.shown(CHAT)).count("已退回") == 1

"""Attacks by way of the sandbox page: it must show nothing of the business, change nothing there, and stay shut."""

from __future__ import annotations

import json
import sqlite3
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from itertools import count
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from doubles.service import Service

ORDER, PHONE, NAME, ITEM = "KT261101-0007", "13912345678", "欧阳真名", "云南雪莲果"
COLUMNS = "order_no,participate_no,site_no,leader_name,buyer_name,buyer_phone,item,quantity,unit,paid,delivered_at\n"
ROW = f"{ORDER},7,Z07,尉迟团长,{NAME},{PHONE},{ITEM},4,箱,79.60,\n"
OF_THE_BUSINESS = (NAME, PHONE, PHONE[-4:], ITEM, "尉迟团长", "79.60", "39.80")
AWAY = {"TELEGRAM_BOT_TOKEN": "1:a", "TELEGRAM_API_BASE": "http://127.0.0.1:9"}  # nobody is there
PLAIN_PROXY = {"Host": "127.0.0.1:8080"}  # the Host of the upstream, and no header that tells of the proxy
PASSWORD = "strawberries and cream"
ids = count(1)


class Page:
    """The page's requests, sent by someone with bad intent."""

    def __init__(self, service: Service, **headers: str) -> None:
        self.url, self.headers = service.url, headers
        status, state = self.ask("/sandbox/state")
        self.before = len(json.loads(state)["messages"]) if status == 200 else 0

    def ask(self, path: str, body: dict[str, str] | None = None) -> tuple[int, str]:
        data = None if body is None else json.dumps({"id": f"attack-{next(ids):06d}", **body}).encode()
        try:
            with urlopen(Request(self.url + path, data, self.headers), timeout=20) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def say(self, text: str, account: str = "tian") -> None:
        assert self.ask(f"/sandbox/chats/{account}", {"text": text})[0] == 200

    def guest(self) -> str:
        """Make a customer whom nobody knows, and return the account."""
        return str(json.loads(self.ask("/sandbox/people", {"name": "路人"})[1])["account"])

    def act(self, **what: str) -> str:
        status, told = self.ask("/sandbox/desk", {"as": "agent-1", **what})
        assert status == 200, told
        return str(json.loads(told)["text"])

    def settled(self, service: Service) -> None:
        """Wait until the bot has answered: nothing for a chat or the desk is left to be sent."""
        waiting = "SELECT count(*) FROM outbox WHERE kind NOT IN ('wake', 'fetch')"
        ends = time.monotonic() + 30
        while rows(service, waiting) != [(0,)]:
            assert time.monotonic() < ends, service.log()
            time.sleep(0.05)

    def shown(self) -> list[dict]:
        return json.loads(self.ask("/sandbox/state")[1])["messages"][self.before :]


def business(folder: Path, **more: str) -> Service:
    service = Service(folder, {"SANDBOX": "on", "LOG_LEVEL": "warning", **more})
    (folder / "orders.csv").write_text(COLUMNS + ROW, encoding="utf-8")
    imported = service.run("orders", "import", "orders.csv")
    assert imported.returncode == 0, imported.stderr
    return service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run one for all attacks that leave it as it was."""
    with business(tmp_path_factory.mktemp("business")) as running:
        yield running


def rows(service: Service, query: str) -> list[tuple]:
    path = service.folder / "var" / "claimdesk.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def nothing_leaks(service: Service, page: Page, given: tuple[str, ...] = ()) -> None:
    """Nothing that the page shows is the business's, but for what was typed into it."""
    page.settled(service)
    told = [m for m in page.shown() if m["sender"] == "bot"]
    text = json.dumps(told, ensure_ascii=False)
    assert told
    for secret in OF_THE_BUSINESS:
        assert secret in given or secret not in text, f"{secret} is shown"


def test_a_chat_of_the_page_proves_no_real_order(service):
    page = Page(service)
    for account in ("tian", page.guest()):
        page.say(f"{ORDER} 尾号{PHONE[-4:]} 雪莲果坏了2箱 退款", account)
        page.say(f"7号 {PHONE[-4:]}", account)
        page.say("/start site:Z07", account)
        page.say("提交", account)
    nothing_leaks(service, page, given=(PHONE[-4:],))
    real = "SELECT count(*) FROM conversations c JOIN customers p ON p.id = c.customer_id WHERE NOT p.sample"
    assert rows(service, real) == [(0,)]
    assert rows(service, f"SELECT count(*) FROM tickets WHERE order_no = '{ORDER}'") == [(0,)]


def test_the_pages_desk_reaches_no_real_order(service):
    page = Page(service)
    told = page.act(text=f"/new {ORDER} 雪莲果坏了2箱 退款")
    assert "CD-" not in told
    page.say("人工", page.guest())
    page.settled(service)
    cards = [m for m in page.shown() if m["kind"] == "card"]
    no, card = cards[-1]["ticket"], str(cards[-1]["id"])
    page.act(tap=f"pick:{no}", message=card)
    page.act(tap=f"order:{no}:{ORDER}", message=card)
    told = page.act(tap=f"phone:{no}", message=card)
    assert PHONE not in told
    page.act(tap=f"approve:{no}", message=card)
    nothing_leaks(service, page)
    assert rows(service, f"SELECT count(*) FROM tickets WHERE order_no = '{ORDER}'") == [(0,)]
    assert rows(service, "SELECT sum(amount) FROM ticket_lines") in ([(0,)], [(None,)])


def test_a_real_leaders_code_works_only_outside(service):
    code = service.run("leaders", "add", "尉迟团长", "--site", "Z07").stdout.split()[-1]
    page = Page(service)
    page.say(f"绑定 {code}", "xie")
    page.say("7号 雪莲果烂了2箱", "xie")
    nothing_leaks(service, page)
    assert rows(service, "SELECT count(*) FROM leaders WHERE code_hash IS NOT NULL AND NOT sample") == [(1,)]


def test_what_was_bound_to_a_real_person_before_is_so_no_more(tmp_path):
    """Rows of a version that let the page's chats prove real orders."""
    service = business(tmp_path)
    with service:
        for account in ("tian", "xie"):
            Page(service).say("你好", account)
        service.stop()
    path = service.folder / "var" / "claimdesk.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"INSERT INTO customers VALUES (900, '{PHONE}', '{NAME}', 0, 0)")
        database.execute("INSERT INTO leaders VALUES (900, '尉迟团长', NULL, 0, 0, NULL)")
        database.execute("INSERT INTO leader_sites VALUES (900, 'Z07')")
        for column, account in (("customer_id", "tian"), ("leader_id", "xie")):
            done = database.execute(f"UPDATE conversations SET {column} = 900 WHERE account = '{account}'")
            assert done.rowcount == 1
    with service:
        page = Page(service)
        page.say("进度")
        page.say("7号坏了2箱 退款")
        page.say("7号烂了2箱", "xie")
        page.say("日报", "xie")
        nothing_leaks(service, page)


def test_photos_of_the_business_are_not_the_pages_to_give(service):
    data = b"\xff\xd8\xff a customer's photo"
    digest = sha256(data).hexdigest()
    place = service.folder / "var" / "media" / digest[:2] / f"{digest}.jpg"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    assert Page(service).ask(f"/sandbox/media/{digest[:2]}/{digest}.jpg")[0] == 404


@pytest.mark.parametrize(
    "more",
    [
        AWAY,
        pytest.param({"PUBLIC_URL": "https://shop.example"}, marks=pytest.mark.long),
        pytest.param({"HTTP_HOST": "0.0.0.0"}, marks=pytest.mark.long),
        {"HTTP_HOST": "0.0.0.0", "SANDBOX": "auto"},
    ],
)
def test_behind_a_plain_proxy_it_is_not_open_to_the_internet(tmp_path, more):
    with Service(tmp_path, {"SANDBOX": "on", **more}) as service:
        page = Page(service, **PLAIN_PROXY)
        for path in ("/", "/sandbox/state", "/sandbox/events"):
            status, told = page.ask(path)
            assert (status, "SANDBOX_PASSWORD" in told) == (403, True)
        assert page.ask("/sandbox/chats/tian", {"text": "草莓坏了"})[0] == 403
        assert page.ask("/sandbox/desk", {"as": "agent-1", "text": "/queue"})[0] == 403
        assert page.ask("/healthz")[0] == 200
        assert "the sandbox stays shut" in service.log()


def test_with_a_password_it_opens_to_who_knows_it(tmp_path):
    with Service(
        tmp_path, {"PUBLIC_URL": "https://shop.example", "SANDBOX": "on", "SANDBOX_PASSWORD": PASSWORD}
    ) as service:
        assert Page(service, **PLAIN_PROXY).ask("/sandbox/state")[0] == 401
        knows = {"Authorization": f"Basic {b64encode(f'a:{PASSWORD}'.encode()).decode()}"}
        assert Page(service, **PLAIN_PROXY, **knows).ask("/sandbox/state")[0] == 200

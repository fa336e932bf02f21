from __future__ import annotations

import asyncio
from base64 import b64encode

import pytest
from doubles.sandbox_house import sandbox_house
from yarl import URL

from bot.runtime import access
from bot.runtime.access import COOKIE, SESSION, TRIES

STATE = "/sandbox/state"
PASSWORD = "草莓 and cream"


def basic(password):
    return {"Authorization": f"Basic {b64encode(f'anyone:{password}'.encode()).decode()}"}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "localhost:9", "LOCALHOST", "[::1]", "[::1]:8080"])
async def test_this_machine_may_look(tmp_path, host):
    async with sandbox_house(tmp_path) as (_, client):
        assert (await client.get(STATE, headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "shop.example.com"},
        {"Host": "127.0.0.1.example.com"},
        {"Host": "localhost.example.com:8080"},
        {"Host": "192.168.1.20:8080"},
        {"Host": "localhost:8080@example.com"},
        {"Host": ""},
        {"Host": "localhost", "X-Forwarded-For": "127.0.0.1"},
        {"Host": "localhost", "X-Forwarded-Whatever": ""},
        {"Host": "localhost", "Forwarded": "for=127.0.0.1"},
        {"Host": "localhost", "X-Real-IP": "127.0.0.1"},
        {"Host": "localhost", "Via": "1.1 proxy"},
    ],
)
@pytest.mark.parametrize("settings", [{}, {"wide": True}, {"password": PASSWORD}])
@pytest.mark.parametrize("path", ["/", STATE, "/sandbox/page/page.js"])
async def test_elsewhere_is_turned_away_unless_on_and_with_a_password(tmp_path, headers, settings, path):
    async with sandbox_house(tmp_path, **settings) as (_, client):
        answer = await client.get(path, headers=headers)
        assert answer.status == 403
        assert "SANDBOX=on" in await answer.text()


def test_a_made_up_host_does_not_help_who_sits_elsewhere():
    assert access._loopback_peer("127.0.0.1")
    assert access._loopback_peer("::1")
    assert access._loopback_peer("::ffff:127.0.0.1")
    assert not access._loopback_peer("192.168.1.20")
    assert not access._loopback_peer("")


async def test_with_on_and_a_password_it_opens_anywhere_after_the_login(tmp_path):
    proxied = {"Host": "shop.example.com", "X-Forwarded-For": "8.8.8.8", "X-Forwarded-Proto": "https"}
    async with sandbox_house(tmp_path, wide=True, password=PASSWORD) as (_, client):
        asked = await client.get("/", headers=proxied)
        assert asked.status == 401
        assert 'type="password"' in await asked.text()
        assert (await client.get(STATE, headers=proxied)).status == 401
        form = {"password": PASSWORD}
        entered = await client.post("/sandbox/login", data=form, headers=proxied, allow_redirects=False)
        assert (entered.status, entered.headers["Location"]) == (303, "/")
        cookie = entered.cookies[COOKIE]
        assert cookie["httponly"]
        assert cookie["secure"]
        assert cookie["samesite"] == "Lax"
        with_cookie = {**proxied, "Cookie": f"{COOKIE}={cookie.value}"}
        assert (await client.get(STATE, headers=with_cookie)).status == 200


async def test_a_password_is_asked_on_this_machine_too_and_basic_will_do(tmp_path):
    async with sandbox_house(tmp_path, password=PASSWORD) as (_, client):
        assert (await client.get(STATE)).status == 401
        assert (await client.get(STATE, headers={"Authorization": "Basic %%%"})).status == 401
        assert (await client.get(STATE, headers=basic("no"))).status == 401
        assert (await client.get(STATE, headers=basic(PASSWORD))).status == 200


async def test_a_forged_or_old_login_is_none(tmp_path):
    async with sandbox_house(tmp_path, password=PASSWORD) as (house, client):
        now = 1_800_000_000.0
        house.guard.clock = lambda: now
        good = f"{int(now) + 5}.{house.guard._sign(str(int(now) + 5))}"
        later = f"{int(now) + SESSION}.{good.partition('.')[2]}"
        for cookie, status in ((good, 200), (later, 401), ("5", 401), ("x.y", 401), ("", 401)):
            answer = await client.get(STATE, headers={"Cookie": f"{COOKIE}={cookie}"})
            assert answer.status == status, cookie
        house.guard.password = "another"
        assert (await client.get(STATE, headers={"Cookie": f"{COOKIE}={good}"})).status == 401
        house.guard.password, now = PASSWORD, now + 6
        assert (await client.get(STATE, headers={"Cookie": f"{COOKIE}={good}"})).status == 401


def came_from(address):
    return {"Host": "shop.example.com", "X-Forwarded-For": f"203.0.113.9, {address}"}


async def enter(client, password, headers=None):
    form = {"password": password}
    answer = await client.post("/sandbox/login", data=form, headers=headers or {}, allow_redirects=False)
    client.session.cookie_jar.clear()
    return answer.status


async def test_who_guesses_waits_longer_and_longer(tmp_path):
    async with sandbox_house(tmp_path, password=PASSWORD) as (house, client):
        now = 1_800_000_000.0
        house.guard.clock = lambda: now
        for _ in range(TRIES):
            answer = await client.post("/sandbox/login", data={"password": "123"})
            assert answer.status == 401
            assert "密码不对 · Wrong password" in await answer.text()
        assert await enter(client, PASSWORD) == 429
        assert (await client.get(STATE, headers=basic(PASSWORD))).status == 429
        waits = []
        for _ in range(14):
            asked = await client.get(STATE, headers=basic("123"))
            assert asked.status == 429
            waits.append(int(asked.headers["Retry-After"]))
            now += waits[-1]
            assert await enter(client, "123") == 401
        assert waits[:5] == [2, 3, 5, 9, 17]
        assert waits[-1] == access.LONGEST_WAIT + 1
        now += waits[-1]
        assert await enter(client, PASSWORD) == 303


async def test_one_address_does_not_lock_the_others_out(tmp_path):
    async with sandbox_house(tmp_path, wide=True, password=PASSWORD) as (house, client):
        now = 1_800_000_000.0
        house.guard.clock = lambda: now
        for _ in range(50):
            await enter(client, "123", came_from("198.51.100.7"))
        assert await enter(client, PASSWORD, came_from("198.51.100.7")) == 429
        assert await enter(client, PASSWORD, came_from("198.51.100.8")) == 303
        for number in range(TRIES):  # one customer's addresses count as one
            await enter(client, "123", came_from(f"2001:db8:1:1::{number + 1:x}"))
        assert await enter(client, PASSWORD, came_from("2001:db8:1:1::ffff")) == 429
        assert await enter(client, PASSWORD, came_from("2001:db8:1:2::1")) == 303


async def test_made_up_addresses_run_into_the_proxys_own_measure(tmp_path):
    async with sandbox_house(tmp_path, wide=True, password=PASSWORD) as (house, client):
        now = 1_800_000_000.0
        house.guard.clock = lambda: now
        answers = [await enter(client, "123", came_from(f"10.0.{n // 250}.{n % 250}")) for n in range(320)]
        assert answers.count(401) == access.TRIES_BEHIND
        assert await enter(client, "123", came_from("nonsense")) == 429
        now += access.LONGEST_BEHIND
        assert await enter(client, PASSWORD, came_from("198.51.100.8")) == 303


async def test_who_was_logged_in_before_is_told_apart_from_those_who_guess(tmp_path):
    async with sandbox_house(tmp_path, password=PASSWORD) as (house, client):
        now = 1_800_000_000.0
        house.guard.clock = lambda: now
        old = f"{COOKIE}={int(now) - 5}.{house.guard._sign(str(int(now) - 5))}"
        for _ in range(TRIES):
            await enter(client, "123")
        assert await enter(client, PASSWORD) == 429
        assert await enter(client, PASSWORD, {"Cookie": f"{COOKIE}={int(now) - 5}.forged"}) == 429
        assert await enter(client, PASSWORD, {"Cookie": old}) == 303


def test_only_so_many_addresses_are_remembered(monkeypatch):
    monkeypatch.setattr(access, "MOST_KNOWN", 10)
    tries = access.BackOff()
    for number in range(100):
        tries.wrong(f"198.51.100.{number}", 5.0, free=1, longest=9.0)
    assert len(tries._known) == 10
    assert tries.wait("198.51.100.99", 5.0)


@pytest.mark.parametrize("headers", [{}, {"Host": "127.0.0.1:8080"}, {"Host": "shop.example.com"}])
@pytest.mark.parametrize("path", ["/", STATE, "/sandbox/page/page.js"])
async def test_exposed_it_stays_shut_without_a_password(tmp_path, headers, path):
    """A plain proxy hands on the Host of this machine and no header that tells of it."""
    async with sandbox_house(tmp_path, wide=True, exposed=True) as (house, client):
        assert (await client.get(path, headers=headers)).status == 403
        said = await client.post("/sandbox/chats/tian", json={"id": "abcdefgh1", "text": "草莓坏了"}, headers=headers)
        assert (said.status, house.heard) == (403, [])


async def test_exposed_the_password_is_asked_of_this_machine_too(tmp_path):
    async with sandbox_house(tmp_path, exposed=True, password=PASSWORD) as (_, client):
        assert (await client.get(STATE)).status == 401
        assert (await client.get(STATE, headers=basic(PASSWORD))).status == 200
        assert (await client.get(STATE, headers={**basic(PASSWORD), "Host": "shop.example.com"})).status == 403


ODD_COOKIES = [
    b"\xff\xfe", b"9" * 5000, b"1.\xff", b"\xff.1", b"1" * 11 + b"." + b"0" * 64, b"\"\\777\"", b"a;b=\x80;;=,",
]  # fmt: skip


@pytest.mark.parametrize("cookie", ODD_COOKIES)
async def test_a_broken_cookie_is_no_login(tmp_path, cookie):
    async with sandbox_house(tmp_path, wide=True, password=PASSWORD) as (_, client):
        head = b"GET /sandbox/state HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: " + COOKIE.encode() + b"="
        assert await raw(client, head + cookie + b"\r\n\r\n") in (400, 401)


@pytest.mark.parametrize("origin", [b"http://[", b"\xff", b"//", b"http://a:b:c"])
async def test_a_broken_origin_is_another_site(tmp_path, origin):
    async with sandbox_house(tmp_path) as (_, client):
        head = b"POST /sandbox/chats/tian HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        assert await raw(client, head + b"Content-Length: 0\r\nOrigin: " + origin + b"\r\n\r\n") == 403


async def raw(client, request):
    reader, writer = await asyncio.open_connection(client.server.host, client.server.port)
    writer.write(request)
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


BODIES = [
    (access.COOKIE, b""),
    ("application/x-www-form-urlencoded", b"password=%ff%fe"),
    ("application/x-www-form-urlencoded; charset=nonsense", b"password=a"),
    ("application/x-www-form-urlencoded; charset=utf-16", b"password=a"),
    ("application/x-www-form-urlencoded", b"password=" + b"a" * 100_000),
    ("application/x-www-form-urlencoded", b"&" * 4000),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=password\r\n\r\na"),
]


@pytest.mark.parametrize(("kind", "body"), BODIES)
async def test_a_broken_form_is_no_password(tmp_path, kind, body):
    async with sandbox_house(tmp_path, password=PASSWORD) as (_, client):
        answer = await client.post("/sandbox/login", data=body, headers={"Content-Type": kind})
        assert answer.status in (400, 401, 413, 415)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://shop.example.com"}, 200),
        ({"Origin": "http://HERE"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost"}, 403),
    ],
)
async def test_another_sites_page_cannot_write(tmp_path, headers, status):
    async with sandbox_house(tmp_path) as (house, client):
        here = URL(client.make_url("/")).authority
        sent = {name: value.replace("HERE", here) for name, value in headers.items()}
        said = {"id": "abcdefgh1", "text": "草莓坏了"}
        assert (await client.post("/sandbox/chats/tian", json=said, headers=sent)).status == status
        assert len(house.heard) == (status == 200)

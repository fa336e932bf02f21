from __future__ import annotations

from base64 import b64encode

import pytest
from doubles.sandbox_house import sandbox_house
from yarl import URL

from bot.runtime import access
from bot.runtime.access import COOKIE, SESSION, TRIES, WINDOW

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


async def test_too_many_wrong_passwords_close_the_door_for_a_minute(tmp_path):
    async with sandbox_house(tmp_path, password=PASSWORD) as (house, client):
        now = 1_800_000_000.0
        house.guard.clock = lambda: now
        right, wrong = {"password": PASSWORD}, {"password": "123"}
        for _ in range(TRIES):
            answer = await client.post("/sandbox/login", data=wrong)
            assert answer.status == 401
            assert "密码不对 · Wrong password" in await answer.text()
        assert (await client.post("/sandbox/login", data=right)).status == 429
        assert (await client.get(STATE, headers=basic(PASSWORD))).status == 429
        now += WINDOW
        assert (await client.post("/sandbox/login", data=right, allow_redirects=False)).status == 303


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

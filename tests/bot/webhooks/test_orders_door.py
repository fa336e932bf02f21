"""Orders that a shop pushes: signed, bounded, taken as a file is, and harmless when they come again."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from io import BytesIO
from random import Random

import pytest
from aiohttp.test_utils import TestClient, TestServer
from doubles.ticket_house import preset
from sqlalchemy import func, select

from bot.channels import base
from bot.runtime import web
from bot.webhooks import orders_door
from bot.webhooks.orders_door import MAX_BODY, OrdersDoor
from bot.webhooks.signing import SIGNATURE, signature
from handlers.context import TurnContext
from storage import orders
from storage import tables as t
from storage.database import DatabaseGone, open_writer, transaction

SECRET = "tell-nobody"
NOW = datetime(2026, 6, 12, 11, 0, tzinfo=UTC)
ROW = {"order_no": "KT260612-0101", "item": "草莓", "quantity": 2, "unit": "盒", "paid": 39.8, "buyer_name": "李婷"}


class Shop:
    """The server with its one route, and the database behind it."""

    def __init__(self, secret=SECRET):
        self.engine = open_writer("sqlite://")
        t.METADATA.create_all(self.engine)
        self.writes, self.fails = [], False

        async def write(work):
            await asyncio.sleep(0)
            if self.fails:
                raise DatabaseGone("the disk is full")
            with transaction(self.engine) as tx:
                done = work(tx)
            self.writes.append(done.added + done.updated + done.unchanged)
            return done

        async def never(_):
            raise AssertionError

        house = base.House(receive=never, act=never, write=write, read=never)
        self.door = OrdersDoor(secret=secret, house=house, context=self.context)
        self.client = TestClient(TestServer(web.make_app(health=lambda: {"ok": True}, doors=[self.door.door])))

    @staticmethod
    def context():
        policy = preset()
        return TurnContext(now=NOW, random=Random(1), policy=policy, policy_of=lambda _tx, _hash: policy)

    async def post(self, body, given=None, **headers):
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        signed = signature(SECRET, data) if given is None else given
        answer = await self.client.post("/orders", data=data, headers={SIGNATURE: signed, **headers})
        return answer.status, await answer.json()

    def order(self, number):
        with transaction(self.engine) as tx:
            return orders.by_number(tx, number, sample=False)

    def count(self):
        with transaction(self.engine) as tx:
            return tx.execute(select(func.count()).select_from(t.orders)).scalar_one()


@pytest.fixture
async def shop():
    made = Shop()
    async with made.client:
        yield made
    made.engine.dispose()


def counts(answer):
    return {name: value for name, value in answer.items() if name != "rejected_rows" and value}


async def test_orders_are_added_updated_and_left(shop):
    rows = [ROW, {**ROW, "item": "鸡蛋", "paid": "26.80", "tags": ["fragile", "fresh"]}]
    status, answer = await shop.post({"orders": rows})
    assert (status, answer["rejected_rows"]) == (200, [])
    assert counts(answer) == {"read": 2, "added": 2}
    assert set(answer) == {"read", "added", "updated", "unchanged", "rejected", "repeated", "rejected_rows"}
    found = shop.order("KT260612-0101")
    assert [(line.line_no, line.item, line.quantity, line.paid) for line in found.lines] == [
        (1, "草莓", 2, 3980), (2, "鸡蛋", 2, 2680),
    ]  # fmt: skip
    assert found.lines[1].tags == ("fragile", "fresh")
    assert found.sample is False
    assert counts((await shop.post({"orders": rows}))[1]) == {"read": 2, "unchanged": 2}
    rows[0] = {**ROW, "delivered_at": "2026-06-12T17:30:00"}
    assert counts((await shop.post({"orders": rows}))[1]) == {"read": 2, "updated": 2}
    assert shop.order("KT260612-0101").delivered_at == datetime(2026, 6, 12, 9, 30, tzinfo=UTC)


async def test_columns_may_have_the_names_of_an_export(shop):
    row = {"订单号": "KT1-1", "goods_name": "草莓", "数量": "1", "实付": "9.00", "手机号": "13800002231", "什么": [1]}
    status, answer = await shop.post({"orders": [row]})
    assert (status, counts(answer)) == (200, {"read": 1, "added": 1})
    assert shop.order("KT1-1").phone_tail == "2231"


async def test_sums_are_taken_as_they_are_written(shop):
    body = b'{"orders": [{"order_no": "A-1", "item": "x", "quantity": 1, "paid": 0.10}, %s]}' % b", ".join(
        b'{"order_no": "A-%d", "item": "x", "quantity": 1, "paid": %s}' % (number, paid)
        for number, paid in enumerate((b"1e3", b"0.005", b"NaN", b"-1", b"9" * 5000, b"true", b"[1]", b"null"), 2)
    )
    status, answer = await shop.post(body)
    assert status == 200
    assert counts(answer) == {"read": 9, "added": 1, "rejected": 8}
    assert [row["row"] for row in answer["rejected_rows"]] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert all(row["reason"].startswith("paid ") for row in answer["rejected_rows"])
    assert shop.order("A-1").lines[0].paid == 10


ODD_ROWS = [
    (7, "the row is no object"),
    (None, "the row is no object"),
    ([], "the row is no object"),
    ({}, "order_no is empty"),
    ({"order_no": "---", "item": "x", "quantity": 1, "paid": 1}, "order_no is empty or has no letter"),
    ({"order_no": {"a": 1}, "item": "x", "quantity": 1, "paid": 1}, "order_no is no text or number"),
    ({"order_no": "A-1", "item": "x", "quantity": 1}, "paid is empty"),
    ({"order_no": "A-1", "item": "x\u0000y", "quantity": 1, "paid": 1}, "item holds a control character"),
    ({"order_no": "A-1", "item": "\ud83c", "quantity": 1, "paid": 1}, "item is no text or number"),
    ({"order_no": "A-1", "item": "x", "quantity": 1, "paid": 1, "placed_at": "soon"}, "placed_at is not an ISO"),
    ({"order_no": "A" * 100, "item": "x", "quantity": 1, "paid": 1}, "order_no is longer than 64"),
    ({"order_no": "A-1", "item": "x", "quantity": 1, "paid": 1, "tags": [["a"]]}, "tags is no text or number"),
]


@pytest.mark.parametrize(("row", "reason"), ODD_ROWS, ids=range(len(ODD_ROWS)))
async def test_a_row_that_cannot_be_taken_is_named_and_the_others_are_taken(shop, row, reason):
    data = json.dumps({"orders": [ROW, row, {**ROW, "order_no": "KT260612-0102"}]}).encode()
    status, answer = await shop.post(data)
    assert status == 200
    assert counts(answer) == {"read": 3, "added": 2, "rejected": 1}
    (told,) = answer["rejected_rows"]
    assert told["row"] == 2
    assert told["reason"].startswith(reason)


async def test_more_than_a_batch_goes_into_several_transactions(shop):
    rows = [{**ROW, "order_no": f"KT260612-{number:04}"} for number in range(1200)]
    _, answer = await shop.post({"orders": rows})
    assert counts(answer) == {"read": 1200, "added": 1200}
    assert shop.writes == [500, 500, 200]


async def test_a_sample_of_the_sandbox_gives_way_to_a_real_order(shop):
    with transaction(shop.engine) as tx:
        head = {"order_no": "KT260612-0101", "order_key": "KT2606120101"}
        tx.execute(t.orders.insert().values(**head, sample=True, imported_at=NOW))
    await shop.post({"orders": [ROW]})
    assert shop.order("KT260612-0101").sample is False


@pytest.mark.parametrize(
    "given",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        signature("other", b"{}"),
        "sha1=" + "0" * 40,
        "é" * 71,
        "sha256=" + "g" * 64,
    ],
)
async def test_what_is_not_signed_is_refused(shop, given):
    data = json.dumps({"orders": [ROW]}).encode()
    answer = await shop.client.post("/orders", data=data, headers={SIGNATURE: given} if given else {})
    assert answer.status == 403
    assert SIGNATURE in (await answer.json())["error"]
    assert shop.count() == 0


async def test_a_body_that_was_changed_on_its_way_is_refused(shop):
    data = json.dumps({"orders": [ROW]}).encode()
    assert (await shop.post(data.replace(b"39.8", b"99.8"), signature(SECRET, data)))[0] == 403
    assert (await shop.post(data, signature(SECRET, data).upper().replace("SHA256", "sha256")))[0] == 200


async def test_without_a_secret_nothing_is_taken():
    shop = Shop(secret="")
    async with shop.client:
        status, answer = await shop.post({"orders": [ROW]}, signature("", json.dumps({"orders": [ROW]}).encode()))
    assert (status, answer) == (403, {"error": orders_door.NO_SECRET})
    shop.engine.dispose()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
async def test_it_gives_nothing(shop, method):
    assert (await shop.client.request(method, "/orders")).status == 405


BROKEN = [
    b"", b"{", b"null", b"[]", b'{"orders": {}}', b'{"orders": null}', b'{"order": []}', b"\xff", b"[" * 100_000,
    b'{"orders":' * 50_000, b'{"orders": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
    "{'orders': []}".encode("utf-16"),
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
async def test_what_is_no_push_of_orders_is_refused_in_a_sentence(shop, body):
    status, answer = await shop.post(body)
    assert status == 400
    assert answer["error"].endswith(".")


async def test_no_orders_are_taken_as_none(shop):
    assert await shop.post({"orders": []}) == (200, {**dict.fromkeys(
        ("read", "added", "updated", "unchanged", "rejected", "repeated"), 0), "rejected_rows": []})  # fmt: skip


async def test_a_body_that_is_too_long_is_refused_whether_it_says_so_or_not(shop):
    body = b" " * (MAX_BODY + 1)

    async def parts():
        for _ in range(6):
            yield b" " * (1024 * 1024)

    for data in (BytesIO(body), parts()):
        answer = await shop.client.post("/orders", data=data, headers={SIGNATURE: signature(SECRET, body)})
        assert answer.status == 413
    too_many = {"orders": [{}] * 10_001}
    assert (await shop.post(too_many))[0] == 400


async def test_a_database_that_fails_is_told_as_such(shop, caplog):
    shop.fails = True
    status, answer = await shop.post({"orders": [ROW]})
    assert (status, answer) == (503, {"error": orders_door.NOT_STORED})
    shop.fails = False
    assert counts((await shop.post({"orders": [ROW]}))[1]) == {"read": 1, "added": 1}


async def test_only_so_many_bodies_are_held_at_one_time(shop):
    gate = asyncio.Event()

    async def slowly():
        yield b"{"
        await gate.wait()

    waiting = [
        asyncio.create_task(shop.client.post("/orders", data=slowly(), headers={SIGNATURE: "sha256=" + "0" * 64}))
        for _ in range(orders_door.AT_ONCE)
    ]
    while shop.door._inside < orders_door.AT_ONCE:  # noqa: ASYNC110  the door tells nobody
        await asyncio.sleep(0.01)
    status, answer = await shop.post({"orders": [ROW]})
    assert (status, answer) == (503, {"error": orders_door.BUSY})
    gate.set()
    assert {(await each).status for each in waiting} == {403}
    assert (await shop.post({"orders": [ROW]}))[0] == 200


async def test_the_log_names_counts_and_nobody(shop, caplog):
    caplog.set_level("DEBUG")
    await shop.post({"orders": [{**ROW, "buyer_phone": "13800002231"}]})
    assert "rows read: 1, added: 1" in caplog.text
    assert not any(word in caplog.text for word in ("13800002231", "李婷", SECRET))

from __future__ import annotations

from io import BytesIO

import pytest
from doubles.sandbox_house import NOW, sandbox_house

from bot.channels.base import Gone, TooBig
from bot.sandbox.room import MAX_UPLOAD
from handlers.messages.models import Button, Reply, to_payload
from storage.outbox import Mail

SAY = "/sandbox/chats/tian"
FILES = "/sandbox/chats/tian/files"
ENGLISH = {"Accept-Language": "en"}


def mail(number, text="好的", **more):
    return Mail(id=number, kind="reply", payload=to_payload(Reply(text=text, **more)))


async def shown(house, place="chat:tian"):
    _, messages = await house.room.page()
    return [message for message in messages if message.place == place]


async def test_words_are_shown_and_handed_on_before_the_answer(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        answer = await client.post(SAY, json={"id": "abcdefgh1", "text": "草莓坏了2盒"}, headers=ENGLISH)
        assert answer.status == 200
        (inbound,) = house.heard
        assert (inbound.key, inbound.channel, inbound.account) == ("sandbox:abcdefgh1", "sandbox", "tian")
        assert (inbound.kind, inbound.text, inbound.name, inbound.at) == ("text", "草莓坏了2盒", "田小禾", NOW)
        assert inbound.language == "en"
        (row,) = await shown(house)
        assert (row.sender, row.text, str(row.id)) == ("customer", "草莓坏了2盒", inbound.message)


async def test_a_repeated_request_is_the_same_message(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        for _ in range(3):
            await client.post(SAY, json={"id": "abcdefgh1", "text": "草莓坏了"})
        assert {inbound.key for inbound in house.heard} == {"sandbox:abcdefgh1"}
        assert len({inbound.message for inbound in house.heard}) == 1
        assert len(await shown(house)) == 1


async def test_what_the_house_did_not_take_is_not_acknowledged(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        house.broken = True
        assert (await client.post(SAY, json={"id": "abcdefgh1", "text": "草莓坏了"})).status == 500
        house.broken = False
        assert (await client.post(SAY, json={"id": "abcdefgh1", "text": "草莓坏了"})).status == 200
        assert [inbound.key for inbound in house.heard] == ["sandbox:abcdefgh1"]
        assert len(await shown(house)) == 1


async def test_replies_show_once_in_order_with_their_buttons(tmp_path):
    async with sandbox_house(tmp_path) as (house, _):
        buttons = ((Button(label="提交", tap="submit:1"),),)
        mails = [mail(1, "一"), mail(2, "二", buttons=buttons, media=(("photo", "ab/cd"),))]
        assert (await house.channel.send("tian", mails)).sent == 2
        assert (await house.channel.send("tian", [*mails, mail(3, "三")])).sent == 3
        rows = await shown(house)
        assert [row.text for row in rows] == ["一", "二", "三"]
        assert rows[1].buttons == [[["提交", "submit:1"]]]
        assert rows[1].media == [{"kind": "photo", "key": "ab/cd"}]


async def test_a_tap_names_its_message_and_shows_as_pressed(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        await house.channel.send("tian", [mail(1, buttons=((Button(label="提交", tap="submit:1"),),))])
        (row,) = await shown(house)
        tap = {"id": "abcdefgh2", "tap": "submit:1", "message": str(row.id)}
        assert (await client.post(SAY, json=tap)).status == 200
        (inbound,) = house.heard
        assert (inbound.kind, inbound.tap, inbound.message, inbound.text) == ("tap", "submit:1", str(row.id), "")
        pressed, said = await shown(house)
        assert pressed.data["pressed"] == {"submit:1": ""}
        assert (said.kind, said.text) == ("tap", "提交")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"id": "abcdefgh2", "tap": "approve:all", "message": "1"}, 409),
        ({"id": "abcdefgh2", "tap": "submit:1", "message": "99"}, 404),
        ({"id": "abcdefgh2", "tap": "submit:1", "message": "9" * 30}, 404),
        ({"id": "abcdefgh2", "tap": "submit:1", "message": "x"}, 404),
        ({"id": "abcdefgh2", "text": ""}, 400),
        ({"id": "short", "text": "hi"}, 400),
        ({"id": "abcdefgh2", "text": 5}, 400),
        ({"id": "abcdefgh2", "text": "好" * 20_001}, 413),
        ({"id": "abcdefgh2", "kind": "fetched", "text": "hi"}, 400),
        (["abcdefgh2"], 400),
    ],
)
async def test_odd_requests_get_one_sentence(tmp_path, given, status):
    async with sandbox_house(tmp_path) as (house, client):
        await house.channel.send("tian", [mail(1, buttons=((Button(label="提交", tap="submit:1"),),))])
        answer = await client.post(SAY, json=given)
        assert answer.status == status
        assert (await answer.text()).endswith("。")
        assert house.heard == []


async def test_a_button_of_another_chat_is_none(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        await house.channel.send("leader", [mail(1, buttons=((Button(label="提交", tap="submit:1"),),))])
        (row,) = await shown(house, "chat:leader")
        answer = await client.post(SAY, json={"id": "abcdefgh2", "tap": "submit:1", "message": str(row.id)})
        assert answer.status == 404


async def test_broken_json_and_nobody_get_one_sentence(tmp_path):
    async with sandbox_house(tmp_path) as (_, client):
        deep, long = b"[" * 100_000, b'{"id": ' + b"7" * 6000 + b"}"
        for broken in (b"{", b"", b"\xff\xfe{", b"\x00", deep, b'{"id": ' * 50_000, long, b'{"id": "\\ud800"}', b"NaN"):
            for path in (SAY, "/sandbox/people", "/sandbox/desk"):
                answer = await client.post(path, data=broken, headers={"Content-Type": "application/json; charset=x"})
                assert answer.status == 400, broken[:20]
        assert (await client.post("/sandbox/chats/nobody", json={"id": "abcdefgh1", "text": "x"})).status == 404


async def test_odd_letters_pass_what_no_database_takes_is_taken_out(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        await client.post(SAY, data=b'{"id": "abcdefgh1", "text": "a\\u0000\\u202e\\u0007\\ud83d b"}')
        assert house.heard[0].text == "a\u202e\x07? b"
        long = "好" * 10_000
        assert (await client.post(SAY, json={"id": "abcdefgh2", "text": long})).status == 200
        assert house.heard[1].text == long


async def test_files_are_kept_first_and_handed_on_as_references(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        query = {"id": "abcdefgh1", "name": "../我的 照片.JPG", "album": "alb", "text": "看"}
        answer = await client.post(
            FILES, params=query, data=b"\xff\xd8\xffpixels", headers={"Content-Type": "image/jpeg"}
        )
        assert answer.status == 200
        (inbound,) = house.heard
        (media,) = inbound.media
        assert (inbound.kind, inbound.album, inbound.text) == ("media", "alb", "看")
        assert (media.kind, media.name, media.size) == ("photo", "我的 照片.JPG", 9)
        assert await house.channel.fetch(media.ref, 100) == b"\xff\xd8\xffpixels"
        with pytest.raises(TooBig):
            await house.channel.fetch(media.ref, 5)
        with pytest.raises(Gone):
            await house.channel.fetch(media.ref.replace("/", "/0"), 100)
        (row,) = await shown(house)
        assert row.media == [{"kind": "photo", "key": media.ref, "name": "我的 照片.JPG", "album": "alb"}]


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [("audio/wav", "voice"), ("video/mp4", "video"), ("application/pdf", "document"), ("image/png", "photo")],
)
async def test_the_kind_of_a_file_is_what_the_browser_says(tmp_path, content_type, kind):
    async with sandbox_house(tmp_path) as (house, client):
        query = {"id": "abcdefgh1", "name": "x", "seconds": "7"}
        await client.post(FILES, params=query, data=b"", headers={"Content-Type": content_type})
        assert (house.heard[0].media[0].kind, house.heard[0].media[0].seconds) == (kind, 7)


async def test_a_file_that_is_too_big_is_refused_in_one_sentence(tmp_path):
    async def stream():
        for _ in range(21):
            yield bytes(1024 * 1024)

    async with sandbox_house(tmp_path) as (house, client):
        told = await client.post(
            FILES, params={"id": "abcdefgh1"}, data=BytesIO(bytes(MAX_UPLOAD + 1)), headers=ENGLISH
        )
        assert (told.status, await told.text()) == (413, "The file is larger than 20 MB; please send a smaller one.")
        unannounced = await client.post(FILES, params={"id": "abcdefgh2"}, data=stream())
        assert (unannounced.status, await unannounced.text()) == (413, "文件超过20MB，请发小一点的。")
        assert house.heard == []
        assert (await client.post(FILES, params={"id": "abcdefgh3"}, data=BytesIO(bytes(MAX_UPLOAD)))).status == 200


async def test_a_sample_photo_is_drawn_anew_for_every_sending_but_not_for_a_repetition(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        for identity in ("abcdefgh1", "abcdefgh1", "abcdefgh2"):
            query = {"id": identity, "sample": "strawberries_rotten"}
            assert (await client.post(FILES, params=query)).status == 200
        first, again, other = (inbound.media[0].ref for inbound in house.heard)
        assert first == again != other
        assert (await house.channel.fetch(first, MAX_UPLOAD)).startswith(b"\xff\xd8\xff")
        assert (await client.post(FILES, params={"id": "abcdefgh3", "sample": "cat"})).status == 404


async def test_a_new_customer_joins_under_a_name_and_greets(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        for _ in range(2):
            answer = await client.post("/sandbox/people", json={"id": "abcdefgh1", "name": " 老陈 "})
            account = (await answer.json())["account"]
        assert {(inbound.kind, inbound.account, inbound.name) for inbound in house.heard} == {
            ("start", account, "老陈")
        }
        said = await client.post(f"/sandbox/chats/{account}", json={"id": "abcdefgh2", "text": "5号 8812"})
        assert said.status == 200
        assert house.heard[-1].name == "老陈"
        assert [row.kind for row in await shown(house, f"chat:{account}")] == ["joined", "start", "text"]
        assert (await client.post("/sandbox/people", json={"id": "abcdefgh3", "name": " "})).status == 400


async def test_a_sticker_is_one(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        await client.post(SAY, json={"id": "abcdefgh1", "kind": "sticker", "text": "😭"})
        assert (house.heard[0].kind, house.heard[0].text) == ("sticker", "😭")

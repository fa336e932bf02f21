from __future__ import annotations

import asyncio
import json
from datetime import timedelta

from doubles.sandbox_house import sandbox_house

from bot.sandbox import page
from handlers.messages.models import Reply, to_payload
from handlers.messages.texts import languages, templates
from handlers.orders.samples import samples
from storage.outbox import Mail
from storage.platforms.sandbox import Shown


async def say(house, number, text):
    await house.channel.send("tian", [Mail(id=number, kind="reply", payload=to_payload(Reply(text=text)))])


async def listening(house):
    async with asyncio.timeout(30):
        while not house.room.open_pages:  # noqa: ASYNC110  # the page's own count is what is looked at
            await asyncio.sleep(0.01)


async def read_events(client, path, count, headers=None):
    """Give the first events of a stream, as (name, id, value); remarks come as ("", "", text)."""
    events = []
    async with client.get(path, headers=headers or {}) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        while len(events) < count:
            block = (await asyncio.wait_for(answer.content.readuntil(b"\n\n"), 5)).decode().strip()
            fields = dict(line.split(": ", 1) for line in block.splitlines())
            value = json.loads(fields["data"]) if "data" in fields else fields
            events.append((fields.get("event", ""), fields.get("id", ""), value))
    return events


async def test_the_state_is_all_that_a_page_starts_with(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        await say(house, 1, "您好")
        state = await (await client.get("/sandbox/state")).json()
        assert state["now"] == "2026-06-12T11:10:00.000+00:00"
        assert [person["account"] for person in state["people"]] == [person.account for person in samples()]
        assert [person["name"] for person in state["people"] if person["leader"]] == ["崔姐"]
        assert "cod_for_salmon" in state["photos"]
        assert [who["supervisor"] for who in state["staff"]] == [False, False, True]
        assert [message["text"] for message in state["messages"]] == ["您好"]
        assert state["change"] == 1
        assert set(state["texts"]) == {"zh", "en"}
        assert state["texts"]["en"]["send"] == "Send"


async def test_samples_are_played_only_where_they_were_loaded(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        await house.write(
            lambda tx: tx.exec_driver_sql("UPDATE conversations SET customer_id = NULL, leader_id = NULL")
        )
        state = await (await client.get("/sandbox/state")).json()
        assert state["people"] == []


async def test_changes_come_as_they_happen_and_a_page_reads_on_where_it_stopped(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        await say(house, 1, "一")
        reading = asyncio.create_task(read_events(client, "/sandbox/events?after=1", 2))
        await listening(house)
        house.now += timedelta(seconds=3)
        await say(house, 2, "二")
        hello, news = await reading
        assert (hello[0], hello[2]) == ("hello", {"now": "2026-06-12T11:10:00.000+00:00"})
        assert (news[0], news[1], [message["text"] for message in news[2]]) == ("messages", "2", ["二"])
        await say(house, 3, "三")
        _, missed = await read_events(client, "/sandbox/events?after=1", 2, {"Last-Event-ID": "2"})
        assert [message["text"] for message in missed[2]] == ["三"]


async def test_another_database_makes_the_page_start_anew(tmp_path):
    async with sandbox_house(tmp_path) as (_, client):
        (event,) = await read_events(client, "/sandbox/events?after=7", 1)
        assert event[0] == "reset"
        assert (await client.get("/sandbox/events?after=-1")).status == 400


async def test_a_silent_line_gives_a_sign_of_life(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "PULSE", 0.02)
    async with sandbox_house(tmp_path) as (_, client):
        _, sign = await read_events(client, "/sandbox/events", 2)
        assert sign == ("", "", {"": "still here"})


async def test_listeners_are_few_and_are_let_go_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "MOST_PAGES", 1)
    async with sandbox_house(tmp_path) as (house, client):
        answer = await client.get("/sandbox/events")
        await listening(house)
        assert (await client.get("/sandbox/events")).status == 503
        house.room.close()
        await asyncio.wait_for(answer.read(), 5)
        assert house.room.open_pages == 0


async def test_files_are_served_as_what_they_are_never_as_what_they_say(tmp_path):
    async with sandbox_house(tmp_path) as (house, client):
        kinds = {
            b"\xff\xd8\xff\xe0 picture": "image/jpeg",
            b"RIFF\n\n\n\nWAVEfmt ": "audio/wav",
            b"RIFF    WEBPVP8 ": "image/webp",
            b"<script>alert(1)</script>": "application/octet-stream",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>": "application/octet-stream",
            b"": "application/octet-stream",
        }
        for data, kind in kinds.items():
            key = await house.room.put(data, ".html")
            assert (await client.get(f"/sandbox/media/{key}")).status == 404  # no message holds it
            media = [{"kind": "photo", "key": key}]
            await house.room.post(Shown(place="desk", sender="bot", kind="note", key=key, media=media))
            answer = await client.get(f"/sandbox/media/{key}")
            assert (answer.status, answer.content_type, await answer.read()) == (200, kind, data)
            assert ("Content-Disposition" in answer.headers) == (kind == "application/octet-stream")
        for odd in ("nothing", "../../etc/passwd", "ab/" + "0" * 64):
            assert (await client.get(f"/sandbox/media/{odd}")).status == 404


async def test_sample_photos_can_be_seen(tmp_path):
    async with sandbox_house(tmp_path) as (_, client):
        answer = await client.get("/sandbox/photos/strawberries_rotten")
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert (await client.get("/sandbox/photos/cat")).status == 404


async def test_the_page_brings_everything_itself_and_nothing_inline(tmp_path):
    async with sandbox_house(tmp_path) as (_, client):
        front = await (await client.get("/")).text()
        assert "http://" not in front
        assert "https://" not in front
        assert "style=" not in front
        assert "<script>" not in front
        for name in sorted(file.name for file in page.PAGE.iterdir() if file.suffix in page.TYPES):
            answer = await client.get(f"/sandbox/page/{name}")
            assert answer.status == 200
            assert "nosniff" in answer.headers["X-Content-Type-Options"]
        for odd in ("login.html", "nothing.js", "..", "%2e%2e%2fguard.py", "a" * 5000 + ".js", "%00.js", "%ff.css"):
            assert (await client.get(f"/sandbox/page/{odd}")).status in (403, 404)


def test_every_language_has_every_word_and_the_page_uses_them():
    known = {language: {key for key in templates(language) if key.startswith(page.AREA)} for language in languages()}
    assert known["zh"] == known["en"]
    used = "".join(file.read_text() for file in page.PAGE.iterdir())
    used += "".join(file.read_text() for file in page.PAGE.parent.glob("*.py"))
    for key in known["zh"]:
        name = key.removeprefix(page.AREA)
        assert name.startswith("clock_") or f'"{name}"' in used, name

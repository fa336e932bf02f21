"""What the platform refuses, renews and breaks: nothing is lost, nothing storms; media both ways."""

from __future__ import annotations

import asyncio

import pytest
from wechat_house import PHOTO, shop

from bot.channels.base import Gone, TooBig, Unreachable
from bot.channels.wechat.errors import meaning
from handlers.messages.models import Reply
from storage.tables import dead_letters, mailboxes, outbox


@pytest.fixture
async def house(tmp_path):
    async with shop(tmp_path, open_for=0.12) as running:
        running.say = lambda inbound: []
        yield running
        assert running.platform.violations == []


async def waiting(house):
    return [row.payload["text"] for row in await house.rows(outbox.select().order_by(outbox.c.id))]


@pytest.mark.parametrize("code", [40003, 45002, 99999])
async def test_refusals_for_good_become_dead_letters(house, code):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    house.platform.fail("message/custom/send", code=code)
    await house.tell("oLi", "已通过")
    await house.platform.until(lambda: house.dead)
    assert str(code) in house.dead[0].error
    await house.tell("oLi", "再来")
    await house.platform.until(lambda: li.texts == ["再来"])
    assert len(await house.rows(dead_letters.select())) == 1


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_is_renewed_once(house, code):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    house.platform.fail("message/custom/send", code=code)
    await house.tell("oLi", "已通过")
    await house.platform.until(lambda: li.texts == ["已通过"])
    assert house.platform.calls.count("message/custom/send") == 2
    assert house.platform.calls.count("stable_token") <= 3


async def test_a_token_that_another_process_replaced_is_read_from_the_table(house):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    await house.tell("oLi", "一")
    await house.platform.until(lambda: len(li.seen) == 1)
    house.platform.api.expire()
    await house.tell("oLi", "二")
    await house.platform.until(lambda: len(li.seen) == 2)
    assert house.platform.calls.count("stable_token") == 2


async def test_a_loop_of_40001_ends_in_a_pause_and_nothing_is_lost(house, caplog):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    house.platform.fail("message/custom/send", code=40001, times=1000)
    for name in ("oLi", "oWang"):
        await house.platform.follower(name).text("一")
        await house.tell(name, "已通过")
    await asyncio.sleep(0.5)
    house.channel.line.availability.until = 0  # as after the pause
    await house.runner.do(lambda tx: tx.execute(mailboxes.update().values(blocked=None, next_due=house.now())))
    await asyncio.sleep(0.5)
    assert 5 < len(house.platform.calls) < 14
    assert house.dead == []
    assert sorted(await waiting(house)) == ["已通过", "已通过"]
    assert sum("40001" in record.message for record in caplog.records if record.levelname == "ERROR") == 2


async def test_a_wrong_secret_pauses_and_is_said(house, caplog):
    house.platform.secret = "another"
    await house.platform.follower("oLi").text("草莓")
    await house.tell("oLi", "一")
    await asyncio.sleep(0.4)
    assert house.platform.calls == ["stable_token"]
    assert "40125" in caplog.text


@pytest.mark.parametrize(
    "how", [{"code": -1}, {"status": 502}, {"kind": "reset"}, {"code": 45009}, {"code": 45011}, {"code": 40164}]
)
async def test_what_passes_is_tried_again(house, how):
    await house.platform.follower("oLi").text("草莓")
    fault = house.platform.fail("message/custom/send", **how)
    await house.tell("oLi", "已通过")
    await house.platform.until(lambda: fault.met)
    await asyncio.sleep(0.1)
    assert await waiting(house) == ["已通过"]
    assert house.dead == []


async def test_an_hour_without_the_platform_makes_no_storm(house):
    names = [f"o{number}" for number in range(20)]
    await asyncio.gather(*(house.platform.follower(name).text("草莓") for name in names))
    down = house.platform.fail("*", status=502, times=10**6)
    for name in names:
        await house.tell(name, "已通过")
    await asyncio.sleep(1.5)
    assert len(house.platform.calls) <= 4  # after one, then two seconds, one probe each
    down.times = 0
    house.channel.line.availability.until = 0
    await house.runner.do(lambda tx: tx.execute(mailboxes.update().values(blocked=None, next_due=house.now())))
    await house.platform.until(lambda: all(house.platform.follower(name).texts == ["已通过"] for name in names))


async def test_an_agents_photo_goes_by_one_upload(house):
    li, wang = house.platform.follower("oLi"), house.platform.follower("oWang")
    for each in (li, wang):
        await each.text("草莓")
        await house.tell(each.openid, Reply(text="小林：看这张", media=(("photo", "aa/photo.jpg"),)))
        await house.platform.until(lambda who=each: len(who.seen) == 2)
    assert house.platform.calls.count("media/upload") == 1
    assert house.platform.api.files[li.texts[1]].data == PHOTO
    assert li.texts[0] == "小林：看这张"


async def test_a_photo_fills_an_open_callback(house):
    house.say = lambda inbound: [Reply(text="", media=(("photo", "aa/photo.jpg"),))]
    house.channel.callback.open_for = 4.0
    told = await house.platform.follower("oLi").text("草莓")
    assert told.kind == "image"


async def test_an_upload_that_the_platform_forgot_is_made_again(house):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    house.platform.fail("message/custom/send", code=40007)
    await house.tell("oLi", Reply(text="", media=(("photo", "aa/photo.jpg"),)))
    await house.platform.until(lambda: li.seen)
    assert house.platform.calls.count("media/upload") == 2


async def test_what_wechat_cannot_carry_is_refused_with_a_reason(house):
    house.files["bb/voice.audio"] = b"OggS telegram"
    await house.platform.follower("oLi").text("草莓")
    await house.tell("oLi", Reply(text="", media=(("voice", "bb/voice.audio"),)))
    await house.platform.until(lambda: house.dead)
    assert "no voice in this format" in house.dead[0].error
    await house.tell("oLi", Reply(text="", media=(("document", "bb/voice.audio"),)))
    await house.platform.until(lambda: len(house.dead) == 2)


async def test_media_is_fetched_at_once_and_capped(house):
    put, fetch = house.platform.put_media, house.channel.fetch
    assert await fetch(put("image", PHOTO), 100) == PHOTO
    assert await fetch(put("image", PHOTO, mime="text/plain"), 100) == PHOTO  # its bytes count, not its label
    assert await fetch(put("video", b"video" * 9), 100) == b"video" * 9
    with pytest.raises(TooBig):
        await fetch(put("image", b"x" * 101), 100)
    with pytest.raises(TooBig):
        await fetch(put("image", b"x", how="endless"), 10**6)
    with pytest.raises(Gone):
        await fetch("never", 100)
    with pytest.raises(Unreachable):
        await fetch(put("image", b"x" * 50, how="cut"), 100)


async def test_an_upload_retried_with_a_new_token_still_has_its_body(house):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    house.platform.fail("media/upload", code=42001)
    await house.tell("oLi", Reply(text="", media=(("photo", "aa/photo.jpg"),)))
    await house.platform.until(lambda: li.seen)
    assert house.platform.api.files[li.texts[0]].data == PHOTO


async def test_two_processes_fetch_one_token(house):
    line = house.channel.line
    house.platform.fail("stable_token", kind="slow", seconds=0.3)
    other = type(line.tokens)(line.app_id, line.write, line.read, line.tokens.fetch, line.clock)
    assert len({await each for each in (asyncio.ensure_future(t.get()) for t in (line.tokens, other))}) == 1
    assert house.platform.calls.count("stable_token") == 1


@pytest.mark.parametrize("mime", ["text/plain", "application/json", "text/html"])
async def test_a_picture_with_a_wrong_label_is_taken_by_its_bytes_and_pauses_nobody(house, mime):
    put, fetch = house.platform.put_media, house.channel.fetch
    assert await fetch(put("image", PHOTO, mime=mime), 1000) == PHOTO
    assert house.channel.line.availability.until == 0.0


@pytest.mark.parametrize("data", [b"", b"<html>busy</html>", b"<!DOCTYPE html><p>proxy</p>"])
async def test_one_customers_broken_file_leaves_the_account_alone(house, data):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    with pytest.raises(Unreachable):
        await house.channel.fetch(house.platform.put_media("image", data, mime="text/plain"), 1000)
    assert house.channel.line.availability.until == 0.0
    await house.tell("oLi", "已通过")
    await house.platform.until(lambda: li.texts == ["已通过"])


@pytest.mark.parametrize("code", [40004, 40005, 40006, 40007, 40009, 41006, 45001, 99999])
async def test_a_refused_file_pauses_nobody(house, code):
    house.platform.fail("media/get", code=code)
    with pytest.raises(Gone):
        await house.channel.fetch(house.platform.put_media("image", PHOTO), 1000)
    assert house.channel.line.availability.until == 0.0


@pytest.mark.parametrize("code", [40004, 40005, 40006])
async def test_an_upload_that_is_refused_is_told_and_the_next_word_goes(house, code):
    li = house.platform.follower("oLi")
    await li.text("草莓")
    house.platform.fail("media/upload", code=code)
    await house.tell("oLi", Reply(text="", media=(("photo", "aa/photo.jpg"),)))
    await house.platform.until(lambda: house.dead)
    assert "media" in house.dead[0].error
    await house.tell("oLi", "已通过")
    await house.platform.until(lambda: li.texts == ["已通过"])


@pytest.mark.parametrize(
    ("code", "does"),
    [(-1, "later"), (40164, "pause"), (89503, "pause"), (45009, "pause"), (48002, "wait"), (43101, "wait"),
     (43004, "wait"), (40005, "refuse"), (44004, "refuse"), (40007, "media"), (12345, "refuse")],
)  # fmt: skip
def test_codes_are_known_by_what_they_mean(code, does):
    assert meaning(code).does == does

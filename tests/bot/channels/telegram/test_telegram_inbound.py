from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from aiogram.types import Update
from doubles.botapi import BotApi, from_channel, from_group, from_hidden
from doubles.botapi.files import one_pixel

from bot.channels.telegram.inbound import Reader
from bot.channels.telegram.polling import sender

PNG = one_pixel()
SHIFT = timedelta(days=-200)


def now() -> datetime:
    return datetime.now(UTC) + SHIFT


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def shop(api):
    return api.bot("shop_bot")


@pytest.fixture
def li(api, shop):
    return api.user(1001, "李婷", "zh-hans")


@pytest.fixture
def last(shop):
    """Reads the newest update as the door would."""
    reader = Reader(bot_id=shop.id, local=lambda at: at + SHIFT, now=now)
    return lambda: reader.inbound(Update.model_validate(shop.updates[-1].body))


def test_a_text_with_its_sender_time_and_key(shop, li, last):
    said = li.text(shop, "草莓坏了2盒")
    heard = last()
    assert (heard.key, heard.channel, heard.account) == (f"telegram:{shop.id}:m:1001:{said.id}", "telegram", "1001")
    assert (heard.kind, heard.text, heard.name, heard.language) == ("text", "草莓坏了2盒", "李婷", "zh")
    assert heard.message == str(said.id)
    assert timedelta(0) <= now() - heard.at < timedelta(seconds=3)


def test_the_house_clock_may_be_set_and_nothing_comes_from_the_future(shop, li):
    ahead = Reader(bot_id=shop.id, local=lambda at: at + timedelta(hours=9), now=lambda: datetime.now(UTC))
    li.text(shop, "你好")
    assert ahead.inbound(Update.model_validate(shop.updates[-1].body)).at <= datetime.now(UTC)


def test_photo_album_and_caption(shop, li, last):
    first = li.album(shop, [PNG], "坏的")[0]
    heard = last()
    assert (heard.kind, heard.text, heard.album) == ("media", "坏的", first.album)
    assert [(item.kind, item.size) for item in heard.media] == [("photo", len(PNG))]  # the larger of the two sizes
    li.album(shop, [PNG], late_for=first)
    assert last().album == first.album


@pytest.mark.parametrize(
    ("name", "mime", "kind"), [("label.png", "image/png", "photo"), ("bill.pdf", "application/pdf", "document")]
)
def test_a_picture_sent_as_a_file_is_a_photo(shop, li, last, name, mime, kind):
    li.document(shop, PNG, name, mime)
    assert [(item.kind, item.name) for item in last().media] == [(kind, name)]


def test_voice_and_video_keep_their_length(shop, li, last):
    li.voice(shop, seconds=23)
    assert [(item.kind, item.seconds) for item in last().media] == [("voice", 23)]
    li.video(shop, b"mp4", 9, "看")
    heard = last()
    assert [(item.kind, item.seconds) for item in heard.media] == [("video", 9)]
    assert heard.text == "看"


def test_sticker_location_and_the_unknown(shop, li, last):
    li.sticker(shop, "😭")
    assert (last().kind, last().text) == ("sticker", "😭")
    li.location(shop, 31.2, 121.5)
    assert (last().kind, last().data["place"]) == ("other", {"north": 31.2, "east": 121.5, "map": "wgs"})
    li.odd(shop, venue={"location": {"latitude": 31.2, "longitude": 121.5}, "title": "驿站", "address": "艺苑路106号"})
    assert (last().kind, last().text) == ("other", "")
    assert last().data["place"] == {
        "north": 31.2, "east": 121.5, "map": "wgs", "title": "驿站", "address": "艺苑路106号"
    }  # fmt: skip
    li.odd(shop, dice={"emoji": "🎲", "value": 3})
    assert last().kind == "other"
    li.odd(shop, hologram={"depth": 3})
    assert last().kind == "other"


def test_what_telegram_writes_itself_is_nobodys_message(shop, li, last):
    li.odd(shop, message_auto_delete_timer_changed={"message_auto_delete_time": 86400})
    assert last() is None


def test_an_own_contact_card_is_the_phone_number(shop, li, last):
    li.contact(shop, "+8613800002231")
    assert (last().kind, last().text) == ("text", "+8613800002231")
    li.contact(shop, "+8613900008812", "老陈")
    heard = last()
    assert (heard.kind, heard.text, heard.data["contact"]["name"]) == ("other", "", "老陈")


def test_an_edit_names_what_it_corrects_and_by_its_mark_the_picture_that_stays(shop, li, last):
    said = li.text(shop, "坏了2盒")
    first = last()
    li.edit(said, "坏了3盒")
    heard = last()
    assert (heard.kind, heard.text, heard.edits) == ("text", "坏了3盒", str(said.id))
    assert heard.key != first.key
    captioned = li.photo(shop, PNG, "两盒")
    (before,) = last().media
    li.edit(captioned, "三盒")
    assert (last().text, last().edits) == ("三盒", str(captioned.id))
    assert [one.mark for one in last().media] == [before.mark]
    li.edit(captioned, "三盒", photo=PNG)
    assert [one.mark for one in last().media] != [before.mark]
    assert last().data["first"] != last().key
    assert last().key.startswith(last().data["later"])


WHEN = datetime(2026, 6, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize("origin", [from_hidden("张阿姨", WHEN), from_channel("张阿姨", WHEN)])
def test_a_forward_keeps_who_said_it_and_when(shop, li, last, origin):
    li.forward(shop, origin, "软了")
    heard = last()
    assert heard.text == "软了"
    assert (heard.origin.name, heard.origin.at, heard.origin.account) == ("张阿姨", WHEN + SHIFT, "")


def test_a_forward_of_a_group_names_it(api, shop, li, last):
    li.forward(shop, from_group(api.group("翠湖苑", creator=li, members=[]), WHEN), "软了")
    assert last().origin.name == "翠湖苑"


def test_a_forward_of_a_person_names_the_account(api, shop, li, last):
    chen = api.user(1005, "老陈")
    said = chen.text(shop, "车厘子软了")
    li.forward(shop, said)
    assert (last().origin.name, last().origin.account) == ("老陈", "telegram:1005")


def test_start_and_the_menu(api, shop, li, last):
    li.start(shop, "CODE7")
    assert (last().kind, last().text) == ("start", "CODE7")
    li.start(shop)
    assert (last().kind, last().text) == ("start", "")
    li.text(shop, "/status@shop_bot")
    assert (last().kind, last().text) == ("text", "进度")
    api.user(1017, "Lisa", "en").text(shop, "/status")
    assert last().text == "status"
    li.text(shop, "/start with this")
    assert last().text == "with this"


def test_a_reply_keeps_what_it_quotes(shop, li, last):
    said = li.text(shop, "坏了")
    li.reply(said, "这个")
    assert last().data["reply_to"] == {"message": str(said.id), "text": "坏了"}


def test_blocking_and_coming_back(shop, li, last):
    li.text(shop, "你好")
    li.block(shop)
    assert (last().kind, last().account) == ("blocked", "1001")
    first = last().key
    li.unblock(shop)
    assert last().kind == "unblocked"
    assert last().key != first


def test_groups_are_not_for_this_bot(api, shop, li, last):
    group = api.group("随便", creator=li, members=[], admins=[shop])
    li.text(group, "草莓坏了")
    assert last() is None


def test_the_sender_of_any_raw_update():
    chat = {"id": 7, "first_name": "李"}
    assert sender({"update_id": 1, "message": {"chat": chat, "date": "soon"}}) == ("7", "李")
    assert sender({"update_id": 1, "callback_query": {"id": "1", "message": {"chat": chat}}}) == ("7", "李")
    assert sender({"update_id": 1, "message": "nonsense"}) == ("", "")
    assert sender({"update_id": 1}) == ("", "")

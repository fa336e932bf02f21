from __future__ import annotations

from itertools import pairwise

import pytest
from aiogram.methods import SendAudio, SendDocument, SendMediaGroup, SendPhoto, SendVoice

from bot.channels.telegram.rate_limit import Pace
from bot.channels.telegram.rendering import calls, file
from bot.channels.telegram.session import Words
from bot.channels.telegram.text import cut, split, units
from handlers.messages.models import Button, Reply

KEYS = ((Button(label="提交", tap="submit:1"),),)


def test_units_are_those_of_telegram():
    assert [units(text) for text in ("草莓", "a", "😭", "")] == [2, 1, 2, 0]


@pytest.mark.parametrize("text", ["字" * 4096, "😭" * 2048, "a b"])
def test_what_fits_is_not_split(text):
    assert split(text) == [text]


def test_a_long_text_is_split_at_a_line_and_loses_nothing():
    lines = [f"{number} 号 草莓坏了 😭" for number in range(700)]
    parts = split("\n".join(lines))
    assert max(map(units, parts)) <= 4096
    assert "\n".join(parts).split("\n") == lines


def test_a_text_without_any_break_is_split_too():
    parts = split("😭" * 5000)
    assert max(map(units, parts)) <= 4096
    assert "".join(parts) == "😭" * 5000


def test_no_text_is_no_message():
    assert split(" \n ") == []


def test_cutting_counts_the_dots():
    assert cut("草莓" * 40, 10) == "草莓草莓草莓草莓草…"
    assert cut("短", 10) == "短"
    assert units(cut("😭" * 40, 11)) <= 11


def test_the_words_are_the_caption_where_they_fit():
    photo = file("photo", "ab/cd.jpg", b"x")
    (call,) = calls(1, Reply(text="看", buttons=KEYS), [photo])
    assert isinstance(call, SendPhoto)
    assert (call.caption, call.reply_markup.inline_keyboard[0][0].callback_data) == ("看", "submit:1")
    picture, words = calls(1, Reply(text="字" * 1025, buttons=KEYS), [photo])
    assert (picture.caption, picture.reply_markup, words.values["text"]) == (None, None, "字" * 1025)
    assert words.keys is not None


def test_photos_go_as_an_album_and_buttons_after_it():
    photos = [file("photo", f"ab/{number}.jpg", b"x") for number in range(12)]
    first, second, words = calls(1, Reply(text="看", buttons=KEYS), photos)
    assert [type(each) for each in (first, second, words)] == [SendMediaGroup, SendMediaGroup, Words]
    assert [len(each.media) for each in (first, second)] == [10, 2]
    (album,) = calls(1, Reply(text="看"), photos[:3])
    assert [item.caption for item in album.media] == ["看", None, None]


def test_a_voice_goes_alone_and_only_ogg_is_one():
    voice, photo = file("voice", "ab/c.audio", b"OggS..."), file("photo", "ab/d.jpg", b"x")
    assert [type(call) for call in calls(1, Reply(text=""), [voice, photo, voice])] == [SendVoice, SendPhoto, SendVoice]
    assert voice.name == "c.ogg"
    (music,) = calls(1, Reply(text=""), [file("voice", "ab/c.audio", b"ID3...")])
    assert isinstance(music, SendAudio)
    (wechat,) = calls(1, Reply(text=""), [file("voice", "ab/c.audio", b"#!AMR..")])
    assert isinstance(wechat, SendDocument)
    assert wechat.document.filename == "c.amr"


def test_a_photo_too_large_for_a_photo_goes_as_a_file():
    (call,) = calls(1, Reply(text="看"), [file("photo", "ab/c.jpg", bytes(10 * 1024 * 1024 + 1))])
    assert isinstance(call, SendDocument)


def test_buttons_that_telegram_would_refuse_do_not_hold_the_reply_up():
    rows = ((Button(label="长" * 99, tap="a"), Button(label="不行", tap="长" * 22)), (Button(label="空", tap=""),))
    (call,) = calls(1, Reply(text="好", buttons=rows), [])
    ((button,),) = call.keys["inline_keyboard"]
    assert (button["callback_data"], units(button["text"])) == ("a", 64)


def test_three_at_once_to_a_chat_and_one_a_second_in_the_long_run():
    at = [100.0]
    pace = Pace(now=lambda: at[0])
    moments = [100 + pace.reserve("a", longest=100) for _ in range(10)]
    assert moments[2] - 100 < 0.5  # a warning, what it is about, and a card
    assert all(moments[n] - moments[0] >= n - 2 for n in range(10))
    assert all(later - earlier > 0.9 for earlier, later in pairwise(moments[2:]))
    at[0] = moments[-1] + 1.2  # one message's time of rest allows one more, not three again
    assert pace.reserve("a", longest=0) == 0
    assert pace.reserve("a", longest=0) < 0
    at[0] += 10
    assert [pace.reserve("a", longest=1) < 0.5 for _ in range(3)] == [True] * 3
    assert pace.reserve("a", longest=0.6) < 0


def test_after_a_refusal_a_chat_has_no_burst():
    at = [100.0]
    pace = Pace(now=lambda: at[0])
    pace.hold("a", 5)
    at[0] = 105.0
    assert pace.reserve("a", longest=0) == 0
    assert pace.reserve("a", longest=0.6) < 0


def test_thirty_in_all():
    at = [100.0]
    pace = Pace(now=lambda: at[0])
    assert [pace.reserve("a", longest=1) < 0.5 for _ in range(3)] == [True] * 3
    assert -1.2 < pace.reserve("a", longest=0) < -1.0
    assert 1.0 <= pace.reserve("a", longest=2) < 1.2
    moments = [100 + pace.reserve(f"c{number}", longest=10) for number in range(60)]
    assert moments == sorted(moments)
    assert all(later - earlier > 1.0 for earlier, later in zip(moments, moments[30:], strict=False))
    assert pace.reserve("late", longest=0.5) < 0


def test_those_who_wake_together_do_not_leave_together():
    at = [100.0]
    pace = Pace(now=lambda: at[0])
    assert [pace.depart() for _ in range(30)] == [0] * 30
    assert 1.0 < pace.depart() < 1.2
    at[0] += 1.05
    assert 0 < pace.depart(10) < 0.1
    at[0] += 0.06
    assert pace.depart(10) == 0


def test_those_turned_away_come_back_one_after_another():
    at = [0.0]
    pace = Pace(now=lambda: at[0])
    waiting, asked, told = {f"{n}": 0.0 for n in range(400)}, 0, []
    while waiting:
        chat = min(waiting, key=lambda name: waiting[name])
        at[0] = max(at[0], waiting.pop(chat))
        asked += 1
        seconds = pace.reserve(chat, longest=2.5)
        if seconds < 0:
            waiting[chat] = at[0] - seconds
        else:
            told.append(at[0] + seconds)
    assert asked < 2 * 400
    assert max(told) < 400 / 30 * 1.1 + 3  # and the platform's pace is used


def test_a_chat_that_must_wait_stops_no_other():
    at = [0.0]
    pace = Pace(now=lambda: at[0])
    pace.hold("a", 30)
    assert pace.reserve("a", longest=5) == -30
    assert pace.reserve("b", longest=0) == 0
    at[0] = 30
    assert pace.reserve("a", longest=0) == 0

"""The Bot API double keeps Telegram's rules, asked by plain HTTP."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import doubles.botapi
import pytest
from doubles.botapi import BotApi, Pace
from doubles.botapi.asking import ask, download, newest, refusal
from doubles.botapi.files import one_pixel

PNG = one_pixel()


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def bot(api):
    return api.bot("shop_bot")


@pytest.fixture
def li(api, bot):
    person = api.user(1001, "李婷")
    person.start(bot)
    return person


def test_closing_waits_for_nobody():
    api = BotApi().start()
    bot = api.bot()
    waiting = ThreadPoolExecutor(1).submit(ask, api, bot, "getUpdates", timeout=300)
    api.wait_for(lambda: bot.poller)
    api.close()
    with pytest.raises((OSError, ValueError)):
        waiting.result(100)


def test_offset_acknowledges_and_nothing_else_does(api, bot, li):
    for word in "一二三":
        li.text(bot, word)
    first = ask(api, bot, "getUpdates", limit=2)["result"]
    again = ask(api, bot, "getUpdates", limit=2)["result"]
    rest = ask(api, bot, "getUpdates", offset=first[-1]["update_id"] + 1)["result"]
    assert first == again
    assert [update["message"]["text"] for update in rest] == ["二", "三"]
    assert [update["update_id"] for update in first + rest] == [update.id for update in bot.updates]
    assert len(ask(api, bot, "getUpdates", offset=-1)["result"]) == 1
    assert len(ask(api, bot, "getUpdates")["result"]) == 1


def test_long_poll_wakes_and_a_second_poller_ousts_the_first(api, bot, li):
    ask(api, bot, "getUpdates", offset=-1)
    offset = bot.updates[-1].id + 1
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, api, bot, "getUpdates", offset=offset, timeout=10)
        api.wait_for(lambda: bot.poller)
        held = bot.poller
        second = pool.submit(ask, api, bot, "getUpdates", offset=offset, timeout=10)
        assert first.result(2)["error_code"] == 409
        api.wait_for(lambda: bot.poller not in (None, held))
        li.text(bot, "在吗")
        assert second.result(2)["result"][0]["message"]["text"] == "在吗"


def test_repeat_gives_the_same_update_once_more(api, bot, li):
    seen = ask(api, bot, "getUpdates")["result"]
    api.repeat(bot)
    assert ask(api, bot, "getUpdates", offset=seen[-1]["update_id"] + 1)["result"] == seen
    assert ask(api, bot, "getUpdates", offset=seen[-1]["update_id"] + 1)["result"] == []


def test_tokens(api, bot):
    api.revoke(bot)
    assert ask(api, bot, "getMe")["error_code"] == 401
    api.revoke(bot, revoked=False)
    assert ask(api, bot, "getMe")["result"]["username"] == "shop_bot"
    assert refusal(api, bot, "getMee") == "Not Found: method not found"


@pytest.mark.parametrize(
    ("method", "params", "expected"),
    [
        ("sendMessage", {"text": ""}, "message text is empty"),
        ("sendMessage", {"text": "字" * 4097}, "message is too long"),
        ("sendMessage", {"text": "<b>x", "parse_mode": "HTML"}, "can't parse entities: Can't find end tag"),
        ("sendMessage", {"text": "<p>x</p>", "parse_mode": "HTML"}, 'can\'t parse entities: Unsupported start tag "p"'),
        ("sendMessage", {"text": "<b>x</i>", "parse_mode": "HTML"}, "can't parse entities: Unmatched end tag"),
        ("sendMessage", {"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        (
            "sendMessage",
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "t"}]]}},
            "can't parse inline keyboard button: Text buttons are unallowed",
        ),
        (
            "sendMessage",
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "t", "callback_data": "三" * 22}]]}},
            "BUTTON_DATA_INVALID",
        ),
        ("sendMessage", {"text": "x", "reply_markup": {"inline_keyboard": [{"text": "t"}]}}, 'field "inline_keyboard"'),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "x"}]}, "album must include 2-10 items"),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
        ("editMessageText", {"text": "x"}, "message identifier is not specified"),
        ("sendMessage", {}, "message text is empty"),
    ],
)
def test_wrong_calls_are_refused_and_noted(api, bot, li, method, params, expected):
    assert refusal(api, bot, method, chat_id=li.id, **params).startswith(f"Bad Request: {expected}")
    assert [violation.call.method for violation in api.violations] == [method]


def test_undocumented_parameters_are_noted_though_the_platform_ignores_them(api, bot, li):
    assert ask(api, bot, "sendMessage", chat_id=li.id, text="x", reply_to_message_id=1)["ok"]
    assert "reply_to_message_id" in api.violations[0].why


def test_text_limit_counts_what_is_left_after_parsing(api, bot, li):
    text = "<b>" + "&lt;" * 4096 + "</b>"
    sent = ask(api, bot, "sendMessage", chat_id=li.id, text=text, parse_mode="HTML")["result"]
    assert sent["text"] == "<" * 4096
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]
    assert api.violations == []


def test_entities_count_in_utf16_units_of_the_trimmed_text(api, bot, li):
    sent = ask(api, bot, "sendMessage", chat_id=li.id, text="  😭<b>坏</b>&amp; ", parse_mode="HTML")["result"]
    assert sent["text"] == "😭坏&"
    assert sent["entities"] == [{"type": "bold", "offset": 2, "length": 1}]


def test_edits_show_what_a_person_sees(api, bot, li):
    keys = {"inline_keyboard": [[{"text": "提交", "callback_data": "go"}]]}
    sent = ask(api, bot, "sendMessage", chat_id=li.id, text="甲", reply_markup=keys)["result"]
    same = {"chat_id": li.id, "message_id": sent["message_id"], "text": "甲"}
    assert "message is not modified" in refusal(api, bot, "editMessageText", **same, reply_markup=keys)
    ask(api, bot, "editMessageText", **{**same, "text": "乙"})
    message = api.chat(bot, li).messages[-1]
    assert (message.text, message.earlier_texts, message.labels) == ("乙", ["甲"], [])
    assert li.tap(message, "提交", stale=True).data == "go"
    ask(api, bot, "deleteMessage", chat_id=li.id, message_id=sent["message_id"])
    assert message not in api.chat(bot, li).messages
    assert "message to edit not found" in refusal(api, bot, "editMessageText", **{**same, "text": "丙"})
    assert newest(bot)["callback_query"]["data"] == "go"


def test_answers_to_taps_are_recorded_and_expire(api, bot, li):
    keys = {"inline_keyboard": [[{"text": "接手", "callback_data": "take"}]]}
    ask(api, bot, "sendMessage", chat_id=li.id, text="卡", reply_markup=keys)
    tap = li.tap(api.chat(bot, li).messages[-1], "接手")
    assert "MESSAGE_TOO_LONG" in refusal(api, bot, "answerCallbackQuery", callback_query_id=tap.id, text="长" * 201)
    ask(api, bot, "answerCallbackQuery", callback_query_id=tap.id, text="好", show_alert=True)
    assert (tap.answered, tap.text, tap.alert) == (True, "好", True)
    api.world.tap_answer_within = 0
    assert "query is too old" in refusal(api, bot, "answerCallbackQuery", callback_query_id=tap.id)


def test_file_ids_belong_to_one_bot_and_files_may_misbehave(api, bot, li):
    other = api.bot("desk_bot")
    photo = li.photo(bot, PNG, "坏的")
    small, large = newest(bot)["message"]["photo"]
    assert download(api, bot, large["file_id"]) == PNG
    assert small["file_id"] != large["file_id"]
    assert "wrong file identifier" in refusal(api, other, "getFile", file_id=large["file_id"])
    path = ask(api, bot, "getFile", file_id=large["file_id"])["result"]["file_path"]
    photo.file.expire()
    with pytest.raises(urllib.error.HTTPError) as gone:
        urllib.request.urlopen(f"{api.url}/file/bot{bot.token}/{path}", timeout=5)
    gone.value.close()
    assert gone.value.code == 404
    assert download(api, bot, large["file_id"]) == PNG
    li.document(bot, b"x", "big.mov", size=21 * 1024 * 1024)
    file_id = newest(bot)["message"]["document"]["file_id"]
    assert refusal(api, bot, "getFile", file_id=file_id) == "Bad Request: file is too big"


def test_endless_and_cut_bodies(api, bot, li):
    li.photo(bot, PNG * 2000, body="endless")
    path = ask(api, bot, "getFile", file_id=newest(bot)["message"]["photo"][1]["file_id"])["result"]["file_path"]
    with urllib.request.urlopen(f"{api.url}/file/bot{bot.token}/{path}", timeout=5) as response:
        assert len(response.read(2_000_000)) == 2_000_000
    li.photo(bot, PNG * 2000, body="cut")
    with pytest.raises((OSError, ValueError, Exception), match=r"IncompleteRead|Connection"):
        download(api, bot, newest(bot)["message"]["photo"][1]["file_id"])


def test_faults_meet_the_named_calls_only(api, bot, li):
    wang = api.user(1002, "王姐")
    wang.start(bot)
    fault = api.fail("429", method="sendMessage", chat=li, retry_after=7, times=2)
    assert ask(api, bot, "sendMessage", chat_id=wang.id, text="x")["ok"]
    assert ask(api, bot, "sendMessage", chat_id=li.id, text="x")["parameters"] == {"retry_after": 7}
    assert not ask(api, bot, "sendMessage", chat_id=li.id, text="x")["ok"]
    assert ask(api, bot, "sendMessage", chat_id=li.id, text="x")["ok"]
    assert len(fault.met) == 2
    api.fail("drop", method="sendMessage")
    with pytest.raises(OSError):
        ask(api, bot, "sendMessage", chat_id=li.id, text="angekommen")
    assert api.chat(bot, li).messages[-1].text == "angekommen"
    api.fail("reset", method="sendMessage")
    with pytest.raises(OSError):
        ask(api, bot, "sendMessage", chat_id=li.id, text="nie")
    assert api.chat(bot, li).messages[-1].text == "angekommen"


def test_who_may_be_written_to(api, bot, li):
    assert refusal(api, bot, "sendMessage", chat_id=4711, text="x") == "Bad Request: chat not found"
    li.block(bot)
    assert refusal(api, bot, "sendMessage", chat_id=li.id, text="x") == "Forbidden: bot was blocked by the user"
    assert newest(bot)["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    li.unblock(bot)
    assert ask(api, bot, "sendMessage", chat_id=li.id, text="x")["ok"]


def test_pace_counts_and_enforces():
    with BotApi(pace=Pace(enforce={"group_minute"}, speed=60)) as api:
        desk, boss = api.bot("desk_bot"), api.user(1, "何姐")
        group = api.group("售后", creator=boss, admins=[desk])
        answers = [ask(api, desk, "sendMessage", chat_id=group.id, text=str(n)) for n in range(22)]
        assert [answer["ok"] for answer in answers] == [True] * 20 + [False] * 2
        assert answers[20]["parameters"] == {"retry_after": 1}
        time.sleep(1.05)
        assert ask(api, desk, "sendMessage", chat_id=group.id, text="later")["ok"]
        assert api.pace.worst("group_minute", group.id) == 20
        assert api.pace.breaches_of("chat_second")


def test_a_process_of_its_own_reaches_it(api, bot, li):
    code = f"import urllib.request as u; u.urlopen('{api.url}/bot{bot.token}/sendMessage?chat_id={li.id}&text=hi')"
    child = subprocess.Popen([sys.executable, "-c", code])
    assert api.wait_for(lambda: api.chat(bot, li).messages[1]).text == "hi"
    assert child.wait(5) == 0


def test_the_example_of_the_readme_runs():
    text = Path(doubles.botapi.__file__).parent.joinpath("README.md").read_text(encoding="utf-8")
    exec(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], {})

"""Groups of the Bot API double: privacy, topics, members, and the upgrade to a supergroup."""

from __future__ import annotations

import pytest
from doubles.botapi import BotApi, from_channel, from_group, from_hidden, from_user
from doubles.botapi.asking import ask, newest, refusal
from doubles.botapi.files import one_pixel


@pytest.fixture
def api():
    with BotApi() as running:
        yield running


@pytest.fixture
def desk(api):
    return api.bot("desk_bot")


@pytest.fixture
def boss(api):
    return api.user(1, "何姐")


@pytest.fixture
def lin(api):
    return api.user(2, "小林")


def texts(bot) -> list[str]:
    return [update.body["message"].get("text", "") for update in bot.updates if update.kind == "message"]


def test_privacy_hides_talk_but_not_commands_and_replies(api, desk, boss, lin):
    group = api.group("售后", creator=boss, members=[desk, lin])
    lin.text(group, "聊天")
    lin.text(group, "/queue")
    lin.text(group, "/queue@other_bot")
    lin.text(group, "/mine@desk_bot")
    ask(api, desk, "sendMessage", chat_id=group.id, text="卡")
    lin.reply(group.messages[-1], "好")
    assert texts(desk) == ["/queue", "/mine@desk_bot", "好"]
    assert newest(desk)["message"]["reply_to_message"]["text"] == "卡"
    group.promote(desk)
    lin.text(group, "聊天二")
    assert texts(desk)[-1] == "聊天二"


def test_upgrade_answers_the_old_id_with_the_new_one(api, desk, boss):
    group = api.group("售后", creator=boss, members=[desk], kind="group")
    old = group.id
    sent = ask(api, desk, "sendMessage", chat_id=old, text="牌")["result"]
    new = group.upgrade()
    body = ask(api, desk, "sendMessage", chat_id=old, text="x")
    assert body["error_code"] == 400
    assert body["parameters"] == {"migrate_to_chat_id": new}
    told = [update.body["message"] for update in desk.updates[-2:]]
    assert [(each["chat"]["id"], each["chat"]["type"]) for each in told] == [(old, "group"), (new, "supergroup")]
    assert told[0]["migrate_to_chat_id"] == new
    assert told[1]["message_id"] == 1
    assert told[1]["migrate_from_chat_id"] == old
    edit = {"chat_id": new, "message_id": sent["message_id"] + 50, "text": "y"}
    assert refusal(api, desk, "editMessageText", **edit) == "Bad Request: message to edit not found"
    assert "牌" in [message.text for message in group.messages]


def test_topics(api, desk, boss, lin):
    group = api.group("售后", creator=boss, members=[lin], admins=[desk], kind="forum")
    topic = ask(api, desk, "createForumTopic", chat_id=group.id, name="CD-1 草莓")["result"]["message_thread_id"]
    where = {"chat_id": group.id, "message_thread_id": topic}
    sent = ask(api, desk, "sendMessage", **where, text="卡")["result"]
    assert sent["is_topic_message"]
    lin.text(group, "收到", thread=topic)
    heard = newest(desk)["message"]
    assert heard["message_thread_id"] == topic
    assert "forum_topic_created" in heard["reply_to_message"]
    assert [message.text for message in group.topic(topic)] == ["卡", "收到"]
    ask(api, desk, "closeForumTopic", **where)
    assert refusal(api, desk, "closeForumTopic", **where) == "Bad Request: TOPIC_NOT_MODIFIED"
    lin.delete_topic(group, topic)
    assert group.topic(topic) == []
    assert refusal(api, desk, "sendMessage", **where, text="x") == "Bad Request: message thread not found"
    assert refusal(api, desk, "sendMessage", chat_id=group.id, message_thread_id=1, text="x").endswith("not found")
    assert "topic name" in refusal(api, desk, "createForumTopic", chat_id=group.id, name="长" * 129)
    group.demote(desk)
    assert "not enough rights" in refusal(api, desk, "createForumTopic", chat_id=group.id, name="x")


def test_pins_need_the_right_and_tell_the_group(api, desk, boss):
    group = api.group("售后", creator=boss, members=[desk])
    ask(api, desk, "sendMessage", chat_id=group.id, text="牌")
    pin = {"chat_id": group.id, "message_id": group.messages[-1].id}
    assert "not enough rights" in refusal(api, desk, "pinChatMessage", **pin)
    group.promote(desk)
    assert ask(api, desk, "pinChatMessage", **pin)["ok"]
    assert [message.text for message in group.pinned] == ["牌"]
    assert newest(desk)["message"]["pinned_message"]["text"] == "牌"


def test_members_and_changes(api, desk, boss, lin):
    ajie = api.user(3, "阿杰")
    group = api.group("售后", creator=boss, admins=[desk, lin])
    heads = ask(api, desk, "getChatAdministrators", chat_id=group.id)["result"]
    assert [(each["user"]["id"], each["status"]) for each in heads] == [
        (boss.id, "creator"),
        (desk.id, "administrator"),
        (lin.id, "administrator"),
    ]
    group.add(ajie)
    assert newest(desk)["message"]["new_chat_members"][0]["id"] == ajie.id
    assert not any(update.kind == "chat_member" for update in desk.updates)
    ask(api, desk, "getUpdates", allowed_updates=["message", "chat_member", "my_chat_member"])
    group.demote(lin)
    change = newest(desk)["chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("administrator", "member")
    group.remove(ajie)
    assert ask(api, desk, "getChatMember", chat_id=group.id, user_id=ajie.id)["result"]["status"] == "left"
    with pytest.raises(LookupError, match="阿杰 is not in"):
        ajie.text(group, "?")
    group.remove(desk, kicked=True)
    assert newest(desk)["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert refusal(api, desk, "sendMessage", chat_id=group.id, text="x").startswith("Forbidden: bot was kicked")


def test_anonymous_administrators_hide_in_text_but_not_in_taps(api, desk, boss):
    group = api.group("售后", creator=boss, admins=[desk])
    group.hide(boss)
    boss.text(group, "我来")
    heard = newest(desk)["message"]
    assert heard["from"]["username"] == "GroupAnonymousBot"
    assert heard["sender_chat"]["id"] == group.id
    keys = {"inline_keyboard": [[{"text": "接手", "callback_data": "take"}]]}
    ask(api, desk, "sendMessage", chat_id=group.id, text="卡", reply_markup=keys)
    boss.tap(group.messages[-1], "接手")
    assert newest(desk)["callback_query"]["from"]["id"] == boss.id


def test_replies_in_a_supergroup_carry_a_thread_without_the_flag(api, desk, boss):
    group = api.group("售后", creator=boss, admins=[desk])
    ask(api, desk, "sendMessage", chat_id=group.id, text="卡")
    first = boss.reply(group.messages[-1], "一")
    boss.reply(first, "二")
    heard = newest(desk)["message"]
    assert heard["message_thread_id"] == group.messages[0].id
    assert "is_topic_message" not in heard


def test_forwards_carry_all_four_origins(api, desk, boss, lin):
    group = api.group("售后", creator=boss, members=[lin])
    at = api.world.now()
    for origin in (from_user(lin, at), from_hidden("张阿姨", at), from_group(group, at), from_channel("团购", at)):
        boss.forward(desk, origin, "桃子烂了")
    kinds = [update.body["message"]["forward_origin"]["type"] for update in desk.updates]
    assert kinds == ["user", "hidden_user", "chat", "channel"]
    lin.hides_forwards = True
    boss.forward(desk, lin.photo(group, one_pixel(), "看"))
    heard = newest(desk)["message"]
    assert heard["forward_origin"]["sender_user_name"] == "小林"
    assert heard["caption"] == "看"

"""Corners of the talk that stories would not show: what interrupts, what is forged, what comes back late."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from one_chat import Chat, played, text
from playing import World

from handlers.claims import claim as claims


@pytest.fixture
def world() -> Iterator[World]:
    with played() as world:
        yield world


@pytest.fixture
def chat(world: World) -> Chat:
    return Chat(world)


def test_a_photo_whose_caption_is_a_fixed_word_is_kept(chat: Chat) -> None:
    chat.say("草莓坏了2盒 退款")
    assert "1张照片" in text(chat.photo(text="好的"))
    assert len(chat.talk().claims[0].photos) == 1


@pytest.mark.parametrize("words", ["进度", "规则", "😭", "帮助"])
def test_an_echo_taken_back_by_something_else_is_told_all_the_same(chat: Chat, words: str) -> None:
    chat.say("草莓坏了2盒", seconds=0.5)
    assert "2盒（共4盒）" in text(chat.say(words))


def test_words_in_one_burst_get_one_answer(chat: Chat) -> None:
    chat.say("草莓", seconds=0.6)
    chat.say("坏了", seconds=0.6)
    answers = chat.say("2盒")
    assert len(answers) == 1
    assert "草莓300g 腐烂变质 2盒（共4盒）" in answers[0].text


def test_a_resumed_draft_knows_its_order(chat: Chat) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.say("取消")
    assert "6月12日 3号单" in text(chat.say("继续"))


@pytest.mark.parametrize("kind", ["offer", "rate", "appeal", "withdraw", "got"])
def test_a_button_naming_somebody_elses_ticket_does_nothing(world: World, chat: Chat, kind: str) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.photo()
    chat.say("提交")
    [ticket] = chat.tickets()
    stranger = Chat(world, "老陈", "13900008812")
    answer = text(stranger.tap(f"{kind}:{ticket.no}:yes"))
    assert ticket.no not in answer
    assert chat.tickets()[0].version == ticket.version


def test_a_named_ticket_of_somebody_else_is_not_spoken_of(world: World, chat: Chat) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.photo()
    chat.say("提交")
    [ticket] = chat.tickets()
    stranger = Chat(world, "老陈", "13900008812")
    assert ticket.no not in text(stranger.say(f"{ticket.no} 退了没有"))
    assert chat.tickets()[0].version == ticket.version


def test_a_photo_that_comes_back_late_joins_its_own_draft(world: World) -> None:
    chat = Chat(world, "高洁", "13500001026")
    chat.say("KT260612-0026 西瓜裂了1个 退款", seconds=3)
    chat.photo("slow", seconds=1)
    answers = chat.say("KT260611-0026 奶粉少发了1罐 补发", seconds=9)
    assert "西瓜" not in text(answers)
    one, other = chat.talk().claims
    assert [photo.state for photo in one.photos] == ["stored"]
    assert (one.order_no, other.order_no) == ("KT260612-0026", "KT260611-0026")
    assert chat.talk().current == other.id


def test_one_good_photo_of_an_album_is_enough(chat: Chat) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.photo("blurry", album="a", seconds=0.1)
    chat.photo("good", album="a", seconds=0.1)
    answers = text(chat.photo("dark", album="a"))
    assert "糊" not in answers and "暗" not in answers
    assert "提交" in [label for message in chat.world.phones["李婷"] for label, _ in message.buttons]


def test_an_album_of_bad_photos_is_asked_about_once(chat: Chat) -> None:
    chat.say("草莓坏了2盒 退款")
    assert text(chat.photo("blurry", many=3)).count("有点糊") == 1
    answers = text(chat.photo("blurry", many=2))
    assert answers.count("够了") == 1 and "有点糊" not in answers


def test_a_correction_calls_a_waiting_submit_off(chat: Chat) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.photo("slow", seconds=2)
    chat.say("提交", seconds=0.5)
    assert "3盒" in text(chat.say("不对，是3盒", seconds=15))
    assert chat.tickets() == []
    chat.say("提交")
    assert [line.quantity for line in chat.lines(chat.tickets()[0].no)] == ["3"]


def test_a_submit_waits_ten_seconds_for_a_photo_and_no_longer(chat: Chat) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.photo("stuck", seconds=2)
    assert "正在接收" in text(chat.say("提交", seconds=3))
    assert chat.tickets() == []
    assert "已受理" in text(chat.wait(10))
    assert len(chat.tickets()) == 1


def test_a_mistyped_pickup_number_is_put_right_without_losing_facts(world: World) -> None:
    chat = Chat(world, "小周", "")
    chat.say("9号 尾号0408 鸡蛋碎了3个 退款")
    answer = text(chat.say("打错了，是8号 尾号0408"))
    assert "6月12日 8号单" in answer
    assert "3枚（共30枚）" in answer


def test_an_order_is_chosen_by_number(world: World) -> None:
    chat = Chat(world, "高洁", "13500001026")
    answers = chat.say("有东西坏了要退")
    assert len(answers[-1].buttons) == 2
    assert "号单" in text(chat.say("2"))
    assert chat.talk().claims[0].order_no in answers[-1].buttons[1][1]


def test_a_draft_is_reminded_of_once_and_put_away_in_the_end(chat: Chat) -> None:
    chat.say("草莓坏了2盒")
    assert "还没提交" in text(chat.wait(31 * 60))
    assert chat.wait(60 * 60) == []
    assert "先替您收起了" in text(chat.wait(73 * 3600))
    assert chat.talk().claims == ()


def test_a_draft_that_is_still_talked_of_is_not_reminded_of(chat: Chat) -> None:
    chat.say("草莓坏了2盒")
    chat.wait(25 * 60)
    chat.photo()
    assert "还没提交" not in text(chat.wait(10 * 60))


def test_a_raised_draft_is_not_reminded_of(chat: Chat) -> None:
    chat.say("人工")
    assert "还没提交" not in text(chat.wait(3 * 3600))


def test_an_item_taken_back_leaves_the_others(chat: Chat) -> None:
    chat.say("草莓坏了2盒，鸡蛋碎了3个")
    answer = text(chat.say("鸡蛋不用退了"))
    assert "草莓300g" in answer and "鸡蛋" not in answer


def test_no_then_the_right_number_changes_it(chat: Chat) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.photo()
    assert "哪里不对" in text(chat.say("不对"))
    assert "3盒（共4盒）" in text(chat.say("3盒"))


def test_more_than_was_bought_is_asked_about(chat: Chat) -> None:
    assert "没有买那么多" in text(chat.say("草莓坏了9盒"))


def test_who_cannot_say_how_much_is_not_asked_for_ever(world: World) -> None:
    chat = Chat(world, "张阿姨", "13700006610")
    chat.say("桃子烂了")
    assert "照片" in text(chat.say("说不准，好几个"))
    chat.photo()
    chat.say("退款")
    chat.say("提交")
    [ticket] = chat.tickets()
    assert [(line.problem, line.share, line.wish_amount) for line in chat.lines(ticket.no)] == [
        ("quality_spoiled", "", None)
    ]


def test_a_bare_number_is_the_pickup_number_where_that_was_asked(world: World) -> None:
    chat = Chat(world, "小周", "")
    chat.say("鸡蛋碎了3个 尾号0408")
    answer = text(chat.say("8"))
    assert "6月12日 8号单" in answer and "3枚（共30枚）" in answer


def test_a_tail_alone_shows_nothing(world: World) -> None:
    chat = Chat(world, "小周", "")
    assert "6月12日" not in text(chat.say("尾号0408 鸡蛋碎了"))


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "。。。",
        "\u202e\u202d",
        "\u0000\u0001",
        "🍓" * 200,
        "a" * 10000,
        "\u200f\u0645\u0631\u062d\u0628\u0627\u200f",
        "{facts}",
        "%s {0}",
        "<b>x</b>",
    ],
)
def test_no_text_breaks_the_talk(chat: Chat, words: str) -> None:
    chat.say(words)
    assert "2盒（共4盒）" in text(chat.say("草莓坏了2盒"))
    chat.say(words)
    assert "1张照片" in text(chat.photo())


def test_a_talk_with_unknown_keys_loads() -> None:
    raw = {"language": "zh", "new": 1, "claims": [{"id": "a", "later": [1], "problems": [{"problem": "late", "x": 2}]}]}
    talk = claims.from_json(raw)
    assert talk.claims[0].problems[0].problem == "late"
    assert claims.from_json(claims.to_json(talk)) == talk


def test_after_a_withdrawal_the_same_matter_begins_anew(chat: Chat) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.photo()
    chat.say("提交")
    chat.say("取消")
    assert "已撤回" in text(chat.say("是"))
    assert "6月12日 3号单，草莓300g 腐烂变质 1盒（共4盒）" in text(chat.say("草莓坏了1盒"))


def test_videos_are_not_called_photos(chat: Chat) -> None:
    before = len(chat.world.phones["李婷"])
    chat.door.files("李婷", [("video", "good:v1")])
    chat.wait(4)
    assert "1段视频" in text(chat.world.phones["李婷"][before:])


def test_what_came_instead_is_told_without_its_verb(chat: Chat) -> None:
    chat.say("草莓发错了1盒")
    assert "（收到的是蓝莓）" in text(chat.say("收到的是蓝莓"))


def test_everything_said_after_a_person_was_called_is_acknowledged(chat: Chat) -> None:
    chat.say("人工")
    [ticket] = chat.tickets()
    assert ticket.no in text(chat.say("你们太慢了"))


def test_all_of_it_in_other_words(chat: Chat) -> None:
    chat.say("鸡蛋破了")
    assert "30枚" in text(chat.say("都碎了，全碎了"))


def test_a_link_with_a_sites_code_names_the_site_and_is_remembered(chat: Chat) -> None:
    assert "Z09" in text(chat.say("/start site_Z09"))
    assert chat.talk().site == "Z09"
    chat.say("/start site_NOWHERE")
    assert chat.talk().site == "Z09"


def test_a_step_that_leads_nowhere_is_left_to_the_person_who_has_it(world: World) -> None:
    chat = Chat(world, "路人甲", "")
    chat.say("虾发臭了 人工")
    chat.say("777号")
    for _ in range(12):
        chat.say("4455")
    heard = [message.text for message in world.phones["路人甲"]]
    [ticket] = chat.tickets()
    left = [
        text for text in heard if text == f"这一步先不问了，{ticket.no} 已在同事手里，同事会回复您；您发的都会转过去。"
    ]
    assert len(left) == 1
    assert heard[-1] == left[0]
    assert len(heard) < 10


def test_what_helps_after_that_is_taken(world: World) -> None:
    chat = Chat(world, "路人乙", "")
    chat.say("草莓坏了2盒 退款")
    chat.say("777号")
    for _ in range(8):
        chat.say("4455")
    assert "草莓" in text(chat.say("3号 尾号2231"))

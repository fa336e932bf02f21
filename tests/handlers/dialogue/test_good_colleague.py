"""Thanks, yeses, corrections and words that are no faults, as a good colleague takes them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from one_chat import Chat, played, text
from playing import World

from handlers.messages.models import Inbound


@pytest.fixture
def world() -> Iterator[World]:
    with played() as world:
        yield world


@pytest.fixture
def chat(world: World) -> Chat:
    return Chat(world)


def filed(chat: Chat, words: str = "草莓坏了2盒 退款") -> None:
    chat.say(words)
    chat.photo()
    chat.say("提交")
    assert chat.tickets()


# thanks


@pytest.mark.parametrize("words", ["谢谢啊", "好吧", "ok", "好的 谢谢你们", "thanks a lot"])
def test_thanks_get_a_word_once_and_are_no_evidence(chat: Chat, words: str) -> None:
    filed(chat)
    [said] = chat.say(words)
    assert said.buttons == ()
    assert "不客气" in said.text or "welcome" in said.text
    assert chat.say("谢谢") == []
    [ticket] = chat.tickets()
    assert all(words not in one for _, one in ticket.said)


def test_the_same_sentence_is_never_said_twice_in_a_row(world: World) -> None:
    chat = Chat(world, "新客", "")
    heard = [
        seen.text
        for words in ("在不在", "有人没", "人呢", "喂喂", "那个", "就是那个", "你看看")
        for seen in chat.say(words)
    ]
    assert len(heard) > 4
    assert all(one != other for one, other in pairwise(heard))


def test_three_misses_bring_a_person(chat: Chat) -> None:
    chat.say("草莓坏了2盒")
    chat.photo()
    for words in ("咿呀", "哦豁", "嘿哟"):
        chat.say(words)
    [ticket] = chat.tickets()
    assert (ticket.raised, ticket.why) == (True, "misses")


# a yes, and what is none


@pytest.mark.parametrize(
    "words", ["嗯呢", "ok的", "yes pls", "looks good", "go ahead", "对对 快点弄", "没问题 交吧", "可以哈 谢谢"]
)
def test_a_yes_at_the_summary_files(chat: Chat, words: str) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.photo()
    chat.say(words)
    [ticket] = chat.tickets()
    assert ticket.filed_at is not None
    assert chat.lines(ticket.no)[0].quantity == "2"


@pytest.mark.parametrize("words", ["对，2盒没错", "嗯嗯 是2盒", "yes 2 boxes"])
def test_a_yes_that_repeats_the_number_files(chat: Chat, words: str) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.photo()
    chat.say(words)
    assert [ticket.filed_at is not None for ticket in chat.tickets()] == [True]


@pytest.mark.parametrize("words", ["对，但是是3盒", "不对", "好几盒呢"])
def test_what_is_no_yes_does_not_file(chat: Chat, words: str) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.photo()
    chat.say(words)
    assert all(ticket.filed_at is None for ticket in chat.tickets())


@pytest.mark.parametrize("words", ["赔我新的", "赔个新的给我", "给我赔新的吧"])
def test_new_ones_are_sent_again(chat: Chat, words: str) -> None:
    chat.say(f"草莓坏了2盒 {words}")
    assert chat.talk().claims[0].problems[0].wish == "resend"


@pytest.mark.parametrize("words", ["我要赔偿", "你们得赔偿我", "I want compensation"])
def test_compensation_is_asked_and_never_guessed_to_be_a_coupon(chat: Chat, words: str) -> None:
    chat.say("草莓坏了2盒")
    chat.photo()
    said = chat.say(words)
    assert chat.talk().claims[0].problems[0].wish == ""
    assert said[-1].buttons


def test_a_follow_up_updates_its_line(chat: Chat) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.say("草莓汁都漏出来了")
    [problem] = chat.talk().claims[0].problems
    assert (problem.quantity, "damaged_package" in problem.also) == ("2", True)


def test_a_claim_never_exceeds_what_was_bought(chat: Chat) -> None:
    chat.say("草莓坏了3盒 退款")
    chat.say("草莓少了3盒")
    [problem] = chat.talk().claims[0].problems
    assert problem.quantity == "3"


def test_the_number_can_be_changed_from_every_summary(world: World) -> None:
    chat = Chat(world, "张阿姨", "13700006610")
    chat.say("桃子坏了一半 退款")
    labels = [label for seen in chat.photo() for label, _ in seen.buttons]
    assert "改数量" in labels
    assert len(labels) <= 3


# words that are no faults


@pytest.mark.parametrize(
    "words",
    [
        "人呢",
        "忘了是几号了",
        "要不要寄回去给你们",
        "my phone camera is broken",
        "手机摄像头坏了 拍不了",
        "我手机屏幕碎了",
    ],
)
def test_words_that_are_no_faults(chat: Chat, words: str) -> None:
    chat.say("草莓坏了2盒 退款")
    chat.say(words)
    [problem] = chat.talk().claims[0].problems
    assert (problem.problem, problem.also, problem.quantity) == ("quality_spoiled", (), "2")


@pytest.mark.parametrize(
    ("words", "quantity"),
    [
        ("草莓除了一盒其他都坏了", "3"),
        ("草莓除了两盒剩下的都烂了", "2"),
        ("all but one of the strawberries are rotten", "3"),
    ],
)
def test_all_but_some(chat: Chat, words: str, quantity: str) -> None:
    chat.say(words)
    assert chat.talk().claims[0].problems[0].quantity == quantity


@pytest.mark.parametrize("words", ["我就是问问", "没什么问题", "nothing, just asking"])
def test_who_only_asks_claims_nothing(world: World, words: str) -> None:
    chat = Chat(world, "新客", "")
    chat.say("我是8号的 想问一下")
    assert "不登记" in text(chat.say(words)) or "nothing is filed" in text(chat.say(words))
    assert chat.tickets() == []


# placeholders


@pytest.mark.parametrize(
    "words", ["[Unsupported Message]", "[Facepalm]", "[图片]", "[动画表情]", "[捂脸][捂脸]", "[Sticker]"]
)
def test_placeholders_are_no_words(chat: Chat, words: str) -> None:
    chat.say("草莓坏了2盒")
    before = chat.talk()
    chat.say(words)
    after = chat.talk()
    assert (after.language, after.claims[0].misses, after.claims[0].problems) == (
        before.language,
        before.claims[0].misses,
        before.claims[0].problems,
    )


def test_a_placeholder_beside_words_changes_no_language(chat: Chat) -> None:
    chat.say("草莓坏了2盒 [Facepalm][Broken Heart]")
    assert (chat.talk().language, chat.talk().claims[0].problems[0].quantity) == ("zh", "2")


# corrections after filing


@pytest.mark.parametrize("words", ["草莓不是2盒是3盒", "草莓应该是3盒", "草莓是3盒 我写错了"])
def test_a_number_put_right_after_filing_is_echoed(chat: Chat, words: str) -> None:
    filed(chat)
    said = text(chat.say(words))
    assert "草莓" in said
    assert "3盒" in said


@pytest.mark.parametrize("words", ["照片是123号的 不是122", "第5个鸡蛋是8个", "写错了 不是那个"])
def test_a_correction_that_is_not_understood_says_so(chat: Chat, words: str) -> None:
    filed(chat)
    said = text(chat.say(words))
    assert "没看明白" in said
    [ticket] = chat.tickets()
    assert any(words in one for _, one in ticket.said)


# languages


@pytest.mark.parametrize(("language", "greeting"), [("en", "Hello"), ("zh", "您好"), ("", "您好")])
def test_the_greeting_is_in_the_clients_language(world: World, language: str, greeting: str) -> None:
    chat = Chat(world, "新客", "")
    world.receive(
        Inbound(key="k1", channel=world.channel, account="新客", at=world.now, kind="start", language=language)
    )
    assert greeting in text(chat.wait(4))


@pytest.mark.parametrize(
    ("words", "quantities"),
    [
        ("2 milks leaking and the salmon is rotten", {2: "2", 1: ""}),
        ("both milks are sour", {2: "2"}),
        ("salmon and milk both rotten", {1: "", 2: ""}),
        ("1 bottle of milk leaking", {2: "1"}),
    ],
)
def test_english_goods_and_counts(world: World, words: str, quantities: dict[int, str]) -> None:
    chat = Chat(world, "Lisa", "15000007733")
    chat.say(words)
    found = {item.line_no: item.quantity for item in chat.talk().claims[0].problems}
    assert set(found) == set(quantities)
    assert all(found[line] == count for line, count in quantities.items() if count)


@pytest.mark.parametrize(
    ("words", "quantity"),
    [("half a dozen eggs broken", "6"), ("a dozen eggs are cracked", "12"), ("7 of 30 eggs broken", "7")],
)
def test_dozens(chat: Chat, words: str, quantity: str) -> None:
    chat.say(words)
    assert chat.talk().claims[0].problems[0].quantity == quantity


@pytest.mark.parametrize(
    ("words", "problems"),
    [
        ("三文鱼臭了 要退款", [(1, "quality_spoiled", "all")]),
        ("the salmon smells off, refund please", [(1, "quality_spoiled", "all")]),
        ("上次三文鱼坏了你们退给我了 这次牛奶漏了1瓶", [(2, "damaged_package", "1")]),
        ("三文鱼和牛奶都很新鲜 就是牛奶少了1瓶", [(2, "shortage_missing", "1")]),
    ],
)
def test_what_is_claimed_of_what_is_told(world: World, words: str, problems: list[tuple[int, str, str]]) -> None:
    chat = Chat(world, "Lisa", "15000007733")
    chat.say(words)
    assert [(item.line_no, item.problem, item.quantity) for item in chat.talk().claims[0].problems] == problems

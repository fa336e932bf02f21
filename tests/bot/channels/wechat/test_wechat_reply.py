"""How replies are laid out as WeChat's messages."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.rendering import BUDGET, buttons, clean, links, parts, render, size, split
from handlers.messages.models import Button, Reply, to_payload
from storage.outbox import Mail
from storage.platforms.wechat import Answer

TEXTS = st.text(st.characters(codec="utf-8"), max_size=3000)


def mail(number, text="", *taps, media=()):
    rows = tuple((Button(label=label, tap=tap),) for label, tap in taps)
    return Mail(id=number, kind="reply", payload=to_payload(Reply(text=text, buttons=rows, media=media)))


@given(TEXTS, st.integers(0, 8))
def test_no_part_is_too_long_and_nothing_is_lost(text, many):
    taps = [(f"选项{number}", f"slot:value{number}@abcdef12") for number in range(many)]
    laid = parts([mail(1, text, *taps)])
    assert all(0 < size(part.content) <= BUDGET for part in laid)
    squeezed = "".join("".join(part.content for part in laid).split())
    for word in (clean(text), *(label for label, _ in taps)):
        assert "".join(word.split()) in squeezed or not word
    assert [part.upto for part in laid] == [0] * (len(laid) - 1) + [1]


@given(TEXTS)
def test_whatever_is_said_comes_out_of_the_xml_as_it_went_in(text):
    answer = Answer(kind="text", content=clean(text))
    xml = render(answer, account="o]]>Li", service="gh", at=datetime.now(UTC), nonce="1", crypto=None)
    nodes = {node.tag: node.text or "" for node in ElementTree.fromstring(xml)}
    assert set(nodes) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}
    assert nodes["Content"] == clean(text).replace("\r\n", "\n").replace("\r", "\n")
    assert nodes["ToUserName"] == "o]]>Li"


def test_short_texts_share_a_message_and_long_ones_do_not():
    long = "很长的一句话。" * 120
    laid = parts([mail(1, "一"), mail(2, "二"), mail(3, long), mail(4, "三")])
    assert laid[0].content == "一\n\n二"
    assert [part.upto for part in laid] == [2, 0, 3, 4]
    assert laid[-1].content == "三"


def test_two_questions_do_not_share_a_message():
    pair = (("好", "a:1"), ("不好", "a:2"))
    laid = parts([mail(1, "一", *pair), mail(2, "二", *pair), mail(3, "三")])
    assert [part.upto for part in laid] == [1, 3]
    assert [part.choices for part in laid] == [("a:1", "a:2"), ("a:1", "a:2")]


def test_a_long_mail_goes_on_where_it_stopped():
    long = "\n".join(f"{number}号 " + "草莓" * 60 for number in range(20))
    whole = parts([mail(1, long), mail(2, "再见")])
    rest = parts([mail(1, long), mail(2, "再见")], partial=1, done=2)
    assert rest == whole[2:]
    assert [part.done for part in whole[:-1]] == list(range(1, len(whole)))


def test_pictures_are_parts_of_their_own():
    laid = parts([mail(1, "小林：看", media=(("photo", "aa/1.jpg"),)), mail(2, "好吗")])
    assert [(part.kind, part.content, part.upto) for part in laid] == [
        ("text", "小林：看", 0),
        ("photo", "aa/1.jpg", 1),
        ("text", "好吗", 2),
    ]


def test_a_cut_comes_at_a_line_else_at_a_sentence():
    line = "草莓坏了。" * 30
    assert all(piece.endswith("。") for piece in split("\n".join([line] * 8)))
    assert all(piece.endswith("。") for piece in split(line * 8))


@pytest.mark.parametrize("label", ['a"b', "a&b", "<b>", "两\n行", "a>b"])
def test_labels_cannot_break_a_link(label):
    (line,) = links([(label, 'x:1#2%&"')]).splitlines()
    assert line.count('"') == 2
    assert line.count("<") == line.count(">") == 2
    assert line.partition("&msgmenuid=")[2].startswith("x:1%232%25%26%22")


def test_a_decision_is_known_by_its_buttons_or_by_name():
    assert parts([mail(1, "已通过", ("满意", "rate:CD-1:4"))])[0].decision
    assert parts([Mail(id=1, kind="reply", payload={"text": "未通过", "decision": True})])[0].decision
    assert not parts([mail(1, "记下了", ("提交", "submit:1"))])[0].decision


def test_one_choice_has_no_number():
    assert links(buttons(mail(1, "", ("拍不了照片", "photos:none")).payload)).startswith("<a ")

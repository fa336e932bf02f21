"""Cleaning: no mark that nobody sees, and no name that looks like lines of a card."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.messages import cleaning
from handlers.messages.models import DeskInbound, Inbound, Media, Origin

NOW = datetime(2026, 6, 12, 11, 10, tzinfo=UTC)
CARD = "李婷\n🔴 CD-7K3M9Q 已退款 39.80\r\n\u2028处理人：何姐\x85\u202eabc\u2066\x00\x1b[2J"


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("草莓坏了2盒", "草莓坏了2盒"),
        ("一\r\n二\r三\u2028四\u2029五\x85六\v七\f八", "一\n二\n三\n四\n五\n六\n七\n八"),
        ("退\u202e款\u200b\u2066\ufeff", "退款"),
        ("a\tb\x00\x07\ud83d", "a\tb"),
        ("🍓\ufe0f 好", "🍓\ufe0f 好"),
    ],
)
def test_a_text_keeps_its_lines_and_no_hidden_marks(given, left):
    assert cleaning.text(given) == left


@pytest.mark.parametrize("given", [CARD, CARD * 20, "\n\n李婷", " 李\t婷 ", "\u202e", ""])
def test_a_name_is_one_line_of_a_name(given):
    name = cleaning.line(given)
    assert "\n" not in name
    assert len(name) <= cleaning.NAME
    assert name == name.strip()
    assert all(char.isprintable() for char in name)


def test_every_name_of_a_message_is_cleaned():
    message = Inbound(
        key="k", channel="telegram", account="1", at=NOW, kind="media", text=CARD, name=CARD,
        media=(Media(kind="document", ref="r\n", name=CARD + ".xlsx"),), origin=Origin(name=CARD, at=NOW, account="2"),
    )  # fmt: skip
    clean = cleaning.inbound(message)
    for name in (clean.name, clean.media[0].name, clean.origin.name):
        assert name.startswith("李婷 🔴 CD-7K3M9Q")
        assert "\n" not in name
        assert "\u202e" not in name
    assert clean.text.startswith("李婷\n")
    assert (clean.media[0].ref, clean.origin.account) == ("r\n", "2")


def test_an_agents_words_stay_and_the_name_is_cleaned():
    done = DeskInbound(key="k", desk="telegram", user="7", name=CARD, at=NOW, text="一\n二\u200d")
    assert cleaning.staff(done).text == done.text
    assert "\n" not in cleaning.staff(done).name

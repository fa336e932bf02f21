from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handlers.messages import texts
from handlers.policy.policy import Duration

NOW = datetime.fromisoformat("2026-06-12T19:10:00+08:00")


def test_a_sentence_is_filled_in():
    assert texts.say("zh", "notice.refund_of", sum="6.25") == "退款 6.25 元"


def test_the_policys_own_text_goes_first():
    own = {"notice.refund_of": "给您退{sum}元"}
    assert texts.say("zh", "notice.refund_of", texts=own, sum="6.25") == "给您退6.25元"


def test_a_language_without_texts_speaks_chinese():
    assert texts.say("fr", "remedy.refund") == "退款"


def test_an_unknown_key_and_a_missing_value_are_errors():
    with pytest.raises(KeyError, match=r"no text 'remedy\.refunds'"):
        texts.say("zh", "remedy.refunds")
    with pytest.raises(KeyError, match="sum"):
        texts.say("zh", "notice.refund_of")


def test_braces_in_a_value_stay_as_they_are():
    assert texts.say("zh", "notice.refund_of", sum="{x}") == "退款 {x} 元"


def test_chinese_comes_first_among_the_languages():
    assert texts.languages() == ("zh", "en")


@pytest.mark.parametrize("area", ["remedy.", "time."])
def test_both_languages_have_the_same_keys(area):
    zh, en = ({key for key in texts.templates(language) if key.startswith(area)} for language in ("zh", "en"))
    assert zh == en != set()


@pytest.mark.parametrize(
    ("when", "language", "text"),
    [
        ("2026-06-12T19:40:00+08:00", "zh", "19:40"),
        ("2026-06-13T19:10:00+08:00", "zh", "6月13日19:10"),
        ("2026-06-13T19:10:00+08:00", "en", "13 Jun 19:10"),
        ("2027-01-02T08:05:00+08:00", "zh", "2027年1月2日08:05"),
        ("2027-01-02T08:05:00+08:00", "en", "2 Jan 2027 08:05"),
        ("2026-06-12T16:30:00+00:00", "zh", "6月13日00:30"),
    ],
)
def test_moment(when, language, text):
    assert texts.moment(datetime.fromisoformat(when), language, NOW) == text
    assert texts.moment(datetime.fromisoformat(when), language, NOW.astimezone(UTC)) == text


def test_day():
    refund_due = datetime.fromisoformat("2026-06-24T20:00:00+08:00")
    assert texts.day(refund_due, "zh", NOW) == "6月24日"
    assert texts.day(refund_due, "en", NOW) == "24 Jun"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        texts.moment(datetime(2026, 6, 12), "zh", NOW)  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        ("30s", "30秒", "30 seconds"),
        ("1m", "1分钟", "1 minute"),
        ("72h", "72小时", "72 hours"),
        ("7d", "7天", "7 days"),
        ("7wd", "7个工作日", "7 working days"),
        ("1wd", "1个工作日", "1 working day"),
    ],
)
def test_span(span, zh, en):
    assert texts.span(Duration.parse(span), "zh") == zh
    assert texts.span(Duration.parse(span), "en") == en

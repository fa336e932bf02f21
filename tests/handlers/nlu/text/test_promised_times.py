from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from handlers.nlu.text import promised_times

NOW = datetime(2026, 6, 12, 19, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Friday


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("明天10点前", "06-13 10:00"),
        ("明早", "06-13 12:00"),
        ("明天十点半", "06-13 10:30"),
        ("明天下午三点", "06-13 15:00"),
        ("明天3点", "06-13 15:00"),
        ("明天", "06-13 20:00"),
        ("今晚8点", "06-12 20:00"),
        ("8点", "06-12 20:00"),
        ("今晚", "06-12 21:00"),
        ("后天", "06-14 20:00"),
        ("6月20日", "06-20 20:00"),
        ("6/20", "06-20 20:00"),
        ("25号", "06-25 20:00"),
        ("3号", "07-03 20:00"),
        ("周五下午", "06-19 18:00"),
        ("周三", "06-17 20:00"),
        ("周日下午5点前", "06-14 17:00"),
        ("下周一", "06-15 20:00"),
        ("2小时内", "06-12 21:10"),
        ("三天内", "06-15 20:00"),
        ("tomorrow before 10am", "06-13 10:00"),
        ("tonight", "06-12 21:00"),
        ("by 9pm", "06-12 21:00"),
        ("noon tomorrow", "06-13 12:00"),
        ("20 June 3pm", "06-20 15:00"),
        ("June 20", "06-20 20:00"),
        ("within 2 hours", "06-12 21:10"),
        ("2026-06-30 18:00", "06-30 18:00"),
        ("１０点", "06-12 22:00"),
    ],
)
def test_a_time_as_agents_type_it(text, when):
    found = promised_times.read(text, NOW, time(20))
    assert found
    assert f"{found:%m-%d %H:%M}" == when
    assert found.tzinfo == NOW.tzinfo


@pytest.mark.parametrize("text", ["", "尽快", "ok", "安排了", "昨天", "6月31日", "31号", "今天18点", "25点", "退39.80"])
def test_what_is_no_time_to_come(text):
    assert promised_times.read(text, NOW, time(20)) is None

"""What a text tells of the past: an old matter that was settled, or another year; nothing of it is claimed now."""

from __future__ import annotations

import re

from handlers.messages.patterns import pattern_of

PAST = r"(?:上个?(?:礼拜|星期|周|月|回|次|期)|前(?:阵子|段时间|几次)|之前|以前|\blast (?:week|month|time|order)\b)"
SETTLED = (
    r"(?:退(?:款|钱)?(?:都|也)?(?:给我|到)?了|就把钱退|退给[我她他]?了|补给?我?了|已经?(?:退|补|处理|解决)|处理好了|解决了"
    r"|been refunded|got (?:my|the) (?:refund|money)|was refunded|refunded me)"
)
NOW = r"这次|这回|今天|\bthis time\b|\bnow\b|\btoday\b"
THEN = rf"(?:(?!{NOW})[^\n。!?！？])"  # a sign of the same sentence before it comes to the present
MATTER = pattern_of(
    rf"{PAST}{THEN}{{0,60}}?{SETTLED}{THEN}*|(?:去年|前年|\blast year\b){THEN}*",
    re.IGNORECASE,
)


def without_past(text: str) -> str:
    """Return a text with old matters blanked, sign by sign.

    >>> without_past("去年买的生虫了。这次3盒坏了").strip()
    '。这次3盒坏了'
    """
    return MATTER.sub(lambda found: " " * len(found.group()), text)

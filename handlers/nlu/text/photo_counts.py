"""Numbers of photos and recordings in a text, which are never quantities of goods: 就这三张, just these 3 photos."""

from __future__ import annotations

import re
from collections.abc import Iterable

from handlers.messages.patterns import pattern_of

FEW = r"(?:\d{1,3}|[一二两三四五六七八九十俩仨几]{1,3})"
SHOWN = "(?:照片|相片|图片|图(?!书)|截图|视频|录像|录音|小视频|凭证|照)"
AGAIN = "(?:[补重]发?[了你您]{0,2})?"  # 再补两张 wishes no goods again
EN_FEW = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|a few|both|all)"
EN_SHOWN = r"(?:photos?|pics?|pictures?|images?|screenshots?|videos?|clips?|snaps|shots)"
NAMED = pattern_of(
    rf"{AGAIN}{FEW}[来多]?\s?[张个幅段条份]?(?:[清高]?[清楚晰]{{0,2}}的)?{SHOWN}"
    rf"|{SHOWN}[就只才也都有共是一拢总拍发传了过的这那给你们您,:x*\s]{{0,6}}{FEW}\s?[张个幅段条份]?(?![盒袋包瓶箱板枚颗只斤])"
    rf"|(?:所有|全部|全|整个)的?{SHOWN}|{SHOWN}(?:我)?(?:都|全部?)+(?=[发传拍给在上])"
    rf"|\b{EN_FEW}(?: (?:of )?(?:the|my|these|those|more|other|clear|blurry|good|bad|last))* {EN_SHOWN}\b"
    rf"|\b{EN_SHOWN}[ :,x*]{{1,3}}\d{{1,2}}\b",
    re.IGNORECASE,
)
TAKEN = pattern_of(rf"(?:拍|照|上传|传|补拍)[了过好给你们您的]{{0,3}}(?P<few>{FEW}\s?[张个幅](?![\w\ue001]))")
SHEETS = pattern_of(rf"{AGAIN}(?:第|最后|[这那前后])?{FEW}\s?张")
GOODS_OF_SHEETS = pattern_of(
    r"张|饼(?!干)|[皮券卡票](?![\u4e00-\u9fff])|面膜|膏药|暖宝宝|[毛地]毯|[床桌地坐]垫|床单|春联|对联|窗花|海报|海苔|紫菜|豆干|百叶"
    r"|pancake|tortilla|wrap|sheet|coupon|ticket|card|poster",
    re.IGNORECASE,
)


def without_photo_counts(text: str, goods: Iterable[str], sign: str) -> str:
    """Return a text with numbers of photos covered by `sign`.

    A bare 张 counts photos unless the `goods` (those named and those of the orders) are such as come in sheets.
    """

    def covered(found: re.Match[str]) -> str:
        return sign * len(found.group())

    text = NAMED.sub(covered, text)
    for found in [*TAKEN.finditer(text)]:
        start, end = found.span("few")
        text = text[:start] + sign * (end - start) + text[end:]
    if "张" in text and not any(map(GOODS_OF_SHEETS.search, goods)):
        text = SHEETS.sub(covered, text)
    return text

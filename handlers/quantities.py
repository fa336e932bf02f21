"""How many of an item a text claims, told apart from what was ordered, received, eaten or wished."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from .lexicon import HITS, Lexicon
from .numerals import CHINESE, ENGLISH, SHARE, number

TIME = "\ue002"
LONE = re.compile(
    r"(?<![\d.a-z])(?:[x*]\s?)?(\d{1,3})(?!\.?\d|[%a-z月日点年号分时/:-]|\s*(?:小时|分钟|天|元|块))|([俩仨])"
)
ALL = re.compile(
    r"全部|全都|全是|全烂|全坏|全碎|全破|全死|全(?=[臭酸化])|统统|通通|所有|整[箱盒袋份板瓶包桶]|每[一]?[个盒袋颗枚只瓶]都|一个都没|一个(?:好的?|能吃的?)(?:都|也)?没有?"
    r"|没有?一个(?:是)?(?:好|能吃)|没一个(?:好|能)|个个|(?<![a-z])(?:all(?! right| the best)|every(?= [a-z])|everything|the whole (?=box|bag|tray|pack|lot|carton)|the entire(?= box| bag| tray| pack| lot| carton))(?![a-z])"
)
HALF = re.compile(r"(?<!大)(?<!小)一半(?!天|价|个?小时)|半数|(?<![a-z])half(?: of)?(?![a-z-])")
MOST = re.compile(r"一?大半(?!天)|一多半|绝大部分|大部分|(?<![a-z])most(?: of)?(?![a-z])")
LIANG = re.compile(r"\s?(\d|[一二三四五六七八九])两?(?![\d.个盒袋只颗枚])")
CLOCK = r"(?:早上?|晚上?|上午|下午|中午|凌晨|半夜)?"
DURATIONS = re.compile(
    r"(?<![\d.])\d{1,6}(?:\.\d{1,2})?\s?(?:多|几|来)?\s?(?:个)?(?:多)?(?:月(?!\d)|年|小时|钟头|分钟|分(?=[,。!?;\s]|钟|$)|天|周|星期|秒|点(?:半|钟|多)?(?!\d))"
    rf"|(?:[{CHINESE}几半好]{{1,6}})(?:多|来)?(?:个)?(?:多)?(?:半)?(?:月|年|小时|钟头|分钟|天|周|星期|秒|点(?:钟|半|多)|点(?=才|了|还|都|就|到|前|后)|辈子|会儿)"
    r"|\d{1,2}:\d\d|\b(?:\d+|one|two|three|four|five|six|an|a few|several) (?:hours?|minutes?|mins?|days?|weeks?|months?|years?)\b"
    rf"|(?:早上?|晚上?|上午|下午|中午|凌晨|半夜)[{CHINESE}\d]{{1,4}}点(?:半|多)?"
)
NOT_COUNTS = re.compile(
    r"(?<![\d.])\d{1,6}(?:\.\d{1,2})?\s?(?:个)?(?:岁|度|楼|人|块钱|元|毛|折|星|次|遍|趟|mm|cm|%off|号)"
    rf"|(?:[{CHINESE}几半]{{1,6}})(?:个)?(?:岁|度|楼|人|块钱|元|毛|折|星|次|遍|趟|口|顿|下|层|股|直|样|起|看|共|般|定|切|家|些|边|旦|路|回|向|律|时|心|气|番|副|丝|滴|桌|脸|身|地|肚子|袋子|盒子|箱子|手|阵|概|并|点(?![\d一二三四五六七八九])|块(?:去|儿)|条龙|条街|个劲|个性|打开)"
    r"|[$¥]\s?\d+(?:\.\d+)?|第[一二三四五六七八九十\d]{1,4}[个次天盒袋箱批颗枚]?|(?:没|无)(?:有)?几[个盒颗枚只]|牙[^,。!?;\n]{0,6}[一半两几][块颗截]"
    r"|(?:退|赔|补偿|便宜|少收|返)(?:我|给我)?[了个]?(?:\d{1,6}(?:\.\d{1,2})?|[一二两三四五六七八九十]{1,6})(?:块(?:钱)?|元)|一(?:个)?(?:是|方面)|十分|千万|万一|三明治|三文|三黄|五花|八角|五常|六必居|七度|九阳"
    r"|(?:每|各|另)一?[个盒颗枚只袋]|哪[一]?[个盒颗枚只袋]|[这那]一?[个盒箱袋份批桶瓶包](?!都)|一[样种类]"
)
ORDERED = re.compile(
    r"(?:买|订|定|拍|下单|一共|总共|共|应到|应收|应有|应该是|应该有|应该给|本来|原本|要|点|说好|明明|写着?|标着?|付了?)(?:了|的|是|有)?$|\b(?:ordered|paid for|bought|of|of the)\s?$"
)
RECEIVED = re.compile(
    r"(?:(?:只|就|才|仅|实际|实)(?:给|发|来|到|收到|收|有|送|装|剩|拿到|得到|见|看到|看见)?(?:了|的|是|我|我们|有)*"
    r"|(?:给|发|来|到|收到|到手|送来|送|拿到)(?:了|我|我们|是)*(?:只有?|就|才|仅)?)$|(?:\b(?:only|just)(?: got| received| had)?|\b(?:got|received))\s?$"
)
ONLY = re.compile(r"(?:只|就|才|仅|实际|实到|实收|实)|\b(?:only|just)\b")
USED = re.compile(
    r"(?:吃|喝|用|尝|拆|切|煮|炒|洗|剥|啃|咬)(?:了|过|完|掉|到|开|下|的)*(?:大概|快|将近|才|就)?$|\b(?:ate|eaten|drank|opened|used|tried)\s?$"
)
OF = re.compile(
    r"(?<![\d.a-z])(\d{1,3}|" + ENGLISH + r")(?<!half) (?:out )?of (?:the |my |our |these )?(?:\d{1,3}|" + ENGLISH + r")?"
)
COUNTED_BARE = re.compile(r"(应到|应收|应有|应发|实到|实收|实际到|实发)\s?(\d{1,3})(?![\d.])")
WISHED = re.compile(
    r"(?:换|补|赔|重发|再发|再送|补发|补送|退|送|退回|再给|重新发)(?:我|给我|一下|了|回|个|偿|给|发)*$|\b(?:send|resend|replace|refund)(?: me| the| another)*\s?$"
)
SPEC_AFTER = re.compile(r"\s*(?:装的?|一[箱盒袋份板包]|/|里面?|中的?(?=[^间等]))")
GOOD_AFTER = re.compile(r"\s*(?:是)?(?:好的|好[,。!?\s]|好$|能吃|完好|完整|没坏|没碎|没破|可以吃)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number with unit in a text; `role` says what was counted: claim, ordered, received, used, wish."""

    start: int
    end: int
    value: Fraction | str | None
    unit: str | None = None
    share: bool = False
    role: str = "claim"
    only: bool = False


def _role(text: str, start: int, end: int) -> str:
    before = text[max(0, start - 10) : start].rstrip()
    if GOOD_AFTER.match(text[end:]):
        return "good"
    for role, pattern in (("used", USED), ("received", RECEIVED), ("wish", WISHED), ("ordered", ORDERED)):
        if pattern.search(before):
            return role
    return "spec" if SPEC_AFTER.match(text[end:]) else "claim"


def _blanked(match: re.Match[str]) -> str:
    return TIME * len(match.group())


def without_durations(text: str) -> str:
    """The text with durations and times of day blanked: the signs by which lateness is read."""
    return DURATIONS.sub(_blanked, text)


def without_figures(text: str) -> str:
    """The text with all numbers blanked that count no goods: durations, sums, people, idioms."""
    return NOT_COUNTS.sub(_blanked, without_durations(text))


def _plain(text: str, match: re.Match[str], value: str | None) -> Quantity:
    return Quantity(start=match.start(), end=match.end(), value=value, role=_role(text, match.start(), match.end()))


def _whole(text: str) -> list[Quantity]:
    found = [_plain(text, match, "half") for match in islice(HALF.finditer(text), HITS)]
    found += [_plain(text, match, None) for match in islice(MOST.finditer(text), HITS)]
    return found + [Quantity(start=m.start(), end=m.end(), value="all") for m in islice(ALL.finditer(text), HITS)]


def _shares(text: str) -> list[Quantity]:
    found = []
    for match in re.finditer(rf"{SHARE}|\d{{1,3}}(?:\.\d)?%|[一二两三四五六七八九\d]成(?![为了功分])|(?<![\d/.])\d/(?:[2-9]|10)(?![\d/.])", text):
        value = number(match.group())
        if value is not None and 0 < value.low <= 1:
            found.append(Quantity(start=match.start(), end=match.end(), value=value.exact, share=True))
    return found


def _counts_told(text: str) -> list[Quantity]:
    """Numbers whose words say what they count: 应到12实到11, 7 of 30."""
    found = []
    for match in islice(COUNTED_BARE.finditer(text), HITS):
        role = "ordered" if match.group(1).startswith("应") else "received"
        value = Fraction(match.group(2))
        found.append(Quantity(start=match.start(), end=match.end(), value=value, role=role, only=role == "received"))
    for match in islice(OF.finditer(text), HITS):
        value_of = number(match.group(1))
        if value_of is not None:
            found.append(Quantity(start=match.start(), end=match.end(), value=value_of.exact))
    return found


def quantities(text: str, lexicon: Lexicon) -> list[Quantity]:
    """Every count of goods in a normalised, masked text, in reading order.

    Rough figures (几个, 五六个) come with value None: something was said, nothing can be reckoned with.
    """
    text = without_figures(text)
    found = _shares(text) + _counts_told(text)
    for match in islice(lexicon.counted.finditer(text), HITS):
        counted = _counted(text, match)
        if counted is not None and not any(one.start < counted.end and counted.start < one.end for one in found):
            found.append(counted)
    for whole in _whole(text):
        if not any(one.start < whole.end and whole.start < one.end for one in found):
            found.append(whole)
    return sorted(found, key=lambda one: one.start)


def _counted(text: str, match: re.Match[str]) -> Quantity | None:
    value = number(match.group(1))
    if value is None:
        return None
    exact, unit, end = value.exact, match.group(2), match.end()
    if exact is not None and match.group(3):
        exact += Fraction(1, 2)
    tenths = LIANG.match(text, end) if unit == "斤" and exact is not None and not match.group(3) else None
    below = number(tenths.group(1)) if tenths else None
    if tenths and below and exact is not None:
        exact, end = exact + below.low / 10, tenths.end()
    role = _role(text, match.start(), end)
    only = ONLY.search(text[max(0, match.start() - 8) : match.start()]) is not None
    return Quantity(start=match.start(), end=end, value=exact, unit=unit, role=role, only=only)


def lone(text: str, taken: Sequence[Quantity]) -> list[Quantity]:
    """Numbers without a unit (x2, 坏 草莓 2, 碎了俩): the caller keeps those beside an item or a problem."""
    found = []
    for match in islice(LONE.finditer(without_figures(text)), HITS):
        if any(one.start < match.end() and match.start() < one.end for one in taken):
            continue
        value = number(match.group(1) or match.group(2))
        if value is not None and value.exact:
            role = _role(text, match.start(), match.end())
            found.append(Quantity(start=match.start(), end=match.end(), value=value.exact, role=role))
    return found


def short_by(counts: Sequence[Quantity], ordered: Fraction | None) -> Quantity | None:
    """What is missing where a text tells what was ordered and what came (四盒只给了三盒, 应到12实到11).

    `ordered`: the order line's own quantity, used when the text says only what came, in the same unit.
    """
    came = next((one for one in counts if one.role == "received" and isinstance(one.value, Fraction)), None)
    if came is None or not isinstance(came.value, Fraction):
        return None
    bought: Fraction | None = None
    for one in counts:
        if one is came or not isinstance(one.value, Fraction) or one.role not in ("ordered", "claim", "spec"):
            continue
        if (one.unit or came.unit) == (came.unit or one.unit) and one.value > came.value:
            bought = one.value
    if bought is None and came.only and ordered is not None and ordered > came.value:
        bought = ordered
    if bought is None:
        return None
    return Quantity(start=came.start, end=came.end, value=bought - came.value, unit=came.unit)

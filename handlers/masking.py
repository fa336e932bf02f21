"""Taking personal data out of a text before it leaves the house: what the orders know, and what rules can find."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from storage.orders import Order

from .normal import normalise
from .references import MASK

GONE = "〔…〕"
"""What stands in a text where something was taken out."""

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗方俞任袁柳鲍史唐费"
    "岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅齐康伍余元顾孟黄穆萧尹姚邵汪祁毛狄臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻贾路江童颜郭"
    "梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房解应宗丁宣邓单洪包左石崔吉龚程邢裴陆翁荀甄曲封段侯牧谷车全班秋仲宫宁仇"
    "甘厉武刘景詹龙叶黎白卓赖申翟谭姬冉尚温庄晏聂敖冷简饶曾关游欧阳"
)
TITLES = "大?(?:姐|哥|叔|婶|嫂|爷|妈|娘)|阿姨|先生|女士|小姐|奶奶|爷爷|老师|师傅|总"
DIGIT = "[零〇一二三四五六七八九幺两]"
PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:https?://|www\.)(?:[^\s,\u4e00-\u9fff]|(?<=[=/])[\u4e00-\u9fff]{1,4}){1,300}",
        r"[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,80}",
        r"(?<![a-z0-9])[a-z0-9][a-z0-9-]{0,40}(?:\.[a-z0-9-]{1,40}){0,3}\.(?:com|cn|net|org|top|cc|me|io)(?![a-z])"
        r"(?:/[^\s\u4e00-\u9fff]{0,200})?",
        r"(?:微信号?|薇信|威信|v信|vx|wx|wechat|weixin|qq号?)[号是为:\s]{0,4}(?:id)?[:\s]{0,2}[a-z0-9_-]{5,30}",
        r"(?:wxid_|@)[a-z0-9_]{4,40}",
        r"\+?\d(?:[\s-]{0,2}\d){4,24}x?",  # phones, cards and numbers of any kind
        r"(?<!\d)\d{4}(?!\d|\s?(?:g|克|ml|毫升|元|块|kg))",
        r"(?<![a-z0-9_-])(?!\d{1,5}(?:g|kg|ml|l|cm|mm)(?![a-z]))"
        r"(?=[a-z_-]{0,39}\d)(?=[\d_-]{0,39}[a-z])[a-z0-9_-]{6,40}",  # order numbers, accounts
        rf"{DIGIT}(?:[\s-]?{DIGIT}){{4,24}}",
        r"(?:我叫|名叫|姓名|收货人|收件人|联系人|名字)(?:是|叫|为)?[:\s]{0,3}[\u4e00-\u9fff·]{2,3}",
        rf"[{SURNAMES}][\u4e00-\u9fff]?(?:{TITLES})",
        r"(?:[\u4e00-\u9fff]{2,3}[市区县])?[\u4e00-\u9fff]{2,3}(?:省(?=[\u4e00-\u9fff]{1,4}市)|自治区|(?<![超夜菜门])市(?!场)|县|(?<!冰)镇|街道|大道|胡同"
        r"|路(?![上程途边过口])|街(?!边)|巷|小区(?!门)|花园|家园|新村|公寓|大厦)(?:[\u4e00-\u9fff]{1,6}?区(?!别))?",
        r"\d{1,4}\s?(?:号院|号楼|号门|栋|幢|座|单元|楼|室|层|弄)(?:[\s-]?\d{1,4}\s?(?:号楼|栋|幢|座|单元|楼|室|层|号)?){0,4}",
    )
)
"""Rules for a normalised text; each is bounded, for the texts are strangers'."""
TAKEN = re.compile(rf"{MASK}(?:[\s,]{{0,2}}{MASK})*")


def mask(text: str, orders: Sequence[Order], names: Iterable[str] = ()) -> str:
    """Give a text without the personal data that the orders hold, or that rules find; also its digits' runs.

    Spelt as `normalise` does; places that are masked already stay so. `names`: further people who are known.
    """
    plain = _unnamed(text, orders, names)
    for pattern in PATTERNS:
        plain = pattern.sub(MASK, plain)
    return TAKEN.sub(GONE, plain)


def unnamed(text: str, orders: Sequence[Order]) -> str:
    """Give a text of the business's own, as an item's name, without what the orders hold of people."""
    return TAKEN.sub(GONE, _unnamed(text, orders, ()))


def _unnamed(text: str, orders: Sequence[Order], names: Iterable[str]) -> str:
    plain = normalise(text)
    for value in _known(orders, names):
        plain = _without(plain, value)
    return plain


def _known(orders: Sequence[Order], names: Iterable[str]) -> list[str]:
    """Everything the house knows of these people, in the spelling of texts, the longest first."""
    people = {*names, *(order.buyer_name for order in orders), *(order.leader_name for order in orders)}
    found = {short for name in people if name for short in _called(normalise(name).strip())}
    for order in orders:
        number = normalise(order.order_no)
        phone = "".join(char for char in order.buyer_phone if char.isdecimal())
        found |= {number, re.sub(r"[\W_]", "", number), phone, phone[-4:]}
    return sorted(found - {""}, key=lambda value: (-len(value), value))


def _called(name: str) -> set[str]:
    """A name, and what a person of that name is called: 孙小雨 also 小雨, 小孙."""
    if not 2 <= len(name) <= 3 or name[0] not in SURNAMES:
        return {name}
    return {name, *(f"{title}{name[0]}" for title in "小老阿"), *([name[1:]] if len(name) == 3 else ())}


def _without(text: str, value: str) -> str:
    if value not in text:
        return text
    if not value.isascii():
        return text.replace(value, MASK)
    before = r"(?<!\d)" if value[0].isdigit() else r"(?<![a-z])" if value[0].isalpha() else ""
    behind = r"(?!\d)" if value[-1].isdigit() else r"(?![a-z])" if value[-1].isalpha() else ""
    return re.sub(f"{before}{re.escape(value)}{behind}", MASK, text)

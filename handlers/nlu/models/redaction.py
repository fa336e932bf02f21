"""Personal data masked in a text before it leaves: what the orders know, and what rules can find."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from handlers.messages.patterns import pattern_of
from handlers.nlu.references import MASK
from handlers.nlu.text import person_names
from handlers.nlu.text.normalisation import normalise
from storage.orders import Order

GONE = "〔…〕"
"""What replaces a masked part of a text."""

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗方俞任袁柳鲍史唐费"
    "岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅齐康伍余元顾孟黄穆萧尹姚邵汪祁毛狄臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻贾路江童颜郭"
    "梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房解应宗丁宣邓单洪包左石崔吉龚程邢裴陆翁荀甄曲封段侯牧谷车全班秋仲宫宁仇"
    "甘厉武刘景詹龙叶黎白卓赖申翟谭姬冉尚温庄晏聂敖冷简饶曾关游欧阳"
)
TITLES = "大?(?:姐|哥|叔|婶|嫂|爷|妈|娘)|阿姨|先生|女士|小姐|奶奶|爷爷|老师|师傅|总"
DIGIT = "[零〇一二三四五六七八九幺两]"
ANY = rf"[\d零〇一二三四五六七八九幺{MASK}]"
APART = r"[\s./_·*,()~-]{0,3}"  # how the digits of a phone are set apart
PHONES = (
    pattern_of(rf"(?<!\d)(?<!\d[\s-])(?:\+?86{APART})?[1一幺]{APART}[3-9三四五六七八九](?:{APART}{ANY}){{9}}(?!\d)"),
    pattern_of(rf"(?<!\d)(?<!\d[\s-])0\d{{2,3}}(?:{APART}\d){{7,8}}(?!\d)"),
)
"""Whole phones, before the last four digits of a known one are taken out of them."""
PATTERNS = tuple(
    pattern_of(pattern)
    for pattern in (
        r"(?:https?://|www\.)(?:[^\s,\u4e00-\u9fff]|(?<=[=/])[\u4e00-\u9fff]{1,4}){1,300}",
        r"[a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,80}",
        r"(?<![a-z0-9])[a-z0-9][a-z0-9-]{0,40}(?:\.[a-z0-9-]{1,40}){0,3}\.(?:com|cn|net|org|top|cc|me|io)(?![a-z])"
        r"(?:/[^\s\u4e00-\u9fff]{0,200})?",
        r"(?:微信号?|薇信|威信|v信|vx|wx|wechat|weixin|qq号?)[号是为:\s]{0,4}(?:id)?[:\s]{0,2}[a-z0-9_-]{5,30}",
        r"(?:wxid_|@)[a-z0-9_]{4,40}",
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z]·?(?=[a-z0-9]{0,5}\d)[a-z0-9]{5,6}(?![a-z0-9])",
        r"(?<![a-z0-9_-])(?!\d{1,5}(?:g|kg|ml|l|cm|mm)(?![a-z]))"
        r"(?=[a-z_-]{0,39}\d)(?=[\d_-]{0,39}[a-z])[a-z0-9_-]{6,40}",  # order numbers, accounts
        r"\+?\d(?:[\s-]{0,2}\d){4,24}x?",  # phones, cards and numbers of any kind
        r"(?<!\d)\d{4}(?!\d|\s?(?:g|克|ml|毫升|元|块|kg))",
        rf"{DIGIT}(?:[\s-]?{DIGIT}){{4,24}}",
        r"(?:姓名|收货人|收件人|联系人|名字)(?:是|叫|为)?[:\s]{0,3}[\u4e00-\u9fff·]{2,3}",
        rf"(?!康师傅)[{SURNAMES}][\u4e00-\u9fff]?(?:{TITLES})",
        r"(?:[\u4e00-\u9fff]{2,3}[市区县])?[\u4e00-\u9fff]{2,3}(?:省(?=[\u4e00-\u9fff]{1,4}市)|自治区|(?<![超夜菜门])市(?!场)|县|(?<!冰)镇|街道|大道|胡同"
        r"|路(?![上程途边过口])|街(?!边)|巷|小区(?!门)|花园|家园|新村|公寓|大厦)(?:[\u4e00-\u9fff]{1,6}?区(?!别))?",
        r"\d{1,4}\s?(?:号院|号楼|号门|栋|幢|座|单元|楼|室|层|弄)(?:[\s-]?\d{1,4}\s?(?:号楼|栋|幢|座|单元|楼|室|层|号)?){0,4}",
    )
)
"""Rules for a normalised text; each is bounded, because anybody can write the texts."""
PART = pattern_of(r"[\u4e00-\u9fff]{2,}|[a-z]{3,}|[a-z]{1,2}\d{3,}")
"""Which parts of a self-chosen name are looked for: not an emoji, a letter, a bare number."""
SPACED = r"[ ._·-]{0,2}"
APART_NAMES = pattern_of("[ ._·-]")
TAKEN = pattern_of(rf"{MASK}(?:[\s,]{{0,2}}{MASK})*")


def mask(text: str, orders: Sequence[Order], names: Iterable[str] = (), goods: Collection[str] = ()) -> str:
    """Return a text without the personal data that the orders hold or rules find; runs of its digits too.

    The spelling is that of `normalise`; what is masked already stays so. `names`: further known people, also as
    they call themselves (Li Ting 🌸). `goods`: words that stay whole though a name is in them.
    """
    plain = normalise(text)
    for pattern in PHONES:
        plain = pattern.sub(MASK, plain)
    plain = _unnamed(plain, orders, names, goods)
    for pattern in PATTERNS:
        plain = pattern.sub(MASK, plain)
    return TAKEN.sub(GONE, person_names.cover(plain, MASK, goods))


def unnamed(text: str, orders: Sequence[Order]) -> str:
    """Return one of the business's own texts, as an item's name, without the names that the orders hold."""
    return TAKEN.sub(GONE, _unnamed(normalise(text), orders, (), ()))


def _unnamed(plain: str, orders: Sequence[Order], names: Iterable[str], goods: Collection[str]) -> str:
    parts = {part for name in names for part in PART.findall(normalise(name)) if part not in goods}
    owners = (name for order in orders for name in (order.buyer_name, order.leader_name))
    whole = {name for name in (*parts, *(normalise(owner).strip() for owner in owners)) if name}
    known = {*_numbers(orders), *(short for name in whole for short in _called(name))}
    close = APART_NAMES.sub("", plain)
    for value in sorted(known, key=lambda value: (-len(value), value)):
        if value in close or value in plain:
            plain = _without(plain, value, SPACED if value in whole else "", goods)
    return plain


def _numbers(orders: Sequence[Order]) -> set[str]:
    """Return everything that identifies an order or a buyer, in the spelling of texts."""
    found: set[str] = set()
    for order in orders:
        number = normalise(order.order_no)
        phone = "".join(char for char in order.buyer_phone.partition("-")[0] if char.isdecimal())
        found |= {number, re.sub(r"[\W_]", "", number), phone, order.phone_tail}
    return found - {""}


def _called(name: str) -> set[str]:
    """Return a name, and what a person of that name is called: 孙小雨 also 小雨, 小孙, 雨姐."""
    family = 2 if name.startswith(person_names.COMPOUND) else 1
    given = name[family:]
    if not 1 <= len(given) <= 2 or not (family == 2 or name[0] in SURNAMES):
        return {name}
    short = {f"{title}{name[:family]}" for title in "小老阿"} | {f"{given[-1]}{title}" for title in "姐哥妹总姨叔"}
    return {name, *short, *([given] if len(given) == 2 else ())}


def _without(text: str, value: str, between: str, goods: Collection[str]) -> str:
    if value.isascii():
        return _without_ascii(text, value)
    kept = "|".join(re.escape(word) for word in goods if value in word and word != value)
    spelt = between.join(map(re.escape, value))
    return re.sub(f"({kept})|{spelt}" if kept else spelt, lambda found: (kept and found[1]) or MASK, text)


def _without_ascii(text: str, value: str) -> str:
    before = r"(?<!\d)" if value[0].isdigit() else r"(?<![a-z])" if value[0].isalpha() else ""
    behind = r"(?!\d)" if value[-1].isdigit() else r"(?![a-z])" if value[-1].isalpha() else ""
    return re.sub(f"{before}{re.escape(value)}{behind}", MASK, text)

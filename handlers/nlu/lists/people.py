"""The people in a part of a leader's line, each with the orders that fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from handlers.messages.patterns import pattern_of
from handlers.nlu.dates import of_day
from handlers.nlu.lists.segments import Part
from handlers.nlu.order_index import OrderIndex
from handlers.nlu.reading import ReadClaim, candidates
from handlers.nlu.references import References
from storage.orders import Order

SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹"
    "石熊孟秦阎薛侯雷段郝孔邵史毛常顾赖武康贺严尹钱施洪龚"
)
UNKNOWN_NAME = pattern_of(
    r"^\s*(?P<name>[\u4e00-\u9fff]{1,3}(?:姐|哥|叔|婶|阿姨|先生|女士|小姐|大爷|奶奶|妈妈|爸爸|老师|妹|总)"
    rf"|[小老阿][{SURNAMES}])(?=那|这|家|的|说|反映|:|\s)"
)


def _each(part: Part) -> list[tuple[str | None, tuple[str, ...]]]:
    """Return a part's people one by one: by pickup number, else by name, else the person stated otherwise."""
    if part.pickups:
        return [(pickup, part.names) for pickup in part.pickups]
    return [(None, (name,)) for name in part.names] or [(None, ())]


def _several(references: References) -> list[tuple[str | None, tuple[str, ...], References]]:
    """Return people given by several order numbers or several tails, one by one."""
    if len(references.order_numbers) > 1:
        return [(None, (), replace(references, order_numbers=(one,))) for one in references.order_numbers]
    if len(references.tails) > 1:
        return [(None, (), replace(references, tails=(one,))) for one in references.tails]
    return []


def people(
    part: Part, references: References, line: int, index: OrderIndex, today: date
) -> list[tuple[ReadClaim, list[Order]]]:
    """Return each person in a part with the orders that fit; a stated person whom none fits stays, unsure."""
    stated = bool(part.names or references.tails or references.phones or references.order_numbers)
    unknown = None if stated or part.pickups else UNKNOWN_NAME.match(references.masked)
    if not part.pickups and not stated and unknown is None:
        return []
    found = []
    several = _several(references) if not part.pickups and not part.names else []
    for pickup, names, told in several or [(*one, references) for one in _each(part)]:
        references = replace(told, names=names)
        fits = [] if unknown else of_day(candidates(references, pickup, index), references.day, today)
        own = [name for name in names if any(order.buyer_name == name for order in fits)] or list(names)
        base = ReadClaim(
            line=line,
            order_no=references.order_numbers[0] if references.order_numbers else None,
            pickup_no=pickup,
            customer=unknown["name"] if unknown else next(iter(own), None),
            phone_tail=references.tail,
            certain=bool(fits),
            evidence=references.evidence,
        )
        found.append((base, fits))
    return found

"""The header of a sheet with a leader's list: the meaning of each column, whatever its title and place."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from handlers.messages.patterns import pattern_of
from handlers.orders.columns import ALIASES, COLUMNS
from media.tables.titles import plain_title

HEAD_ROWS = 10  # a title may be above the header
TITLE = 30  # characters of a column's title at most
PEOPLE = frozenset({"number", "counter", "order", "name", "tail", "phone"})
EXPORTED = 3  # so many columns that only an export of orders has make the sheet one

# what order files have is taken from the order import; "count" is a number that an export fills with what was bought
FROM_ORDERS = {
    "order_no": "order", "participate_no": "number", "buyer_name": "name", "buyer_phone": "phone", "item": "item",
    "quantity": "count", "unit": "unit", "spec": "spec",
}  # fmt: skip
TITLES: Mapping[str, str] = {
    "number": "接龙序号 接龙编号 取货号 提货号 自提号 团员号 号 号码 几号 编号 "
    "no no. number pickup pickupno pickupnumber",
    "counter": "序号 # 行",
    "name": "姓名 名字 顾客 顾客姓名 客户 客户姓名 客户名称 买家 买家昵称 团员 昵称 群昵称 微信名 微信昵称 邻居 谁 "
    "name customer buyer who",
    "tail": "电话后四位 手机后四位 手机号后四位 尾号 手机尾号 电话尾号 手机号尾号 后四位 tail phonetail last4",
    "phone": "手机 手机号码 联系方式 电话号码 phone mobile tel",
    "item": "货品 产品 产品名称 名称 货物 品种 菜品 item goods product",
    "quantity": "售后数量 问题数量 损坏数量 坏果数 坏果数量 缺少数量 坏几个 少几个 坏了几个",
    "count": "件数 个数 份数 几个 几份 qty quantity count",
    "unit": "unit",
    "problem": "问题 问题描述 问题类型 售后问题 情况 具体情况 情况说明 说明 描述 反馈 反馈问题 售后原因 原因 质量问题 "
    "problem issue reason what whatiswrong description",
    "remark": "备注 留言 补充 补充说明 备注说明 其他 remark remarks note notes comment",
    "wish": "诉求 要求 顾客诉求 客户诉求 处理方式 处理 处理办法 处理要求 期望 希望 想要 怎么处理 解决方案 解决办法 "
    "售后方式 售后类型 wish remedy request",
    "day": "提货日期 取货日期 到货日期 收货日期 提货日 团期",
    "": "日期 登记日期 反馈时间 时间 图片 照片 截图 凭证 视频 金额 退款金额 应退 地址 小区 楼栋 状态 进度 规格型号 "
    "photo picture date time amount",
}
HINTS = (
    ("后四位", "tail"), ("尾号", "tail"), ("接龙号", "number"), ("姓名", "name"), ("昵称", "name"), ("手机", "phone"),
    ("电话", "phone"), ("诉求", "wish"), ("备注", "remark"), ("图片", ""), ("照片", ""), ("金额", ""), ("时间", ""),
    ("日期", ""), ("问题", "problem"), ("商品名", "item"),
)  # fmt: skip
UNKNOWN = "?"
MEASURE = pattern_of(r"[(\[【]([一-鿿])[)\]】]")


def _table() -> dict[str, tuple[str, bool]]:
    """Return each known title with its column's meaning, and whether only exports of orders have it."""
    known: dict[str, tuple[str, bool]] = {}
    for column in COLUMNS:
        role = FROM_ORDERS.get(column, "")
        known |= {plain_title(name): (role, not role) for name in (column, *ALIASES[column])}
    for role, names in TITLES.items():
        known |= {plain_title(name): (role, False) for name in names.split()}
    return known


KNOWN = _table()


def role_of(title: str) -> str:
    """Return a column's meaning by its title: a role, "" for what is no part of a claim, else UNKNOWN."""
    plain = plain_title(title)
    if plain in KNOWN:
        return KNOWN[plain][0]
    return next((role for hint, role in HINTS if hint in plain), UNKNOWN)


def find(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the place of the header among the first rows, if there is one."""
    best: tuple[int, int] | None = None
    for at, row in enumerate(rows[:HEAD_ROWS]):
        titles = [cell for cell in row if cell]
        if not titles or any(len(title) > TITLE for title in titles):
            continue
        roles = {role_of(title) for title in titles} - {UNKNOWN}
        counted = len(roles - {""})
        alone = at == 0 and bool(roles & {"number", "counter"})
        if roles & PEOPLE and (counted > 1 or alone) and (best is None or counted > best[0]):
            best = (counted, at)
    return best[1] if best else None


def is_export(titles: Sequence[str]) -> bool:
    """Return whether a header is that of an export of orders, whose quantities are what was bought."""
    return sum(KNOWN.get(plain_title(title), ("", False))[1] for title in titles) >= EXPORTED


def measure(title: str) -> str:
    """Return the unit that a title names in brackets: 数量（盒）."""
    found = MEASURE.search(unicodedata.normalize("NFKC", title))
    return found[1] if found else ""

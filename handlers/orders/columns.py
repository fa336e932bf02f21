"""The columns of an order file, under their own names and those that exports give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from media.tables.titles import plain_title

REQUIRED = ("order_no", "item", "quantity", "paid")
HEAD_ROWS = 10  # exports may put a title above the header

# the names that 快团团 and its kin give the columns; of several present the first counts
ALIASES: Mapping[str, tuple[str, ...]] = {
    "order_no": ("order_sn", "订单号", "订单编号", "主订单编号", "主订单号"),
    "activity_no": ("团号", "活动编号"),
    "participate_no": ("接龙号", "跟团号", "跟团序号"),
    "site_no": ("self_pick_site_no", "自提点编号", "自提点", "自提点名称", "提货点"),
    "leader_name": ("self_pick_up_contact_name", "help_sell_nickname", "团长", "团长昵称", "自提点联系人"),
    "buyer_name": (
        *("receiver_name", "nick_name", "收货人", "收货人名称", "收货人姓名", "收件人", "收件人姓名", "提货人"),
        *("团员昵称", "下单人", "买家昵称"),
    ),
    "buyer_phone": (
        *("receiver_mobile", "收货人电话", "收货人手机", "收货人手机号", "收件人电话", "收件人手机", "收件人手机号"),
        *("提货人电话", "联系电话", "联系手机", "手机号", "电话"),
    ),
    "placed_at": ("下单时间", "支付时间", "付款时间", "成交时间", "订单创建时间", "订单付款时间", "订单成交时间"),
    "promised_at": ("预计送达时间", "承诺送达时间", "预计提货时间", "预计到货时间"),
    "delivered_at": ("送达时间", "提货时间", "签收时间", "收货时间", "确认收货时间", "核销时间", "自提时间"),
    "line_no": ("行号",),
    "sku": ("external_sku_id", "sku_id", "商品编码", "外部编码", "规格编码"),
    "item": ("goods_name", "商品", "商品名称", "品名", "商品标题", "商品信息", "商品明细"),
    "spec": ("goods_specification", "商品规格", "规格", "规格名称"),
    "quantity": ("goods_number", "数量", "商品数量", "购买数量", "件数", "商品件数"),
    "unit": ("单位",),
    "unit_price": ("goods_price", "单价", "商品单价", "商品价格"),
    "paid": (
        *("real_goods_amount", "goods_amount", "实付", "实付金额", "实收商品金额", "商品金额", "小计", "实付款"),
        *("用户实付金额", "买家实付金额", "商家实收金额"),
    ),
    # of the whole order; without any of `paid`, `order_paid` stands for it
    "order_paid": ("订单实付", "订单实付金额", "订单金额"),
    "freight": ("shipping_amount", "运费", "邮费", "快递费", "配送费", "运费金额"),
    "discount": ("discount_amount", "优惠金额", "订单优惠", "订单优惠金额", "优惠券金额", "满减金额"),
    "lot_no": ("批次", "批次号", "批号"),
    "supplier": ("供应商",),
    "carrier": ("shipping_company", "物流公司", "快递公司", "承运人"),
    "tags": ("标签",),
    "order_status": ("订单状态", "交易状态"),
    "refund_status": ("退款状态", "售后状态", "商品退款状态"),
    "refunded": ("refund_amount", "refunded_amount", "退款金额", "已退金额", "已退款金额", "实际退款金额"),
}
COLUMNS = tuple(ALIASES)
KNOWN = {
    plain_title(title): (column, rank)
    for column, titles in ALIASES.items()
    for rank, title in enumerate((column, *titles))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a file: the place of each known column, and how many cells it has."""

    places: Mapping[str, int]
    width: int
    twice: str = ""  # a title that stands there twice where one is needed

    @property
    def missing(self) -> tuple[str, ...]:
        """Name the required columns that are not there."""
        return tuple(name for name in REQUIRED if name not in self.places)


def header_of(row: Sequence[str]) -> Header:
    """Read a row as a header."""
    best: dict[str, tuple[int, int]] = {}
    twice: dict[str, str] = {}
    for place, title in enumerate(row):
        column, rank = KNOWN.get(plain_title(title), ("", 0))
        if not column:
            continue
        if rank < best.get(column, (rank + 1, 0))[0]:
            best[column] = (rank, place)
            twice.pop(column, None)
        elif rank == best[column][0]:
            twice[column] = title.strip()
    if "paid" not in best and "order_paid" in best:
        best["paid"] = best.pop("order_paid")
    places = {name: best[name][1] for name in COLUMNS if name in best}
    return Header(places=places, width=len(row), twice=next(iter(twice.values()), ""))


def is_header(number: str, item: str) -> bool:
    """Return whether a row repeats the header, as tables that were pasted together do."""
    return KNOWN.get(plain_title(number), ("",))[0] == "order_no" and KNOWN.get(plain_title(item), ("",))[0] == "item"

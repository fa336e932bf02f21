"""What exports call the state of an order and of its refund, as codes."""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers.orders.texts import label

# of the codes an order or a line may have, see storage.orders; the first that a text holds counts
NONE = (
    r"(?:无|没有?|未)(?:申请|发生)?(?:售后|退款)|(?:售后|退款|退货)\S{0,2}(?:取消|关闭|撤销|拒绝|驳回|失败)"
    r"|不予退款|no[_ ]refund|^(?:无|否|没有|none|no|0|-+|/)$"
)
PART = r"部分退|partial\w*[_ ]refund"
BACK = r"退款(?:成功|完成|完毕|已?到账|已?完结)|已(?:全额)?退款|全额退款|(?<!un)refunded|refund[_ ]success"
COMING = (
    r"(?:退款|退货|售后)\S{0,3}(?:中|处理|申请|审核|待)|(?:申请|待|等待|正在|同意)\S{0,4}退"
    r"|refunding|refund[_ ](?:pending|requested)"
)
GONE = r"取消|关闭|作废|撤单|cancell?ed|closed|void"
UNPAID = r"(?:待|未|等待\S{0,2})(?:付款|支付)|unpaid|(?:pending|awaiting)[_ ]?payment|wait_buyer_pay"
LIVE = (
    r"付款|支付|发货|收货|签收|提货|自提|核销|成团|配送|完成|成功|进行中|正常|备货|拣货|运输|送达|评价"
    r"|paid|ship|deliver|complete|success|process|picked|finish|wait_"
)
ORDER = (
    ("part_refunded", PART), ("refunded", BACK), ("live", NONE), ("refunding", COMING), ("cancelled", GONE),
    ("unpaid", UNPAID), ("live", LIVE),
)  # fmt: skip
REFUND = (
    ("part_refunded", PART), ("refunded", BACK), ("none", NONE), ("none", "^closed$"), ("refunding", COMING),
    ("refunding", "^wait_"), ("refunded", "^(?:是|已退|yes|success)$"),
)  # fmt: skip
UNKNOWN = "?"  # words that mean nothing here come back behind it, to be told


def _reader(rules: tuple[tuple[str, str], ...]) -> Callable[[str], str]:
    compiled = [(code, re.compile(pattern, re.IGNORECASE)) for code, pattern in rules]

    def read(text: str) -> str:
        clean = label(text, 60)
        if not clean:
            return ""
        return next((code for code, pattern in compiled if pattern.search(clean)), UNKNOWN + clean)

    return read


order_status = _reader(ORDER)
refund_status = _reader(REFUND)

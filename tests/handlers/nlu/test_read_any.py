"""Whatever is typed: no exception, no claim on an order that was not given, and an answer in time."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_orders import ORDERS, listed, order_of, said

PHRASES = """草莓 鸡蛋 车厘子 坏 烂 碎 少 没收到 2盒 三个 一半 全部 不 没 不要 退款 补发 换 KT260612-0003
20261120-0088 8号 尾号 0408 昨天 18号那天 不是 是 发成 拉肚子 虫 12315 算了 改成 broken eggs 7 of 30 refund got cod
instead ② ， 。 三分之一 应到12实到11"""
PIECES = st.sampled_from([*PHRASES.split(), "\n"])
TYPED = st.one_of(
    st.text(max_size=120), st.lists(PIECES, max_size=25).map("".join), st.lists(PIECES, max_size=25).map(" ".join)
)


@settings(max_examples=300, deadline=None)
@given(TYPED)
def test_no_text_raises_and_no_foreign_order_is_claimed(text):
    given_orders = (order_of("3"), order_of("8"))
    reading = said(text, *given_orders)
    for claim in reading.claims:
        if claim.line_no is not None:
            assert claim.order_no in {"KT260612-0003", "KT260612-0008"}
        assert claim.certain or not claim.candidates or claim.line_no is None
    said(text)


@settings(max_examples=100, deadline=None)
@given(TYPED)
def test_without_orders_no_line_is_meant(text):
    assert all(one.line_no is None and one.sku is None and not one.candidates for one in said(text).claims)


HOSTILE = [
    "1" * 10000,
    " " * 10000,
    "坏" * 10000,
    "不坏" * 5000,
    "\ufdfa" * 10000,
    "草" + "\u0301" * 9999,
    "🍓" * 10000,
    "①" * 10000,
    "\n" * 10000,
    "一二三四五六七八九十百千万" * 770,
    "1/2/3/4" * 1400,
    "1号" * 5000,
    "1、" * 5000,
    "退" * 10000,
    "草莓," * 3300,
    "." * 10000,
    "不是草莓是" * 2000,
    "\ud800" * 100,
    "of 1 of " * 1200,
    "got a " * 1600,
    "备注不要" * 2500,
    "\x00" * 5000,
    "\u202e坏" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:6]))
def test_hostile_texts_take_no_longer_than_a_long_message(text):
    said("坏", *ORDERS)

    def seconds(read) -> float:
        began = process_time()
        read(text, *ORDERS)
        return process_time() - began

    # 20 ms of CPU on a quiet machine; a loaded one is given room, a quadratic pattern takes seconds
    assert min(seconds(said) for _ in range(3)) < 0.3
    assert min(seconds(listed) for _ in range(3)) < 0.3

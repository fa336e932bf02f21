"""Seeded mutations of what people type: never an exception, never an order that was not given, never long."""

from __future__ import annotations

import time
from random import Random

import pytest
from reading_orders import ORDERS, TODAY, lexicon

from handlers.nlu.lists.reader import read_list
from handlers.nlu.reading import read

SAID = (
    "3号 草莓坏了2盒，要退款",
    "你好 KT260612-0003 草莓烂了两盒 尾号2231",
    "①5号车厘子两份都软了\n②8号鸡蛋碎7个，酸奶没收到",
    "21-23号 都没有收到香菜",
    "12号 桃子烂了三分之一，不要退款补一份",
    "昨天那团的桃也是坏的，算了不退了",
    "四盒只给了三盒，气死我了",
    "宝宝吃了发霉的面包拉肚子，要去12315投诉",
    "3、5、8号各少一盒 同上",
    "李婷 19:02\n虾都死了 臭的\n团长：27 28西瓜裂",
    "got cod instead of salmon, order 17, refund pls",
    "不是草莓是葡萄，１７号　発错了",
)
PIECES = (
    *"①⑴半俩号-~、没坏😭ﷺ㊙½盒斤退补％…是的\n\u200b\u202e",
    *("1️⃣", "１２", "三四十", "同上", "也是", "不要", "½盒", "e\u0301", "\ud83d", "KT260612-0099", "13800002231"),
)


def mutated(chance: Random) -> str:
    text = list("\n".join(chance.sample(SAID, chance.randint(1, 3))))
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(5):
            case 0:
                text[at : at + chance.randint(1, 4)] = []
            case 1:
                text[at:at] = [chance.choice(PIECES) * chance.choice((1, 1, 1, 2, 30))]
            case 2:
                text[at : at + 1] = [
                    chr(chance.choice((chance.randrange(32, 0x3000), chance.randrange(0x3000, 0xFFFF))))
                ]
            case 3:
                text[at:at] = text[: chance.randint(1, 12)]
            case _:
                chance.shuffle(text) if chance.random() < 0.05 else text.reverse() if chance.random() < 0.05 else None
        text = text or ["坏"]
    return "".join(text)


def check(seeds: range) -> None:
    words, given = lexicon(), {order.order_no for order in ORDERS}
    lines = {(order.order_no, line.line_no) for order in ORDERS for line in order.lines}
    for seed in seeds:
        text = mutated(Random(seed))
        for reader in (read, read_list):
            began = time.process_time()
            found = reader(text, ORDERS, words, today=TODAY)
            spent = time.process_time() - began
            if spent > 0.3:  # a busy machine gets a second try
                began = time.process_time()
                reader(text, ORDERS, words, today=TODAY)
                spent = time.process_time() - began
            assert spent < 0.3, (seed, spent, text)
            for claim in found.claims:
                if claim.line_no is not None:
                    assert (claim.order_no, claim.line_no) in lines, (seed, text)
                elif claim.certain and claim.order_no:
                    assert claim.order_no in given, (seed, text)


@pytest.mark.parametrize("first", [0, 500])
def test_mutations(first):
    check(range(first, first + 500))


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_a_hundred_thousand_mutations(block):
    check(range(1_000 + block * 5_000, 1_000 + (block + 1) * 5_000))

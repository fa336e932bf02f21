from __future__ import annotations

import re
from datetime import date

import pytest

from handlers.nlu.reading import read
from handlers.nlu.text import parcels
from handlers.policy.lexicons import lexicon_of
from handlers.policy.loader import load


@pytest.mark.parametrize(
    ("text", "carrier", "number"),
    [
        ("寄了 SF1234567890 ，我怎么知道你们收到没", "sf", "SF1234567890"),
        ("我怎么退回去？单号 SF1234567890", "sf", "SF1234567890"),
        ("sent back with sf 1431 2315 1234 5", "sf", "SF1431231512345"),
        ("圆通 YT1234567890123", "yto", "YT1234567890123"),
        ("ＹＴ１２３４５６７８９０１２３", "yto", "YT1234567890123"),
        ("中通78123456789012", "zto", "78123456789012"),
        ("申通快递 773001234567890", "sto", "773001234567890"),
        ("JDVA01234567890", "jd", "JDVA01234567890"),
        ("邮政 EA123456789CN", "ems", "EA123456789CN"),
        ("退回的快递是771234567890123", "", "771234567890123"),
        ("单号：9400110200", "", "9400110200"),
        ("tracking number 9400110200", "", "9400110200"),
        ("shipped with UPS 1Z999AA10123456784", "ups", "1Z999AA10123456784"),
    ],
)
def test_a_parcel_is_found(text, carrier, number):
    found = parcels.find(text)
    assert found
    assert (found.carrier, found.number) == (carrier, number)


@pytest.mark.parametrize(
    "text",
    [
        "KT260612-0003 草莓坏了", "20261120-0937", "13800002231", "单号13800002231", "订单号 231129598877665544",
        "寄了吗", "我打12315了", "快递到了 坏了2盒", "123456789012", "退39.80元", "尾号5512",
    ],
)  # fmt: skip
def test_other_numbers_are_no_parcels(text):
    assert parcels.find(text) is None


def test_a_number_shaped_like_an_order_s_is_none():
    shapes = (re.compile(r"77\d{10}"),)
    assert parcels.find("快递 771234567890", shapes) is None
    assert parcels.find("快递 881234567890", shapes)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("顺丰 SF1234567890", ("sf", "SF1234567890")),
        ("778812345678", ("", "778812345678")),
        ("CN-778812", ("", "CN-778812")),
        ("顺丰", ("sf", "")),
    ],
)
def test_what_agents_type_of_a_parcel(text, found):
    parcel = parcels.typed(text)
    assert parcel
    assert (parcel.carrier, parcel.number) == found


def test_words_are_no_parcel_of_an_agent():
    assert parcels.typed("马上寄") is None


def test_the_number_is_gone_from_the_text():
    text = "寄了 SF1234567890 ，谢谢"
    found = parcels.find(text)
    assert found
    assert "1234567890" not in parcels.without(text, found)


@pytest.mark.parametrize(("text", "serious"), [("寄了SF12315123456", False), ("单号 123451231500", False),
                                               ("我打12315了", True), ("不退就12345投诉", True)])  # fmt: skip
def test_a_hotline_within_a_number_is_no_threat(text, serious):
    found = read(text, (), lexicon_of(load("community-group-buy")), today=date(2026, 6, 12))
    assert ("legal_threat" in found.signals) == serious

"""Who writes and for whom the goods are: minors who write, children who are spoken of, elderly people."""

from __future__ import annotations

import pytest
from reading_orders import said

MINORS = (
    "我今年12岁",
    "我上五年级",
    "用妈妈手机买的",
    "我才10岁",
    "我十一岁，牛奶漏了怎么办",
    "我是小学生",
    "我还在读初二，草莓坏了",
    "草莓烂了，我是用我妈的手机下的单",
    "拿爸爸手机偷偷买的",
    "我未成年",
    "我还没成年",
    "我马上13岁了",
    "我叫小明，今年11岁",
    "用妈妈的微信买的草莓坏了",
    "I'm 13, my mom's phone",
    "I am 12 years old",
    "im only 10",
    "i'm in 5th grade and the milk leaked",
    "I'm just a kid",
    "I used my mum's phone to buy it",
)
GROWN_UPS = (
    "我家孩子12岁",
    "我女儿12岁",
    "我小孩12岁",
    "我12岁的儿子吃了",
    "我儿子上五年级",
    "我孩子上初中",
    "给我妈买的",
    "用我手机买的",
    "帮我妈在她手机上买的",
    "我妈的手机号是尾号1027",
    "我今年72岁",
    "我12号",
    "我要6个",
    "我是小学老师",
    "我是5年级的班主任",
    "我在小学门口取货",
    "我和小朋友都吃了",
    "我带小孩不方便",
    "给10岁小孩吃的",
    "I'm 12 short",
    "I'm 15 minutes late",
    "my son is 13",
    "my mom's phone number is 138",
)
ELDERLY = (
    "我今年72岁",
    "我都八十了，眼睛不好",
    "我年纪大了不会弄",
    "我是个老太婆",
    "我妈妈82岁",
    "老花眼看不清字",
    "I'm 78 years old",
    "I am an old lady",
)
NOT_ELDERLY = ("我60个鸡蛋坏了", "花了七十了", "我70块钱", "我今年72号", "我买了75斤", "I'm 80 short")


@pytest.mark.parametrize("text", MINORS)
def test_a_minor_writes(text):
    assert "minor" in said(text).special


@pytest.mark.parametrize("text", GROWN_UPS)
def test_a_grown_up_writes(text):
    assert "minor" not in said(text).special


@pytest.mark.parametrize("text", ELDERLY)
def test_somebody_is_elderly(text):
    assert "senior" in said(text).special


@pytest.mark.parametrize("text", NOT_ELDERLY)
def test_a_number_is_no_age(text):
    assert "senior" not in said(text).special


def test_a_child_that_is_spoken_of_is_no_minor_who_writes():
    assert said("我家孩子12岁，吃了草莓").special == ("child",)


@pytest.mark.parametrize("text", ["我今年12岁", "I'm 13", "我才10岁，退钱"])
def test_an_age_is_no_number_of_goods(text):
    reading = said(text)
    assert not reading.pickup_numbers and all(told.quantity is None for told in reading.claims)

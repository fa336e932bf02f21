from __future__ import annotations

import pytest
from reading_orders import said

SICK = (
    "孩子吃了吐",
    "吃完就拉",
    "吃了草莓拉肚子",
    "宝宝喝了拉",
    "拉了一天",
    "上吐下泻",
    "孩子一直吐",
    "从中午拉到现在",
    "发烧了",
    "过敏起疹子",
    "孩子出疹子了",
    "去医院挂水",
    "挂了两天水",
    "吃完头晕",
    "吃了浑身痒",
    "made my son sick",
    "food poisoning",
    "I threw up all night",
)
WELL = (
    "难吃到吐",
    "想吐",
    "吐槽一下",
    "吐了口气",
    "给我拿个呕吐袋",
    "怕拉肚子",
    "怕孩子吃了吐",
    "看着就反胃",
    "骨头吐了一桌",
    "蛤蜊没吐沙",
    "把我拉黑了",
    "一直拉我进群",
    "拉面坨了",
    "不然真要进医院了",
    "孩子本来就发烧，想喝粥",
    "吃了没拉肚子",
    "sick of waiting",
)


@pytest.mark.parametrize("text", SICK)
def test_whoever_fell_ill_is_serious(text):
    reading = said(text)
    assert reading.severity == "safety"
    assert any("illness" in claim.problems for claim in reading.claims)


@pytest.mark.parametrize("text", WELL)
def test_disgust_fear_and_figures_of_speech_are_not(text):
    reading = said(text)
    assert reading.severity == "normal"
    assert not any("illness" in claim.problems for claim in reading.claims)


@pytest.mark.parametrize("text", ["花了120块", "120g的没给", "草莓1200克少了"])
def test_a_sum_or_weight_is_no_emergency_call(text):
    assert said(text).severity == "normal"
    assert said("都打120了").severity == "safety"

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
    "the shrimp made me puke all night",
    "barfed twice after dinner",
    "sick to my stomach since the eggs",
    "ran to the toilet all night",
    "got the runs after the yogurt",
    "broke out in hives",
    "my lips are swollen",
    "it made my kids throw up",
    "had to call an ambulance",
    "couldn't breathe after eating the nuts",
    "loose stools since yesterday",
    "吃完屙肚",
    "孩子吃完脸色发白没精神",
    "吃了喉咙发紧",
    "嘴唇肿成香肠嘴",
    "胃里翻江倒海",
    "老婆进了抢救室",
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
    "smells like puke",
    "this makes me want to throw up",
    "the lid is swollen",
    "might get food poisoning from this",
    "nobody got sick but it's rotten",
    "臭得让人作呕",
    "气得我心口疼",
    "退热贴少发一盒",
    "这价格让我窒息",
    "翻白眼 客服态度真差",
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


HARMED = (
    "怀孕六个月 吃了半个发霉的桃子怎么办",
    "宝宝吃了发霉的面包 现在没啥反应",
    "虾死了 我是孕妇吃了一个没事吧",
    "奶粉结块 宝宝已经喝了三天",
    "孩子喝了过期牛奶",
    "没注意就给宝宝吃了，后来看到长毛了",
    "婆婆舍不得扔，把馊的粥喝了",
    "我儿子吃了三个，剩下的都长毛了",
    "我刚做完手术 吃了发霉的馒头",
    "我妈八十岁了 把那块臭肉吃了",
    "闺女吃了一口才发现里面有条虫",
    "囡囡吃了烂的草莓",
    "阿婆饮咗过期奶",
    "丈母娘舍不得扔 蒸了吃了 鱼都臭了",
    "宝宝这两天喝的奶粉是过期的",
    "月子里吃了臭鸡蛋",
    "my mother in law ate the bad fish",
    "8 months pregnant, had two of the rotten shrimps",
    "my baby ate the mouldy bread",
    "grandma already had some of the spoiled fish",
)
SPARED = (
    "给宝宝买的 还没吃 发霉了",
    "不敢给孩子吃 都坏了",
    "我吃了一个发现坏了，没敢给孩子吃",
    "给孩子买的草莓 我先尝了一口 是臭的",
    "宝宝吃了好的 坏的2盒没动",
    "孩子爱吃草莓 坏了三盒",
    "要是孩子吃了怎么办 都发霉了",
    "在家带孩子没空跑 吃了一个坏的",
    "奶粉结块 还没给宝宝喝",
    "孩子吃了说不甜",
    "虾死了 我吃了一个",
    "狗吃了发霉的面包",
    "外公啃了两口说硬",
    "my baby didn't eat it, it was mouldy",
)


@pytest.mark.parametrize("text", HARMED)
def test_bad_goods_that_somebody_frail_had_are_a_matter_of_safety(text):
    reading = said(text)
    assert reading.severity == "safety"
    assert "vulnerable" in reading.signals


@pytest.mark.parametrize("text", SPARED)
def test_what_nobody_frail_had_is_not(text):
    assert said(text).severity == "normal"


@pytest.mark.parametrize("text", ["你们再不退我就去跳楼", "我不想活了", "I want to kill myself"])
def test_who_speaks_of_taking_the_own_life_is_in_danger(text):
    reading = said(text)
    assert (reading.despair, reading.severity, reading.signals) == (True, "major", ("injury",))


@pytest.mark.parametrize("text", ["跳楼价买的草莓坏了", "虾都不想活了", "有农药味", "你们怎么不去死"])
def test_figures_of_death_are_not(text):
    assert not said(text).despair


@pytest.mark.parametrize(
    "text", ["我要你们赔我三倍，不然我打12315", "赔偿我精神损失费", "退一赔三", "I want three times the price back"]
)
def test_several_times_the_price_is_a_threat_and_no_wish_for_a_coupon(text):
    reading = said(text)
    assert (reading.severity, reading.remedies) == ("major", ())


@pytest.mark.parametrize("text", ["要赔多少钱", "能赔多少", "医药费谁赔"])
def test_who_asks_about_money_wishes_no_coupon(text):
    assert said(text).remedies == ()


@pytest.mark.parametrize("text", ["给点补偿", "坏了2盒 要求赔偿", "赔我一盒"])
def test_who_wants_to_be_compensated_wishes_that(text):
    assert said(text).remedies == ("compensation",)
    assert said(text).severity == "normal"

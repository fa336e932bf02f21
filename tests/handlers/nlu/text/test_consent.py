from __future__ import annotations

import pytest

from handlers.nlu.text import consent


@pytest.mark.parametrize(
    "text",
    [
        "嗯呢",
        "ok的",
        "好嘞 就这么弄吧",
        "对对对 快点哈",
        "没问题，麻烦你们了",
        "系嘅 唔该",
        "對的 謝謝",
        "行，交吧",
        "中，就恁办",
        "yes pls",
        "looks good",
        "go ahead",
        "yep, that's right, cheers",
        "Sure, please do",
        "OK thanks a lot",
        "all good, submit",
    ],
)
def test_a_yes_in_whatever_words(text: str) -> None:
    assert consent.agrees(text)


@pytest.mark.parametrize(
    "text",
    ["不对", "好几个", "2盒", "不好", "草莓坏了", "换成补发", "yes but 3", "not ok", "谢谢", "no", "", "好的那盒没坏"],
)
def test_what_is_no_yes(text: str) -> None:
    assert not consent.agrees(text)


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("对的，早点给我弄好我要做饭了", True),
        ("ok that is exactly what happened", True),
        ("没错，我家里等着用", True),
        ("对，但是少写了一盒", False),
        ("yes, only the wish is wrong", False),
        ("好吃的不是这个", False),
    ],
)
def test_a_yes_that_goes_on(text: str, yes: bool) -> None:
    assert consent.opens_with_yes(text) is yes


@pytest.mark.parametrize(
    "text", ["谢谢啊", "好吧", "多谢多谢", "ok", "thanks a lot", "ok cheers mate", "好的 谢谢你们", "唔該晒"]
)
def test_thanks(text: str) -> None:
    assert consent.thanks(text)


@pytest.mark.parametrize("text", ["谢谢 还少一盒", "thanks but the eggs are broken too", "谢谢你 什么时候到账"])
def test_thanks_with_something_else(text: str) -> None:
    assert not consent.thanks(text)

"""Words of consent and of thanks, however they are strung together: 嗯嗯对的 交吧, yes that's spot on, ta."""

from __future__ import annotations

import re
from collections.abc import Iterable

from handlers.messages.patterns import pattern_of
from handlers.nlu.text.normalisation import normalise

LONGEST, OPENING, SHORT = 40, 60, 24  # characters of a text that is nothing else; that begins with it; that holds it
YES = (
    "嗯呢|嗯呐|嗯哪|嗯那|嗯啊|嗯|恩|唔|是的|是|系|係|对的|对头|对|對|没错|没有错|冇错|无错|冇問題|冇问题|没问题|没毛病|好的|好嘞|好咧|好哒|好勒|好滴|好|得嘞|得了|得|中|行|要得要得|可以"
    "|成|要得|妥了|妥|啱|喺|同意|接受|确认|确定|提交|交吧|交|发吧|报吧|办吧|ok|okay|okey|okk|oki|kk|yes|yep|yeah|yup|yess|ya|yah|aye|sure|right|correct|exactly|spoton"
    "|looksgood|lookright|looksright|allgood|soundsgood|goahead|pleasedo|doit|goodtogo|fine|perfect|confirm|confirmed|agreed|agree|submit|noproblem|noproblems|goforit|exact|exactly|deal|达成|thatsit|thatsright|thatiscorrect|thatisright"
)
THANKS = "谢谢|多谢|谢了|谢|感谢|辛苦|唔该|唔該|麻烦|拜托|有劳|thanks|thankyou|thx|thankx|tks|ta|cheers|"
"muchappreciated|appreciated|appreciateit|bless"
GOT = (
    "收到了|收到|已收到|到了|到账了|到账|已到账|钱到了|钱收到了|钱收到|退款收到了|退款收到|退款到了|款到了"
    "|入账了|received|got|arrived|money|refund"
)
FILLER = (
    "就是这个|就是|这个|那个|个|就这样|就这么|就咁样|就咁|就恁个|恁个|咁样|这样子|这样|这么着|这么|整|搞掂|搞定|搞|弄好|弄|办|处理|来|着|去|您|你们|你|我|咗|晒|哂|嘅|嘎|噶|㗎|咯|囖|啵|喇|啦|了|的|呀|啊|呐|呢|哈|哦|噢|喔|嘛|嘞"
    "|嗨|呗|吧|哟|唷|勒|滴|快点|快d|快啲|快|赶紧|尽快|帮忙|帮|给|一下|下|老板|亲|师傅|小妹|同志|客服|都|就|也|全部|全|很|非常|哎|诶|唉|那|恁|额|格能|格样|嘞个样子|就嘞个|咁就|恁样|nah|wellthen|well|dotheneedful|do|needful|kindly|please|pls|plz|verymuch|somuch|very|much|alot|mate|lah|la|dear"
    "|sir|madam|maam|admin|friend|thats|thatis|that|its|itis|it|iis|is|are|all|everything|details|theclaim|this|these|then|now|now|for|you|your|help|and|so|i|the|a|ha|haha|love|lovely|kindly|great|good|nice|ever|from|here"
)
CONTRARY = pattern_of(
    r"[不没别勿冇唔未无]|但|可是|就是|只|[?？\d]|\b(?:no|not|don'?t|isn'?t|wrong|but|only|except|wait|instead|change|one)\b",
    re.I,
)
MARKS = pattern_of(r"[\W_]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


SHORTEST = frozenset("得中成来交")  # these open other sentences too
YES_WORDS, THANKS_WORDS, FILLERS = _words(YES), _words(THANKS), _words(FILLER)
GOT_WORDS = _words(GOT)
CHINESE_YES = sorted((word for word in YES_WORDS if not word.isascii() and word not in SHORTEST), key=len, reverse=True)
OPENS = pattern_of(
    rf"^\s*(?:(?:{'|'.join(CHINESE_YES)})(?![是个意过几些多像久吃转])"
    r"|(?:ok|okay|yes|yep|yeah|yup|sure|correct|exactly|perfect|confirm(?:ed)?|agreed?)\b)",
    re.I,
)
WITHIN = pattern_of(r"对的|没错|正确|可以的|好的|\b(?:correct|right|yes|ok|okay|exactly|perfect)\b")


def _plain(text: str) -> str:
    return MARKS.sub("", normalise(text)).casefold()


def _made_of(text: str, needed: Iterable[str], others: Iterable[str]) -> bool:
    """Return whether a plain text is wholly made of these words, one of the needed ones among them."""
    needs, rest = frozenset(needed), frozenset(others)
    longest = max(map(len, needs | rest))
    reached: list[set[bool]] = [set() for _ in range(len(text) + 1)]
    reached[0].add(False)
    for start in range(len(text)):
        for end in range(start + 1, min(len(text), start + longest) + 1):
            word = text[start:end]
            if word in needs:
                reached[end] |= {True} if reached[start] else set()
            elif word in rest:
                reached[end] |= reached[start]
    return True in reached[len(text)]


def agrees(text: str) -> bool:
    """Return whether a text is a yes and nothing else, in whatever words: 嗯呐，就这么整; yep, looks good, thanks.

    >>> agrees("嗯嗯对的 交吧"), agrees("yes that's spot on, ta very much"), agrees("不对"), agrees("谢谢")
    (True, True, False, False)
    """
    bare = _plain(text)
    return 0 < len(bare) <= LONGEST and _made_of(bare, YES_WORDS, THANKS_WORDS | FILLERS)


NO_CONTRARY = pattern_of(r"[没冇无]有?错|[没冇无]问题|没毛病|no problems?|not bad", re.IGNORECASE)


def opens_with_yes(text: str) -> bool:
    """Return whether a text begins with a yes and says nothing that goes against it."""
    told = normalise(text)
    if len(text) <= SHORT and WITHIN.search(told) and not CONTRARY.search(NO_CONTRARY.sub("", told)):
        return True
    return len(text) <= OPENING and bool(OPENS.search(told)) and not CONTRARY.search(NO_CONTRARY.sub("", told))


def thanks(text: str) -> bool:
    """Return whether a text is thanks or a nod and nothing else: 好吧 谢谢啊, ok cheers.

    >>> thanks("谢谢啊"), thanks("ok, thank you so much"), thanks("谢谢 还少一盒")
    (True, True, False)
    """
    bare = _plain(text)
    return 0 < len(bare) <= LONGEST and _made_of(bare, THANKS_WORDS | YES_WORDS, FILLERS)


def received(text: str) -> bool:
    """Return whether a text says that something came, with thanks at most: 收到了 谢谢, got the money, thank you.

    >>> received("收到了 谢谢"), received("Got the refund, thanks"), received("还没收到"), received("收到了 少一盒")
    (True, True, False, False)
    """
    bare = _plain(text)
    return 0 < len(bare) <= LONGEST and _made_of(bare, GOT_WORDS, THANKS_WORDS | YES_WORDS | FILLERS)

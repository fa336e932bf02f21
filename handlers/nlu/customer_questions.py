"""Questions that customers ask along the way, by their words: when the money comes, who pays freight, a bot?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers.messages.patterns import pattern_of
from handlers.nlu.text.normalisation import normalise

LONGEST = 160  # characters of a message in which a question is looked for
WHEN = r"(?:什么时候|什么时侯|啥时候|啥时|何时|几时|多久|多长时间|几天|几耐|几日|咩时候|好久|哪天|几号)"
MONEY = r"(?:退款|退钱|退返|钱|款|到账|到帐|退到|退)"
PAYING = r"(?:运费|邮费|快递费|路费|来回费)"
BACK = r"(?:寄回|退回|寄返|送回|寄畀|拿回|退货|送返|拎回)"


@dataclass(frozen=True, slots=True)
class Question:
    """A built-in question: how it is asked, and the remedies that its words seem to wish but do not."""

    asked: re.Pattern[str]
    no_wish: tuple[str, ...] = ()


def _asked(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


QUESTIONS: Mapping[str, Question] = {
    "eat": Question(_asked(
        r"(?:还)?(?:能|可以|可不可以|能不能|敢)(?:继续|接着|再|给[^,。!?;\n]{0,4})?(?:吃|喝|用|食|饮)(?:的|了)?(?:吗|么|嘛|不|没|伐|咩|呢|[?？])"
        r"|(?:能|可)(?:不能|不可以|唔可以)(?:继续|再|给[^,。!?;\n]{0,4})?(?:吃|喝|食|饮)|(?:吃|喝|食|饮)(?:了)?(?:要紧|有事|得)(?:吗|么|不|伐|唔)"
        r"|(?:can|may|could|should) (?:(?:my|the|our) \w+|i|we|he|she|they|it) (?:still |be )?(?:eat|drink|have|"
        r"use|eaten|drunk)\b"
        r"|(?:safe|ok|okay|fine) to (?:eat|drink|use)")),
    "robot": Question(_asked(
        r"(?:是|系)(?:不是|唔系|咪)?(?:个)?(?:机器人|人机|ai|真人|"
        r"人工智能)", r"(?:机器人|真人)(?:吗|么|吧|啊|嘛|还是|定系|[?？])",
        r"\b(?:are|r) (?:you|u) (?:a |an )?(?:bot|robot|human|person|machine|ai|"
        r"real)", r"\byou are (?:a )?(?:bot|robot)",
        r"(?:real|actual) (?:\w+ )?or (?:a )?(?:bot|robot|machine)", r"(?:talking|speaking|chatting) (?:to|"
        r"with) (?:a )?(?:bot|robot|machine|real)")),
    "phone": Question(_asked(
        r"(?:你们?|客服|售后|商家)的?(?:的)?(?:电话|手机号|热线|联系电话)(?:是)?(?:多少|几号|什么|呢|"
        r"[?？])?$", r"有(?:没有)?(?:客服)?电话(?:吗|么|号码|可以打|[?？])",
        r"(?:电话|热线)(?:是)?(?:多少|几多|什么)", r"(?:what'?s|what is|have|give me|is there) (?:your|you|a|"
        r"the) (?:phone|hotline|number)(?: number)?",
        r"\bnumber (?:can i|to) call")),
    "money_when": Question(_asked(
        rf"{MONEY}[^,。!?;\n]{{0,8}}{WHEN}|{WHEN}[^,。!?;\n]{{0,6}}(?:退款|退钱|到账|到帐|退到|退返|拿到钱|收到钱|退给)",
        r"(?:how long|when)[^.!?;\n]{0,40}(?:refund|money|paid|come through|back to my|in my account)",
        r"(?:refund|money)[^.!?;\n]{0,30}(?:how long|when|how many days)", r"退(?:款|钱)?(?:到|去)哪")),
    "freight": Question(_asked(
        rf"{PAYING}[^,。!?;\n]{{0,8}}(?:谁|哪个|边个|怎么|咋|出|算|付|吗|[?？])|(?:谁|哪个|边个)(?:来)?(?:出|付|承担|俾|畀)[^,。!?;\n]{{0,4}}{PAYING}",
        r"who (?:pays?|covers?|bears?|is paying)", r"(?:pay|charge)[^.!?;\n]{0,20}(?:return|shipping|postage|"
        r"freight|delivery)",
        r"(?:return|shipping) (?:cost|fee|postage)"), ("return_refund", "refund", "exchange")),
    "send_back": Question(_asked(
        rf"(?:要不要|需不需要|需要|用不用|使唔使|使不使|要|用|是不是要|还要|得不得)[^,。!?;\n]{{0,4}}{BACK}[^,。!?;\n]{{0,8}}(?:吗|么|嘛|不|伐|㗎|咯|呢|[?？]|$)",
        rf"(?:要不要|需不需要|用不用|使唔使|使不使|要勿要|阿要)[^,。!?;\n]{{0,8}}{BACK}", r"(?:东西|货|坏的|"
        r"烂的)?(?:能不能|可以|可不可以)(?:直接)?(?:扔|丢)(?:了|掉)?(?:吗|么|不|[?？])",
        r"(?:do|should|must|shall|need) (?:i|we|you)[^.!?;\n]{0,20}(?:send|return|bring|give|take|"
        r"have)[^.!?;\n]{0,14}back",
        r"(?:do|should|must) i (?:need to |have to )?return", r"(?:can|may|should) i throw"),
        ("return_refund", "exchange")),
    "return_how": Question(_asked(
        r"(?:怎么|怎样|如何|咋|哪能|点样)(?:样|个)?(?:给你们|把[^,。!?;\n]{1,6})?(?:退回|退返|寄回|寄返|送回|退货|寄给|寄过)",
        r"(?:寄|退|送)(?:回|返|货)?(?:到|去|给)(?:哪|什么地方|边度|谁)",
        r"(?:退货|寄回|退回|收货|寄送|回寄)的?(?:地址|收件人)",
        r"地址(?:是)?(?:多少|哪里|哪儿|什么|发我|发一下|给我|呢|[?？])",
        r"how (?:do|can|should|shall|to|would) (?:i |we )?(?:return|(?:send|ship|mail|give|get) (?:it|them|this|that|"
        r"the \w+) back)", r"where (?:do|can|should|shall|to|must) (?:i |we )?(?:send|return|ship|mail|post)",
        r"(?:return|your|the|what) address"),
        ("return_refund", "exchange", "refund")),
    "collect": Question(_asked(
        r"(?:上门|来家|到家|来我家|过来|派人来?)(?:来)?(?:取|拿|收|提|拎)[^,。!?;\n]{0,8}(?:吗|么|嘛|不|伐|行|得|[?？]|$)|(?:能不能|可不可以|可以|能)[^,。!?;\n]{0,4}(?:上门|过来|来家里?)(?:取|拿|收|提)",
        r"(?:can|could|will) (?:you|someone|somebody|they) (?:come (?:and )?)?(?:collect|pick (?:it|them|"
        r"this) up|fetch)"),
        ("return_refund",)),
    "hours": Question(_asked(
        r"几点(?:钟)?(?:开门|关门|上班|下班|开始|结束|营业|收摊|打烊|收工|闩门|到几点)|(?:开门|关门|营业|上班)(?:时间)?(?:到|是)?(?:几点|什么时候|啥时候)|(?:最晚|最迟)[^,。!?;\n]{0,6}(?:几点|什么时候)[^,。!?;\n]{0,6}(?:取|拿|提|拎)?"
        r"|(?:取|拿|提|拎)[^,。!?;\n]{0,4}(?:到|最晚|最迟)[^,。!?;\n]{0,3}几点|几点[^,。!?;\n]{0,6}(?:取|拿|提)得?(?:到|货)?",
        r"(?:opening|business|working) hours|(?:what time|when) (?:do|does|are|is) (?:you|it|"
        r"the \w+)[^.!?;\n]{0,12}(?:open|close|shut)",
        r"(?:until|till) what time|how late")),
    "invoice": Question(_asked(r"发票", r"\binvoice|\breceipt for tax|fapiao")),
    "needed": Question(_asked(
        r"(?:要|需要|还要|还需要)(?:提供|准备|发|交|给)?(?:些)?(?:什么|啥|哪些)(?:材料|资料|东西|信息|证据|凭证|"
        r"照片|图)?(?:吗|呢|[?？]|$)", r"(?:怎么|咋|如何)(?:申请|办理?|弄|操作|报售后)(?:呢|啊|[?？]|$)",
        r"what (?:do|else do|else) (?:you|i|u) (?:need|want|have to)", r"what is needed|what'?s needed")),
    "how_long": Question(_asked(
        rf"(?:{WHEN}|几天)[^,。!?;\n]{{0,6}}(?:处理|解决|回复|有结果|答复|审核|补|送|发|换|能好|搞定|弄好|得)|(?:处理|审核|补发|补|换货|回复|结果)[^,。!?;\n]{{0,6}}{WHEN}|要等?(?:{WHEN})",
        r"how long (?:does|do|will|must|should|to|is)|when will (?:you|it|i hear|the new|they)|how many days")),
    "keep": Question(_asked(
        r"(?:放|存|保存|冻|冰)[^,。!?;\n]{0,8}(?:冷藏|冷冻|冰箱|常温|几天|多久|要不要紧|会不会坏|会得坏|坏脱)[^,。!?;\n]{0,8}(?:吗|么|伐|不|还是|呢|[?？]|$)|(?:怎么|咋|哪能|如何|点)(?:保存|存放|放|储存)",
        r"how (?:do|should|can|to|long can) (?:i )?(?:store|keep|ripen)|(?:store|keep) (?:it|them|this)? ?(?:in|"
        r"at) (?:the )?(?:fridge|freezer|room)")),
}  # fmt: skip
"""Questions in the order in which they are looked for; one message may ask several."""
FRAIL = pattern_of(
    r"宝宝|孩子|小孩|娃|婴儿|儿子|女儿|闺女|孙子|孙女|老人|奶奶|爷爷|孕妇|怀孕|baby|child|kid|son\b|daughter|toddler|infant|pregnant|grand"
)
ASKS = pattern_of(
    r"[?？]|(?:吗|么|呢|嘛|咩|伐|没有|不咯)\s*$|什么时候|为什么|为啥|怎么|咋|能不能|可不可以|要不要|是不是|有没有|会不会|哪里|哪个|谁"
    r"|^(?:how|when|where|who|why|what|which|can|could|do|does|is|are|may|will|should)\b",
    re.IGNORECASE,
)


def questions(text: str) -> tuple[str, ...]:
    """Return the built-in questions that a text asks."""
    if len(text) > LONGEST:
        return ()
    told = normalise(text)
    found = [name for name, question in QUESTIONS.items() if question.asked.search(told)]
    if {"money_when", "freight", "collect"} & set(found):
        found = [name for name in found if name not in ("how_long", "send_back", "return_how")]
    if "return_how" in found:
        found = [name for name in found if name not in ("how_long", "send_back")]
    return tuple(found)


OF_RETURN = frozenset({"return_how", "freight", "send_back"})
"""Questions that a ticket answers whose goods are awaited back."""


def asks_of_return(text: str) -> bool:
    """Return whether a text asks how, where or at whose cost goods are sent back."""
    return not OF_RETURN.isdisjoint(questions(text))


NOTHING = pattern_of(
    r"只是(?:想)?问|就是问|问一下(?:而已|就好)?$|问问(?:而已|就好)?$|随便问|不是(?:要)?(?:投诉|退|售后)|(?:没有?|冇|呒没|莫得|冒得)(?:什么|啥|么斯|别的|得)?(?:坏|问题|事)|都(?:是)?好的?$|(?:不要|不用)(?:什么|么斯|啥)"
    r"|(?:only|just) ask|just a question|not (?:a )?complain|no complaint|nothing(?: is)? wrong|^nothing\b|"
    r"all good|all fine|it'?s fine|no problem",
    re.IGNORECASE,
)


def nothing_wrong(text: str) -> bool:
    """Return whether a text says that nothing is claimed: 只是问一下, nothing, all good."""
    return len(text) <= LONGEST and bool(NOTHING.search(normalise(text)))


def nothing_else(text: str) -> bool:
    """Return whether such a text names nothing beside it: of 青菜冇事 only the greens are fine."""
    return len(re.sub(r"[\W的了喇啦啊呀嘅咗我系是都也]", "", NOTHING.sub("", normalise(text)))) < 2


PERSON = pattern_of(
    r"(?:来|找|叫|要|换|给我|让|派|请|喊|接|转|想)[^,。!?;\n]{0,6}(?:活人|真人|人工|大活人|老板|经理|主管|店长|领导|负责人|客服人员|管理员|站长)(?!的)|(?:找|叫|来|换)(?:一?个|你们)?管事的?"
    r"|(?:活人|真人|人工|老板|经理|主管|店长|领导|负责人|管事的?)[^,。!?;\n]{0,4}(?:来|出来|过来|回话|说话|接|打电话|联系|回个?电话|给我)|(?:给我|帮我|跟我)?(?:回|打)(?:个|一个)?电话(?:给我|过来|来)|换个人"
    r"|(?:别|不要|不想)[^,。!?;\n]{0,3}(?:跟|和|同)?(?:机器人|机器)[^,。!?;\n]{0,4}(?:讲|说|聊|回)"
    r"|(?:speak|talk|chat|connect|transfer|put|escalate|pass|hand)(?: me| this| it)?(?: through)? (?:to|"
    r"with) (?:a |an |the |your |some |any )*(?:real |actual |human |live )*(?:responsible|manager|supervisor|"
    r"boss|director|person|human|someone|somebody|agent|owner|people|representative|rep|staff)"
    r"|(?:want|need|get|give|send|call|bring)(?: me| you)? (?:a |an |the |your )?(?:real |actual |human |"
    r"live )*(?:manager|supervisor|boss|director|human(?: being)?|real person|person(?! who)|agent)"
    r"|(?:call|ring|phone) me(?: back)?\b|(?:real|actual|live) (?:person|human)(?: being)?(?! or)(?=[.!,]|$| please)",
    re.IGNORECASE,
)
NO_PERSON = pattern_of(
    r"(?:不用|不要|别|无需|不必)(?:找|叫|转|打)?[^,。!?;\n]{0,3}(?:人工|老板|经理|主管|店长|电话)|(?:老板|店长|经理)(?:说|讲|发|推荐|让|叫)|(?:是|系)(?:不是|唔系)?真人"
    r"|(?:don'?t|do not|no) (?:need|want|call)",
    re.IGNORECASE,
)


def asks_for_person(text: str) -> bool:
    """Return whether a text asks for a person, in whatever words, not merely whether there is one."""
    told = normalise(text[: 3 * LONGEST])
    return bool(PERSON.search(told)) and not NO_PERSON.search(told)

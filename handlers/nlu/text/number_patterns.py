"""Patterns of numbers: which count goods, what they count, and which are no counts."""

from __future__ import annotations

import re

from handlers.messages.patterns import pattern_of
from handlers.nlu.text.numerals import CHINESE, ENGLISH

TIME = "\ue002"
"""The sign that takes the place of a number that counts no goods."""

CLOCK = r"(?:早上?|晚上?|上午|下午|中午|凌晨|半夜)"
SPANS = r"月|年(?!级)|小时|钟头|分钟|天|周|星期|秒"
DURATIONS = pattern_of(
    rf"(?<![\d.])\d{{1,6}}(?:\.\d{{1,2}})?\s?[多几来]?\s?个?多?"
    rf"(?:月(?!\d)|年(?!级)|小时|钟头|分钟|分(?=[,。!?;\s]|钟|$)|天|周|星期|秒|点(?:半|钟|多)?(?!\d))"
    rf"|[{CHINESE}几半好]{{1,6}}[多来]?个?多?半?(?:{SPANS}|点(?:钟|半|多)|点(?=[才了还都就到前后])|辈子|会儿)"
    r"|\d{1,2}:\d\d"
    r"|\b(?:\d+|one|two|three|four|five|six|an|a few|several)"
    r" (?:hours?|minutes?|mins?|days?|weeks?|months?|years?)\b(?! old)"
    rf"|{CLOCK}[{CHINESE}\d]{{1,4}}点[半多]?"
)
COUNTED_ELSE = (
    "岁|度|楼|人|块钱|元|毛|折|星|次|遍|趟|口|顿|下|股|直|样|起|看|共|般|定|切|家|些|边|旦|路|回|向|律|时|心|气|番|副|丝|滴|桌|脸|身|地"
    "|肚子|袋子|盒子|箱子|手|阵|概|并|块[去儿]|条龙|条街|个劲|个性|打开"
)
IDIOMS = "十分|千万|万一|三明治|三文|三黄|五花|八角|五常|六必居|七度|九阳"
NOT_COUNTS = pattern_of(
    r"(?<![\d.])\d{1,6}(?:\.\d{1,2})?\s?个?(?:岁|度|楼|人|块钱|元|毛|折|星|次|遍|趟|mm|cm|%off|号)"
    rf"|[\d{CHINESE}]年级|\b\d{{1,3}} ?(?:years?|yrs?) old\b"
    rf"|[\d{CHINESE}几]{{1,4}}[个张]?(?:订?单(?![独身薄])|(?<=个)号|客户|顾客|邻居|团员|接龙|号(?=都|[,。\s]|$))"
    rf"|[{CHINESE}几半]{{1,6}}个?(?:{COUNTED_ELSE}|点(?![\d一二三四五六七八九]))"
    r"|\d{1,5}(?:\.\d)?(?:g|克|斤|两|kg)(?:以上|以下|左右|之间|起)|单[颗个果只粒]果?\d{1,5}(?:g|克|斤|两)"
    r"|\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*|(?:jan|"
    r"feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]* \d{1,2}(?!\d)"
    rf"|[{CHINESE}\d]{{1,3}}[个位](?:老人家?|老太太?|老头|老年人|阿[婆公伯姨嫲]|女人|女的|男人|男的|女生|男生|小孩|孩子|细路|娃儿?|学生"
    r"|[宝单]妈|妈妈|孕妇|病人|上班族|打工[人仔]|后生|租客|姑娘)"
    r"|(?:娃|孩子|大人|老人|老伴|我|他|她|家里)一个(?:人)?(?=[吃喝用在没])"
    r"|[$¥]\s?\d+(?:\.\d+)?|第[一二三四五六七八九十\d]{1,4}[个次天盒袋箱批颗枚]?|[没无]有?几[个盒颗枚只]"
    r"|[流洒撒弄糊淌溅沾][了得满]?一[袋盒箱包桌地身手]|牙[^,。!?;\n]{0,6}[一半两几][块颗截]"
    r"|(?:退|赔|补偿|便宜|少收|返)(?:我|给我)?[了个]?(?:\d{1,6}(?:\.\d{1,2})?|[一二两三四五六七八九十]{1,6})(?:块钱?|元)"
    rf"|(?:[断裂碎摔切]成了?|[断裂]了?)(?:好?几|[\d{CHINESE}]{{1,3}})[截段瓣]"
    rf"|[断裂碎摔切]成了?(?:好?几|[\d{CHINESE}]{{1,3}})[半片]|一个?(?:是(?![坏烂臭破碎裂死霉空黑好酸生])|方面|情况|问题|事|忙|说法|电话|建议|意见|要求)|{IDIOMS}|[每各哪]一?[个盒颗枚只袋]|另一?[个盒颗枚只袋](?![发坏烂臭破碎裂霉漏扁馊空软])|(?<![就只]开了)(?<![就只]拆了)(?<![就只]吃了)(?<!只有)[这那]一?[个盒箱袋份批桶瓶包](?!都)|一[样种类]"
)

LONE = pattern_of(
    r"(?<![\d.a-z])(?:[x*]\s?)?(\d{1,3})(?!\.?\d|[%a-z月日点年号分时/:-]|\s*(?:小时|分钟|天|元|块))|([俩仨])"
    rf"|(?<![a-z])({ENGLISH})(?![a-z])(?=\s[\ue001]| in (?:the|my) (?:bag|box|parcel))"
    r"|(?<=[坏烂碎破少缺漏死裂差臭])了?([一二两三四五六七八九十]{1,3})(?=[\s,。;!\ue000-\ue002]|$)"
)
TALLY = pattern_of(
    r"(?<![\d.一二两三四五六七八九十坏烂碎破死臭裂漏少缺了])(\d{1,3}|[一二两三四五六七八九十俩仨]{1,3})[个只颗枚盒袋包份瓶条]?"
    r"(?:[里中]面?|就|有|才)?(?:[坏烂碎破死臭裂漏少缺])了?"
    r"(\d{1,3}|[一二两三四五六七八九十俩仨]{1,3})(?=[\s,。;!\ue000-\ue002]|$)"
)
ENGLISH_ALL = (
    r"(?<![a-z])(?:(?<!that's )(?<!thats )(?<!that is )(?<!at )all(?! right| the best| the money)|every(?= [a-z])"
    r"|everything"
    r"|the (?:whole|entire)(?= (?:box|bag|tray|pack|lot|carton)))(?![a-z])"
)
ALL = pattern_of(
    r"全部|全都|全是(?=[坏烂臭碎破死霉黑的])|全烂|全坏|全碎|全破|全死|全(?=[臭酸化])|全军覆没|无一幸免|一个不剩|一个没剩|全(?:废|报废|完了|挂了|军)|统统|通通|所有|整[箱盒袋份板瓶包桶]|每一?[个盒袋颗枚只瓶]都|一个都没"
    r"|一个(?:好的?|能吃的?)[都也]?没有?|没有?一个是?(?:好|能吃)|没一个[好能]|个个"
    rf"|{ENGLISH_ALL}"
)
HALF = pattern_of(
    r"(?<!大)(?<!小)一半(?!天|价|个?小时)|半数|(?<![a-z])half(?: of)?(?![a-z-])"
    r"(?! (?:of )?(?:the |my )?(?:price|money|refund)| back)"
)
MOST = pattern_of(r"一?大半(?!天)|一多半|绝大部分|大部分|(?<![a-z])most(?: of)?(?![a-z])")
LIANG = pattern_of(r"\s?(\d|[一二三四五六七八九])(?:两|(?!\s?[\d.个盒袋只颗枚斤公]))")
OF = pattern_of(
    rf"(?<![\d.a-z])(\d{{1,3}}|{ENGLISH})(?<!half) (?:out )?of (?:the |my |our |these )?(?:\d{{1,3}}|{ENGLISH})?"
)
NONE = pattern_of(
    r"一([个盒袋份颗瓶箱包只板枚罐桶条斤粒根])(?:都|也)?没有?(?:给|发|放|送|装|见|[收拿]?到)?(?=[我,。!?;\n 啊呢吗]|$)"
)
ONE = pattern_of(
    r"有([个盒袋份颗瓶箱包只板枚罐桶条粒根])(?=\ue001{0,6}(?:[坏烂臭死碎馊]|破(?![洞口损])|裂(?![缝纹口])|霉(?![点斑])|黑心))"
)
ALL_BUT = pattern_of(
    rf"\ball (?:but|except)(?: for)? (\d{{1,2}}|{ENGLISH})(?![a-z])|\b(?:except|apart from)(?: for)? (\d{{1,2}}|"
    rf"{ENGLISH})(?![a-z])"
    r"|除了?(?:有)?(\d{1,2}|[一两二三四五六七八九十])[个只颗枚盒袋包份瓶箱条根块]?[^,。!?;\n0-9]{0,4}[,\s]?(?:以外|之外)?[,\s]?(?:其他|其余|其它|剩下|别的|都|全)"
)
THERE_IS = pattern_of(
    rf"\bthere(?:'s| is| are| was| were)(?: only| just)? (\d{{1,2}}|{ENGLISH})(?= in\b| inside|[.,!;]|$)"
)
BOTH = pattern_of(
    r"(?<![a-z])(?<!refund for )(?<!back for )both(?: of)?(?: the| my| them)?(?![a-z])"
    r"(?! (?:ways|sides|times|orders|days|said|and))"
)
PART_BEFORE = pattern_of(r"[层面排角边](?:的|都|也)?$|(?:底下|底部|最底)$")
INSTEAD = pattern_of(rf"instead of (?:the )?(\d{{1,3}}|{ENGLISH})(?![\d.a-z])")
COUNTED_BARE = pattern_of(r"(应到|应收|应有|应发|应|实到|实收|实际到|实发|实)\s?(\d{1,3})(?![\d.])")
BOUGHT_CAME = pattern_of(
    r"(?:买|订|定|拍|下单)了?(\d{1,3}|[一二两三四五六七八九十]{1,3})[收到得给发来]了?(\d{1,3}|[一二两三四五六七八九十]{1,3})(?=[\s,。;!]|$)"
)
ONLY = pattern_of(r"只|就|才|仅|实际|实到|实收|实|\b(?:only|just)\b")
SPEC_AFTER = pattern_of(r"\s*(?:\d{1,3}[个枚只颗粒片杯]|装的?|一[箱盒袋份板包]|/|里面?|中的?(?=[^间等]))")
FAULT_BEFORE = pattern_of(r"[坏烂碎破死臭裂漏少缺]了?$")
GOOD_AFTER = pattern_of(
    r"\s*是?(?:好的|活|[蛮挺很都]好|好得很|好[,。!?\s]|好$|能吃|完好|完整|没坏|没碎|没破|"
    r"还?没有?(?:切|开|拆|动)|可以吃)"
)

USED = pattern_of(
    r"(?<![好难能法敢])[吃喝用尝拆切煮炒洗剥啃咬][了过完掉到开下的]*(?:大概|快|将近|才|就)?$"
    r"|\b(?:ate|eaten|drank|opened|used|tried)\s?$"
)
RECEIVED = pattern_of(
    r"(?:只|就|才|仅|实际|实)(?:给|发|来|到|收到|收|有|送|装|剩|拿到|得到|见|看到|看见)?(?:了|的|是|我|我们|有)*$"
    r"|(?<![少漏应回代没出])(?:给|发|来|到|收到|收|到手|送来|送|拿到|上秤|过秤|称重|实称|称出来|称下来|一称|称了?)(?:了|我|我们|是)*(?:只有?|就|才|仅)?$"
    r"|\b(?:only|just)(?: got| received| had)?\s?$|\b(?:got|received)\s?$|\bthere(?:'s| is| are| was|"
    r" were)(?: only| just)?\s?$"
)
WISHED = pattern_of(
    r"(?:换|补|赔|重发|再发|再送|补发|补送|退|送|退回|再给|重新发)(?:我|给我|一下|了|回|个|偿|给|发)*$"
    r"|\b(?:send|resend|replace|refund)(?: me| the| another)*\s?$"
)
ORDERED = pattern_of(
    r"(?:买|订|定|拍|下单|一共|总共|共|应到|应收|应有|应该是|应该有|应该给|本来|原本|要|点|说好|没有?(?:够|足)?|不到|不足|不够|哪有|哪里有|明明|写着?|标着?|付了?|[俾畀][咗左了])[了的是有]?$"
    r"|\b(?:ordered|commanded|paid for|bought|buy|of|of the)\s?$"
)
CHANGED = pattern_of(
    r"(?:改成|改为|改到|换成|更正为|(?:不是|唔系)[^,。!?;\n]{1,6}[\s,]?(?:了)?(?:一共|总共|拢共|应该)?是|"
    r"(?:不是|唔系)\s?[\d一二两三四五六七八九十]{1,3}[个只颗枚盒袋包份瓶箱条根块]?[\s,]*(?:是|系)?|\bmake (?:it|"
    r"that)|\bchange (?:it )?to)\s?$"
)
LEFT = pattern_of(r"(?:剩|剩下|剩余|留)(?:了|的|有|那|这)?$")
DENIED = pattern_of(r"(?:不是|并非|\bnot)\s?$")
ROLES = (
    ("changed", CHANGED),
    ("denied", DENIED),
    ("good", LEFT),
    ("used", USED),
    ("received", RECEIVED),
    ("wish", WISHED),
    ("ordered", ORDERED),
)
"""What the words before a number say it counts; the first that fits."""


def _blanked(match: re.Match[str]) -> str:
    return TIME * len(match.group())


def without_durations(text: str) -> str:
    """Return a text with durations and times of day blanked: the signs by which lateness is read."""
    return DURATIONS.sub(_blanked, text)


def without_figures(text: str) -> str:
    """Return a text with all numbers blanked that count no goods: durations, sums, people, idioms."""
    return NOT_COUNTS.sub(_blanked, without_durations(text))

"""Unknown people in a text: who gives a name (我是李雷), and who is called 小张; goods of such names stay."""

from __future__ import annotations

import re
from collections.abc import Collection

from handlers.messages.patterns import pattern_of

COMMON = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅付沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎闫余潘杜戴夏钟"
    "汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦"
    "季俞章鲁葛伍韦申尤毕聂丛焦向柳邢岳齐梅莫庄辛管祝左涂谷祁舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植"
    "甘景薄单包司柏宁柯阮桂闵解柴华房"
)
"""About the two hundred commonest."""
COMPOUND = ("欧阳", "司马", "诸葛", "上官", "皇甫", "司徒", "慕容", "令狐", "尉迟", "端木")
FULL = rf"(?:{'|'.join(COMPOUND)}|[{COMMON}])"

SAID = pattern_of(
    r"(?P<said>(?:我|俺)的?(?:名字)?叫(?:做|作)?|名叫|叫做|本名|真名|我姓|叫我|喊我|称呼我|我是|俺是|本人是?|这里是|这边是)"
    rf"(?P<gap>[是叫:,\s\"']{{0,3}})(?P<name>{FULL}[\u4e00-\u9fff]{{1,3}})"
)
"""Words with which people give their names, and what may be the name; reading on shows where it ends."""
SURE = ("叫", "叫做", "叫作", "名叫", "本名", "真名")  # endings of what nothing but a name follows
ENDS = pattern_of(
    r"$|[^\u4e00-\u9fff]|[的我俺你您他她这那昨今前刚买订收拿领取要想说讲在有家号住和跟也就电手微下反付给团]"
)
ORDINARY = pattern_of(
    "严重|严格|方便|方才|马上|马大哈|高中|高兴|高度|高端|高价|高血|高龄|高温|高铁|万一|万万|万分|常客|常年|常常|常温|常住|程序|单身|单独"
    "|单位|单纯|单点|单买|单亲|白买|白等|白花|白白|白跑|白领|曾经|连续|解释|解冻|解决|安全|安心|安装|温和|温柔|温馨|易过敏|易胖|成年"
    "|成功|成心|文盲|文明|文科|向来|向你|向您|管理|管家|毛病|金牌|金卡|包月|包年|包装|包邮|段时|何必|何时|何况|何人|于是|余下|江西"
    "|江苏|安徽|石家|童叟|牛奶|盛夏|温州|武汉|武昌|兰州|成都|柳州|宁波|宁夏|宁可|宁愿|关心|关注|关于|施工|申请|申诉|左等|左边|任何"
    "|任性|谢谢|查询|查过|查了|查看|费劲|费尽|游客|景区|单价|司机|华为|房东|房客|房子|莫名|位置|位老|顾客|顾家|顾不|钱多|钱都|付了"
    "|付款|付过|付完|付费|席地|陆续|高高|洪水|甘愿|季度|周末|周[一二三四五六日到围边]|常买|黄色|白色|金色|白的|黄的|汤"
)
"""Words that begin like a name and are none."""

CLOSE = "隔壁|邻居|楼上|楼下|对门|同事|朋友|室友|闺蜜|老乡|群友|团友|同学|亲戚|姓|我叫|叫我|叫做|名叫|喊我"
BESIDE = "替|帮|给|跟|和|同|找|问|让|请|叫|与|是|@"
NICK = pattern_of(rf"(?P<before>{CLOSE}|{BESIDE}|^|(?<=[^\u4e00-\u9fff]))(?P<name>[小老阿][{COMMON}])")
BEHIND = pattern_of(
    r"$|[^\u4e00-\u9fff]|[的说讲家带买订要也他她那拿领取代帮就和跟收这退点是还都没不先已们吃]|一起|反映|反馈|下单"
)
ALONE = pattern_of("[的说讲]|家[的里]|那[份边单]|反[映馈]|带的|代[领拿]|让我|要退|要求|收到|[订买]的|也说|吃了")
GOODS = pattern_of(
    "老[姜汤白金段安路方康龙毛牛石易陈]|阿[金华胶]"
    "|小[包方段白黄金单于石毛熊牛马安苏龙易汤姜谷管康温苗成关万房文项葛柴兰梅桂江田雷景夏童高向位游曲左柏卫史武查薄甘华]"
)
"""Goods, sizes and places have such names too: they are people only where the words before leave no doubt."""


def cover(text: str, sign: str, goods: Collection[str] = ()) -> str:
    """Put `sign` over the names in a normalised text. `goods` are words that a name does not reach into."""
    text = SAID.sub(lambda found: _own(found, sign, tuple(goods)), text)
    return NICK.sub(lambda found: _nick(found, sign, tuple(goods)), text)


def _own(found: re.Match[str], sign: str, goods: tuple[str, ...]) -> str:
    name, text, start = found["name"], found.string, found.start("name")
    if ORDINARY.match(name) or text.startswith(goods, start):
        return found.group()
    first = 2 if name.startswith(COMPOUND) else 1
    for length in range(first + 1, len(name) + 1):
        end = start + length
        if length <= first + 2 and (ENDS.match(text, end) or text.startswith(goods, end)):
            return found["said"] + found["gap"] + sign + name[length:]
    if not found["said"].endswith(SURE):
        return found.group()
    return found["said"] + found["gap"] + sign + name[first + 2 :]


def _nick(found: re.Match[str], sign: str, goods: tuple[str, ...]) -> str:
    name, text, before = found["name"], found.string, found["before"]
    if text.startswith(goods, found.start("name")):
        return found.group()
    close = bool(before) and before not in BESIDE.split("|")
    told = before or text[found.start("name") - 1 : found.start("name")] == sign  # beside a number: 5号小张 草莓坏了
    behind = BEHIND if told else ALONE
    if (GOODS.match(name) and not close) or not behind.match(text, found.end()):
        return found.group()
    return before + sign

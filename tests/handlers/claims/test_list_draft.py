"""A leader's list from the message to the tickets, on the real intake, database and courier."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from cpu_time import at_most
from leader_evening import LEADER, NOW, Evening, whole
from playing import DATA, orders_of
from sample_lists import TWENTY
from sqlalchemy import select

from handlers.claims import claim as claims
from handlers.claims import list_draft
from handlers.messages.models import Origin
from handlers.nlu.lists import sheet_rows
from storage import evidence, people
from storage import tables as t


@pytest.fixture
def evening():
    made = Evening()
    yield made
    made.world.close()


def test_twenty_lines_are_one_card_at_once(evening):
    evening.say(TWENTY, wait=0.1)
    advice, card = evening.world.phones[LEADER]
    assert card.at - NOW < timedelta(seconds=0.1)  # nothing waits for quiet
    assert advice.text.startswith("🚨 34号")
    assert "读到 22 个问题" in card.text
    assert "17 条可直接提交（16 单）" in card.text
    assert [label for label, _ in card.buttons] == ["看清单", "提交17条"]
    assert sorted(evening.tickets()) == [("KT260612-0020", "queued"), ("KT260612-0034", "queued")]


def test_twenty_lines_are_read_and_filed_in_time(evening):
    evening.say("3号 草莓坏2盒\n5号 车厘子软了")  # warm
    evening.tap("提交")
    with at_most(4):
        evening.say(TWENTY)
        evening.tap("提交")


def test_a_ticket_for_each_order_with_a_line_for_each_problem(evening):
    evening.say(TWENTY)
    told = whole(evening.tap("提交17条"))
    assert len(evening.tickets()) == 18
    assert [line[0] for line in evening.lines("KT260612-0008")] == ["damaged_package", "not_received"]
    assert evening.lines("KT260612-0028") == [("damaged_package", "", "resend")]
    with evening.world.write() as tx:
        pairs = tx.execute(select(t.tickets.c.no, t.tickets.c.order_no, t.tickets.c.customer_id)).all()
    for no, order, customer in pairs:
        assert customer is not None  # the buyer stands on the ticket beside the leader
        if order not in ("KT260612-0020", "KT260612-0034"):
            assert f"{int(order[-4:])}号 {no}" in told


def test_who_owes_a_photo_waits_and_who_does_not_is_queued(evening):
    evening.say(TWENTY)
    evening.tap("提交17条")
    states = dict(evening.tickets())
    assert states["KT260612-0029"] == states["KT260612-0021"] == "queued"
    assert states["KT260612-0026"] == "waiting_customer"
    evening.say("26号西瓜的照片", photos=1)
    assert dict(evening.tickets())["KT260612-0026"] == "queued"


def test_the_desk_gets_a_card_for_serious_lines_only(evening):
    evening.say(TWENTY)
    evening.tap("提交17条")
    assert len([one for one in evening.desk.posted if one.kind == "card"]) == 2


def test_a_second_tap_and_a_second_paste_file_nothing(evening):
    evening.say(TWENTY)
    evening.tap("提交17条")
    many = len(evening.tickets())
    assert "已经建过单" in whole(evening.tap("提交17条"))
    assert "没有重复建单" in whole(evening.say(TWENTY))
    assert "没有重复建单" in whole(evening.say("3号　草莓坏2盒！\n27 西瓜裂"))
    evening.say("提交")
    assert len(evening.tickets()) == many


def test_the_same_lines_in_other_words_are_shown_with_their_ticket(evening):
    evening.say(TWENTY)
    evening.tap("提交17条")
    told = whole(evening.say("3号的草莓有2盒坏掉了\n27号西瓜裂开了"))
    assert "已经有单，不重复建：3号 CD-" in told
    assert "27号 CD-" in told


def test_what_the_customer_filed_is_shown_as_such(evening):
    buyer = "李婷"
    evening.world.bind(buyer, "13800002231", buyer)
    evening.say("KT260612-0003 草莓坏了2盒，想退这两盒的钱", buyer)
    evening.say("", buyer, photos=2)
    evening.say("提交", buyer)
    card = whole(evening.say(TWENTY))
    assert "已经有单，不重复建：3号 CD-" in card
    evening.tap("提交16条")
    assert len(evening.lines("KT260612-0003")) == 1
    assert len(evening.tickets()) == 18


def test_answers_in_one_message(evening):
    evening.say(TWENTY)
    evening.tap("提交17条")
    told = whole(evening.say("12是今天的张阿姨 32不要了 35不用"))
    assert "已建单：12号 CD-" in told
    assert "已撤下：32号，35号" in told
    assert evening.lines("KT260612-0012") == [("quality_spoiled", "1/3", "refund")]
    assert evening.lines("KT260611-0012") == []
    assert not evening.list().questions()


def test_answers_before_the_first_submit_join_the_button(evening):
    evening.say(TWENTY)
    told = evening.say("12是昨天张莉的 32号五花肉臭了 35不用")
    assert any(label == "提交19条" for label, _ in told[-1].buttons)
    evening.tap("提交19条")
    assert [line[0] for line in evening.lines("KT260611-0012")] == ["quality_spoiled"]
    assert evening.lines("KT260612-0032") == [("quality_spoiled", "", "refund")]


@pytest.mark.parametrize(
    ("words", "states"),
    [
        ("①今天 ②五花肉臭了 ③不用", {"12": "ready", "32": "ready", "35": "withdrawn"}),
        ("今天的", {"12": "ready", "32": "ask problem", "35": "ask refunded"}),
        ("五花肉臭了", {"12": "ask order", "32": "ready", "35": "ask refunded"}),
        ("35要新建", {"35": "ask problem"}),
        ("都不要了", {"12": "withdrawn", "32": "withdrawn", "35": "withdrawn", "3": "withdrawn"}),
        ("12号不要了", {"12": "withdrawn", "32": "ask problem"}),
        ("好的", {"12": "ask order", "35": "ask refunded"}),
        ("是的", {"12": "ask order", "35": "ask refunded"}),
        ("12 the one from yesterday", {"12": "ready"}),
    ],
)
def test_answers_in_other_words(evening, words, states):
    evening.say(TWENTY)
    evening.say(words)
    assert {pickup: evening.states()[pickup] for pickup in states} == states


def test_answers_by_tap_and_by_number(evening):
    evening.say(TWENTY)
    evening.tap("看清单")
    evening.tap("12号 昨天")
    assert evening.states()["12"] == "ready"
    assert evening.list().line(5).order_no == "KT260611-0012"
    evening.tap("35号 不用")
    assert evening.states()["35"] == "withdrawn"
    evening.say("2")  # the second button shown: submit
    assert len(evening.tickets()) == 19


def test_the_newest_activity_never_wins_by_itself(evening):
    evening.say("12号 桃子烂了\n25号 桃子坏了\n25号 鸡蛋碎了3个\n26号 奶粉结块了")
    assert [f"{one.pickup} {one.order_no or 'asked'} {one.ask}".strip() for one in evening.list().lines] == [
        "12 asked order",
        "25 KT260611-0025",  # only yesterday's order holds peaches
        "25 KT260611-0025",
        "26 asked order",  # the same item in both
    ]


def test_buyers_of_other_sites_cannot_be_matched(evening):
    told = whole(
        evening.say("1号 草莓坏了2盒\n周晓 草莓坏了\nKT260612-0002 西瓜裂了\n尾号2004 桃子烂了\n3号 草莓坏2盒")
    )
    assert told.count("草莓300g") == 1  # of the one line that is this site's own
    assert [line.order_no for line in evening.list().lines] == ["", "", "", "", "KT260612-0003"]
    evening.say("李婷 草莓坏了1盒\n19号 鸡蛋碎了")
    evening.say("提交")
    orders = [order for order, _ in evening.tickets()]
    assert orders == ["KT260612-0003"]
    told = whole(evening.say("清单"))
    for name in ("周晓", "蒋先生", "沈阿姨", "杜鹃"):
        assert name not in told.replace("周晓 草莓坏了", "")  # the leader's own words


def test_a_removed_leader_has_no_list(evening):
    with evening.world.write() as tx:
        one = tx.execute(select(t.leaders.c.id)).scalar_one()
        people.remove_leader(tx, one, NOW)
    evening.say(TWENTY)
    assert evening.tickets() in ([], [(None, "queued")])


def test_a_continuation_joins_the_list(evening):
    evening.say("3号 草莓坏2盒\n8号：")
    told = whole(evening.say("鸡蛋碎了7个\n还有酸奶没收到\n27号 西瓜裂\n28号同上"))
    assert "读到 5 个问题" in told
    evening.tap("提交5条")
    assert [line[0] for line in evening.lines("KT260612-0008")] == ["damaged_package", "not_received"]
    assert len(evening.tickets()) == 4


def test_later_words_correct_an_open_line(evening):
    evening.say("3号 草莓坏2盒\n27号 西瓜裂")
    evening.say("3号 草莓坏了3盒")
    evening.tap("提交2条")
    assert evening.lines("KT260612-0003") == [("quality_spoiled", "3", "refund")]


def test_more_than_was_bought_is_asked(evening):
    told = evening.say("3号 草莓坏9盒\n27号 西瓜裂")
    assert evening.states()["3"] == "ask quantity"
    evening.tap("看清单")
    evening.say("3号是2盒")
    assert evening.states()["3"] == "ready"
    assert told


def test_a_line_that_takes_back_is_shown_as_withdrawn(evening):
    told = whole(evening.say("3号 草莓坏2盒\n27号 西瓜裂\n28号 不要了\n27号不要了"))
    assert "已撤下：27号，28号" in told or "已撤下：28号，27号" in told
    evening.tap("提交1条")
    assert [order for order, _ in evening.tickets()] == ["KT260612-0003"]
    assert "撤回" in whole(evening.say("3号不要了"))
    evening.tap("撤回 CD-")
    assert evening.tickets() == [("KT260612-0003", "withdrawn")]


def test_a_dropped_list_files_nothing_and_may_be_pasted_again(evening):
    evening.say("3号 草莓坏2盒\n27号 西瓜裂")
    assert "都放下了" in whole(evening.say("取消"))
    evening.say("提交")
    assert evening.tickets() == []
    evening.say("3号 草莓坏2盒\n27号 西瓜裂")
    evening.tap("提交2条")
    assert len(evening.tickets()) == 2


def test_an_old_button_shows_how_the_list_stands(evening):
    old = evening.say("3号 草莓坏2盒\n27号 西瓜裂")[-1]
    evening.say("31号 牛奶漏了")
    tap = next(tap for label, tap in old.buttons if "提交" in label)
    told = evening.say("", kind="tap", tap=tap)
    assert evening.tickets() == []
    assert "3 条可直接提交" in whole(told)


def test_a_serious_line_without_an_order_is_raised_all_the_same(evening):
    told = whole(evening.say("99号 小孩吃了虾拉肚子\n3号 草莓坏2盒"))
    assert "请马上停止食用" in told
    ((order, _),) = evening.tickets()
    assert order is None
    evening.say("99号写错了，是34号")
    evening.say("是34号 许妈妈")
    assert [one for one, _ in evening.tickets()] == ["KT260612-0034"]


def test_a_line_that_a_supervisor_made_milder_stays_so_when_its_order_is_told(evening):
    def graded() -> list[tuple[str | None, str]]:
        with evening.world.write() as tx:
            return [(row.order_no, row.severity) for row in tx.execute(select(t.tickets))]

    evening.say("99号 小孩吃了虾拉肚子\n5号 车厘子坏2个")
    with evening.world.write() as tx:
        no = tx.execute(select(t.tickets.c.no)).scalar_one()
    evening.desk.act("S", kind="tap", tap=f"pick:{no}")
    evening.desk.act("S", kind="tap", tap=f"correct:{no}::s:normal")
    evening.say("99号写错了，是34号")
    assert graded() == [("KT260612-0034", "normal")]
    assert evening.states() == {"99": "raised", "5": "ready"}


def test_nothing_is_dropped_in_silence(evening):
    text = "大家好\n3号 草莓坏2盒\n王姐 18:32\n[图片]\n🙏🙏\n27 西瓜裂\n明天开团樱桃\n今天天气不错"
    card = whole(evening.say(text))
    told = whole(evening.tap("看清单"))
    # a speaker and the place of a picture are no words
    for words in ("大家好", "🙏🙏", "明天开团樱桃", "今天天气不错"):
        assert f"“{words}" in told
    assert "行不是售后" in card


def test_fifty_lines(evening):
    pickups = [3, 5, 8, 17, 21, 22, 23, 24, 27, 28, 29, 30, 31, 33, 35]
    words = ["第{n}条 没收到货", "送晚了", "包装破了"]
    lines = [f"{pickups[n % 15]}号 {words[n // 15 % 3].format(n=n)} 第{n}次说" for n in range(50)]
    with at_most(2):
        told = evening.say("\n".join(lines))
    assert all(len(one.text) < 1000 for one in told)
    heard = evening.tap("看清单")
    assert all(len(one.text) < 1000 for one in heard)
    for pickup in pickups:
        assert f"{pickup}号" in whole(heard)


HOSTILE = [
    "3号 草莓坏2盒\n" * 60,
    "3号3号3号3号\n" * 5,
    "\n".join(str(n) for n in range(400)),
    "1-60号 西瓜裂\n1-9999号 西瓜裂",
    "３号\u202e草莓坏\u0000２盒\n{no} 草莓坏\n%s 5号",
    "<b>3号</b> 草莓坏2盒\n'; DROP TABLE tickets;-- 5号 车厘子软",
    "①②③④\n同上\n也是\n还有\n：\n号号号\n3号",
    "3号 " + "草莓坏" * 900 + "\n5号 车厘子软",
    "😀" * 500 + "\n3号😀草莓😀坏😀2盒",
    "list:submit:1\nlist:answer:1:0",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_lists(evening, text):
    with at_most(8):
        evening.say(text)
        evening.say("清单")
        evening.say("提交")
        evening.say(text)
        evening.say("①不用")
    own = {order.order_no for order in orders_of(DATA / "g0612.csv") if order.site_no == "Z07"}
    assert {order for order, _ in evening.tickets()} <= own | {None}
    assert len(evening.tickets()) <= len(own)


@pytest.mark.parametrize(
    "tap", ["list:", "list:submit", "list:submit:9", "pair:1:1", "pair:x", "pair:99:no", "list:answer:1:99@x", "list:x"]
)
def test_hostile_taps(evening, tap):
    evening.say("", kind="tap", tap=tap)
    evening.say("3号 草莓坏2盒\n12号 桃子烂")
    evening.say("", kind="tap", tap=tap)
    assert evening.tickets() == []


def test_a_list_in_english(evening):
    text = (
        "Z07 today:\nno. 3: strawberries rotten, 2 boxes\n#5 cherries soft, both\n"
        "no. 8: 7 eggs broken, yogurt missing\n"
        "no. 12: peaches a third rotten\n27: melon cracked\nno. 34: shrimp smelled, the child has diarrhea"
    )
    told = evening.say(text)
    assert "problems read" in told[-1].text
    assert told[-1].buttons[0][0] == "List"
    assert evening.states()["12"] == "ask order"
    assert evening.states()["34"] == "raised"
    filed = whole(evening.tap("Submit"))
    assert "no. 3 CD-" in filed
    assert "12 Jun" in filed or "today" in filed
    evening.say("12 is today's")
    assert [line[0] for line in evening.lines("KT260612-0012")] == ["quality_spoiled"]


def test_forwarded_messages_become_a_claim_for_each_customer(evening):
    said = partial(Origin, at=NOW - timedelta(hours=1))
    evening.say("草莓坏了2盒", origin=said(name="李婷"), wait=0.1)
    evening.say("", photos=2, origin=said(name="李婷"), wait=0.1)
    evening.say("西瓜裂了", origin=said(name="高洁"), wait=0.1)
    heard = evening.say("牛奶漏了", origin=said(name="小雨妈"))
    assert len(heard) == 1  # one answer for the burst
    assert "小雨妈说“牛奶漏了”：是几号的？" in whole(evening.tap("看清单"))
    evening.say("小雨妈是31号")
    evening.tap("提交3条")
    assert [order for order, _ in evening.tickets()] == ["KT260612-0003", "KT260612-0026", "KT260612-0031"]
    with evening.world.write() as tx:
        row = tx.execute(select(t.tickets).where(t.tickets.c.order_no == "KT260612-0003")).one()
        assert row.said == [[(NOW - timedelta(hours=1)).isoformat(), "李婷：草莓坏了2盒"]]
        assert len(evidence.of_ticket(tx, row.no)) == 2


def test_the_list_survives_its_json(evening):
    evening.say(TWENTY)
    evening.say("", photos=2)
    draft = evening.list()
    talk = list_draft.keep(claims.Talk(), draft)
    again = claims.from_json(claims.to_json(talk))
    assert list_draft.of(again) == draft
    raw = dict(claims.to_json(talk)["listed"])
    raw["lines"] = [{**line, "new": 1} for line in raw["lines"]]
    assert list_draft.of(replace(again, listed={**raw, "strange": 1})) == draft
    assert list_draft.of(claims.Talk()) is None


def test_a_new_day_forgets_what_is_done_with(evening):
    evening.say(TWENTY)
    evening.tap("提交17条")
    evening.world.until(NOW + timedelta(hours=13))
    evening.say("9号 不对\n27号 西瓜裂")
    draft = evening.list()
    assert [line.pickup for line in draft.lines][:3] == ["12", "32", "35"]  # what was asked is not forgotten
    assert draft.line(draft.lines[-1].key).state == "already"


def test_a_list_that_nobody_submits_is_reminded_of_once(evening):
    evening.say("3号 草莓坏2盒\n27号 西瓜裂")
    heard = len(evening.world.phones[LEADER])
    evening.world.until(NOW + timedelta(days=1))
    (nudge,) = evening.world.phones[LEADER][heard:]
    assert "还没提交" in nudge.text
    evening.tap("提交2条")
    evening.world.until(NOW + timedelta(days=2))
    assert not [seen for seen in evening.world.phones[LEADER][heard + 1 :] if "还没提交" in seen.text]


def test_one_thing_twice_in_a_message(evening):
    told = whole(evening.say("3号 草莓坏2盒\n27号 西瓜裂\n3号 草莓坏2盒！"))
    assert "2 条可直接提交" in told
    assert "1 行之前贴过" in told
    evening.say("取消")
    evening.say("3号 草莓坏1盒\n27号 西瓜裂\n3号的草莓坏了3盒")
    assert evening.states()["3"] == "ask quantity"


def test_words_on_what_was_filed_come_to_its_ticket(evening):
    evening.say("3号 草莓坏2盒\n27号 西瓜裂")
    evening.tap("提交2条")
    evening.say("3号 草莓坏了3盒")
    with evening.world.write() as tx:
        said = tx.execute(select(t.tickets.c.said).where(t.tickets.c.order_no == "KT260612-0003")).scalar_one()
    assert [text for _, text in said] == ["3号 草莓坏2盒", "3号 草莓坏了3盒"]


def test_a_single_line_is_led_like_any_claim_until_a_list_is_under_way(evening):
    assert "请拍照片" in whole(evening.say("27号 西瓜裂了一个"))
    evening.say("取消")
    evening.say("3号 草莓坏2盒\n5号 车厘子软了")
    assert "读到 3 个问题" in whole(evening.say("31号 牛奶漏了"))


def test_rows_of_a_sheet_become_the_same_lines(evening):
    rows = [
        ["接龙号", "顾客", "商品", "问题"],
        ["3", "李婷", "草莓", "坏2盒"],
        ["27.0", "", "西瓜", "裂"],
        ["", "", "", ""],
    ]
    text = sheet_rows.take(rows).text
    assert text == "3号 李婷 草莓 坏2盒\n27号 西瓜 裂"
    assert sheet_rows.take([["5号 车厘子软了"], ["8", "鸡蛋碎7个"]]).text == "5号 车厘子软了\n8 鸡蛋碎7个"
    evening.say(text)
    evening.tap("提交2条")
    assert [order for order, _ in evening.tickets()] == ["KT260612-0003", "KT260612-0027"]


def test_nothing_is_lost_when_the_process_ends_between_any_two_messages(tmp_path):
    evening = Evening(f"sqlite:///{tmp_path}/list.db")
    for words in (TWENTY, "12是今天的", "提交", "32号五花肉臭了", "35不用"):
        evening.say(words)
        evening.world.restart()
    assert len(evening.tickets()) == 20
    assert not evening.list().questions()
    evening.world.close()


def test_what_is_beyond_the_longest_message_is_told(evening):
    text = "\n".join(f"{3 if n % 2 else 27}号 第{n}次说 送晚了，等了很久很久很久" for n in range(500))
    assert "只看了前面一部分" in whole(evening.say(text))

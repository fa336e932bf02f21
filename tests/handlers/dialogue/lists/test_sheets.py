"""A leader's list as a file, from the message to the tickets, on the real intake, database, fetcher and reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cpu_time import at_most
from leader_evening import LEADER, NOW, Evening, whole
from plain_speech import faults
from playing import DATA, Direct, World, orders_of, preset
from sheet_files import D5, cells
from sqlalchemy import select

from handlers.claims import claim as claims
from handlers.dialogue.lists import sheets
from handlers.dialogue.lists.sheets import PATIENCE
from handlers.messages.models import Inbound, Media, Origin
from handlers.messages.texts import templates
from handlers.nlu.lists import sheet_rows
from storage import imports, people
from storage import tables as t


@pytest.fixture
def evening():
    made = Evening()
    yield made
    made.world.close()


@pytest.fixture(scope="module")
def patient():
    made = Evening()
    yield made
    made.world.close()


def send(evening, content, name="售后.xlsx", who=LEADER, *, wait=5, **more):
    """Send a file and give what is heard within some seconds."""
    heard = len(evening.world.phones[who])
    media = (Media(kind="document", ref=f"{name}:{content}", name=name),)
    evening.world.receive(
        Inbound(
            key=evening.world.next_key(), channel="telegram", account=who, at=evening.world.now, name=who, kind="media",
            media=media, **more,
        )
    )  # fmt: skip
    evening.world.until(evening.world.now + timedelta(seconds=wait))
    return evening.world.phones[who][heard:]


def shelf(evening):
    """Everything that stands on the tickets, but for their numbers and the words."""
    with evening.world.write() as tx:
        rows = tx.execute(
            select(t.tickets.c.order_no, t.tickets.c.state, t.tickets.c.severity, t.ticket_lines.c.line,
                   t.ticket_lines.c.order_line_no, t.ticket_lines.c.problem, t.ticket_lines.c.quantity,
                   t.ticket_lines.c.wish)
            .join(t.ticket_lines, t.tickets.c.no == t.ticket_lines.c.ticket_no, isouter=True)
        ).all()  # fmt: skip
    return sorted(map(str, rows))


@pytest.mark.parametrize(("most", "read"), [(1, 0), (2, 1), (3, None)])
def test_a_sheet_of_more_problems_than_a_turn_can_book_says_how_far_it_was_read(evening, monkeypatch, most, read):
    monkeypatch.setattr(sheets, "PROBLEMS", most)
    told = whole(send(evening, "3号|草莓坏2盒，鸡蛋碎3个\n5号|车厘子烂1份"))
    assert ("只读了前" in told, f"只读了前 {read} 行" in told) == (read is not None, read is not None)
    assert "没有读到" not in told


def test_d5_as_a_sheet_gives_the_same_tickets_as_pasted(evening):
    send(evening, "D5")
    evening.tap("提交17条")
    other = Evening()
    other.say(sheet_rows.take(cells(D5)).text)
    other.tap("提交17条")
    assert len(evening.tickets()) == 18
    assert shelf(evening) == shelf(other)
    other.world.close()


def test_the_first_word_comes_at_once_and_the_card_when_it_is_read(evening):
    first, *others = send(evening, "D5")
    assert first.text == "表格收到，正在读。"
    assert first.at - NOW < timedelta(seconds=0.1)
    assert [one.text[:2] for one in others] == ["🚨 ", "读到"]
    assert others[1].at - NOW < timedelta(seconds=1)


@pytest.mark.parametrize("name", ["清单.CSV", "清单gbk.csv", "清单.tsv", "清单.xlsm", "清单.xls"])
def test_every_kind_of_sheet(evening, name):
    assert "读到 2 个问题" in whole(send(evening, "接龙号|商品|问题\n3|草莓|坏2盒\n5|车厘子|软了", name))


def test_a_single_row_is_a_list_too(evening):
    assert "1 条可直接提交" in whole(send(evening, "接龙号|商品|问题\n3|草莓|坏2盒"))


def test_the_same_file_again_files_nothing(evening):
    send(evening, "D5")
    evening.tap("提交17条")
    told = whole(send(evening, "D5", "副本.xlsx"))
    assert "没有重复建单" in told
    assert len(evening.tickets()) == 18


def test_the_same_file_days_later_files_nothing(evening):
    send(evening, "接龙号|商品|问题\n3|草莓|坏2盒\n27|西瓜|裂")
    evening.tap("提交2条")
    evening.world.until(NOW + timedelta(days=2))
    assert "已经有单，不重复建" in whole(send(evening, "接龙号|商品|问题\n3|草莓|坏2盒\n27|西瓜|裂"))
    assert len(evening.tickets()) == 2


def test_rows_join_the_list_that_is_under_way(evening):
    evening.say("3号 草莓坏2盒\n5号 车厘子软了")
    assert "读到 3 个问题" in whole(send(evening, "接龙号|商品|问题\n31|牛奶|漏了"))
    evening.tap("提交3条")
    assert len(evening.tickets()) == 3


def test_a_row_answers_what_was_asked(evening):
    evening.say("32号 退\n3号 草莓坏2盒")
    send(evening, "接龙号|商品|问题\n32|五花肉|臭了")
    assert evening.states()["32"] == "ready"


def test_what_follows_a_file_waits_until_it_is_read(evening):
    send(evening, "接龙号|商品|问题\n3|草莓|坏2盒\n27|西瓜|裂", wait=0)
    evening.say("", photos=2, wait=0)
    evening.say("这是3号的", wait=0)
    evening.say("提交", wait=0)
    assert len(evening.tickets()) == 0
    evening.world.until(evening.world.now + timedelta(seconds=5))
    assert [order for order, _ in evening.tickets()] == ["KT260612-0003", "KT260612-0027"]
    assert dict(evening.tickets())["KT260612-0003"] == "queued"  # its photos have come
    assert dict(evening.tickets())["KT260612-0027"] == "waiting_customer"


def test_nothing_waits_long_for_a_file_that_does_not_come(evening):
    send(evening, "接龙号|商品|问题\n3|草莓|坏2盒", "stuck:清单.xlsx", wait=0)
    evening.say("5号 车厘子软了\n31号 牛奶漏了", wait=0)
    evening.world.until(evening.world.now + PATIENCE + timedelta(seconds=1))
    assert "读到 2 个问题" in evening.world.phones[LEADER][-1].text


@pytest.mark.parametrize("words", ["34号小孩吃了虾拉肚子", "人工", "进度"])
def test_what_is_urgent_waits_for_nothing(evening, words):
    send(evening, "接龙号|商品|问题\n3|草莓|坏2盒", wait=0)
    evening.say(words, wait=0.1)
    reading, *answers = evening.world.phones[LEADER]
    assert "正在读" in reading.text
    assert answers and "读到" not in whole(answers)


def test_a_restart_loses_neither_file_nor_what_waits(tmp_path):
    evening = Evening(f"sqlite:///{tmp_path}/list.db")
    send(evening, "接龙号|商品|问题\n3|草莓|坏2盒\n27|西瓜|裂", wait=0)
    evening.world.restart()
    evening.say("", photos=1, wait=0)
    evening.say("这是27号的", wait=0)
    evening.world.restart()
    evening.world.until(evening.world.now + timedelta(seconds=5))
    evening.tap("提交2条")
    assert dict(evening.tickets())["KT260612-0027"] == "queued"
    evening.world.close()


def test_the_words_with_a_file_are_read_with_it(evening):
    send(evening, "接龙号|商品\n21|香菜\n22|香菜", text="没收到的：")
    evening.tap("提交2条")
    assert evening.lines("KT260612-0022")[0][0] == "not_received"


def test_serious_words_with_a_file_wait_for_nothing(evening):
    seen = send(evening, "接龙号|商品|问题\n3|草莓|坏2盒", text="34号小孩吃了虾拉肚子", wait=0.1)
    assert "请马上停止食用" in seen[0].text
    evening.world.until(evening.world.now + timedelta(seconds=3))
    assert len(evening.tickets()) == 1
    assert evening.states()["3"] == "ready"


def test_what_a_nickname_holds_is_no_item(evening):
    send(evening, "接龙号|昵称|商品|问题\n3|鸡蛋妈妈|草莓|坏2盒\n8|小周|酸奶|没收到")
    assert evening.states() == {"3": "ready", "8": "ready"}


def test_a_forwarded_file_is_its_senders(evening):
    origin = Origin(name="店员小吴", at=NOW - timedelta(hours=2))
    send(evening, "接龙号|商品|问题\n3|草莓|坏2盒\n5|车厘子|软了", origin=origin)
    assert {line.by for line in evening.list().lines} == {"店员小吴"}
    assert {line.at for line in evening.list().lines} == {origin.at.isoformat()}


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("bad locked", "a.xlsx", "有密码"), ("bad old", "a.xls", "旧格式"), ("bad photo", "a.xlsx", "其实是图片"),
        ("bad pdf", "a.xlsx", "不是 Excel"), ("bad empty", "a.csv", "是空的"), ("bad blank", "a.xlsx", "是空的"),
        ("bad cut", "a.xlsx", "可能坏了"), ("bad word", "a.xlsx", "不是 Excel"),
        ("bad numbers", "a.numbers", "不是 Excel"), ("bad photo", "a.csv", "其实是图片"),
        ("bad orders", "a.xlsx", "没有读到售后问题"), ("bad big", "a.xlsx", "文件太大"),
        ("x", "清单.pdf", "PDF 和 Word"),
        ("x", "清单.docx", "PDF 和 Word"), ("你好|世界", "a.csv", "没有读到售后问题"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_gets_one_sentence_that_says_what_to_do(patient, content, name, said):
    told = [one.text for one in send(patient, content, name, wait=1) if "正在读" not in one.text]
    assert len(told) == 1 and said in told[0]
    plain = told[0].removeprefix("好的。")  # said of the file before, too
    assert plain.count("。") == 1 and not faults(plain)
    assert patient.tickets() == []
    with patient.world.write() as tx:
        talk = claims.from_json(tx.execute(select(t.conversations.c.talk)).scalar_one())
    assert not talk.claims and not talk.listed and talk.sheets is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sentences_about_files_are_plain(language):
    for key, text in templates(language).items():
        if key.startswith("list.sheet_"):
            assert not faults(text.format(limit=10, count=3)), key


def test_a_file_that_is_gone_is_told(evening):
    evening.world.receive(
        Inbound(
            key="telegram:gone", channel="telegram", account=LEADER, at=NOW, name=LEADER, kind="media",
            media=(Media(kind="document", ref="gone:1", name="a.xlsx"),),
        )
    )  # fmt: skip
    evening.world.until(NOW + timedelta(seconds=2))
    assert "没有取到" in evening.world.phones[LEADER][-1].text


def test_claims_in_the_words_with_a_bad_file_are_not_lost(evening):
    told = whole(send(evening, "bad cut", text="3号 草莓坏2盒\n5号 车厘子软了"))
    assert "可能坏了" in told and "读到 2 个问题" in told


def test_a_paper_with_words_or_in_a_claim_stays_evidence(evening):
    told = whole(send(evening, "x", "病历.pdf", text="3号 草莓坏2盒"))
    assert "PDF" not in told
    with evening.world.write() as tx:
        assert tx.execute(select(t.evidence.c.kind)).scalars().all() == ["document"]


def test_the_file_of_a_customer_stays_evidence(evening):
    evening.world.bind("李婷", "13800002231", "李婷")
    evening.say("草莓坏了2盒", "李婷")
    told = whole(send(evening, "接龙号|商品|问题\n5|车厘子|软了", who="李婷"))
    assert "表格" not in told and "车厘子" not in told
    with evening.world.write() as tx:
        (piece,) = tx.execute(select(t.evidence)).all()
        talk = tx.execute(select(t.conversations.c.talk).where(t.conversations.c.account == "李婷")).scalar_one()
    assert (piece.kind, piece.state) == ("document", "stored")
    assert claims.from_json(talk).claims[0].photos[0].id == piece.id


def test_what_was_not_read_is_told(evening):
    rows = "\n".join(f"{(3, 5, 27)[n % 3]}|第{n}天 送晚了{n}小时" for n in range(420))
    assert "只读了前 400 行" in whole(send(evening, f"接龙号|问题\n{rows}"))


def test_a_leader_who_is_let_go_meanwhile_files_nothing(evening):
    send(evening, "接龙号|商品|问题\n3|草莓|坏2盒", wait=0)
    with evening.world.write() as tx:
        people.remove_leader(tx, tx.execute(select(t.leaders.c.id)).scalar_one(), NOW)
    evening.world.until(NOW + timedelta(seconds=20))
    assert evening.tickets() == []
    assert evening.world.phones[LEADER][-1].text == "表格收到，正在读。"


def test_other_sites_stay_closed_to_a_sheet(evening):
    send(evening, "接龙号|姓名|商品|问题\n1|周晓|草莓|坏1盒\n3|李婷|草莓|坏2盒")
    assert evening.states()["1"].startswith("ask")
    assert all("周晓" not in one.text or "“" in one.text for one in evening.world.phones[LEADER])


def test_four_hundred_rows_are_on_the_card_in_time(evening):
    some = [one for one in orders_of(DATA / "g0612.csv") if one.site_no == "Z07" and one.activity_no == "G0612"]
    many = [
        replace(some[n % len(some)], order_no=f"KT260612-1{n:03}", participate_no=str(n), buyer_name=f"买家{n}",
                buyer_phone=f"1390000{n:04}")
        for n in range(100, 500)
    ]  # fmt: skip
    with evening.world.write() as tx:
        imports.upsert(tx, many, now=NOW)
    rows = "\n".join(f"{one.participate_no}|{one.buyer_name}|{one.lines[0].item}|1|烂了|退款" for one in many)
    evening.say("3号 草莓坏2盒\n5号 车厘子软了")  # warm
    with at_most(2):
        told = whole(send(evening, f"接龙号|姓名|商品|数量|问题|诉求\n{rows}", wait=1))
    assert "读到 402 个问题" in told


@pytest.mark.parametrize(("channel", "said"), [("telegram", "发 XLSX、CSV 表格"), ("wechat", "这里收不了文件")])
def test_who_becomes_a_leader_hears_where_sheets_go(channel, said):
    world = World("sqlite://", NOW, channel=channel)
    world.begin(preset(), orders_of(DATA / "g0612.csv"))
    with world.write() as tx:
        people.add_leader(tx, LEADER, ["Z07"], people.hash_code("7K3M9QX2TA"), NOW)
    Direct(world).text(LEADER, "绑定 7K3M9QX2TA")
    world.until(NOW + timedelta(seconds=3))
    assert said in world.phones[LEADER][-1].text
    world.close()

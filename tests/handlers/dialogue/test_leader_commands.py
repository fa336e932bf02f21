"""A leader's day as it is talked: the question, the word, the digest, the settlement and how things stand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playing import DATA, ZONE, Direct, World, orders_of, policy_with

from handlers.claims.claim import Talk
from handlers.claims.outcomes import Settlement
from handlers.claims.voice import Voice
from handlers.dialogue.leader_commands import verdict
from handlers.turn import apply_leaders
from storage import conversations, events, outbox, people
from storage import tables as t
from storage.desk import queue

START = datetime(2026, 6, 12, 19, 10, tzinfo=ZONE)
WANG, LI, XIAO = "王姐", "李婷", "小周"


@pytest.fixture
def world(tmp_path, request):
    """A played house; one that is restarted lies on the disk."""
    on_disk = "restart" in request.function.__code__.co_names
    made = World(f"sqlite:///{tmp_path / 'day.db'}" if on_disk else "sqlite://", START)
    made.begin(policy_with(tmp_path, "[review]\nleader = true\n"), orders_of(DATA / "g0612.csv"))
    made.bind(LI, "13800002231", LI)
    lead(made, WANG, "Z07")
    yield made
    made.close()


def lead(world, account, *sites):
    with world.write() as tx:
        people.add_leader(tx, account, sites, people.hash_code(f"CODE{account}"), world.now)
    Direct(world).text(account, f"绑定 CODE{account}")
    world.until(world.now + timedelta(seconds=1))
    world.phones[account].clear()


def claim(world, account=LI, order="KT260612-0003", what="草莓坏了2盒"):
    people_ = Direct(world)
    people_.text(account, f"{order} {what}，想退款")
    people_.files(account, [("photo", "good:1")])
    world.until(world.now + timedelta(seconds=8))
    people_.text(account, "提交")
    world.until(world.now + timedelta(seconds=8))
    with world.write() as tx:
        return tx.execute(t.tickets.select().order_by(t.tickets.c.created_at.desc())).first().no


def said(world, no):
    with world.write() as tx:
        return [(one.data["answer"], one.data["text"]) for one in events.of_ticket(tx, no) if one.kind == "leader_said"]


def waiting(world):
    with world.write() as tx:
        return [ticket.no for ticket in queue.waiting(tx, "telegram")]


def last(world, account=WANG):
    world.until(world.now + timedelta(seconds=5))
    return world.phones[account][-1]


def test_a_tap_is_the_word_and_a_second_one_changes_nothing(world):
    no = claim(world)
    asked = last(world)
    assert no in asked.text and [label for label, _ in asked.buttons] == ["属实", "有出入", "不清楚"]
    assert asked.media and asked.media[0][0] == "photo"
    assert waiting(world) == []
    assert "审核结果最迟" in world.phones[LI][-1].text and "有人回复" not in world.phones[LI][-1].text
    Direct(world).tap(WANG, f"review:{no}:yes")
    assert "属实" in last(world).text and waiting(world) == [no]
    world.restart()
    world.until(world.now + timedelta(hours=3))
    assert said(world, no) == [("yes", "")]


def test_not_so_and_why(world):
    no = claim(world)
    Direct(world).tap(WANG, f"review:{no}:no")
    assert "哪里不对" in last(world).text
    world.restart()
    Direct(world).text(WANG, "她当场打开看过，只坏了1盒")
    assert "已记下您的说明" in last(world).text
    assert said(world, no) == [("no", ""), ("", "她当场打开看过，只坏了1盒")]
    Direct(world).text(WANG, "3号 鸡蛋碎了7枚")
    last(world)
    assert len(said(world, no)) == 2, "a claim is a claim"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("对 他当天说了 我忘记报了", "yes"),
        ("不属实，是他自己压的", "no"),
        ("当时我不在场", ""),
        ("not sure, I was away", "unsure"),
    ],
)
def test_free_words(world, words, answer):
    no = claim(world)
    last(world)
    Direct(world).text(WANG, words)
    assert "已记下" in last(world).text or "noted" in last(world).text
    assert said(world, no) == [(answer, words)]
    assert waiting(world) == [no]


def test_words_that_may_mean_several_are_asked_back(world):
    first = claim(world)
    world.bind("小周", "13600000408", "小周")
    second = claim(world, "小周", "KT260612-0008", "鸡蛋碎了7枚")
    last(world)
    Direct(world).text(WANG, "对的，我看到了")
    asked = last(world)
    assert [label for label, _ in asked.buttons] == [f"是 {first}", f"是 {second}", "是另一件事"]
    assert said(world, first) == said(world, second) == []
    Direct(world).tap(WANG, f"review:{second}:words")
    assert said(world, second) == [("yes", "对的，我看到了")] and said(world, first) == []
    Direct(world).text(WANG, f"{first} 有出入")
    assert said(world, first) == [("no", "")], "as good as the button"


def test_words_that_may_be_a_new_claim_are_asked_back(world):
    no = claim(world)
    last(world)
    Direct(world).text(WANG, "车厘子软了两盒")
    assert "是另一件事" in [label for label, _ in last(world).buttons]
    Direct(world).tap(WANG, "review:other")
    assert "几号" in last(world).text and said(world, no) == []


def test_nobody_else_can_give_the_word(world):
    no = claim(world)
    lead(world, "赵哥", "Z09")
    for who in ("赵哥", LI):
        Direct(world).tap(who, f"review:{no}:no")
        assert no not in last(world, who).text.replace(f"{no}。", "") or "没有请您核实" in last(world, who).text
    Direct(world).text("赵哥", f"{no} 属实")
    assert said(world, no) == [] and waiting(world) == []


def test_the_digest_comes_once_a_day_and_through_a_restart(world):
    no = claim(world)
    last(world)
    world.restart()
    world.until(START.replace(hour=20, minute=1))
    digests = [one for one in world.phones[WANG] if "日报" in one.text]
    assert [one.at.astimezone(ZONE).hour for one in digests] == [20]
    text = digests[0].text
    assert "6月12日" in text and "【Z07】" in text and "等您核实 1 单" in text and f"{no} 3号 李婷" in text
    assert "草莓" in text and "2231" not in text
    world.until(START + timedelta(days=2))
    assert [one.at.astimezone(ZONE).day for one in world.phones[WANG] if "日报" in one.text] == [12, 13]


def test_nothing_is_sent_on_a_day_with_nothing(world):
    world.until(START + timedelta(days=5))
    assert world.phones[WANG] == []
    Direct(world).text(WANG, "日报")
    assert "没有待办" in last(world).text


def test_a_digest_that_fell_due_while_nobody_was_there_comes_once(world):
    claim(world)
    last(world)
    world.restart()
    world.now = START + timedelta(days=3)  # the process was away
    world.until(world.now + timedelta(minutes=1))
    assert len([one for one in world.phones[WANG] if "日报" in one.text]) == 1


def test_a_removed_leader_hears_no_more(world):
    claim(world)
    last(world)
    with world.write() as tx:
        people.remove_leader(tx, 1, world.now)
    before = len(world.phones[WANG])
    world.until(START + timedelta(days=2))
    assert len(world.phones[WANG]) == before
    with world.write() as tx:
        assert outbox.take_back(tx, "wake:digest:1", "wake") == 0


def test_progress_by_site_and_state(world):
    claim(world)
    Direct(world).text(WANG, "进度")
    assert "您还没有报过" in last(world).text and "顾客自己报的还有 1 单" in last(world).text
    own = claim(world, account=WANG, order="5号", what="车厘子软了1份")
    Direct(world).text(WANG, "进度")
    text = last(world).text
    assert "【Z07】" in text and f"{own} 5号 老陈 车厘子" in text and "最迟" in text
    assert "顾客自己报的还有 1 单" in text


def test_a_settlement_is_told_and_the_sheet_ordered(world):
    Direct(world).text(WANG, "结算")
    assert "2026-06-01到2026-06-12：0 行" in last(world).text
    no = claim(world)
    with world.write() as tx:
        tx.execute(t.ticket_lines.update().values(state="owed", remedy="refund", amount=3980, decided_at=world.now))
        who = conversations.open_(tx, "telegram", WANG, name=WANG, now=world.now)
    with world.write() as tx:  # the courier of this played house carries no sheets
        voice = Voice(language="zh", policy=world.policy, now=world.now)
        _, reply = apply_leaders.carry_out(tx, Settlement(), who, Talk(), voice, world.context())
        assert "1 行，退款 39.80 元，其中已付 0.00 元，未付 39.80 元" in reply.text and "明细表" in reply.text
        (row,) = tx.execute(t.outbox.select().where(t.outbox.c.mailbox == f"sheet:{who.id}")).all()
        assert row.payload["first"] == "2026-06-01" and no
        tx.execute(t.outbox.delete().where(t.outbox.c.mailbox == f"sheet:{who.id}"))
        tx.execute(t.mailboxes.delete().where(t.mailboxes.c.name == f"sheet:{who.id}"))


@pytest.mark.parametrize(
    ("text", "answer"),
    [("对面的店送来的", ""), ("对，没错", "yes"), ("没有的事", "no"), ("没注意", "unsure"), ("nothing to add", ""),
     ("No", "no"), ("不对 他没说", "no"), ("是我忘了", ""), ("", ""), ("ye", "")],
)  # fmt: skip
def test_a_verdict_is_read_from_how_words_begin(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize(
    "words", ["进度", "谢谢", "清单", "人工", "/start", "3号 草莓坏了2盒", "3号 草莓坏了2盒\n5号 车厘子软了"]
)
def test_what_is_no_word_on_a_claim(world, words):
    no = claim(world)
    Direct(world).tap(WANG, f"review:{no}:no")
    Direct(world).text(WANG, words)
    last(world)
    assert said(world, no) == [("no", "")]


def test_serious_words_are_never_a_word_on_a_claim(world):
    no = claim(world)
    Direct(world).text(WANG, "对，孩子吃了一直吐")
    last(world)
    assert said(world, no) == []
    assert any("停止食用" in one.text for one in world.phones[WANG])

"""A leader is asked first, and never in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from doubles.ticket_house import START, House
from sqlalchemy import select

from handlers.cases import appeals, customer_answers, filing, leader_review, remarks, timers
from handlers.desk import cards, dispatch
from handlers.messages.models import from_payload
from handlers.policy.values import Review
from handlers.tickets import leader_statements, lifecycle
from storage import clocks, conversations, events, people, ticket_lines
from storage import tables as t
from storage.desk import queue


class Site(House):
    """The house with a leader of Z07 who has an account, and a policy that asks for the leader's word."""

    def __init__(self, *, review: bool = True, **more) -> None:
        super().__init__(**more)
        self.policy = replace(self.policy, review=Review(leader=review))
        self.leader = self.talk("wang", name="王姐")
        people.lead(self.tx, self.leader, people.add_leader(self.tx, "王姐", ["Z07"], None, self.now).id, self.now)

    def file(self, **facts) -> str:
        return filing.file(self.tx, self.draft(**facts), self.context).no

    def says(self, no: str, answer: str = "yes", text: str = "", account: str = "wang") -> str:
        who = conversations.by_id(self.tx, self.talk(account))
        return leader_review.heard(self.tx, no, who, answer, text, self.context)

    def waiting(self) -> list[str]:
        return [ticket.no for ticket in queue.waiting(self.tx, "telegram")]

    def card(self, no: str) -> str:
        return cards.card(self.tx, no, self.context).text

    def kinds(self, no: str) -> list[str]:
        return [event.kind for event in events.of_ticket(self.tx, no)]

    def run(self, **span: float) -> None:
        """Let time pass and carry out every timer of a ticket that is due."""
        end = self.now + timedelta(**span)
        while (due := self.next_wake()) is not None and due <= end:
            self.now = max(self.now, due)
            for _, payload in self.due_wakes():
                timers.fire(self.tx, payload, self.context)
        self.now = end


@pytest.fixture
def site():
    made = Site()
    yield made
    made.close()


def test_a_customers_claim_goes_to_the_leader_first(site):
    no = site.file()
    (asked,) = site.mails(f"chat:{site.leader}")
    reply = from_payload(asked)
    for words in (no, "Z07", "3号", "李婷", "草莓", "2盒", "21:10"):
        assert words in reply.text
    assert [button.label for row in reply.buttons for button in row] == ["属实", "有出入", "不清楚"]
    assert reply.media == (("photo", "key1"),)
    assert site.waiting() == [] and queue.counts(site.tx, "telegram")["waiting"] == 0
    assert "已请团长王姐核实，等到 21:10" in site.card(no)


def test_the_leader_sees_neither_phone_nor_what_was_said(site):
    site.file(said=((START.isoformat(), "草莓坏了2盒，团长王姐凶得很"),))
    text = site.heard(site.leader)[0]
    assert "2231" not in text and "凶" not in text


def test_the_promises_of_the_customer_run_on(site):
    filed = filing.file(site.tx, site.draft(), site.context)
    assert filed.notice_at == START + timedelta(hours=24)
    assert filed.human_at is None, "no first answer is promised while the leader has the word"
    assert clocks.get(site.tx, filed.no, "decision_due").due_at == START + timedelta(days=3)
    assert site.heard(1 if site.leader != 1 else 2) == []


def test_a_silent_leader_never_blocks(site):
    no = site.file()
    site.run(hours=1, minutes=59)
    assert site.waiting() == []
    site.run(minutes=1)
    assert site.waiting() == [no]
    assert "团长王姐没有回复" in site.card(no)
    assert clocks.get(site.tx, no, "leader_review").breached_at is None
    assert clocks.get(site.tx, no, "human_first_response").due_at == START + timedelta(hours=2, minutes=30)
    assert not lifecycle.must(site.tx, no).late


@pytest.mark.parametrize(
    ("answer", "text", "told"),
    [
        ("yes", "", "属实"),
        ("no", "他只坏了1盒", "有出入「他只坏了1盒」"),
        ("unsure", "", "不清楚"),
        ("", "我看到箱子是破的", "说明「我看到箱子是破的」"),
    ],
)
def test_the_word_is_an_event_and_stands_on_the_card(site, answer, text, told):
    no = site.file()
    site.later(minutes=5)
    assert site.says(no, answer, text) == (answer or "words")
    assert site.waiting() == [no]
    (event,) = [one for one in events.of_ticket(site.tx, no) if one.kind == "leader_said"]
    assert event.actor == "leader:telegram:wang"
    assert event.data == {"name": "王姐", "answer": answer, "text": text}
    assert f"团长王姐（19:15）：{told}" in site.card(no)
    assert clocks.get(site.tx, no, "human_first_response").due_at == START + timedelta(minutes=35)
    site.run(hours=3)
    assert "leader_silent" not in site.kinds(no)


def test_a_leader_may_say_more_and_think_again(site):
    no = site.file()
    site.says(no, "no")
    site.says(no, "", "看错了")
    site.says(no, "yes")
    assert not leader_statements.disputed(site.tx, no)
    assert site.waiting() == [no] and site.kinds(no).count("leader_said") == 3


def test_the_owner_hears_the_word_at_once(site):
    no = site.file()
    dispatch.act(site.tx, site.staff(kind="tap", tap=f"pick:{no}"), site.context)
    site.says(no, "no", "没坏")
    note = site.at_desk(no, "note")[-1]
    assert "有出入「没坏」" in note["text"] and note["mentions"] == [["77", "小林"]]
    assert clocks.running(site.tx, no, ["leader_review"]) == []


SKIPPED = {
    "serious": {"severity": "major", "signals": ("vulnerable",)},
    "safety": {"severity": "safety", "signals": ("illness",)},
    "special group": {"special": ("senior",)},
    "service": {"lines": House.lines(problem="service_attitude")},
    "no order": {"number": "", "lines": ()},
    "leader's own": {"leader_id": 1},
}


@pytest.mark.parametrize("facts", SKIPPED.values(), ids=SKIPPED)
def test_who_is_not_asked(site, facts):
    no = site.file(**facts)
    assert site.heard(site.leader) == []
    assert clocks.get(site.tx, no, "leader_review") is None
    assert site.waiting() == [no] or lifecycle.must(site.tx, no).state != "queued"


def test_a_policy_that_does_not_ask(site):
    site.policy = replace(site.policy, review=Review(leader=False))
    no = site.file()
    assert site.heard(site.leader) == [] and site.waiting() == [no]


def test_a_review_that_would_outlast_the_promise_is_left_out(site):
    wide = replace(site.policy, clocks={**site.policy.clocks, "leader_review": site.policy.clocks["review_notice"]})
    site.policy = wide
    no = site.file()
    assert site.waiting() == [no]


def test_a_site_without_a_bound_leader(site):
    people.remove_leader(site.tx, 1, site.now)
    no = site.file()
    assert site.waiting() == [no]


def test_a_leader_who_buys_is_no_witness(site):
    no = filing.file(site.tx, site.draft(talk=site.leader), site.context).no
    assert site.heard(site.leader) == [] and site.waiting() == [no]


def test_asking_for_a_person_ends_the_wait(site):
    no = site.file()
    remarks.call(site.tx, no, site.context)
    assert site.waiting() == [no]
    due = clocks.get(site.tx, no, "human_first_response").due_at
    site.run(minutes=20)
    site.says(no, "yes")
    assert clocks.get(site.tx, no, "human_first_response").due_at == due, "the promise is not put off"


def test_what_becomes_serious_goes_to_the_desk_at_once(site):
    no = site.file()
    conversation_id = lifecycle.must(site.tx, no).conversation_id
    remarks.remark(site.tx, no, conversation_id=conversation_id, at=site.now, text="孩子吐了",
                   evidence=(), context=site.context, severity="safety", signals=("illness",))  # fmt: skip
    assert site.waiting() == [no]
    due = clocks.get(site.tx, no, "major_human_response").due_at
    site.run(minutes=2)
    site.says(no, "yes")
    assert clocks.get(site.tx, no, "major_human_response").due_at == due


def test_a_claim_taken_back_needs_no_word(site):
    no = site.file()
    assert customer_answers.withdraw(
        site.tx, no, conversation_id=lifecycle.must(site.tx, no).conversation_id, context=site.context
    )
    site.run(hours=3)
    assert "leader_silent" not in site.kinds(no)
    assert site.says(no, "yes") == "late"
    assert lifecycle.must(site.tx, no).state == "withdrawn"


def test_only_those_who_were_asked_may_say(site):
    no = site.file()
    other = people.add_leader(site.tx, "赵哥", ["Z09"], None, site.now)
    people.lead(site.tx, site.talk("zhao"), other.id, site.now)
    later = people.add_leader(site.tx, "新来的", ["Z07"], None, site.now)
    people.lead(site.tx, site.talk("new"), later.id, site.now)
    for account in ("zhao", "new", "1001"):
        assert site.says(no, account=account) == "none"
    site.tx.execute(t.leader_sites.delete().where(t.leader_sites.c.leader_id == 1))
    assert site.says(no) == "none", "a site that was taken away"
    assert site.kinds(no).count("leader_said") == 0


def test_the_leaders_own_filing_of_the_same_is_a_yes(site):
    no = site.file()
    joined = filing.file(site.tx, site.draft(talk=site.leader, leader_id=1), site.context)
    assert (joined.no, joined.joined) == (no, True)
    assert site.waiting() == [no]
    assert "团长王姐（19:10）：属实" in site.card(no)


def test_a_list_that_names_the_claim_is_the_leaders_word(site):
    no = site.file()
    remarks.remark(site.tx, no, conversation_id=site.leader, at=site.now, text="3号 草莓坏2盒", evidence=(),
                   context=site.context)  # fmt: skip
    assert site.waiting() == [no] and "说明「3号 草莓坏2盒」" in site.card(no)


def test_the_customers_own_words_are_no_leaders_word(site):
    no = site.file()
    talk = lifecycle.must(site.tx, no).conversation_id
    remarks.remark(site.tx, no, conversation_id=talk, at=site.now, text="快点", evidence=(), context=site.context)
    assert site.waiting() == []


def test_the_bot_decides_after_the_leader():
    site = Site(auto_approve_cap=5000)
    yes, no, silent = site.file(), site.file(number="KT260612-0005", lines=house_cherry()), site.file(
        number="KT260612-0017", lines=house_cherry("salmon"))  # fmt: skip
    assert {lifecycle.must(site.tx, one).state for one in (yes, no, silent)} == {"queued"}
    site.says(yes, "yes")
    site.says(no, "no")
    assert ticket_lines.of_ticket(site.tx, yes)[0].state == "owed"
    assert site.heard(lifecycle.must(site.tx, yes).conversation_id)[-1].startswith(f"{yes} 已通过")
    assert ticket_lines.of_ticket(site.tx, no)[0].state == "open" and site.waiting() == [no]
    site.run(hours=2)
    assert ticket_lines.of_ticket(site.tx, silent)[0].state == "owed"
    site.close()


def house_cherry(item="车厘子JJ"):
    return House.lines(item=item, quantity="1", amount=4990 if item != "salmon" else 3450)


def test_an_appeal_asks_the_leader_whatever_the_policy_says(site):
    site.policy = replace(site.policy, review=Review(leader=False))
    no = site.file(said=((START.isoformat(), "冰箱放两天长毛了。那天晚上我就给团长说了"),))
    ticket_lines.change(site.tx, no, 1, state="refused", decided_by="agent:telegram:78", decided_at=site.now)
    lifecycle.move(site.tx, no, "resolved", decided_at=site.now)
    talk = lifecycle.must(site.tx, no).conversation_id
    appeals.appeal(site.tx, no, conversation_id=talk, at=site.now, text="团长骂人", context=site.context)
    (text,) = site.heard(site.leader)
    assert "那天晚上我就给团长说了" in text and "骂人" not in text and "长毛" not in text
    assert site.waiting() == [no], "nobody waits for the leader of an appeal"
    told = len(site.heard(talk))
    assert site.says(no, "yes", "对 他当天说了 我忘记报了") == "yes"
    assert "我忘记报了" in site.card(no)
    assert len(site.heard(talk)) == told, "the customer does not hear what the leader said"
    assert lifecycle.must(site.tx, no).state == "appealed"


def test_a_restart_keeps_the_clock(site):
    """The timer lies in the outbox: nothing of the wait lives in memory."""
    no = site.file()
    rows = site.tx.execute(select(t.outbox.c.due_at).where(t.outbox.c.mailbox == f"wake:clock:{no}:leader_review"))
    assert [due for (due,) in rows] == [START + timedelta(hours=2)]

"""Decisions past the window: the desk hears that the customer waits, a template message tells the result once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from wechat_evening import XIAO_LIN, Evening
from wechat_service import phone_of, serving

from bot.channels.wechat.push import filled
from bot.channels.wechat.rendering import Brief
from handlers.policy.consistency import contradictions
from handlers.policy.loader import load
from handlers.policy.policy import Policy, Template
from handlers.policy.schema import wrongs
from storage import tables as t

TEMPLATE = """
[wechat]
template_id = "TPL-1"
[wechat.fields]
character_string1 = "{no}"
thing2 = "{decision}"
time3 = "{at}"
"""
SENT = "message/template/send"


class Late(Evening):
    """A claim filed in time, and decided when nothing can be sent any more."""

    async def filed(self):
        await self.service.bind("oLi", phone_of("李婷"), "李婷")
        await self.staff()
        await self.who.text("草莓坏了2盒 要退款")
        await self.who.text("人工")
        await self.at(days=3)
        await self.taps(XIAO_LIN, "pick")
        await self.comes(self.silent)

    async def silent(self):
        boxes = [row for row in await self.service.rows(t.mailboxes) if row.name.startswith("chat:")]
        return all(row.blocked and row.lease is None for row in boxes)

    async def notes(self):
        return [payload["text"] for payload in await self.mail("note")]

    async def noted(self, *words):
        async def there():
            return any(all(word in text for word in words) for text in await self.notes())

        await self.comes(there)

    async def approved(self):
        told = await self.taps(XIAO_LIN, "approve")
        assert not told.alert, told.text

    def templates(self):
        return [json.loads(text) for kind, text in self.who.seen if kind == "template"]


async def playing(folder, policy):
    async with serving(folder) as service:
        if policy:
            file = folder / "brisk.toml"
            file.write_text(file.read_text(encoding="utf-8") + policy, encoding="utf-8")
            await service.stop()
            await service.start()
        yield Late(service, "oLi", "2026-06-12T19:10:00")
        assert service.platform.violations == []


@pytest.fixture
async def play(tmp_path):
    async for running in playing(tmp_path, TEMPLATE):
        yield running


@pytest.fixture
async def bare(tmp_path):
    async for running in playing(tmp_path, ""):
        yield running


async def test_the_desk_hears_at_once_and_again_when_it_got_through(bare):
    await bare.filed()
    await bare.noted("还没看到我们的消息", "48小时")
    before = len(await bare.notes())
    await bare.approved()
    await bare.noted((await bare.ticket()).no, "还没看到")
    assert SENT not in bare.service.platform.calls
    told = await bare.who.text("怎么样了")
    assert "39.80" in "\n".join(bare.who.texts) + told.text
    await bare.noted("客户已收到")
    assert len([text for text in (await bare.notes())[before:] if "还没看到" in text]) == 1
    kinds = [event.kind for event in await bare.service.rows(t.events)]
    assert (kinds.count("untold"), kinds.count("told_late") >= 1) == (2, True)


async def test_a_template_tells_the_decision_once_and_the_text_follows(play):
    await play.filed()
    assert play.templates() == []  # that somebody picked up is no decision
    await play.approved()
    await play.noted("已用模板消息告知")
    no = (await play.ticket()).no
    (told,) = play.templates()
    assert told["character_string1"] == {"value": no}
    assert told["thing2"] == {"value": "退款 39.80 元"}
    assert told["time3"]["value"].startswith("2026-06-15 19:")
    await play.at(days=3, minutes=1)
    await play.replies(XIAO_LIN, "还有问题随时找我")
    await play.noted("还没看到我们的消息")
    assert len(play.templates()) == 1
    await play.who.text("怎么样了")
    await play.noted("客户已收到")
    assert "39.80" in "\n".join(play.who.texts[-2:])
    assert len(play.templates()) == 1


@pytest.mark.parametrize("code", [43004, 43101, 47003, 40037])
async def test_a_template_that_is_refused_is_told_to_the_desk_and_not_tried_again(play, code):
    await play.filed()
    play.service.platform.fail(SENT, code=code)
    await play.approved()
    await play.noted("还没看到我们的消息", f"template {code}")
    await play.at(days=3, minutes=1)
    await play.replies(XIAO_LIN, "还有问题随时找我")
    await play.comes(play.silent)
    assert play.service.platform.calls.count(SENT) == 1
    assert play.templates() == []


async def test_a_template_that_may_have_come_is_not_sent_twice(play):
    await play.filed()
    play.service.platform.fail(SENT, kind="drop")  # sent, but the answer is lost
    await play.approved()
    await play.noted("还没看到我们的消息", "template uncertain")
    assert len(play.templates()) == 1
    await play.at(days=3, minutes=2)
    await play.replies(XIAO_LIN, "在的")
    await play.comes(play.silent)
    assert len(play.templates()) == 1


async def test_a_template_that_surely_did_not_leave_is_tried_again(play):
    await play.filed()
    play.service.platform.fail(SENT, code=-1)
    await play.approved()
    await play.service.platform.until(lambda: play.templates(), 8)
    await play.noted("已用模板消息告知")
    assert play.service.platform.calls.count(SENT) == 2


def test_fields_are_cut_to_what_their_kinds_hold():
    template = Template(
        template_id="T", fields={"thing1": "{no}：{decision}", "phrase2": "{decision}", "time3": "{at}"}
    )
    at = datetime(2026, 6, 15, 19, 10, tzinfo=UTC)
    told = filled(template, Brief(mail=1, no="CD-ABCDEF", decision="退款 39.80 元 + 5.00 元券"), at)
    assert {name: field["value"] for name, field in told.items()} == {
        "thing1": "CD-ABCDEF：退款 39.80 元",
        "phrase2": "退款 39",
        "time3": "2026-06-15 19:10",
    }


@pytest.mark.parametrize(
    ("fields", "right"),
    [("{no} {decision} {at}", True), ("结果", True), ("{text}", False), ("{}", False), ("{no", False), (3, False)],
)
def test_what_a_policy_may_say_in_a_template(fields, right):
    told = list(wrongs({"wechat": {"template_id": "T", "fields": {"thing1": fields}}}))
    assert (told == []) == right


def test_a_template_needs_fields_and_fields_a_template():
    content = json.loads(load("community-group-buy").text)
    for table in ({"template_id": "T"}, {"fields": {"thing1": "{no}"}}):
        (wrong,) = contradictions({**content, "wechat": table})
        assert "needs wechat." in wrong[1]
    whole = {**content, "wechat": {"template_id": "T", "fields": {"thing1": "{no}"}}}
    assert list(contradictions(whole)) == []
    assert Policy.from_text(json.dumps(whole)).wechat == Template(template_id="T", fields={"thing1": "{no}"})

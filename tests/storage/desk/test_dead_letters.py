"""Dead letters that are sent again, and the whole way of a decision's row, on both databases."""

from __future__ import annotations

from datetime import timedelta

from doubles.order_system import SECRET, OrderSystem, Rounds, granted, paid, texts

from bot.webhooks.letters import DECISIONS
from bot.webhooks.posting import Poster
from handlers.desk import dispatch
from storage import outbox, ticket_lines
from storage.desk import dead_letters
from storage.outbox import Outcome


def test_a_dead_letter_comes_back_at_the_end_of_its_mailbox_once(house):
    tx, now = house.tx, house.now
    first = outbox.put(tx, "decision:CD-1", "decision", {"key": "a"}, due=now, now=now)
    second = outbox.put(tx, "decision:CD-1", "decision", {"key": "b"}, due=now, now=now)
    outbox.settle(tx, Outcome(mailbox="decision:CD-1", lease="", dead=first, error="status:500"), now=now)
    found = dead_letters.get(tx, first)
    assert found
    assert (found.id, found.kind, found.payload) == (first, "decision", {"key": "a"})
    assert dead_letters.get(tx, second) is None
    assert dead_letters.revive(tx, first, now=now)
    assert not dead_letters.revive(tx, first, now=now)
    assert dead_letters.get(tx, first) is None
    assert [row["key"] for row in house.mails("decision:CD-1")] == ["b", "a"]


async def test_a_decision_goes_its_whole_way(house):
    async with OrderSystem(status=500) as shop:
        rounds = Rounds(house, DECISIONS, Poster(url=shop.url, secret=SECRET), "decision")
        no = granted(house)
        await rounds.until(house.now + timedelta(days=4))
        assert len(shop.got) == 77
        tap = house.at_desk(no, "note")[-1]["buttons"][0][0][1]
        shop.status, shop.answer = 200, paid((1, 3980), at=house.now)
        dispatch.act(house.tx, house.staff(kind="tap", tap=tap), house.context)
        await rounds.go()
        assert rounds.poster
        await rounds.poster.close()
    assert len(set(shop.keys)) == 1
    assert [line.state for line in ticket_lines.of_ticket(house.tx, no)] == ["done"]
    assert not rounds.boxes()
    assert [text[:1] for text in texts(house.at_desk("", "note"))] == ["⚠", "✅"]

"""What a leader may see, and that nothing else can come out of a query."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from doubles.ticket_house import START
from sqlalchemy import select, update

from handlers.cases import filing
from storage import conversations, imports, people, sites, ticket_lines
from storage import tables as t
from storage.orders import Order, OrderLine

LATER = timedelta(days=30)


def order(house, number, site, pickup="3", sample=False, name="甲", phone="13700000001"):
    line = OrderLine(line_no=1, item="草莓", spec="300g", quantity=4, unit="盒", paid=7960)
    one = Order(order_no=number, lines=(line,), site_no=site, participate_no=pickup, buyer_name=name,
                buyer_phone=phone, activity_no="G1", sample=sample)  # fmt: skip
    imports.upsert(house.tx, [one], now=house.now)


def leader(house, name, *site_nos, account="", sample=False):
    one = people.add_leader(house.tx, name, site_nos, None, house.now, sample=sample)
    if account:
        people.lead(house.tx, house.talk(account, name=name), one.id, house.now)
    return one.id


def ticket(house, number, *, account="1001", decided=True, **facts):
    no = filing.file(house.tx, house.draft(number, talk=house.talk(account), **facts), house.context).no
    if decided:
        ticket_lines.change(house.tx, no, 1, state="owed", remedy="refund", amount=3980, decided_at=house.now)
    return no


def settled(house, who):
    return sites.decided(house.tx, who, START - LATER, START + LATER)


def test_the_last_account_used_is_asked(house):
    wang = leader(house, "王姐", "Z07", account="7")
    second = house.talk("8", name="王姐")
    people.lead(house.tx, second, wang, house.now + timedelta(minutes=1))
    no = ticket(house, "KT260612-0003", decided=False)
    assert [seat.conversation_id for seat in sites.seats_of(house.tx, no)] == [second]
    assert sites.seat(house.tx, wang).name == "王姐"


def test_a_leader_without_an_account_or_removed_is_asked_nothing(house):
    leader(house, "无号", "Z07")
    gone = leader(house, "走了", "Z07", account="9")
    people.remove_leader(house.tx, gone, house.now)
    no = ticket(house, "KT260612-0003", decided=False)
    assert sites.seats_of(house.tx, no) == []
    assert sites.leads(house.tx, gone, no) is None


def test_a_complaint_about_people_is_not_shown(house):
    wang = leader(house, "王姐", "Z07", account="7")
    no = ticket(house, "KT260612-0003", lines=house.lines(problem="service_attitude"))
    assert sites.leads(house.tx, wang, no) is None
    assert settled(house, wang) == [] and sites.news(house.tx, wang, START) == []
    house.tx.execute(update(t.tickets).values(leader_id=wang))  # but one that the leader filed is
    assert [one.line.ticket_no for one in settled(house, wang)] == [no]


def test_samples_stay_among_samples(house):
    order(house, "S-1", "Z07", sample=True)
    real, sample = leader(house, "王姐", "Z07"), leader(house, "样品", "Z07", sample=True)
    mine, theirs = ticket(house, "KT260612-0003"), ticket(house, "S-1")
    assert [one.line.ticket_no for one in settled(house, real)] == [mine]
    assert [one.line.ticket_no for one in settled(house, sample)] == [theirs]


def test_a_line_on_the_edge_of_the_period_counts_once(house):
    wang = leader(house, "王姐", "Z07")
    ticket(house, "KT260612-0003")
    assert len(sites.decided(house.tx, wang, START, START + LATER)) == 1
    assert sites.decided(house.tx, wang, START - LATER, START) == []


def test_open_offered_and_withdrawn_lines_are_not_settled(house):
    wang = leader(house, "王姐", "Z07")
    no = ticket(house, "KT260612-0003")
    for state, many in (("open", 0), ("offered", 0), ("withdrawn", 0), ("refused", 1), ("done", 1)):
        ticket_lines.change(house.tx, no, 1, state=state)
        assert len(settled(house, wang)) == many, state


def test_no_row_of_another_site_can_appear(house):
    """Thirty orders on five sites and four leaders, drawn anew five times: each leader gets exactly the own rows."""
    chance = Random(11)
    for round_ in range(5):
        names = [f"L{round_}{letter}" for letter in "abcd"]
        led = {leader(house, name, *chance.sample(["A", "B", "C", "D", "a"], chance.randint(0, 3)),
                      account=name): name for name in names}  # fmt: skip
        for place in range(30):
            number = f"R{round_}-{place:04}"
            order(house, number, chance.choice(["A", "B", "C", "D", "a", "", "AB"]), pickup=str(place))
            ticket(house, number, account=chance.choice([*names, "1001", "1002"]),
                   leader_id=chance.choice([None, *led]), decided=chance.random() < 0.7)  # fmt: skip
        for who in led:
            own = set(
                house.tx.execute(select(t.leader_sites.c.site_no).where(t.leader_sites.c.leader_id == who)).scalars()
            )
            every = house.tx.execute(select(t.tickets.c.no, t.orders.c.site_no).join(t.orders)).all()
            mine = {row.no for row in every if row.site_no in own}
            assert {one.ticket.no for one in sites.news(house.tx, who, START - LATER)} == mine
            assert {one.line.ticket_no for one in settled(house, who)} <= mine
            assert {one.site_no for one in settled(house, who)} <= own
            assert {one.site_no for one in sites.filed_by(house.tx, who, START - LATER)} <= own | {""}
            assert set(sites.others_open(house.tx, who, ())) <= own
            assert all((sites.leads(house.tx, who, row.no) is not None) == (row.no in mine) for row in every)


def test_a_site_that_was_taken_away_takes_its_tickets_along(house):
    wang = leader(house, "王姐", "Z07", account="7")
    no = ticket(house, "KT260612-0003", account="7", leader_id=wang)
    assert [one.ticket.no for one in sites.filed_by(house.tx, wang, START)] == [no]
    house.tx.execute(t.leader_sites.delete())
    assert sites.filed_by(house.tx, wang, START) == [] and settled(house, wang) == []


def test_timers_that_are_missing_are_named(house):
    wang = leader(house, "王姐", "Z07", account="7")
    leader(house, "无号", "Z08")
    assert sites.without_timer(house.tx, "wake:digest:") == [wang]
    assert conversations.by_id(house.tx, house.talk("7")).sites == ("Z07",)

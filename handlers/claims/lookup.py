"""What a turn has to look up, and the result: orders the account may see, tickets, shares already claimed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

from handlers.claims.claim import COMPARISONS, Claim, Talk
from handlers.claims.list_draft import Listed
from handlers.claims.summary import bought_for
from handlers.messages.models import Inbound
from handlers.nlu.dates import on
from handlers.nlu.number_shapes import with_shapes
from handlers.nlu.references import References
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.parcels import Parcel
from handlers.policy.lexicons import lexicon_of
from handlers.policy.policy import Policy
from storage import order_guard, orders, people, sites, ticket_lines, tickets
from storage.conversations import Conversation
from storage.database import Tx
from storage.imports import numbers as order_numbers
from storage.imports import states as order_states
from storage.orders import Order
from storage.ticket_lines import Line
from storage.tickets import Ticket

NUMBERS, TAILS = 3, 1  # numbers and phone tails of one message that count; the rest is not looked up
PICKUP = 4  # digits of a pickup number at most; longer ones are order numbers
LED = timedelta(days=30)  # how far back a leader's pickup number reaches
SITE = ("site:", "site_")  # how the code of a pickup site begins; a Telegram link holds no colon


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The look-ups that a message needs: numbers in it, joined with what was said of the order before."""

    numbers: tuple[str, ...] = ()
    pickups: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()
    day: str = ""
    own: bool = False  # all recent orders of the buyer, since the draft has none yet

    @property
    def any(self) -> bool:
        """Return whether a number was given."""
        return bool(self.numbers or self.pickups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A message that may be about goods that are awaited back: their ticket, and a parcel's number if it has one."""

    ticket_no: str = ""
    parcel: Parcel | None = None

    @property
    def tickets(self) -> tuple[str, ...]:
        """Return the ticket, if there is one."""
        return (self.ticket_no,) if self.ticket_no else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The results; `matches` are the orders that the numbers mean and the account may see."""

    conversation: Conversation
    order: Order | None = None  # of the draft that is spoken of
    own: tuple[Order, ...] = ()
    matches: tuple[Order, ...] = ()
    near: tuple[Order, ...] = ()
    proven: bool = False  # the match was proved just now, by number and phone tail
    tried: tuple[str, ...] = ()  # tries that failed: a number, with "/" and the tail where one was given
    guessed: tuple[str, ...] = ()  # orders that exist and whose tail the failed tries did not hit
    spent: bool = False  # a try that would compare more than the account has left was not made
    no_phone: bool = False  # the number exists without any phone to prove it by
    tickets: Mapping[str, Ticket] = field(default_factory=dict)
    lines: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    claimed: Mapping[int, Fraction] = field(default_factory=dict)  # of the order: shares in tickets by line
    claimed_but: tuple[str, str] = ("", "")  # of which order, and which ticket is left out of it
    evidence: tuple[tuple[int, str], ...] = ()  # (row id, kind) of what came with this message
    left_out: int = 0  # photos of this message that were one too many for their claim
    dropped: Order | None = None  # of the draft that was put aside last
    named: str = ""  # ticket that the message names, if it is this conversation's
    listed: Listed | None = None  # for a leader: the orders that a list may be about
    echo_back: bool = False  # the last echo had not left and was taken back
    reviews: tuple[str, ...] = ()  # tickets on which this leader's word is awaited
    site: str = ""  # the pickup site whose code this message is
    back: Back = field(default_factory=Back)  # where the message may be about goods that come back


def wanted(
    claim: Claim | None, named: References | None, conversation: Conversation, *, tapped: str = "", today: date
) -> Wanted:
    """Return the look-ups that a message needs; `tapped` is the order number of a button."""
    if tapped:
        return Wanted(numbers=(tapped,), tails=(claim.tail,) if claim and claim.tail else ())
    known = bool(claim and claim.order_no)
    numbers: tuple[str, ...] = ()
    pickups: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()
    day = ""
    if named:
        numbers = named.order_numbers
        pickups = tuple(dict.fromkeys(value for span in named.pickups for value in span.values))
        tails = (*named.tails, *(phone[-4:] for phone in named.phones))
        day = _day(named.day, today)
    if claim and not known:
        # number and tail may come in two messages, in any order
        # while one of several orders is to be chosen, what found them finds them again
        offered = bool(claim.asked and claim.asked.slot == "order" and claim.asked.choices)
        if not numbers and not pickups and (tails or (offered and claim.tail)):
            numbers = (claim.number,) if claim.number else ()
            pickups = (claim.pickup,) if claim.pickup else ()
        if tails and claim.others:
            numbers = tuple(dict.fromkeys((*numbers, *(one for one in claim.others if len(one) > PICKUP))))
            pickups = tuple(dict.fromkeys((*pickups, *(one for one in claim.others if len(one) <= PICKUP))))
        tails = tails or ((claim.tail,) if claim.tail else ())
        day = day or claim.day
    if conversation.leader_id is None:
        numbers = tuple(numbers)[:NUMBERS]
        pickups = tuple(pickups)[: NUMBERS - len(numbers)]
        tails = tuple(tails)[:TAILS]
    return Wanted(
        numbers=tuple(numbers),
        pickups=tuple(pickups),
        tails=tuple(tails),
        day=day,
        own=(not known or bool(day)) and conversation.customer_id is not None,
    )


def _day(said: str | None, today: date) -> str:
    if said == "today":
        return today.isoformat()
    return (today - timedelta(days=1)).isoformat() if said == "yesterday" else said or ""


def lexicon(tx: Tx, policy: Policy) -> Lexicon:
    """Return what messages are read by: the policy's words, and the shapes of the order numbers that were imported."""
    return with_shapes(lexicon_of(policy), order_numbers.shapes(tx))


def site_of(tx: Tx, inbound: Inbound) -> str:
    """Return the pickup site whose code a start brings; "" for other words, and for an unknown site."""
    if inbound.kind != "start" and not inbound.text.startswith("/start "):
        return ""
    code = inbound.text.removeprefix("/start ").strip()
    number = next((code.removeprefix(mark) for mark in SITE if code.startswith(mark)), "")[:64]
    sample = orders.sampled(inbound.channel)
    known = orders.known_sites(tx, [number], sample=sample)
    return number if number and (known or sites.leaders_at(tx, number, sample=sample)) else ""


def find(
    tx: Tx, conversation: Conversation, order_no: str, want: Wanted, policy: Policy, *, talk: Talk, now: datetime
) -> Found:
    """Return the results for a turn; `order_no` is that of the current draft or ticket.

    A pickup number means the orders of the talk's site first: every site counts from 1.
    """
    sample = orders.sampled(conversation.channel)
    own: tuple[Order, ...] = ()
    if conversation.phone and (want.own or want.any):
        own = tuple(orders.of_buyer(tx, conversation.phone, sample=sample))
    order = next((one for one in own if one.order_no == order_no), None)
    if order_no and not order:
        order = orders.by_number(tx, order_no, sample=sample)
    own += _led(tx, conversation, want, sample=sample, since=now - LED)
    matches = matching(own, want, talk.site)
    if order and not matches:
        matches = matching((order,), want, talk.site)
    leader = conversation.leader_id
    reviews = tuple(sites.in_review(tx, leader)) if leader is not None else ()
    found = Found(conversation=conversation, order=order, own=own, matches=matches, reviews=reviews)
    if matches or not want.any or talk.locked(now) or conversation.leader_id is not None:
        return found
    return _proved(tx, found, want, policy, site=talk.site, sample=sample, used=talk.comparisons(now))


def _led(tx: Tx, conversation: Conversation, want: Wanted, *, sample: bool, since: datetime) -> tuple[Order, ...]:
    if conversation.leader_id is None or not want.any:
        return ()
    found = orders.of_sites(tx, conversation.sites, want.pickups, since=since, sample=sample) if want.pickups else []
    for number in want.numbers:
        order = orders.by_number(tx, number, sample=sample)
        if order and order.site_no in conversation.sites:
            found.append(order)
    return tuple(found)


def matching(own: Sequence[Order], want: Wanted, site: str = "") -> tuple[Order, ...]:
    """Return those of the orders that the numbers and the day mean; a pickup number means those of `site` first."""
    keys = {orders.order_key(number) for number in want.numbers}
    pickups = {orders.pickup_key(number) for number in want.pickups}
    by_number = [order for order in own if orders.order_key(order.order_no) in keys]
    if by_number:
        return tuple(by_number)
    by_pickup = [order for order in own if order.participate_no and orders.pickup_key(order.participate_no) in pickups]
    by_pickup = _there(by_pickup, site)
    return tuple(order for order in by_pickup if not want.day or on(order, want.day)) or tuple(by_pickup)


def _there(found: list[Order], site: str) -> list[Order]:
    return [order for order in found if site and order.site_no == site] or found


def _proved(tx: Tx, found: Found, want: Wanted, policy: Policy, *, site: str, sample: bool, used: int) -> Found:
    """Prove orders by number and phone tail; what was tried in vain is told with the orders that were guessed at.

    No try is made that would compare more orders than one account may; the first always is.
    """
    tail = want.tails[0] if want.tails else ""
    there = {
        pickup: order_guard.compared(tx, pickup, site=site, sample=sample) if tail else [] for pickup in want.pickups
    }
    cost = bool(tail) * len(want.numbers) + sum(map(len, there.values()))
    if used and used + cost > COMPARISONS:
        return replace(found, spent=cost > 0)
    matches: list[Order] = []
    tried: list[str] = []
    guessed: list[str] = []
    for number in want.numbers:
        order = orders.by_number(tx, number, sample=sample)
        if order and (policy.identity.proof == "none" or orders.proves(order, tail)):
            matches.append(order)
            continue
        tried.append(f"{number}/{tail}".rstrip("/"))
        guessed += [order.order_no] if order and tail else []
    picked: list[Order] = []
    for pickup, among in there.items():
        proved = orders.by_pickup(tx, pickup, tail, sample=sample, among=among) if among else []
        if not proved:
            tried.append(f"{pickup}/{tail}".rstrip("/"))
            guessed += among
        picked += proved
    matches += _there(picked, site)
    closed = order_guard.closed(tx, [order.order_no for order in matches])
    tried += [f"{order.order_no}/{tail}" for order in matches if order.order_no in closed]
    matches = [order for order in matches if order.order_no not in closed]
    matches = [order for order in matches if not want.day or on(order, want.day)] or matches
    near: list[Order] = []
    if not matches and found.conversation.phone:
        near = [o for n in want.numbers for o in orders.near(tx, n, found.conversation.phone, sample=sample)]
    return replace(
        found,
        matches=tuple(matches),
        proven=bool(matches),
        near=tuple(near),
        tried=tuple(tried),
        guessed=tuple(dict.fromkeys(guessed)),
    )


def tickets_of(
    tx: Tx, talk: Talk, conversation_id: int, named: Sequence[str] = ()
) -> tuple[dict[str, Ticket], dict[str, Sequence[Line]]]:
    """Return the tickets that this talk may be about, with their lines; of the `named` ones only its own."""
    names = {talk.ticket_no, *(claim.ticket_no for claim in talk.claims)} - {""}
    for no in set(named) - names:
        names |= {no for party in tickets.parties(tx, no) if party.conversation_id == conversation_id}
    known = {no: ticket for no in sorted(names) if (ticket := tickets.get(tx, no))}
    return known, {no: ticket_lines.of_ticket(tx, no) for no in known}


def claimed(tx: Tx, order: Order, *, but: str = "") -> dict[int, Fraction]:
    """Return the shares of an order's lines that tickets claim already, leaving out the ticket `but`.

    What the order system cancelled or refunded itself counts as claimed.
    """
    taken: dict[int, Fraction] = defaultdict(Fraction, order_states.given_back(order))
    for line in ticket_lines.on_order(tx, order.order_no):
        if line.ticket_no == but:
            continue
        if line.share and line.order_line_no is not None:
            taken[line.order_line_no] += Fraction(line.share)
        elif line.order_line_no is None and line.state in ticket_lines.GRANTED and (paid := bought_for(order)):
            for bought in order.lines:  # money for the order as a whole is a part of each line's
                taken[bought.line_no] += Fraction(line.amount - line.freight, paid)
    return dict(taken)


def bind(tx: Tx, conversation: Conversation, order: Order, *, now: datetime) -> int | None:
    """Record that the account belongs to the buyer of a proven order; None when no phone tells who that is."""
    if not order.buyer_key:
        return None
    customer = people.customer(tx, order.buyer_key, order.buyer_name, sample=order.sample, now=now)
    people.bind(tx, conversation.id, customer.id)
    return customer.id

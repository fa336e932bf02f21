"""What is looked up for a leader's message: orders of the leader's own sites that it could mean, and their tickets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from handlers.claims.list_draft import ListDraft, Listed
from handlers.messages.patterns import pattern_of
from handlers.nlu.references import number
from handlers.nlu.text.lexicon import Lexicon
from handlers.nlu.text.normalisation import normalise
from handlers.nlu.text.numerals import chinese
from storage import orders, ticket_lines
from storage.conversations import Conversation
from storage.database import Tx
from storage.orders import Order
from storage.sites import PRIVATE

LATELY = timedelta(days=7)  # among these a number may mean any
LONG_AGO = timedelta(days=30)  # these are looked at where no newer order has the number
MOST = 8000  # characters of one message of a leader
WIDEST = 60
DIGITS = pattern_of(r"(?<!\d)\d{1,4}(?!\d)")
RANGE = pattern_of(r"(?<!\d)(\d{1,4})\s*[号#]?\s*(?:--?|~|—|到|至|to|\.{2,3})\s*#?\s*(\d{1,4})(?!\d)")
SPELT = pattern_of(r"[一二两三四五六七八九十廿卅百]{1,5}(?=号|\s?(?:-|~|到|至|、|和))")
SPELT_RANGE = pattern_of(
    r"([一二三四五六七八九十廿卅百]{1,5})号?\s?(?:-|~|到|至)\s?([一二三四五六七八九十廿卅百]{1,5})号"
)
WHOLE_PHONE = pattern_of(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def find(
    tx: Tx,
    conversation: Conversation,
    texts: Iterable[str],
    draft: ListDraft | None,
    lexicon: Lexicon,
    *,
    now: datetime,
) -> Listed:
    """Find the orders that texts of a leader, or open lines of the list, could mean; only of the bound sites.

    `texts`: the message, the name of whom it was forwarded from, what it replies to.
    """
    sites = conversation.sites
    if not sites:
        return Listed()
    sample = orders.sampled(conversation.channel)
    said = [*texts, *(draft.context if draft else ())]
    plain = "\n".join(normalise(line, lexicon.emoji) for text in said for line in text[:MOST].splitlines())
    pickups = _pickups(plain, draft)
    buyers = orders.buyers_at(tx, sites, since=now - LONG_AGO, sample=sample)
    names = {name for name in buyers if _named(name, plain)}
    tails = {digits for digits in DIGITS.findall(plain) if len(digits) == 4}
    tails |= {phone[-4:] for phone in WHOLE_PHONE.findall(plain)}
    numbers = {number(found) for pattern in lexicon.order_patterns for found in pattern.finditer(plain)}
    numbers |= _of_draft(draft)
    found = orders.at_sites(
        tx, sites, participate_nos=pickups, names=names, tails=tails, numbers=numbers, since=now - LATELY, sample=sample
    )
    known = {order.participate_no for order in found}
    old = orders.at_sites(
        tx,
        sites,
        participate_nos=pickups - known,
        names=names - {order.buyer_name for order in found},
        numbers=numbers - {order.order_no for order in found},
        since=now - LONG_AGO,
        sample=sample,
    )
    every = {order.order_no: order for order in (*found, *old)}
    return Listed(orders=tuple(every.values()), lines={number: _lines(tx, number) for number in every})


def _named(name: str, text: str) -> bool:
    return len(name) > 1 and name.lower() in text


def _pickups(text: str, draft: ListDraft | None) -> set[str]:
    found = {str(int(digits)) for digits in DIGITS.findall(text)}
    spelt = ((chinese(low), chinese(high)) for low, high in SPELT_RANGE.findall(text))
    for low, high in (*((int(low), int(high)) for low, high in RANGE.findall(text)), *spelt):
        if low is not None and high is not None and 0 < high - low <= WIDEST:
            found |= {str(number) for number in range(low, high + 1)}
    found |= {str(value) for word in SPELT.findall(text) if (value := chinese(word)) is not None}
    found |= {line.pickup for line in draft.lines if line.pickup and line.asks} if draft else set()
    return found


def _of_draft(draft: ListDraft | None) -> set[str]:
    if draft is None:
        return set()
    return {number for line in draft.lines for number in (line.order_no, *line.among) if number}


def _lines(tx: Tx, order_no: str) -> tuple[ticket_lines.Line, ...]:
    return tuple(line for line in ticket_lines.on_order(tx, order_no) if line.problem not in PRIVATE)


def of_leader(tx: Tx, conversation: Conversation, number: str) -> Order | None:
    """Return an order by its number if it is of the leader's sites."""
    order = orders.by_number(tx, number, sample=orders.sampled(conversation.channel))
    return order if order and order.site_no in conversation.sites else None

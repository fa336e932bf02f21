"""Bare words that answer what was asked about a ticket: an offer, a rating, goods under way, taking it back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.claims.outcomes import Arrived, Consent, Settle, Withdraw
from handlers.dialogue.message import Message
from handlers.messages.patterns import pattern_of
from storage.ticket_lines import GOODS, OWING, Line
from storage.tickets import Ticket

CAME = pattern_of(
    r"(?:收到|拿到|取到|领到|到货|签收)(?:了|啦|咯|喽|货)?|(?<![没迟])(?:都|已经|刚|刚刚|货|快递|包裹|东西)到了"
    r"|\b(?:arrived|received|got (?:it|them)|it came|they came|came today)\b",
    re.IGNORECASE,
)
NOT_COME = pattern_of(r"[没未不?？吗么]|还|\b(?:not|no|never|yet|nothing|when|where)\b|n't", re.IGNORECASE)
BRIEF = 40  # characters of a text that says one thing
RATINGS = (("very_satisfied", 5), ("satisfied", 4), ("neutral", 3), ("unsatisfied", 1))


def answers_withdrawal(message: Message) -> bool:
    """Return whether the text answers whether to take back a ticket."""
    known = message.withdraw_asked in message.turn.turn_input.found.tickets
    return known and message.means("withdraw", "yes", "keep", "no")


def answer_withdrawal(message: Message) -> None:
    """Take the ticket back, or keep it."""
    if message.means("withdraw", "yes"):
        message.turn.outcomes.append(Withdraw(ticket_no=message.withdraw_asked))
    else:
        message.turn.tell("kept")


def _ticket(message: Message) -> Ticket | None:
    return message.turn.ticket() if message.turn.claim is None else None


def _lines(message: Message) -> Sequence[Line]:
    ticket = _ticket(message)
    return message.turn.turn_input.found.lines.get(ticket.no, ()) if ticket else ()


def answers_offer(message: Message) -> bool:
    """Return whether the text is a yes or no to an offer that waits."""
    return any(line.state == "offered" for line in _lines(message)) and (
        message.means("yes", "no", "offer_no") or message.phrases.plain in ("1", "2")
    )


def answer_offer(message: Message) -> None:
    """Record the answer to the offer."""
    ticket = _ticket(message)
    assert ticket
    accepted = message.means("yes") or message.phrases.plain == "1"
    message.turn.outcomes.append(Consent(ticket_no=ticket.no, accepted=accepted))


def _score(message: Message) -> int:
    score = next((score for name, score in RATINGS if message.means(name)), 0)
    bare = message.phrases.plain
    return score or (RATINGS[int(bare) - 1][1] if bare in ("1", "2", "3", "4") else 0)


def rates(message: Message) -> bool:
    """Return whether the text rates a ticket that has its result."""
    ticket = _ticket(message)
    rated = ticket and ticket.state in ("decided", "resolved") and ticket.severity != "safety"
    asked = rated and not any(line.state in OWING for line in _lines(message))
    return bool(asked and _score(message))


def rate(message: Message) -> None:
    """Record the rating."""
    ticket = _ticket(message)
    assert ticket
    message.turn.outcomes.append(Settle(ticket_no=ticket.no, score=_score(message)))


def speaks_of_goods(message: Message) -> bool:
    """Return whether the text says if what was sent again has come."""
    return (message.means("got", "not_got") or _came(message)) and any(map(_may_come, _lines(message)))


def _may_come(line: Line) -> bool:
    """Return whether a line's goods may come: they are owed, or were missing and wait for a decision again."""
    return line.goods_owed or (line.state in ("open", "done") and line.remedy in GOODS)


def _came(message: Message) -> bool:
    """Return whether a short text says in other words that something has come: 快递收到了 谢谢, yes, it arrived."""
    text = message.text
    return message.says(BRIEF) and bool(CAME.search(text)) and not NOT_COME.search(text) and not message.tells


def note_goods(message: Message) -> None:
    """Record whether the goods came."""
    ticket = _ticket(message)
    assert ticket
    message.turn.outcomes.append(Arrived(ticket_no=ticket.no, arrived=not message.means("not_got")))


def note_missing(message: Message) -> None:
    """Record that the goods did not come."""
    ticket = _ticket(message)
    assert ticket
    message.turn.outcomes.append(Arrived(ticket_no=ticket.no, arrived=False))


def submits_again(message: Message) -> bool:
    """Return whether the text submits what is filed already."""
    return message.means("submit") and _ticket(message) is not None and not message.turn.silent_ticket()


def say_filed_already(message: Message) -> None:
    """Say under which number it is filed."""
    ticket = _ticket(message)
    assert ticket
    message.turn.tell("submitted_already", no=ticket.no)

"""Bare words that answer what was asked about a ticket: an offer, a rating, goods under way, taking it back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from handlers.claims.outcomes import Arrived, Consent, Remark, Settle, Withdraw
from handlers.dialogue.message import Message
from handlers.dialogue.turn import Turn
from handlers.messages.money import money
from handlers.messages.patterns import pattern_of
from storage.ticket_lines import GOODS, OWING, Line
from storage.tickets import Ticket

CAME = pattern_of(
    r"(?:收到|拿到|取到|领到|到货|签收)(?:了|啦|咯|喽|货)?|(?<![没迟])(?:都|已经|刚|刚刚|货|快递|包裹|东西)到了"
    r"|\b(?:arrived|received|got (?:it|them)|it came|they came|came today)\b",
    re.IGNORECASE,
)
NOT_COME = pattern_of(r"[没未不?？吗么]|还|\b(?:not|no|never|yet|nothing|when|where)\b|n't", re.IGNORECASE)
MONEY = pattern_of(
    r"(?:钱|款)[^，。,.!！；;\n]{0,8}(?:[没未](?:有)?(?:收)?到|没(?:有)?来|到(?:账|帐)?了?(?:没|吗|么|[?？])|收到没|在哪|去哪|哪去)"
    r"|(?:没(?:有)?|未)(?:收到|见到|看到)[^，。,.!！；;\n]{0,6}(?:钱|款)|[没未](?:有)?到[账帐]"
    r"|(?:where|n't|not|never|no)\b[^.!?;\n]{0,30}\b(?:refund|money)\b"
    r"|\b(?:refund|money)\b[^.!?;\n]{0,30}(?:\b(?:not|never|yet|where)\b|n't)",
    re.IGNORECASE,
)
USUALLY = timedelta(days=3)  # how long money is on its way, as the notice of a payment says
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


def misses_money(message: Message) -> bool:
    """Return whether the text asks for money that was granted, or says that it has not come: 钱到了吗, 没收到退款."""
    lines = _lines(message)
    granted = any(line.money_owed or line.paid_at for line in lines) and not message.turn.silent_ticket()
    goods = any(claim.line_no is not None for claim in message.reading.claims)
    return granted and not goods and len(message.text) <= BRIEF and bool(MONEY.search(message.text))


def tell_money(message: Message) -> None:
    """Say when it is due or when it went out; a person is called where that says nothing new."""
    turn = message.turn
    ticket = turn.ticket()
    assert ticket
    text, settled = of_money(turn, ticket)
    if not settled:
        turn.outcomes.append(Remark(ticket_no=ticket.no, text=message.text, call=True))
    turn.reply(text)


def of_money(turn: Turn, ticket: Ticket) -> tuple[str, bool]:
    """Return what is true of a ticket's money, and whether that is an answer; ("", True) where none was granted."""
    voice, now = turn.voice, turn.turn_input.now
    lines = turn.turn_input.found.lines.get(ticket.no, ())
    owed, paid = [line for line in lines if line.money_owed], [line for line in lines if line.paid_at]
    if owed:
        sum_ = money(sum(line.money_owed for line in owed), voice.language)
        dues = [line.refund_due_at for line in owed if line.refund_due_at and line.refund_due_at > now]
        if not dues and ticket.due_at and ticket.due_at > now:
            dues = [ticket.due_at]  # the first promise was broken, and this one was made instead
        if dues:
            return voice.say("answer.money_due", no=ticket.no, sum=sum_, when=voice.moment(max(dues))), True
        return voice.say("answer.money_late", no=ticket.no, sum=sum_), False
    if not paid:
        return "", True
    when = max(line.paid_at for line in paid if line.paid_at)
    key, settled = ("money_paid", True) if now - when <= USUALLY else ("money_missing", False)
    sum_ = money(sum(line.money_paid for line in paid), voice.language)
    return voice.say(f"answer.{key}", no=ticket.no, sum=sum_, when=voice.day(when)), settled


def submits_again(message: Message) -> bool:
    """Return whether the text submits what is filed already."""
    return message.means("submit") and _ticket(message) is not None and not message.turn.silent_ticket()


def say_filed_already(message: Message) -> None:
    """Say under which number it is filed."""
    ticket = _ticket(message)
    assert ticket
    message.turn.tell("submitted_already", no=ticket.no)

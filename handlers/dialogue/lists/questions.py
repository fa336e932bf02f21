"""The questions of a list, asked together: numbered, with buttons for those that have few answers."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from handlers.claims.list_draft import ListLine
from handlers.claims.shares import plain
from handlers.claims.summary import item_name, line_of
from handlers.dialogue.lists.labels import Telling, quoted
from handlers.messages.models import Button
from storage.orders import Order

MOST = 8  # buttons of one message
CHOICES = 4  # buttons of one question
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def questions(told: Telling) -> list[str]:
    """Ask everything that is open, numbered, in one go."""
    asked = told.draft.questions()
    rows = [told.say("question", sign=_sign(at), text=question(told, line)) for at, line in enumerate(asked)]
    # the heading stays with the first question
    return ["\n".join([told.say("questions"), rows[0]]), *rows[1:]] if rows else []


def _sign(place: int) -> str:
    return CIRCLED[place] if place < len(CIRCLED) else f"({place + 1})"


def question(told: Telling, line: ListLine) -> str:
    """Ask what is open about one line."""
    number, text = told.number(line) if line.pickup else "", quoted(line.text)
    order = told.orders.get(line.order_no)
    if line.ask == "order":
        among = [told.orders[no] for no in line.among if no in told.orders]
        choices = told.say("or").join(order_label(told, one) for one in among[:6])
        return told.say("ask_order", number=number, text=text, choices=choices)
    if line.ask == "item" and order:
        key, choices = "ask_item_absent" if line.problem.absent else "ask_item", told.join(_items(order, line))
        return told.say(key, number=number, text=text, choices=choices, item=line.problem.absent)
    if line.ask == "quantity" and order and (bought := line_of(order, line.problem.line_no)):
        whole = f"{plain(Fraction(str(bought.quantity)))}{bought.unit}"
        return told.say("ask_quantity", number=number, text=text, whole=whole, unit=bought.unit)
    if line.ask == "who" and line.who:
        return told.say("ask_who_of", who=line.who, text=text)
    key = "ask_problem_refund" if line.ask == "problem" and line.wish in ("refund", "return_refund") else ""
    return told.say(key or f"ask_{line.ask}", number=number, text=text).strip()


def _items(order: Order, line: ListLine) -> list[str]:
    among = [one for one in order.lines if not line.problem.among or one.line_no in line.problem.among]
    return [item_name(one) for one in among]


def order_label(told: Telling, order: Order) -> str:
    """Name an order by its day, activity and buyer: 今天 G0612 张阿姨."""
    when = order.delivered_at or order.promised_at or order.placed_at
    zone = ZoneInfo(told.voice.policy.hours.timezone)
    today = told.voice.now.astimezone(zone).date()
    day = ""
    if when:
        there = when.astimezone(zone).date()
        near = {today: told.say("today"), today - timedelta(days=1): told.say("yesterday")}
        day = near.get(there) or told.voice.day(when)
    text = told.say("order", day=day, activity=order.activity_no, buyer=order.buyer_name)
    return " ".join(text.split())


def question_buttons(told: Telling) -> list[Button]:
    """Buttons for the questions that have few answers."""
    mark = f"@{told.draft.id[:8]}"
    found = [
        Button(label=label[:40], tap=f"list:answer:{line.key}:{value}{mark}")
        for line in told.draft.questions()
        for label, value in _choices(told, line)
    ]
    return found[:MOST]


def _choices(told: Telling, line: ListLine) -> list[tuple[str, str]]:
    number, order = told.number(line), told.orders.get(line.order_no)
    if line.ask == "refunded":
        return [(told.say("yes", number=number), "yes"), (told.say("no", number=number), "no")]
    if line.ask == "order":
        among = [(str(at), told.orders[no]) for at, no in enumerate(line.among) if no in told.orders]
        named = [(order_label(told, one), value) for value, one in among]
    elif line.ask == "item" and order:
        goods = [one for one in order.lines if not line.problem.among or one.line_no in line.problem.among]
        named = [(item_name(one), f"i{one.line_no}") for one in goods]
    else:
        return []
    return [(told.say("choose", number=number, what=what), value) for what, value in named[:CHOICES]]

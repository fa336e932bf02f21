"""What agents say of goods and coupons: 已安排 with a time, 已寄出 with a number, 已收到退货, 发券 with a code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from handlers.desk import options
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.fulfilment import coupons, goods, goods_back
from handlers.messages.models import Button
from handlers.messages.money import money
from handlers.nlu.text import parcels, promised_times
from handlers.policy import calendar
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox, notices, returns
from storage import ticket_lines
from storage.database import Tx
from storage.fulfilment import shipments
from storage.ticket_lines import Line
from storage.tickets import Ticket

ALL = "0"  # the mark of all lines that an action fits
STAMP = "%Y%m%dT%H%M"  # a time in a button's value, in the business's zone
LEFT_OUT = "none"  # the number, or the code, is left out
LONGEST_CODE = 40

Fits = Callable[[Tx, str], list[Line]]


def _unsent(tx: Tx, no: str) -> list[Line]:
    return goods.unsent(ticket_lines.of_ticket(tx, no), shipments.of_ticket(tx, no))


def _sendable(tx: Tx, no: str) -> list[Line]:
    return goods.sendable(ticket_lines.of_ticket(tx, no))


def _numbered(tx: Tx, no: str) -> list[Line]:
    """Return the lines that the card has a button to send for: of what left already only a missing number is added."""
    known = shipments.of_ticket(tx, no)
    return [line for line in _sendable(tx, no) if not ((one := known.get((line.line, "out"))) and one.tracking)]


def _owing_coupon(tx: Tx, no: str) -> list[Line]:
    return [line for line in ticket_lines.of_ticket(tx, no) if line.coupon_owed]


FITS: Mapping[str, Fits] = {
    "arranged": _unsent,
    "sent": _sendable,
    "goods_in": goods_back.awaited,
    "coupon": _owing_coupon,
}
"""The lines that each of these actions fits."""
SHOWN: Mapping[str, Fits] = {**FITS, "sent": _numbered}
"""The lines for which a card shows its button."""


def shown(tx: Tx, ticket: Ticket, name: str) -> bool:
    """Return whether a card shows the button of one of these actions."""
    return bool(SHOWN[name](tx, ticket.no))


def _policy(request: ActionRequest) -> Policy:
    return notices.policy_of(request.tx, request.ticket, request.context)


def _meant(request: ActionRequest, name: str) -> tuple[list[Line], str]:
    """Return the lines that an argument LINE:VALUE means, all that fit for line 0 or none, and the value."""
    mark, _, value = request.argument.partition(":")
    lines = FITS[name](request.tx, request.no)
    return [line for line in lines if mark in ("", ALL, str(line.line))], value


def _narrowed(request: ActionRequest, name: str, lines: Sequence[Line]) -> list[list[Button]]:
    """Return a button for each line, where an action would be for several."""
    if len(lines) < 2:
        return []
    return options.lines(request.no, name, {str(line.line): line for line in lines})


def _items(lines: Sequence[Line]) -> str:
    return "、".join(dict.fromkeys(line.item for line in lines))


def _nothing(request: ActionRequest, name: str) -> Answer:
    return told("nothing_for", alert=True, no=request.no, action=desk_outbox.say(f"act_{name}"))


def arranged(request: ActionRequest) -> Answer:
    """Ask until when the goods leave, or take the time of a button."""
    lines, value = _meant(request, "arranged")
    if not lines:
        return _nothing(request, "arranged")
    if value:
        zone = calendar.zone(_policy(request))
        return _arrange(request, lines, datetime.strptime(value, STAMP).replace(tzinfo=zone))
    mark = request.argument or ALL
    times = [
        Button(label=_moment(request, when), tap=f"arranged:{request.no}:{mark}:{when:{STAMP}}")
        for when in _likely(request)
    ]
    rows = [times[:2], times[2:]] if times else []
    rows += _narrowed(request, "arranged", lines)
    ask(request, "arranged", "ask_arranged", buttons=rows, argument=mark, items=_items(lines))
    return Answer()


def _likely(request: ActionRequest) -> list[datetime]:
    """Return the ends of today, of tomorrow's morning and day, and of the day after, as far as they are to come."""
    policy = _policy(request)
    here = request.context.now.astimezone(calendar.zone(policy))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    ends = timedelta(hours=policy.hours.day_end.hour, minutes=policy.hours.day_end.minute)
    noon, day = timedelta(hours=12), timedelta(days=1)
    found = [midnight + ends, midnight + day + noon, midnight + day + ends, midnight + 2 * day + ends]
    return [when for when in found if when > here]


def _moment(request: ActionRequest, when: datetime) -> str:
    return desk_outbox.moment(when, _policy(request), request.context.now)


def arranged_words(request: ActionRequest) -> Answer:
    """Take the time that was typed: 明天10点前, 今晚8点, 6月20日, tomorrow before 10am."""
    lines, _ = _meant(request, "arranged")
    if not lines:
        return _nothing(request, "arranged")
    policy = _policy(request)
    here = request.context.now.astimezone(calendar.zone(policy))
    when = promised_times.read(request.words, here, policy.hours.day_end)
    if when is None:
        return told("time_unread", alert=True)
    return _arrange(request, lines, when)


def _arrange(request: ActionRequest, lines: Sequence[Line], when: datetime) -> Answer:
    if when <= request.context.now:
        return told("time_unread", alert=True)
    done = goods.arrange(request.tx, request.ticket, lines, when, request.by, request.context)
    key = "arranged_done" if done else "arranged_known"
    return told(key, no=request.no, items=_items(lines), when=_moment(request, when))


def sent(request: ActionRequest) -> Answer:
    """Ask for the parcel's number, which may be left out."""
    lines, value = _meant(request, "sent")
    if not lines:
        return _nothing(request, "sent")
    if value == LEFT_OUT:
        return _send(request, lines, None)
    mark = request.argument or ALL
    rows = [[desk_outbox.button("act_no_number", f"sent:{request.no}:{mark}:{LEFT_OUT}")]]
    rows += _narrowed(request, "sent", lines)
    ask(request, "sent", "ask_sent", buttons=rows, argument=mark, items=_items(lines))
    return Answer()


def sent_words(request: ActionRequest) -> Answer:
    """Take number and carrier as typed: 顺丰 SF1234567890; 没有 for none."""
    lines, _ = _meant(request, "sent")
    if not lines:
        return _nothing(request, "sent")
    if request.words.strip().rstrip("。.!！").casefold() in desk_outbox.spoken("words_no_number"):
        return _send(request, lines, None)
    parcel = parcels.typed(request.words)
    return _send(request, lines, parcel) if parcel else told("number_unread", alert=True)


def _send(request: ActionRequest, lines: Sequence[Line], parcel: parcels.Parcel | None) -> Answer:
    done = goods.send(request.tx, request.ticket, lines, parcel, request.by, request.context)
    return told("sent_done" if done else "sent_known", no=request.no, items=_items(lines))


def goods_in(request: ActionRequest) -> Answer:
    """Take goods in that came back; of several lines it is asked which."""
    lines, _ = _meant(request, "goods_in")
    if not lines:
        return _nothing(request, "goods_in")
    if len(lines) > 1 and not request.argument:
        rows = [[desk_outbox.button("every_line", f"goods_in:{request.no}:{ALL}")]]
        rows += _narrowed(request, "goods_in", lines)
        ask(request, "goods_in", "ask_goods_in", buttons=rows, items=_items(lines))
        return Answer()
    goods_back.take_in(request.tx, request.ticket, lines, request.by, request.context)
    return told("goods_in_done", no=request.no, items=_items(lines))


def coupon(request: ActionRequest) -> Answer:
    """Ask for a coupon's code, line by line."""
    lines, value = _meant(request, "coupon")
    if not lines:
        return _nothing(request, "coupon")
    if value == LEFT_OUT:
        return _issue(request, lines[0], "")
    if len(lines) > 1:
        ask(request, "coupon", "ask_coupon_line", buttons=_narrowed(request, "coupon", lines))
        return Answer()
    (line,) = lines
    rows = [[desk_outbox.button("act_in_account", f"coupon:{request.no}:{line.line}:{LEFT_OUT}")]]
    what = options.coupon_label(_policy(request), line.coupon_kind, line.coupon)
    ask(request, "coupon", "ask_coupon", buttons=rows, argument=str(line.line), item=line.item, what=what)
    return Answer()


def coupon_words(request: ActionRequest) -> Answer:
    """Take the code that was typed."""
    lines, _ = _meant(request, "coupon")
    if not lines:
        return _nothing(request, "coupon")
    if len(lines) > 1:
        return coupon(request)
    if request.words.strip().rstrip("。.!！").casefold() in desk_outbox.spoken("words_in_account"):
        return _issue(request, lines[0], "")
    code = request.words.strip()
    if not code or len(code) > LONGEST_CODE or any(sign.isspace() for sign in code):
        return told("code_unread", alert=True)
    return _issue(request, lines[0], code)


def _issue(request: ActionRequest, line: Line, code: str) -> Answer:
    done = coupons.issue(request.tx, request.ticket, line, code, request.by, request.context)
    return told("coupon_done" if done else "coupon_known", no=request.no)


def owed(request: ActionRequest) -> str:
    """Return what a ticket still owes or awaits, line by line; "" when nothing is."""
    known = shipments.of_ticket(request.tx, request.no)
    language = desk_outbox.language()
    parts = []
    for line in ticket_lines.of_ticket(request.tx, request.no):
        if line.money_owed:
            parts.append(desk_outbox.say("owes_money", item=line.item, sum=money(line.money_owed, language)))
        if line.goods_owed:
            one = known.get((line.line, "out"))
            key = "owes_answer" if one and one.sent_at else "owes_goods"
            parts.append(desk_outbox.say(key, item=line.item, what=desk_outbox.remedy(line.remedy)))
        if line.coupon_owed:
            what = options.coupon_label(_policy(request), line.coupon_kind, line.coupon)
            parts.append(desk_outbox.say("owes_coupon", item=line.item, what=what))
        if line in returns.awaited([line]):
            parts.append(desk_outbox.say("owes_return", item=line.item))
    return "；".join(parts)

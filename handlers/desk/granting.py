"""What a remedy comes to on a line of a ticket, and how a set of rulings is made to hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.costs import caps
from handlers.desk import options, order_link
from handlers.desk.request import ActionRequest, Answer, told
from handlers.messages.money import money, refund
from handlers.nlu.agent_commands import Meant
from handlers.policy.policy import Policy
from handlers.tickets import decisions, desk_outbox, lifecycle, notices, root_causes
from handlers.tickets.decisions import MONEY, Ruling
from storage import ticket_lines
from storage.ticket_lines import Line

Ruled = tuple[Line, Ruling]


def undecided(request: ActionRequest) -> list[Line]:
    """Return the lines that wait for a decision: the one of the argument, or all."""
    number = request.argument.partition(":")[0]
    lines = [line for line in ticket_lines.of_ticket(request.tx, request.no) if line.state in lifecycle.UNDECIDED]
    return [line for line in lines if str(line.line) == number] if number else lines


def policy_of(request: ActionRequest) -> Policy:
    """Return the policy of the ticket."""
    return notices.policy_of(request.tx, request.ticket, request.context)


def lines_by_mark(request: ActionRequest, mark: str) -> dict[str, Line]:
    """Return the lines that may be meant by their marks: open ones, else what the order has to choose from."""
    found = {str(line.line): line for line in undecided(replace(request, argument=""))}
    if not found:
        chosen = order_link.lines_to_choose(request)
        found = {f"{order_link.BY_LINE}{one.line_no}": order_link.sketch(request, one) for one in chosen}
    return {mark: found[mark]} if mark in found else {} if mark else found


def ruling_of(request: ActionRequest, line: Line, meant: Meant) -> Ruling | Answer:
    """Return what an agent's words rule on a line, or why they cannot."""
    policy = policy_of(request)
    meant = root_causes.keep_inside(meant, policy)
    if meant.as_wished:
        ruling = options.wished(request.tx, request.ticket, line, policy)
        if ruling is None:
            return told("no_wish", alert=True, no=request.no, item=line.item)
        amount, code, coupon = ruling.amount, ruling.remedy, ruling.coupon or meant.coupon
    else:
        found = _sum(request, line, meant)
        if found is None or (not found and meant.remedy in MONEY):
            return told("need_sum", alert=True)
        amount, code, coupon = found, meant.remedy, meant.coupon
    if code == "compensation" and not coupon:
        coupon = options.coupon(policy)
    if code in ("refund", "partial_refund"):
        code = options.kind_of_refund(request.tx, request.ticket, line, amount)
    if code not in options.allowed(policy, line):
        names = "、".join(desk_outbox.remedy(one) for one in options.allowed(policy, line))
        return told("not_given", alert=True, names=names)
    rule = _rule(request, policy)
    return Ruling(remedy=code, amount=amount, coupon=coupon, words=meant.words, reason=meant.reason, rule=rule)


def _sum(request: ActionRequest, line: Line, meant: Meant) -> int | None:
    """Return the 分 that were meant: the named sum, a share, or the value of the claimed quantity."""
    if meant.remedy not in MONEY:
        return 0
    if meant.amount is not None and meant.amount > 0:
        return meant.amount
    worth = options.worth(request.tx, request.ticket, line)
    if meant.share is not None:
        # "half" is half of what is claimed; where that is unknown, of the whole line
        return refund(worth or decisions.paid(request.tx, request.ticket, line), meant.share)
    return worth


def _rule(request: ActionRequest, policy: Policy) -> str:
    words = request.words.upper()
    return next((code for code in policy.rules if re.search(rf"(?<![A-Z0-9]){code}(?![A-Z0-9])", words)), "")


def decide(request: ActionRequest, rulings: Sequence[Ruled]) -> Answer:
    """Let rulings hold, or offer those that the customer did not wish; nothing happens when a sum is too large."""
    if refused := too_much(request, rulings):
        return refused
    rulings = [(line if line.line else order_link.store(request, line), ruling) for line, ruling in rulings]
    offered = False
    for line, ruling in rulings:
        if decisions.is_wished(line, ruling):
            decisions.grant(request.tx, request.ticket, line, ruling, request.by, request.context)
        else:
            decisions.offer(request.tx, request.ticket, line, ruling, request.by, request.context)
            offered = True
    rule = next((ruling.rule for _, ruling in rulings if ruling.rule), "")
    numbers = [line.line for line, _ in rulings]
    decisions.conclude(request.tx, request.no, numbers, request.by, request.context, rule=rule)
    desk_outbox.refresh(request.tx, request.no, request.context)
    return told("offered" if offered else "decided", no=request.no)


def too_much(request: ActionRequest, rulings: Sequence[Ruled]) -> Answer | None:
    """Return which sum exceeds what may still be given; None when all fit, together too."""
    room = caps.room(request.tx, request.ticket, policy_of(request))
    final = [ruled for ruled in rulings if decisions.is_wished(*ruled)]
    for some in (final, rulings):  # what is granted now may not rest on what is only offered
        asked = [(line.order_line_no, ruling.amount) for line, ruling in some]
        if not room.fits(asked):
            first = next(place for place in range(1, len(asked) + 1) if not room.fits(asked[:place]))
            line = some[first - 1][0]
            left = money(room.most(line.order_line_no), desk_outbox.language())
            return told("over_room" if request.ticket.order_no else "no_order", alert=True, item=line.item, room=left)
    for line, ruling in rulings:
        most = max(policy_of(request).money.suggest_cap, decisions.paid(request.tx, request.ticket, line))
        if ruling.coupon > most:
            return told("over_coupon", alert=True, room=money(most, desk_outbox.language()))
    return None

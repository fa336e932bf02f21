"""What a remedy comes to on a line of a ticket, and how a set of rulings is made to hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, replace

from handlers.costs import caps
from handlers.desk import options, order_link
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.messages.money import money, refund
from handlers.nlu.agent_commands import Meant
from handlers.policy.policy import Policy
from handlers.tickets import decisions, desk_outbox, lifecycle, notices, returns, root_causes
from handlers.tickets.decisions import MONEY, Ruling
from storage import ticket_lines
from storage.fulfilment import shipments
from storage.ticket_lines import Line

Ruled = tuple[Line, Ruling]
SHORTEST_ADDRESS = 6  # characters


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
        amount, code, coupon, kind = ruling.amount, ruling.remedy, ruling.coupon or meant.coupon, ruling.coupon_kind
    else:
        found = _sum(request, line, meant)
        if found is None or (not found and meant.remedy in MONEY):
            return told("need_sum", alert=True)
        kind = meant.coupon_kind if meant.coupon_kind in policy.coupons else ""
        amount, code, coupon = found, meant.remedy, meant.coupon
    if (code == "compensation" or coupon) and not kind:
        kind = options.coupon_meant(policy, coupon, request.words, late="late_claim" in request.ticket.warnings)
    if code == "compensation" and not coupon:
        if not kind:
            return which_coupon(request, line)
        coupon = policy.coupons[kind].value
    if code in ("refund", "partial_refund"):
        code = options.kind_of_refund(request.tx, request.ticket, line, amount)
    if code not in options.allowed(policy, line):
        names = "、".join(desk_outbox.remedy(one) for one in options.allowed(policy, line))
        return told("not_given", alert=True, names=names)
    rule = _rule(request, policy)
    return Ruling(
        remedy=code,
        amount=amount,
        coupon=coupon,
        coupon_kind=kind if coupon else "",
        words=meant.words,
        reason=meant.reason,
        rule=rule,
    )


def which_coupon(request: ActionRequest, line: Line) -> Answer:
    """Ask which of the policy's coupons is meant."""
    mark = next((mark for mark, one in lines_by_mark(request, "").items() if one == line), str(line.line))
    buttons = [[one] for one in options.coupons(request.ticket, policy_of(request), mark)]
    ask(request, "change", "ask_which_coupon", buttons=buttons, argument=mark, item=line.item)
    return Answer()


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
    if stopped := too_much(request, rulings) or _address_first(request, rulings):
        return stopped
    rulings = [(line if line.line else order_link.store(request, line), ruling) for line, ruling in rulings]
    for line, ruling in rulings:
        if ruling.address:
            shipments.put(request.tx, request.no, line.line, shipments.BACK, address=ruling.address)
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


def _address_first(request: ActionRequest, rulings: Sequence[Ruled]) -> Answer | None:
    """Ask where goods go back to, where neither policy nor agent said it: nobody is sent home without an address."""
    policy = policy_of(request)
    homeless = [
        line
        for line, ruling in rulings
        if ruling.remedy == "return_refund"
        and not (ruling.address or returns.address(request.tx, request.ticket, line, policy))
    ]
    if not homeless:
        return None
    kept = [
        {"mark": mark, **asdict(ruling)}
        for line, ruling in rulings
        for mark, one in lines_by_mark(request, "").items()
        if one == line
    ]
    items = "、".join(dict.fromkeys(line.item for line in homeless))
    ask(request, "address", "ask_address", more={"rulings": kept}, items=items)
    return Answer()


def address_words(request: ActionRequest) -> Answer:
    """Take the address that was typed, and let the decision hold that waited for it."""
    place = " ".join(request.words.split())
    if len(place) < SHORTEST_ADDRESS:
        return told("address_unread", alert=True)
    rulings = []
    for kept in request.asked.get("rulings", ()):
        values = {key: value for key, value in kept.items() if key != "mark"}
        line = lines_by_mark(replace(request, argument=""), kept["mark"]).get(kept["mark"])
        if line is None:
            return told("nothing_open", alert=True, no=request.no)
        there = {"address": place} if values["remedy"] == "return_refund" else {}
        rulings.append((line, Ruling(**{**values, **there})))
    return decide(request, rulings) if rulings else told("stale", alert=True)


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

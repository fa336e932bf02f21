"""Deciding at the desk: approve the wish, another remedy, refuse with reasons; each sum is checked before it holds."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

from handlers.desk import options, order_link
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.messages.money import money, refund
from handlers.nlu import agent_commands
from handlers.nlu.agent_commands import Meant, RefusalParts
from handlers.policy.policy import Policy, pick
from handlers.tickets import decisions, desk_outbox, lifecycle, notices, root_causes
from handlers.tickets.decisions import MONEY, Ruling
from storage import ticket_lines, tickets
from storage.ticket_lines import Line


def undecided(request: ActionRequest) -> list[Line]:
    """Return the lines that wait for a decision: the one of the argument, or all."""
    number = request.argument.partition(":")[0]
    lines = [line for line in ticket_lines.of_ticket(request.tx, request.no) if line.state in lifecycle.UNDECIDED]
    return [line for line in lines if str(line.line) == number] if number else lines


def policy_of(request: ActionRequest) -> Policy:
    """Return the policy of the ticket."""
    return notices.policy_of(request.tx, request.ticket, request.context)


def approve(request: ActionRequest) -> Answer:
    """Grant what the customer wished, on every line that is still open."""
    lines = undecided(request)
    if not lines:
        return told("nothing_open", alert=True, no=request.no)
    rulings = [(line, options.wished(request.tx, request.ticket, line, policy_of(request))) for line in lines]
    if not options.by_one_tap(request.ticket, [ruling for _, ruling in rulings]):
        return change(request)
    without = next((line for line, ruling in rulings if ruling is None), None)
    if without is not None:
        return told("no_wish", alert=True, no=request.no, item=without.item)
    return _decide(request, [(line, ruling) for line, ruling in rulings if ruling is not None])


def change(request: ActionRequest) -> Answer:
    """Decide on another remedy: by the buttons of the question, line by line."""
    mark, _, chosen = request.argument.partition(":")
    lines = _lines(request, mark)
    if not lines:
        return told("nothing_open", alert=True, no=request.no)
    if len(lines) > 1:
        ask(request, "change", "ask_line", buttons=options.lines(request.no, "change", lines))
        return Answer()
    ((mark, line),) = lines.items()
    if chosen:
        return _change(request, line, _tapped(chosen))
    room = money(decisions.room(request.tx, request.ticket, line), desk_outbox.LANGUAGE)
    buttons = options.remedies(request.tx, request.ticket, line, policy_of(request), mark)
    ask(request, "change", "ask_change", buttons=buttons, argument=mark, item=line.item, room=room)
    return Answer()


def change_words(request: ActionRequest) -> Answer:
    """Decide on another remedy in the agent's plain words, as "退69 加5元券".

    What else the reply says reaches the customer only once the agent has confirmed it.
    """
    passed_on = _confirmed(request)
    if passed_on is not None:
        request = replace(request, words=request.given)
    lines = _lines(request, request.argument)
    named = [(line, name) for line in lines.values() if (name := _named(request, line))]
    if len(named or lines) != 1:
        return told("which_line" if lines else "nothing_open", alert=True, no=request.no)
    line, name = named[0] if named else (next(iter(lines.values())), "")
    words = request.words.replace(name, " ") if name and len(lines) > 1 else request.words
    meant = agent_commands.remedy(words)
    if meant is None:
        return told("not_understood", alert=True)
    meant = root_causes.keep_inside(meant, policy_of(request))
    if meant.words and passed_on is None:
        ask(request, "change", "ask_pass_on", argument=request.argument, given=request.words, text=meant.words)
        return Answer()
    return _change(request, line, meant if passed_on else replace(meant, words=""))


def _confirmed(request: ActionRequest) -> bool | None:
    """Return whether the words of the reply before may go out: yes, no, or None when this is another command."""
    plain = request.words.strip().rstrip("。.!！").casefold()
    answers = ((True, "words_pass_on"), (False, "words_keep_back"))
    return next((yes for yes, key in answers if request.given and plain in desk_outbox.say(key).split("|")), None)


def _lines(request: ActionRequest, mark: str) -> dict[str, Line]:
    """Return the lines that may be meant by their marks: open ones, else what the order has to choose from."""
    found = {str(line.line): line for line in undecided(replace(request, argument=""))}
    if not found:
        chosen = order_link.lines_to_choose(request)
        found = {f"{order_link.BY_LINE}{one.line_no}": order_link.sketch(request, one) for one in chosen}
    return {mark: found[mark]} if mark in found else {} if mark else found


def _tapped(chosen: str) -> Meant:
    code, _, sum_ = chosen.partition(":")
    amount = int(sum_) if sum_.isdecimal() else 0
    as_coupon = code == "compensation"
    return Meant(remedy=code, amount=None if as_coupon else amount, coupon=amount if as_coupon else 0)


def _named(request: ActionRequest, line: Line) -> str:
    """Return the name by which the agent's words mean a line: the ticket's, or the order's without its spec."""
    order = tickets.order_of(request.tx, request.ticket)
    names = [line.item, *(one.item for one in (order.lines if order else ()) if one.line_no == line.order_line_no)]
    return next((name for name in names if name and name in request.words), "")


def _change(request: ActionRequest, line: Line, meant: Meant) -> Answer:
    policy = policy_of(request)
    meant = root_causes.keep_inside(meant, policy)
    if meant.as_wished:
        ruling = options.wished(request.tx, request.ticket, line, policy)
        if ruling is None:
            return told("no_wish", alert=True, no=request.no, item=line.item)
        amount, code, coupon = ruling.amount, ruling.remedy, ruling.coupon or meant.coupon
    else:
        found = _sum(request, line, meant)
        if found is None:
            return told("need_sum", alert=True)
        amount, code, coupon = found, meant.remedy, meant.coupon
    if code == "compensation" and not coupon:
        coupon = options.coupon(policy)
    if code in ("refund", "partial_refund"):
        code = options.kind_of_refund(request.tx, request.ticket, line, amount)
    if code not in options.allowed(policy, line):
        names = "、".join(desk_outbox.remedy(one) for one in options.allowed(policy, line))
        return told("not_given", alert=True, names=names)
    ruling = Ruling(
        remedy=code, amount=amount, coupon=coupon, words=meant.words, reason=meant.reason, rule=_rule(request, policy)
    )
    return _decide(request, [(line, ruling)])


def _sum(request: ActionRequest, line: Line, meant: Meant) -> int | None:
    """Return the 分 that were meant: said, a share, or what the claimed quantity comes to."""
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


def _decide(request: ActionRequest, rulings: list[tuple[Line, Ruling]]) -> Answer:
    """Let rulings hold, or offer those that the customer did not wish; nothing happens when a sum is too large."""
    if refused := _too_much(request, rulings):
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


def _too_much(request: ActionRequest, rulings: list[tuple[Line, Ruling]]) -> Answer | None:
    asked: defaultdict[int | None, int] = defaultdict(int)
    whole = sum(ruling.amount for _, ruling in rulings)
    for line, ruling in rulings:
        asked[line.order_line_no] += ruling.amount
        room = decisions.room(request.tx, request.ticket, line)
        everything = decisions.room(request.tx, request.ticket, replace(line, order_line_no=None))
        if asked[line.order_line_no] > room or whole > everything:
            key = "over_room" if request.ticket.order_no else "no_order"
            return told(key, alert=True, item=line.item, room=money(room, desk_outbox.LANGUAGE))
        most = max(policy_of(request).money.suggest_cap, decisions.paid(request.tx, request.ticket, line))
        if ruling.coupon > most:
            return told("over_coupon", alert=True, room=money(most, desk_outbox.LANGUAGE))
    return None


def refuse(request: ActionRequest) -> Answer:
    """Ask for rule, fact and alternative in one question (R106, R115)."""
    lines = undecided(request)
    if not lines:
        return told("nothing_open", alert=True, no=request.no)
    marked = {str(line.line): line for line in lines}
    buttons = options.lines(request.no, "refuse", marked) if len(lines) > 1 else []
    policy = policy_of(request)
    first = policy.money.late_rule if "late_claim" in request.ticket.warnings else ""
    codes = " ".join(sorted(policy.rules, key=lambda code: code != first))
    items = "、".join(dict.fromkeys(line.item for line in lines))
    ask(request, "refuse", "ask_refuse", buttons=buttons, argument=request.argument, items=items, codes=codes)
    return Answer()


def refuse_words(request: ActionRequest) -> Answer:
    """Refuse when the reply names all three parts; else name what is missing and keep what was said."""
    lines = undecided(request)
    if not lines:
        return told("nothing_open", alert=True, no=request.no)
    policy = policy_of(request)
    parts, cause = root_causes.keep_out(_told(request, policy), policy)
    if parts.missing:
        said = "；".join(part for part in (request.given, request.words) if part)
        names = "、".join(desk_outbox.say(f"part_{name}") for name in parts.missing)
        ask(request, "refuse", "ask_rest", given=said, argument=request.argument, names=names)
        return told("missing", alert=True, names=names)
    reason = _reason(request, parts, policy)
    if cause:
        lifecycle.log(request.tx, request.no, "noted", request.by, request.context, text=cause, cause=cause)
    for line in lines:
        decisions.refuse(request.tx, request.ticket, line, reason, request.by, request.context)
    decisions.conclude(request.tx, request.no, [line.line for line in lines], request.by, request.context)
    desk_outbox.refresh(request.tx, request.no, request.context)
    return told("refused", no=request.no)


def _told(request: ActionRequest, policy: Policy) -> RefusalParts:
    """Read what was said last; what was said before fills only what it leaves out."""
    codes = list(policy.rules)
    last = agent_commands.refusal(request.words, codes)
    if not request.given or not last.missing:
        return last
    before = agent_commands.refusal(request.given, codes)
    return RefusalParts(
        rule=last.rule or before.rule, fact=last.fact or before.fact, alternative=last.alternative or before.alternative
    )


def _reason(request: ActionRequest, parts: RefusalParts, policy: Policy) -> str:
    rule = parts.rule
    code = next((code for code in policy.rules if code in re.split(r"[^A-Z0-9]+", rule.upper())), "")
    if code:
        text = pick(policy.rules[code], request.ticket.language)
        rule = notices.words(request.tx, request.ticket, "notice.refusal_rule", request.context, code=code, text=text)
    return notices.words(
        request.tx,
        request.ticket,
        "notice.refusal_parts",
        request.context,
        rule=rule,
        fact=parts.fact,
        alternative=parts.alternative,
    )

"""Deciding at the desk: approve the wish, another remedy, refuse with reasons; each sum is checked before it holds."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

from handlers.desk import choices, linking
from handlers.desk.deeds import Deed, Told, ask, told
from handlers.messages.remedies import money, refund
from handlers.nlu import agent_words
from handlers.nlu.agent_words import Meant, RefusalParts
from handlers.policy.policy import Policy, pick
from handlers.tickets import decisions, desk_mail, notices, root_causes, tickets
from handlers.tickets.decisions import MONEY, Ruling
from storage import orders, ticket_lines
from storage.ticket_lines import Line


def undecided(deed: Deed) -> list[Line]:
    """Give the lines that wait for a decision: the one of the argument, or all."""
    number = deed.argument.partition(":")[0]
    lines = [line for line in ticket_lines.of_ticket(deed.tx, deed.no) if line.state in tickets.UNDECIDED]
    return [line for line in lines if str(line.line) == number] if number else lines


def policy_of(deed: Deed) -> Policy:
    """Give the policy of the ticket."""
    return notices.policy_of(deed.tx, deed.ticket, deed.tools)


def approve(deed: Deed) -> Told:
    """Grant what the customer wished, on every line that is still open."""
    lines = undecided(deed)
    if not lines:
        return told("nothing_open", alert=True, no=deed.no)
    rulings = [(line, choices.wished(deed.tx, deed.ticket, line, policy_of(deed))) for line in lines]
    if not choices.by_one_tap(deed.ticket, [ruling for _, ruling in rulings]):
        return change(deed)
    without = next((line for line, ruling in rulings if ruling is None), None)
    if without is not None:
        return told("no_wish", alert=True, no=deed.no, item=without.item)
    return _decide(deed, [(line, ruling) for line, ruling in rulings if ruling is not None])


def change(deed: Deed) -> Told:
    """Decide on another remedy: by the buttons of the question, line by line."""
    mark, _, chosen = deed.argument.partition(":")
    lines = _lines(deed, mark)
    if not lines:
        return told("nothing_open", alert=True, no=deed.no)
    if len(lines) > 1:
        ask(deed, "change", "ask_line", buttons=choices.lines(deed.no, "change", lines))
        return Told()
    ((mark, line),) = lines.items()
    if chosen:
        return _change(deed, line, _tapped(chosen))
    room = money(decisions.room(deed.tx, deed.ticket, line), desk_mail.LANGUAGE)
    buttons = choices.remedies(deed.tx, deed.ticket, line, policy_of(deed), mark)
    ask(deed, "change", "ask_change", buttons=buttons, argument=mark, item=line.item, room=room)
    return Told()


def change_words(deed: Deed) -> Told:
    """Decide on another remedy in the agent's plain words, as "退69 加5元券".

    What else the reply says reaches the customer only once the agent has confirmed it.
    """
    passed_on = _confirmed(deed)
    if passed_on is not None:
        deed = replace(deed, words=deed.given)
    lines = _lines(deed, deed.argument)
    named = [(line, name) for line in lines.values() if (name := _named(deed, line))]
    if len(named or lines) != 1:
        return told("which_line" if lines else "nothing_open", alert=True, no=deed.no)
    line, name = named[0] if named else (next(iter(lines.values())), "")
    words = deed.words.replace(name, " ") if name and len(lines) > 1 else deed.words
    meant = agent_words.remedy(words)
    if meant is None:
        return told("not_understood", alert=True)
    meant = root_causes.keep_inside(meant, policy_of(deed))
    if meant.words and passed_on is None:
        ask(deed, "change", "ask_pass_on", argument=deed.argument, given=deed.words, text=meant.words)
        return Told()
    return _change(deed, line, meant if passed_on else replace(meant, words=""))


def _confirmed(deed: Deed) -> bool | None:
    """Tell whether the words of the reply before may go out: yes, no, or None when this is another command."""
    plain = deed.words.strip().rstrip("。.!！").casefold()
    answers = ((True, "words_pass_on"), (False, "words_keep_back"))
    return next((yes for yes, key in answers if deed.given and plain in desk_mail.say(key).split("|")), None)


def _lines(deed: Deed, mark: str) -> dict[str, Line]:
    """Give the lines that may be meant by their marks: open ones, else what the order has to choose from."""
    found = {str(line.line): line for line in undecided(replace(deed, argument=""))}
    if not found:
        chosen = linking.lines_to_choose(deed)
        found = {f"{linking.BY_LINE}{one.line_no}": linking.sketch(deed, one) for one in chosen}
    return {mark: found[mark]} if mark in found else {} if mark else found


def _tapped(chosen: str) -> Meant:
    code, _, sum_ = chosen.partition(":")
    amount = int(sum_) if sum_.isdecimal() else 0
    as_coupon = code == "compensation"
    return Meant(remedy=code, amount=None if as_coupon else amount, coupon=amount if as_coupon else 0)


def _named(deed: Deed, line: Line) -> str:
    """Give the name by which the agent's words mean a line: the ticket's, or the order's without its spec."""
    order = orders.by_number(deed.tx, deed.ticket.order_no, sample=None) if deed.ticket.order_no else None
    names = [line.item, *(one.item for one in (order.lines if order else ()) if one.line_no == line.order_line_no)]
    return next((name for name in names if name and name in deed.words), "")


def _change(deed: Deed, line: Line, meant: Meant) -> Told:
    policy = policy_of(deed)
    meant = root_causes.keep_inside(meant, policy)
    if meant.as_wished:
        ruling = choices.wished(deed.tx, deed.ticket, line, policy)
        if ruling is None:
            return told("no_wish", alert=True, no=deed.no, item=line.item)
        amount, code, coupon = ruling.amount, ruling.remedy, ruling.coupon or meant.coupon
    else:
        found = _sum(deed, line, meant)
        if found is None:
            return told("need_sum", alert=True)
        amount, code, coupon = found, meant.remedy, meant.coupon
    if code == "compensation" and not coupon:
        coupon = choices.coupon(policy)
    if code in ("refund", "partial_refund"):
        code = choices.kind_of_refund(deed.tx, deed.ticket, line, amount)
    if code not in choices.allowed(policy, line):
        names = "、".join(desk_mail.remedy(one) for one in choices.allowed(policy, line))
        return told("not_given", alert=True, names=names)
    ruling = Ruling(
        remedy=code, amount=amount, coupon=coupon, words=meant.words, reason=meant.reason, rule=_rule(deed, policy)
    )
    return _decide(deed, [(line, ruling)])


def _sum(deed: Deed, line: Line, meant: Meant) -> int | None:
    """Give the 分 that were meant: said, a share, or what the claimed quantity comes to."""
    if meant.remedy not in MONEY:
        return 0
    if meant.amount is not None and meant.amount > 0:
        return meant.amount
    worth = choices.worth(deed.tx, deed.ticket, line)
    if meant.share is not None:
        # "half" is half of what is claimed; where that is unknown, of the whole line
        return refund(worth or decisions.paid(deed.tx, deed.ticket, line), meant.share)
    return worth


def _rule(deed: Deed, policy: Policy) -> str:
    words = deed.words.upper()
    return next((code for code in policy.rules if re.search(rf"(?<![A-Z0-9]){code}(?![A-Z0-9])", words)), "")


def _decide(deed: Deed, rulings: list[tuple[Line, Ruling]]) -> Told:
    """Let rulings hold, or offer those that the customer did not wish; nothing happens when a sum is too large."""
    if refused := _too_much(deed, rulings):
        return refused
    rulings = [(line if line.line else linking.store(deed, line), ruling) for line, ruling in rulings]
    offered = False
    for line, ruling in rulings:
        if decisions.is_wished(line, ruling):
            decisions.grant(deed.tx, deed.ticket, line, ruling, deed.by, deed.tools)
        else:
            decisions.offer(deed.tx, deed.ticket, line, ruling, deed.by, deed.tools)
            offered = True
    rule = next((ruling.rule for _, ruling in rulings if ruling.rule), "")
    numbers = [line.line for line, _ in rulings]
    decisions.conclude(deed.tx, deed.no, numbers, deed.by, deed.tools, rule=rule)
    desk_mail.refresh(deed.tx, deed.no, deed.tools)
    return told("offered" if offered else "decided", no=deed.no)


def _too_much(deed: Deed, rulings: list[tuple[Line, Ruling]]) -> Told | None:
    asked: defaultdict[int | None, int] = defaultdict(int)
    whole = sum(ruling.amount for _, ruling in rulings)
    for line, ruling in rulings:
        asked[line.order_line_no] += ruling.amount
        room = decisions.room(deed.tx, deed.ticket, line)
        everything = decisions.room(deed.tx, deed.ticket, replace(line, order_line_no=None))
        if asked[line.order_line_no] > room or whole > everything:
            key = "over_room" if deed.ticket.order_no else "no_order"
            return told(key, alert=True, item=line.item, room=money(room, desk_mail.LANGUAGE))
        most = max(policy_of(deed).suggest_cap, decisions.paid(deed.tx, deed.ticket, line))
        if ruling.coupon > most:
            return told("over_coupon", alert=True, room=money(most, desk_mail.LANGUAGE))
    return None


def refuse(deed: Deed) -> Told:
    """Ask for rule, fact and alternative in one question (R106, R115)."""
    lines = undecided(deed)
    if not lines:
        return told("nothing_open", alert=True, no=deed.no)
    marked = {str(line.line): line for line in lines}
    buttons = choices.lines(deed.no, "refuse", marked) if len(lines) > 1 else []
    codes = " ".join(policy_of(deed).rules)
    items = "、".join(dict.fromkeys(line.item for line in lines))
    ask(deed, "refuse", "ask_refuse", buttons=buttons, argument=deed.argument, items=items, codes=codes)
    return Told()


def refuse_words(deed: Deed) -> Told:
    """Refuse when the reply names all three parts; else name what is missing and keep what was said."""
    lines = undecided(deed)
    if not lines:
        return told("nothing_open", alert=True, no=deed.no)
    policy = policy_of(deed)
    parts, cause = root_causes.keep_out(_told(deed, policy), policy)
    if parts.missing:
        said = "；".join(part for part in (deed.given, deed.words) if part)
        names = "、".join(desk_mail.say(f"part_{name}") for name in parts.missing)
        ask(deed, "refuse", "ask_rest", given=said, argument=deed.argument, names=names)
        return told("missing", alert=True, names=names)
    reason = _reason(deed, parts, policy)
    if cause:
        tickets.log(deed.tx, deed.no, "noted", deed.by, deed.tools, text=cause, cause=cause)
    for line in lines:
        decisions.refuse(deed.tx, deed.ticket, line, reason, deed.by, deed.tools)
    decisions.conclude(deed.tx, deed.no, [line.line for line in lines], deed.by, deed.tools)
    desk_mail.refresh(deed.tx, deed.no, deed.tools)
    return told("refused", no=deed.no)


def _told(deed: Deed, policy: Policy) -> RefusalParts:
    """Read what was said last; what was said before fills only what it leaves out."""
    codes = list(policy.rules)
    last = agent_words.refusal(deed.words, codes)
    if not deed.given or not last.missing:
        return last
    before = agent_words.refusal(deed.given, codes)
    return RefusalParts(
        rule=last.rule or before.rule, fact=last.fact or before.fact, alternative=last.alternative or before.alternative
    )


def _reason(deed: Deed, parts: RefusalParts, policy: Policy) -> str:
    rule = parts.rule
    code = next((code for code in policy.rules if code in re.split(r"[^A-Z0-9]+", rule.upper())), "")
    if code:
        text = pick(policy.rules[code].labels, deed.ticket.language)
        rule = notices.words(deed.tx, deed.ticket, "notice.refusal_rule", deed.tools, code=code, text=text)
    return notices.words(
        deed.tx,
        deed.ticket,
        "notice.refusal_parts",
        deed.tools,
        rule=rule,
        fact=parts.fact,
        alternative=parts.alternative,
    )

"""Deciding at the desk: approve the wish, another remedy, refuse with reasons; each sum is checked before it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from handlers.cases import photo_lines
from handlers.costs import caps
from handlers.desk import granting, options, ruling_words
from handlers.desk.granting import lines_by_mark, policy_of, undecided
from handlers.desk.request import ActionRequest, Answer, ask, told
from handlers.desk.ruling_words import Plan
from handlers.messages.money import money
from handlers.nlu import agent_commands
from handlers.nlu.agent_commands import Meant, RefusalParts
from handlers.policy.policy import Policy, pick
from handlers.tickets import decisions, desk_outbox, lifecycle, notices, root_causes
from storage import evidence
from storage.ticket_lines import Line

TELL = "tell"  # the argument of a confirmation that also passes the words on


def approve(request: ActionRequest) -> Answer:
    """Grant what the customer wished on every line that is still open; one without a wish keeps none waiting."""
    lines = undecided(request)
    if not lines:
        return told("nothing_open", alert=True, no=request.no)
    rulings = [(line, options.wished(request.tx, request.ticket, line, policy_of(request))) for line in lines]
    if not options.by_one_tap(request.ticket, lines):
        return change(request)
    pieces = evidence.of_ticket(request.tx, request.no)
    if waits := photo_lines.waiting(request.ticket, lines, pieces, policy_of(request)):  # their photos are to come
        rulings = [(line, None if line in waits else ruling) for line, ruling in rulings]
    without = [line for line, ruling in rulings if ruling is None]
    if coupon := next((line for line in without if line.wish == "compensation" and line not in waits), None):
        return granting.which_coupon(request, coupon)
    if len(without) == len(rulings):
        return told("no_wish", alert=True, no=request.no, item=without[0].item)
    answer = granting.decide(request, [(line, ruling) for line, ruling in rulings if ruling is not None])
    if not without or answer.alert:
        return answer
    label, language = policy_of(request).label, desk_outbox.language()
    left = "、".join(f"{line.line}. {line.item or label(line.problem, language)}" for line in without)
    return told("decided_some", no=request.no, lines=left)


def change(request: ActionRequest) -> Answer:
    """Decide on another remedy: by the buttons of the question, line by line."""
    mark, _, chosen = request.argument.partition(":")
    lines = lines_by_mark(request, mark)
    if not lines:
        return told("nothing_open", alert=True, no=request.no)
    if len(lines) > 1:
        ask(request, "change", "ask_line", buttons=options.lines(request.no, "change", lines))
        return Answer()
    ((mark, line),) = lines.items()
    if chosen:
        return _rule(request, line, _tapped(chosen))
    most = caps.room(request.tx, request.ticket, policy_of(request)).most(line.order_line_no)
    room = money(most, desk_outbox.language())
    buttons = options.remedies(request.tx, request.ticket, line, policy_of(request), mark)
    ask(request, "change", "ask_change", buttons=buttons, argument=mark, item=line.item, room=room)
    return Answer()


def _rule(request: ActionRequest, line: Line, meant: Meant) -> Answer:
    ruling = granting.ruling_of(request, line, meant)
    return ruling if isinstance(ruling, Answer) else granting.decide(request, [(line, ruling)])


def change_words(request: ActionRequest) -> Answer:
    """Decide on another remedy in plain words, as "退69 加5元券", or line by line, as "豆腐退13.5 芒果退一半".

    Several lines are repeated before they hold. What else the reply says reaches the customer only once the agent has
    confirmed it.
    """
    passed_on = _confirmed(request)
    if passed_on is not None:
        request = replace(request, words=request.given)
    found = ruling_words.plan(request, request.words)
    if isinstance(found, Answer):
        return found
    if len(found.rulings) > 1:
        return _repeat(request, found)
    if found.words and passed_on is None:
        ask(request, "change", "ask_pass_on", argument=request.argument, given=request.words, text=found.words)
        return Answer()
    return granting.decide(request, found.telling(words=bool(passed_on)))


def _repeat(request: ActionRequest, found: Plan) -> Answer:
    """Repeat what several lines would be given, and wait for the yes."""
    what = ruling_words.repeated(request, found.rulings)
    rows = [[desk_outbox.button("act_sure", f"sure:{request.no}")]]
    more = ""
    if found.words:
        rows.append([desk_outbox.button("act_sure_tell", f"sure:{request.no}:{TELL}")])
        more = desk_outbox.say("sure_words", text=found.words)
    ask(
        request,
        "sure",
        "ask_sure",
        buttons=rows,
        given=request.words,
        argument=request.argument,
        more={"shown": what, "standing": ruling_words.standing(found.rulings)},
        what=what,
        words=more,
    )
    return Answer()


def sure(request: ActionRequest) -> Answer:
    """Let what was repeated hold, if it is still what the words come to."""
    given = str(request.asked.get("given", ""))
    if request.asked.get("action") != "sure" or not given:
        return told("stale", alert=True)
    mark = str(request.asked.get("argument", ""))
    return _hold(replace(request, argument=mark, words=given), request.asked, tell=request.argument == TELL)


def _hold(request: ActionRequest, asked: Mapping[str, object], *, tell: bool) -> Answer:
    found = ruling_words.plan(request, request.words)
    if isinstance(found, Answer):
        return found
    if not unchanged(request, found, asked):
        return _repeat(request, found)
    return granting.decide(request, found.telling(words=tell))


def unchanged(request: ActionRequest, found: Plan, asked: Mapping[str, object]) -> bool:
    """Return whether a plan is the one that was repeated, on lines that did not change."""
    shown = ruling_words.repeated(request, found.rulings), ruling_words.standing(found.rulings)
    return shown == (asked.get("shown"), asked.get("standing"))


def sure_words(request: ActionRequest) -> Answer:
    """Take a yes to what was repeated; any other reply is read anew."""
    plain = request.words.strip().rstrip("。.!！").casefold()
    for key, tell in (("words_sure", False), ("words_pass_on", True)):
        if plain in desk_outbox.spoken(key):
            return _hold(replace(request, words=request.given), request.asked, tell=tell)
    return change_words(replace(request, given=""))


def _confirmed(request: ActionRequest) -> bool | None:
    """Return whether the words of the reply before may go out: yes, no, or None when this is another command."""
    plain = request.words.strip().rstrip("。.!！").casefold()
    answers = ((True, "words_pass_on"), (False, "words_keep_back"))
    return next((yes for yes, key in answers if request.given and plain in desk_outbox.spoken(key)), None)


def _tapped(chosen: str) -> Meant:
    code, _, more = chosen.partition(":")
    if code == "compensation":
        return Meant(remedy=code, coupon=int(more)) if more.isdecimal() else Meant(remedy=code, coupon_kind=more)
    return Meant(remedy=code, amount=int(more) if more.isdecimal() else None)


def refuse(request: ActionRequest) -> Answer:
    """Ask for rule, fact and alternative in one question, with a button for each rule of the policy.

    A button says the rule: LINE:CODE, or :CODE for all lines; the rest is then asked for.
    """
    lines = undecided(request)
    if not lines:
        return told("nothing_open", alert=True, no=request.no)
    mark, _, code = request.argument.partition(":")
    policy = policy_of(request)
    if code in policy.rules:
        parts = RefusalParts(rule=code)
        names = "、".join(desk_outbox.say(f"part_{name}") for name in parts.missing)
        ask(request, "refuse", "ask_rest", given=code, argument=mark, names=names)
        return Answer()
    marked = {str(line.line): line for line in lines}
    buttons = options.lines(request.no, "refuse", marked) if len(lines) > 1 else []
    buttons += options.rules(request.ticket, mark, policy)
    items = "、".join(dict.fromkeys(line.item for line in lines))
    ask(request, "refuse", "ask_refuse", buttons=buttons, argument=mark, items=items)
    return Answer()


def refuse_words(request: ActionRequest) -> Answer:
    """Refuse when the reply names all three parts; else name what is missing and keep the words."""
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
    """Read the last words; earlier ones fill only what these leave out."""
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

"""Commands about drafts and the rules, by word or by button: cancel, resume, another problem, the rules."""

from __future__ import annotations

from dataclasses import replace

from handlers.dialogue.turn import Turn
from handlers.messages.models import Button
from handlers.messages.texts import span
from handlers.nlu.reading import Reading
from handlers.policy.values import pick


def cancel(turn: Turn) -> None:
    """Put the draft aside; the next message may take it up again."""
    claim = turn.claim
    if claim is None or claim.ticket_no:
        _take_back(turn)
        return
    turn.put(replace(claim, dropped=True, asked=None, submit_at=""))
    turn.reply(turn.voice.say("talk.dropped"), ((Button(label=turn.voice.say("talk.resume"), tap="resume"),),))


def _take_back(turn: Turn) -> None:
    """Ask whether a claim that is filed already is to be taken back."""
    ticket = turn.ticket()
    if ticket is None or ticket.state not in ("queued", "assigned", "waiting_customer"):
        turn.tell("nothing_open")
        return
    turn.talk = replace(turn.talk, withdraw_asked=ticket.no)
    take = Button(label=turn.voice.say("talk.withdraw"), tap=f"withdraw:{ticket.no}")
    keep = Button(label=turn.voice.say("talk.keep_going"), tap="keep")
    turn.reply(turn.voice.say("talk.withdraw_ask", no=ticket.no), ((take, keep),))


def resume(turn: Turn, text: str = "", reading: Reading | None = None) -> None:
    """Take the draft up again that was put aside last, or that lies open."""
    claim = turn.dropped() or turn.claim
    if claim is None:
        turn.stale()
        return
    if claim.dropped:
        turn.order = turn.turn_input.found.dropped
    turn.talk = turn.talk.with_claim(replace(claim, dropped=False))
    if text and reading:
        turn.take(text, reading)
    turn.note("resumed")
    turn.respond(taken=True, now=True)


def another(turn: Turn) -> None:
    """Expect another problem: the next words begin a draft."""
    turn.talk = replace(turn.talk, other_problem=True)
    turn.tell("say_other")


def rules(turn: Turn) -> None:
    """Say the business's rules from its policy."""
    voice, policy = turn.voice, turn.turn_input.policy
    lines = [voice.say("talk.rules_head")]
    lines += [voice.say("talk.rules_line", label=pick(rule, voice.language)) for rule in policy.rules.values()]
    clocks = {name: span(policy.clocks[name], voice.language) for name in ("review_notice", "refund_due")}
    lines.append(voice.say("talk.rules_notice", notice=clocks["review_notice"]))
    lines.append(voice.say("talk.rules_money", refund=clocks["refund_due"]))
    turn.reply("\n".join(lines))

"""The answer layer: what customers ask along the way, answered from the policy and the ticket; the claim goes on."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.outcomes import Remark
from handlers.dialogue import handoff, ticket_answers
from handlers.dialogue.drafting import LIVE
from handlers.dialogue.message import Message
from handlers.dialogue.turn import Turn
from handlers.messages.texts import span
from handlers.nlu.customer_questions import ASKS, FRAIL, QUESTIONS, questions
from handlers.nlu.reading import Reading
from handlers.nlu.text.keyphrases import plain
from handlers.policy.values import pick

WHENS = frozenset({"money_when", "how_long"})
REVIEWED = ("queued", "assigned", "appealed")  # states in which the business has to act
UNKNOWN = ("invoice", "keep")
"""Built-in questions that the policy has no answer to: a colleague gets them, unless the business names one."""


def names(turn: Turn, text: str) -> tuple[str, ...]:
    """Return the questions that a text asks, the business's own first."""
    bare, own = plain(text), turn.turn_input.policy.answers
    found = [name for name, answer in own.items() if any(plain(word) in bare for word in answer.words)]
    return tuple(dict.fromkeys((*found, *questions(text))))


def say(turn: Turn, name: str) -> str:
    """Return the answer to a question; "" for one that only a person can answer."""
    voice, policy = turn.voice, turn.turn_input.policy
    if known := _of_ticket(turn, name):
        return known
    if (own := policy.answers.get(name)) and name != "eat":
        return pick(own.text, voice.language)
    clocks = _spans(turn)
    hours = {"from_": f"{policy.hours.staffed_from:%H:%M}", "to": f"{policy.hours.staffed_to:%H:%M}"}
    return voice.say(f"answer.{name}", **clocks, **hours) if name not in UNKNOWN else ""


def _spans(turn: Turn) -> dict[str, str]:
    clocks, language = turn.turn_input.policy.clocks, turn.voice.language
    return {name: span(clocks[name], language) for name in ("review_notice", "refund_due")}


def _of_ticket(turn: Turn, name: str) -> str:
    """Return what the ticket that is spoken of tells: when its money is due, until when somebody decides."""
    ticket, voice, now = turn.ticket(), turn.voice, turn.turn_input.now
    if ticket is None or turn.claim:
        return ""
    if name in WHENS and (told := ticket_answers.of_money(turn, ticket)[0]):
        return told
    if name in WHENS and ticket.state in REVIEWED and ticket.due_at and ticket.due_at > now:
        return voice.say("answer.review_due", no=ticket.no, when=voice.moment(ticket.due_at), **_spans(turn))
    return ""


def heard(turn: Turn, text: str, reading: Reading) -> Reading:
    """Return a reading without the wishes that a question only seems to utter (要不要寄回去, who pays the return)."""
    drop = {code for name in names(turn, text) if name in QUESTIONS for code in QUESTIONS[name].no_wish}
    if not drop:
        return reading
    claims = tuple(replace(one, remedy=None if one.remedy in drop else one.remedy) for one in reading.claims)
    kept = tuple(code for code in reading.remedies if code not in drop)
    return replace(reading, remedies=kept, claims=claims, refused_remedies=())


def frail_eats(message: Message) -> bool:
    """Return whether it is asked if somebody frail may have of the goods."""
    asked = "eat" in names(message.turn, message.text)
    return asked and bool(FRAIL.search(message.text.lower())) and not message.turn.silent_ticket()


def say_not_now(message: Message) -> None:
    """Say: not now; and bring a person, who knows the goods."""
    turn = message.turn
    turn.reply(turn.voice.say("answer.eat"))
    handoff.human(turn, message.text)


def asks(message: Message) -> bool:
    """Return whether the text asks a known question and tells nothing of a claim."""
    turn = message.turn
    if turn.silent_ticket() or turn.turn_input.inbound.media:
        return False
    asked = names(turn, message.text)
    if message.wishes_alone and not turn.claim:  # 退款要几天: without a draft the word 退款 is no wish
        return bool(WHENS.intersection(asked))
    return bool(asked) and not message.tells


def asks_else(message: Message) -> bool:
    """Return whether the text asks, while a draft is open, what no answer is known to."""
    if message.turn.silent_ticket() or message.turn.turn_input.inbound.media or message.tells:
        return False
    return bool(ASKS.search(message.text.strip()))


def answer(message: Message) -> None:
    """Answer, pass on what only a person can answer, and come back to the open question."""
    turn = message.turn
    said = note(turn, message.text)
    if turn.claim:
        turn.said(message.text)
        turn.relay(message.text)
        if not said:
            turn.note("pass_on")
        turn.respond(taken=False, counts=bool(said), missed=not said)
        return
    ticket = turn.ticket()
    if not said and ticket and ticket.state in LIVE:
        turn.outcomes.append(Remark(ticket_no=ticket.no, text=message.text))
        turn.note("pass_on")
    elif not said:
        turn.note("ask_person")


def note(turn: Turn, text: str) -> bool:
    """Have the answers said before the next question; return whether each question has one."""
    asked = names(turn, text)
    answers = [said for name in asked if (said := say(turn, name))]
    turn.notes += answers
    return len(answers) == len(asked) and bool(asked)

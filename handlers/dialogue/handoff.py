"""Handing over: what goes to a person, and what is said about tickets that exist."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from handlers.claims.outcomes import Appeal, Progress, Remark
from handlers.dialogue import callbacks
from handlers.dialogue.drafting import HUSHED, LIVE
from handlers.dialogue.message import Message
from handlers.dialogue.turn import Turn
from handlers.messages.models import Button
from handlers.messages.patterns import pattern_of
from handlers.nlu.reading import Reading
from handlers.nlu.text import consent
from handlers.nlu.text.keyphrases import contains
from storage.tickets import Ticket

CORRECTS = pattern_of(
    r"不是[^,，。!?;\n]{1,12}(?:而?是|[,，\s])|是[^,，。!?;\n]{1,10}[\s,，]+不是[^,，。!?;\n]{1,10}$|^第\s?[\d一二三四五六七八九十]+[个条行]|(?:应该|其实)是|(?:写|记|说|打|搞)错了"
    r"|\bnot \w+,? but\b|\bi meant?\b|\bshould be\b|\bactually\b|\bcorrection\b",
    re.IGNORECASE,
)
BRIEF = 30  # characters of a message that says one thing


def human(turn: Turn, text: str) -> None:
    """The customer wants a person: the draft is raised, or the ticket's people are called."""
    ticket = turn.ticket()
    claim = turn.claim
    if claim is None and ticket and ticket.state != "withdrawn":
        turn.outcomes.append(Remark(ticket_no=ticket.no, text=text, evidence=turn.evidence_ids(), call=True))
        return
    if claim and claim.ticket_no:
        turn.outcomes.append(Remark(ticket_no=claim.ticket_no, text=text, evidence=turn.evidence_ids(), call=True))
        turn.put(replace(claim, why=claim.why if claim.why in HUSHED else "human"))
        return
    known = turn.open_claim()
    if text not in (said for at, said in known.said if at == turn.at):
        turn.said(text)
    turn.add_photos()
    turn.raise_("human")
    ask_order(turn)


def ask_order(turn: Turn) -> None:
    """Ask, beside the person who is called, for the order and its proof: nobody else can know it."""
    claim = turn.claim
    if claim and not claim.order_no and not turn.turn_input.found.own:
        turn.put(replace(claim, asked=None))
        turn.respond(taken=False, counts=False)


def special_media(turn: Turn) -> None:
    """Voice goes to a person, who can hear it; a video is kept for one."""
    kinds = {kind for _, kind in turn.turn_input.found.evidence}
    claim = turn.claim
    assert claim
    if "voice" in kinds and not claim.ticket_no:
        turn.raise_("voice")
    if turn.silent_ticket() and turn.evidence_ids():
        callbacks.expect(turn, owned=True)
    elif "video" in kinds and not claim.ticket_no:
        turn.note("video_coming")


def appeals(message: Message) -> bool:
    """Return whether the text is or begins with 申诉."""
    return message.means("appeal") or message.phrases.plain.startswith(("申诉", "我要申诉", "appeal"))


def appeal(message: Message) -> None:
    """Take the appeal in, with whatever follows the word; of an undecided ticket a person is called."""
    turn, text = message.turn, message.text
    ticket = turn.ticket()
    if ticket is None:
        turn.tell("appeal_none")
    elif ticket.state in LIVE:
        turn.outcomes.append(Remark(ticket_no=ticket.no, text=text, evidence=turn.evidence_ids(), call=True))
    else:
        turn.outcomes.append(Appeal(ticket_no=ticket.no, text=text, evidence=turn.evidence_ids()))


def urges(message: Message) -> bool:
    """Return whether the text asks how a ticket is going (怎么还没退) that no agent has."""
    turn = message.turn
    ticket = turn.ticket()
    asks = message.reading.question or message.contains("urge")
    return bool(asks and ticket and not turn.claim and not turn.silent_ticket() and ticket.state != "withdrawn")


def say_progress(message: Message) -> None:
    """Record the words on the ticket and say how it is going."""
    ticket = message.turn.ticket()
    assert ticket
    message.turn.outcomes += [Remark(ticket_no=ticket.no, text=message.text), Progress()]


def thanks(message: Message) -> bool:
    """Return whether the text is thanks where nothing is asked and no agent has the ticket."""
    turn = message.turn
    spoken = turn.claim is None or turn.claim.why in HUSHED
    said = message.means("thanks") or consent.thanks(message.text)
    return bool(spoken and said and turn.talk.ticket_no and not turn.silent_ticket())


def welcome_thanks(message: Message) -> None:
    """Answer thanks once, then with silence; they are no evidence."""
    turn = message.turn
    ticket = turn.ticket()
    if not turn.talk.thanked:
        turn.tell("thanks_live" if ticket and ticket.state in LIVE else "thanks", now=False)
    turn.talk = replace(turn.talk, thanked=True)


def about_ticket(turn: Turn, ticket: Ticket, text: str, reading: Reading, *, tells: bool) -> bool:
    """Let words and photos without a draft join the ticket last spoken of, or ask which is meant.

    False when they are no matter of a ticket that has its result: they begin a claim of their own.
    """
    media = bool(turn.turn_input.inbound.media)
    if ticket.state in LIVE:
        wish = _other_wish(turn, ticket, reading)
        turn.outcomes.append(
            Remark(
                ticket_no=ticket.no,
                wish=wish,
                text=turn.changed(text),
                evidence=turn.evidence_ids(),
                signals=reading.signals,
                severity=reading.severity,
                special=reading.special,
                aided=reading.aided,
            )
        )
        if wish and not ticket.owner_id:
            turn.tell("wish_changed", no=ticket.no, wish=turn.voice.remedy(wish), now=False)
        elif media:
            callbacks.expect(turn, owned=bool(ticket.owner_id))
        elif not ticket.owner_id and (said := _put_right(turn, ticket, reading, text)):
            turn.reply(said, echo=True)
        elif not ticket.owner_id:
            said = turn.voice.say("talk.added_after", no=ticket.no)
            if turn.talk.spoken[-1:] == (said,):
                turn.tell("added_too", now=False, no=ticket.no)
            else:
                turn.reply(said, _other(turn), echo=True)
        return True
    told = any(claim.problems for claim in reading.claims)
    if not told and not media and ticket.state != "withdrawn" and len(text) <= BRIEF and contains(text, "protest"):
        turn.outcomes.append(Remark(ticket_no=ticket.no, text=text))
        appeal = Button(label=turn.voice.say("talk.appeal"), tap=f"appeal:{ticket.no}")
        turn.reply(turn.voice.say("talk.protest", no=ticket.no), ((appeal,), *_other(turn)), echo=True)
        return True
    if tells or media or ticket.state == "withdrawn":
        return False
    turn.outcomes.append(Remark(ticket_no=ticket.no, text=text))
    turn.reply(turn.voice.say("talk.which_meant", no=ticket.no), _which(turn, ticket), echo=True)
    return True


def _put_right(turn: Turn, ticket: Ticket, reading: Reading, text: str) -> str:
    """Return what is said to words that put a number of a filed ticket right; "" for other words."""
    known = {line.order_line_no: line for line in turn.turn_input.found.lines.get(ticket.no, ())}
    if "应该是" in text:  # of the number that is right, not of the one that was bought
        reading = turn.read(text.replace("应该是", "是"), turn.candidates())
    told = [one for one in reading.claims if one.line_no in known and one.quantity is not None]
    changed = [one for one in told if str(one.quantity) != known[one.line_no].quantity]
    if changed:
        names = [f"{known[one.line_no].item} {_count(turn, one.quantity, one.unit)}" for one in changed]
        return turn.voice.say("talk.restated_after", no=ticket.no, facts=turn.voice.say("talk.comma").join(names))
    corrects_it = reading.correction or corrects(text)
    return turn.voice.say("talk.not_understood_after", no=ticket.no) if corrects_it and not told else ""


def corrects(text: str) -> bool:
    """Return whether words put something right that was said before: 不是122, should be 5."""
    return bool(CORRECTS.search(text))


def _count(turn: Turn, quantity: Fraction | str | None, unit: str | None) -> str:
    if quantity in ("all", "half"):
        return turn.voice.say(f"talk.{quantity}")
    return f"{quantity}{turn.voice.unit(unit or '')}"


def _other_wish(turn: Turn, ticket: Ticket, reading: Reading) -> str:
    """Return the remedy that is wished instead of the one filed, where nothing is decided and no new problem told."""
    lines = turn.turn_input.found.lines.get(ticket.no, ())
    wish = reading.remedies[-1] if reading.remedies else ""
    told = any(claim.problems for claim in reading.claims)
    undecided = bool(lines) and all(line.state == "open" for line in lines)
    if not wish or told or not undecided or ticket.filed_at is None or ticket.severity == "safety":
        return ""
    return wish if any(line.wish != wish for line in lines) else ""


def _other(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    return ((Button(label=turn.voice.say("talk.other_problem"), tap="other"),),)


def _which(turn: Turn, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    still = Button(label=turn.voice.say("talk.about_old", no=ticket.no), tap="agent")
    return ((still,), *_other(turn))

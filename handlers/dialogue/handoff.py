"""Handing over: what goes to a person, and what is said about tickets that exist."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.outcomes import Amend, Appeal, Change, Progress, Remark
from handlers.dialogue import amendments, callbacks
from handlers.dialogue.drafting import HUSHED, LIVE
from handlers.dialogue.message import Message
from handlers.dialogue.turn import Turn
from handlers.messages.models import Button
from handlers.nlu.reading import Reading
from handlers.nlu.text import consent
from handlers.nlu.text.keyphrases import contains
from storage.tickets import Ticket

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
    said = message.means("thanks") or consent.thanks(message.text) or _has_come(message)
    return bool(spoken and said and turn.talk.ticket_no and not turn.silent_ticket())


def _has_come(message: Message) -> bool:
    """Return whether the text says that the money came (收到了 谢谢), on a ticket whose money went out."""
    turn = message.turn
    ticket = turn.ticket()
    lines = turn.turn_input.found.lines.get(ticket.no, ()) if ticket and ticket.state not in LIVE else ()
    return any(line.money_paid for line in lines) and consent.received(message.text)


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
        _join(turn, ticket, text, reading)
        return True
    told = any(claim.problems for claim in reading.claims)
    if not media and ticket.state != "withdrawn" and (changes := _late_changes(turn, ticket, reading, text)):
        turn.outcomes.append(Amend(ticket_no=ticket.no, changes=changes, text=text))
        return True
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


def _join(turn: Turn, ticket: Ticket, text: str, reading: Reading) -> None:
    """Let words and photos join a ticket that is not decided; change what they put right."""
    media = bool(turn.turn_input.inbound.media)
    wish = _other_wish(turn, ticket, reading)
    found = amendments.meant(turn, ticket, reading, text)
    if found.changes and not (media or wish or reading.signals):
        amendments.carry(turn, ticket, found, text)
        return
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
            shows=_shown(turn, ticket, reading) if media else None,
        )
    )
    if found.changes or found.among:
        amendments.carry(turn, ticket, found, text)
    elif wish and not ticket.owner_id:
        turn.tell("wish_changed", no=ticket.no, wish=turn.voice.remedy(wish), now=False)
    elif media:
        callbacks.expect(turn, owned=bool(ticket.owner_id))
    elif not ticket.owner_id and (reading.correction or amendments.corrects(text)):
        turn.reply(turn.voice.say("talk.not_understood_after", no=ticket.no), echo=True)
    elif not ticket.owner_id:
        said = turn.voice.say("talk.added_after", no=ticket.no)
        if turn.talk.spoken[-1:] == (said,):
            turn.tell("added_too", now=False, no=ticket.no)
        else:
            turn.reply(said, _other(turn), echo=True)


def _shown(turn: Turn, ticket: Ticket, reading: Reading) -> int | None:
    """Return the order line of the ticket that the words with a photo name alone."""
    told = {one.line_no for one in reading.claims if "sku" in one.evidence}
    lines = {line.order_line_no for line in turn.turn_input.found.lines.get(ticket.no, ())}
    return told.pop() if len(told) == 1 and told <= lines else None


def _late_changes(turn: Turn, ticket: Ticket, reading: Reading, text: str) -> tuple[Change, ...]:
    """Return what words that correct want changed on a ticket that has its result."""
    fixes = reading.correction or amendments.corrects(text)
    return amendments.meant(turn, ticket, reading, text).changes if fixes else ()


def _other_wish(turn: Turn, ticket: Ticket, reading: Reading) -> str:
    """Return the remedy that is wished instead of the one filed, where nothing is decided and no new problem told."""
    lines = turn.turn_input.found.lines.get(ticket.no, ())
    wish = reading.remedies[-1] if reading.remedies else ""
    told = any(claim.problems for claim in reading.claims)
    undecided = bool(lines) and all(line.state in ("open", "withdrawn") for line in lines)
    if not wish or told or not undecided or ticket.filed_at is None or ticket.severity == "safety":
        return ""
    return wish if any(line.wish != wish for line in lines) else ""


def _other(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    return ((Button(label=turn.voice.say("talk.other_problem"), tap="other"),),)


def _which(turn: Turn, ticket: Ticket) -> tuple[tuple[Button, ...], ...]:
    still = Button(label=turn.voice.say("talk.about_old", no=ticket.no), tap="agent")
    return ((still,), *_other(turn))

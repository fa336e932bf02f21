"""How serious a talk has become: advice before anything else, and a person for whoever needs one."""

from __future__ import annotations

from dataclasses import replace

from handlers.claims.claim import Claim
from handlers.claims.outcomes import Await, File, Fill, Raise, Remark, Worsened
from handlers.claims.summary import line_of, total
from handlers.dialogue import handoff, order_choice
from handlers.dialogue.drafting import LIVE
from handlers.dialogue.message import Message
from handlers.dialogue.turn import Turn
from handlers.messages.codes import strongest
from handlers.nlu.reading import Reading
from handlers.nlu.risk_signals import HARMFUL, WRITERS, frail, swallowed
from handlers.nlu.text.normalisation import normalise
from storage.tickets import Ticket


def advise(turn: Turn) -> None:
    """Say what to do now, for the health of whoever ate of it."""
    turn.tell("safety", now=True, safety=True)
    turn.talk = replace(turn.talk, safety_at=turn.at)


def safety(message: Message) -> None:
    """Give advice before anything else; then raise a ticket with what is known."""
    turn, reading, text = message.turn, message.reading, message.text
    claim, ticket = turn.claim, spoken_of(turn)
    rises = ticket.severity != "safety" if ticket else claim is None or claim.why != "safety"
    if rises:
        advise(turn)
    if ticket:
        _remark(turn, ticket, reading, text, severity="safety")
        if not rises:
            turn.tell("safety_again", now=True, no=ticket.no)
        return
    take(turn, reading, text)
    claim = turn.claim
    assert claim
    if claim.why != "safety":
        turn.raise_("safety")
        handoff.ask_order(turn)
    elif not turn.silent_ticket():
        turn.tell("safety_again", now=True, no=claim.ticket_no)


def worsens(message: Message) -> bool:
    """Return whether a message on a safety ticket says that somebody's health has changed."""
    ticket = _ticket_of(message.turn)
    if ticket is None or ticket.severity != "safety" or ticket.state not in LIVE:
        return False
    return message.reading.severity == "safety" or message.contains("worse")


def pass_on(message: Message) -> None:
    """Bring the words to the ticket, call its owner and the supervisors, and say so."""
    turn, reading, text = message.turn, message.reading, message.text
    ticket = _ticket_of(turn)
    assert ticket
    if turn.claim:
        turn.take(text, reading)
        turn.add_photos()
        turn.outcomes.append(Fill(claim_id=turn.claim.id))
    turn.outcomes += [
        Remark(
            ticket_no=ticket.no,
            text=text,
            evidence=turn.evidence_ids(),
            signals=reading.signals,
            severity=reading.severity,
            special=reading.special,
            aided=reading.aided,
        ),
        Worsened(ticket_no=ticket.no, text=text),
    ]
    turn.tell("worse_told", safety=True, no=ticket.no)


def _ticket_of(turn: Turn) -> Ticket | None:
    """Return the ticket that the draft fills, or the one spoken of without a draft."""
    claim = turn.claim
    return turn.turn_input.found.tickets.get(claim.ticket_no) if claim else spoken_of(turn)


def despair(message: Message) -> None:
    """Self-harm: send a calm reply with a helpline, escalate at once, ask nothing."""
    turn, reading, text = message.turn, message.reading, message.text
    turn.tell("despair", now=True)
    if ticket := spoken_of(turn):
        _remark(turn, ticket, reading, text, severity=reading.severity)
        return
    take(turn, reading, text)
    claim = turn.claim
    assert claim
    if claim.why not in ("despair", "safety"):
        turn.raise_("despair")


def spoken_of(turn: Turn) -> Ticket | None:
    """Return the ticket that a message without a draft is about."""
    ticket = turn.ticket()
    live = ticket and ticket.state in LIVE and not turn.claim and not turn.turn_input.found.matches
    return ticket if live else None


def _remark(turn: Turn, ticket: Ticket, reading: Reading, text: str, *, severity: str) -> None:
    turn.outcomes.append(
        Remark(
            ticket_no=ticket.no,
            text=text,
            evidence=turn.evidence_ids(),
            signals=reading.signals,
            severity=severity,
            special=reading.special,
            aided=reading.aided,
            call=True,
        )
    )


def take(turn: Turn, reading: Reading, text: str) -> None:
    """Take what was said into the draft, with its order; a ticket that it fills is filled."""
    order_choice.resolve(turn, reading)
    turn.open_claim()
    turn.take(text, reading)
    turn.add_photos()
    if turn.claim and turn.claim.ticket_no:
        turn.outcomes.append(Fill(claim_id=turn.claim.id))


def with_ticket(turn: Turn, reading: Reading) -> Reading:
    """Make a message serious that tells of a ticket's bad goods that a child, or who else is frail, had of them."""
    ticket = spoken_of(turn)
    if ticket is None or reading.severity == "safety" or not reading.eaten:
        return reading
    special = (*reading.special, *ticket.special)
    lines = turn.turn_input.found.lines.get(ticket.no, ())
    bad = any(HARMFUL.intersection(line.codes) for line in lines)
    text = normalise(turn.turn_input.inbound.text)
    if not bad or not special or not swallowed(text, turn.turn_input.lexicon, special):
        return reading
    signals = tuple(dict.fromkeys((*reading.signals, "vulnerable")))
    return replace(reading, severity="safety", signals=signals)


def escalate(turn: Turn, before: str) -> None:
    """Bring a person when the draft has become serious; `before` is how serious it was before this message.

    The advice is told at every rise to safety, whatever it comes from. A ticket that is there rises by new facts
    only: a supervisor may have made it milder since.
    """
    claim = turn.claim
    if claim is None or any(isinstance(act, Raise) for act in turn.outcomes):
        return
    if claim.ticket_no and (worst(turn) != "safety" or before == "safety" or claim.why == "safety"):
        return
    level = _noted(turn)
    if level == "safety":
        advise(turn)
    if any(isinstance(act, File | Await) for act in turn.outcomes):
        return
    if level in ("major", "safety"):
        turn.raise_(level)


def worst(turn: Turn) -> str:
    """Return how serious the draft is: what was heard, its problem types, the items' tags, the sum, who had of it."""
    claim, policy = turn.claim, turn.turn_input.policy
    if not claim:
        return "normal"
    whole = total(claim, turn.order, turn.claimed()) or 0
    found = [claim.severity]
    for problem in claim.problems:
        line = line_of(turn.order, problem.line_no)
        tags = line.tags if line else ()
        found.append(
            policy.severity(problem.problem, heard=claim.severity, tags=tags, groups=claim.special, sum_=whole)
        )
    return "safety" if _harmed(turn, claim) else strongest(*found)


def _harmed(turn: Turn, claim: Claim) -> bool:
    """Return whether someone frail had of bad goods, told in whatever order."""
    bad = [problem for problem in claim.problems if HARMFUL & {problem.problem, *problem.also}]
    lexicon = turn.turn_input.lexicon
    texts = [normalise(text, lexicon.emoji) for _, text in claim.said] if bad else []
    eaten = [text for text in texts if swallowed(text, lexicon, WRITERS)]
    if not eaten:
        return False
    named = {name for name, words in lexicon.special.items() if any(words.find(text) for text in texts)}
    groups = {name for text in texts for name in frail(text, lexicon)} | {*claim.special} - named
    lines = [line_of(turn.order, problem.line_no) for problem in bad]
    groups |= {"infant" for line in lines if line and "infant" in line.tags}
    return bool(groups) and any(swallowed(text, lexicon, groups) for text in eaten)


def _noted(turn: Turn) -> str:
    """Return how serious the draft is, and write it down there."""
    level, claim = worst(turn), turn.claim
    if claim and level != claim.severity:
        more = ("vulnerable",) if _harmed(turn, claim) else ()
        turn.put(replace(claim, severity=level, signals=tuple(dict.fromkeys((*claim.signals, *more)))))
    return level


def anger(turn: Turn, reading: Reading) -> None:
    """Bring a person to whoever is angry a second time."""
    claim = turn.claim
    if not reading.angry or claim is None or claim.ticket_no or any(isinstance(act, Raise) for act in turn.outcomes):
        return
    if turn.talk.angry:
        turn.raise_("angry")
    else:
        turn.talk = replace(turn.talk, angry=True)

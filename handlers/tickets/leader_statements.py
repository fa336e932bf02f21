"""What leaders were asked and stated about tickets at their site, from the log and for the card."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers.messages import phone_numbers, texts
from handlers.policy.policy import Policy
from handlers.tickets import desk_outbox
from storage import clocks, events
from storage.database import Tx
from storage.events import Event

ASKED, SAID, SILENT = "leader_asked", "leader_said", "leader_silent"  # kinds of events
CLOCK = "leader_review"
ANSWERS = ("yes", "no", "unsure", "")  # "" for free words that say neither
SHORT = 160  # characters of a leader's words on the card


def running(tx: Tx, no: str) -> datetime | None:
    """Return until when a leader's statement is awaited; None when it is not."""
    found = clocks.running(tx, no, [CLOCK])
    return found[0].due_at if found else None


def disputed(tx: Tx, no: str) -> bool:
    """Return whether the last clear statement of a leader was that a claim is not so."""
    clear = [event.data["answer"] for event in _of(tx, no, SAID) if event.data["answer"]]
    return bool(clear) and clear[-1] == "no"


def holds(tx: Tx, no: str) -> bool:
    """Return whether the bot may not decide by itself: a leader's statement is awaited, or is against the claim."""
    return running(tx, no) is not None or disputed(tx, no)


def asked(tx: Tx, no: str) -> frozenset[int]:
    """Return the leaders who were ever asked about a ticket."""
    return frozenset(number for event in _of(tx, no, ASKED) for number in event.data["leaders"])


def lines(tx: Tx, no: str, policy: Policy, now: datetime) -> Iterator[str]:
    """Yield for the card what leaders stated, or that they are asked or did not answer."""
    due = running(tx, no)
    for event in _of(tx, no, ASKED, SAID, SILENT):
        when = desk_outbox.moment(event.at, policy, now)
        if event.kind == SAID:
            answer = _say(f"answer_{event.data['answer'] or 'words'}")
            yield _say("card_said", when=when, name=event.data["name"], answer=answer, words=_quoted(event))
        elif event.kind == SILENT:
            yield _say("card_silent", names=event.data["names"])
    if due:
        names = next((event.data["names"] for event in reversed(_of(tx, no, ASKED))), "")
        yield _say("card_asked", names=names, when=desk_outbox.moment(due, policy, now))


def _of(tx: Tx, no: str, *kinds: str) -> list[Event]:
    return [event for event in events.of_ticket(tx, no) if event.kind in kinds]


def _quoted(event: Event) -> str:
    text = phone_numbers.covered(" ".join(event.data["text"].split()))
    return _say("quoted", text=text if len(text) <= SHORT else text[: SHORT - 1] + "…") if text else ""


def _say(key: str, **values: object) -> str:
    return texts.say(desk_outbox.language(), f"leader.{key}", texts=texts.NONE, **values)

"""What leaders were asked and said of tickets at their site, as the log has it and the card tells it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers.messages import phone_numbers, texts
from handlers.policy import calendar
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
    """Tell until when a leader's word is awaited; None when it is not."""
    found = clocks.running(tx, no, [CLOCK])
    return found[0].due_at if found else None


def disputed(tx: Tx, no: str) -> bool:
    """Return whether the last clear word of a leader was that a claim is not so."""
    clear = [event.data["answer"] for event in _of(tx, no, SAID) if event.data["answer"]]
    return bool(clear) and clear[-1] == "no"


def holds(tx: Tx, no: str) -> bool:
    """Return whether the bot may not decide by itself: a leader's word is awaited, or stands against the claim."""
    return running(tx, no) is not None or disputed(tx, no)


def asked(tx: Tx, no: str) -> frozenset[int]:
    """Name the leaders who were ever asked about a ticket."""
    return frozenset(number for event in _of(tx, no, ASKED) for number in event.data["leaders"])


def lines(tx: Tx, no: str, policy: Policy, now: datetime) -> Iterator[str]:
    """Tell on the card what leaders said, or that they are asked or did not answer."""
    due = running(tx, no)
    for event in _of(tx, no, ASKED, SAID, SILENT):
        when = texts.moment(event.at, desk_outbox.language(), now, calendar.zone(policy))
        if event.kind == SAID:
            answer = _say(f"answer_{event.data['answer'] or 'words'}")
            yield _say("card_said", when=when, name=event.data["name"], answer=answer, words=_quoted(event))
        elif event.kind == SILENT:
            yield _say("card_silent", names=event.data["names"])
    if due:
        names = next((event.data["names"] for event in reversed(_of(tx, no, ASKED))), "")
        yield _say(
            "card_asked", names=names, when=texts.moment(due, desk_outbox.language(), now, calendar.zone(policy))
        )


def _of(tx: Tx, no: str, *kinds: str) -> list[Event]:
    return [event for event in events.of_ticket(tx, no) if event.kind in kinds]


def _quoted(event: Event) -> str:
    text = phone_numbers.covered(" ".join(event.data["text"].split()))
    return _say("quoted", text=text if len(text) <= SHORT else text[: SHORT - 1] + "…") if text else ""


def _say(key: str, **values: object) -> str:
    return texts.say(desk_outbox.language(), f"leader.{key}", texts=texts.NONE, **values)

"""An agent's action on a ticket, and the immediate answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.context import TurnContext
from handlers.messages.models import Button, Media
from handlers.tickets import desk_outbox, lifecycle
from handlers.tickets.lifecycle import By
from storage.database import Tx
from storage.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a tap or reply; `alert` for a box that must be seen, `buttons` under a list."""

    text: str = ""
    alert: bool = False
    buttons: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequest:
    """One action of one agent on one ticket: a tap's `argument`, or the `words` and media of a reply."""

    tx: Tx
    ticket: Ticket
    desk: str
    user: str
    by: By
    supervisor: bool
    context: TurnContext
    argument: str = ""
    words: str = ""
    media: tuple[Media, ...] = ()
    key: str = ""  # of the message or tap that this came by
    given: str = ""  # the words of an earlier reply to the same question
    place: str = ""  # the desk's message that was tapped
    asked: Mapping[str, Any] = field(default_factory=dict)  # the question that is open there

    @property
    def no(self) -> str:
        """Return the ticket's number."""
        return self.ticket.no

    @property
    def owns(self) -> bool:
        """Return whether the ticket is this agent's."""
        return self.ticket.owner_id == self.user


def told(key: str, *, alert: bool = False, **values: object) -> Answer:
    """Return an answer with a text of the desk."""
    return Answer(text=desk_outbox.say(key, **values), alert=alert)


def ask(
    request: ActionRequest,
    action: str,
    key: str,
    *,
    buttons: Sequence[Sequence[Button]] = (),
    given: str = "",
    argument: str = "",
    more: Mapping[str, Any] | None = None,
    **values: object,
) -> None:
    """Put the question of an action to the desk: a button or a reply to it completes the action.

    It is also logged with its text, so that a reply finds it by the words it quotes. `more` is kept with it.
    """
    text = desk_outbox.say(key, no=request.no, **values)
    question = {"action": action, "argument": argument, "given": given, "user": request.user, **(more or {})}
    desk_outbox.note(request.tx, request.ticket, text, request.context, buttons=buttons, question=question)
    lifecycle.log(request.tx, request.no, "question", request.by, request.context, text=text, **question)

"""What an agent does to a ticket, and what the agent is told at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.messages.messages import Button, Media
from handlers.tickets import desk_mail, tickets
from handlers.tickets.tickets import By
from handlers.tools import Tools
from storage.database import Tx
from storage.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the one who tapped or replied is told; `alert` for a box that must be seen."""

    text: str = ""
    alert: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One action of one agent on one ticket: a tap's `argument`, or the `words` and media of a reply."""

    tx: Tx
    ticket: Ticket
    desk: str
    user: str
    by: By
    supervisor: bool
    tools: Tools
    argument: str = ""
    words: str = ""
    media: tuple[Media, ...] = ()
    given: str = ""  # what an earlier reply to the same question already said

    @property
    def no(self) -> str:
        """The ticket's number."""
        return self.ticket.no

    @property
    def owns(self) -> bool:
        """Tell whether the ticket is this agent's."""
        return self.ticket.owner_id == self.user


def told(key: str, *, alert: bool = False, **values: object) -> Told:
    """Answer with a text of the desk."""
    return Told(text=desk_mail.say(key, **values), alert=alert)


def ask(
    deed: Deed,
    action: str,
    key: str,
    *,
    buttons: Sequence[Sequence[Button]] = (),
    given: str = "",
    argument: str = "",
    **values: object,
) -> None:
    """Put the question of an action to the desk: a button or a reply to it completes the action.

    It is also logged with its text, so that a reply finds it by the words it quotes.
    """
    text = desk_mail.say(key, no=deed.no, **values)
    question = {"action": action, "argument": argument, "given": given, "user": deed.user}
    desk_mail.note(deed.tx, deed.ticket, text, deed.tools, buttons=buttons, question=question)
    tickets.log(deed.tx, deed.no, "question", deed.by, deed.tools, text=text, **question)

"""What comes in through a channel or desk and what goes out, the same for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, voice, video or document by its channel's own reference; never the bytes."""

    kind: str  # photo, video, voice, document
    ref: str
    name: str = ""
    size: int | None = None  # bytes, as the channel says
    seconds: int | None = None
    mark: str = ""  # the channel's own sign of the file, the same wherever it is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The first author of a forwarded message, and its time."""

    name: str
    at: datetime | None = None
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """One thing a customer or leader did. `key` is the same for every delivery of the same message."""

    key: str
    channel: str
    account: str
    at: datetime
    kind: str = "text"  # text, media, tap, start, sticker, other; inside the program also: fetched, wake
    text: str = ""
    tap: str = ""  # a button's value, as "problem:quality_spoiled"
    media: tuple[Media, ...] = ()
    album: str = ""  # the channel's album id
    message: str = ""  # the channel's message id
    edits: str = ""  # the id of the message that this one corrects
    origin: Origin | None = None
    name: str = ""  # as the channel shows the person
    language: str = ""  # the channel's hint
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskInbound:
    """One thing a member of the staff did: a tap, a reply, a command. `key` as in Inbound."""

    key: str
    desk: str
    user: str
    name: str
    at: datetime
    supervisor: bool = False
    kind: str = "text"  # tap, reply, command, text, joined, left
    text: str = ""  # the reply's words, the command's argument
    tap: str = ""  # "action:TICKET[:argument]"
    reply_to: str = ""  # desk message id that a reply answers
    quoted: str = ""  # text of that message, for finding the ticket by its number
    media: tuple[Media, ...] = ()
    edits: str = ""  # key of the reply that this one corrects


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A label and the value that its tap sends (at most 64 bytes of UTF-8)."""

    label: str
    tap: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes to a person: text, buttons in rows, stored media by key."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    media: tuple[tuple[str, str], ...] = ()  # (kind, media key)
    safety: bool = False  # overtakes everything
    echo: bool = False  # may wait for the end of the burst and be taken back until then
    receipt: bool = False  # said only if it is not known within some seconds what became of the files that came
    card: str = (
        ""  # names a message that stays one: where a channel can edit, the newest form takes the place of the last
    )
    refresh: bool = False  # only edits the message of this `card`; nothing is sent where there is none
    ticket: str = ""  # the ticket that this tells of without having been asked
    decision: str = ""  # what was decided, in few words, for a channel that can say no more


def to_payload(reply: Reply) -> dict[str, Any]:
    """Return a reply as an outbox row's JSON."""
    more = {name: value for name in ("ticket", "decision", "card", "refresh") if (value := getattr(reply, name))}
    return {
        "text": reply.text,
        "buttons": [[[button.label, button.tap] for button in row] for row in reply.buttons],
        "media": [list(item) for item in reply.media],
        **more,
    }


def from_payload(payload: Mapping[str, Any]) -> Reply:
    """Return the reply in an outbox row's JSON."""
    return Reply(
        text=payload["text"],
        buttons=tuple(tuple(Button(label=label, tap=tap) for label, tap in row) for row in payload.get("buttons", ())),
        media=tuple((kind, key) for kind, key in payload.get("media", ())),
        card=str(payload.get("card", "")),
        refresh=bool(payload.get("refresh")),
    )


def to_raw(message: Inbound | DeskInbound) -> dict[str, Any]:
    """Return a message as JSON that from_raw understands, for keeping it when its turn failed."""
    raw = asdict(message)
    raw["at"] = message.at.isoformat()
    if isinstance(message, Inbound) and message.origin and message.origin.at:
        raw["origin"]["at"] = message.origin.at.isoformat()
    return raw


def from_raw(raw: Mapping[str, Any]) -> Inbound | DeskInbound:
    """Return the message in such JSON."""
    values = {**raw, "at": datetime.fromisoformat(raw["at"]), "media": tuple(Media(**m) for m in raw["media"])}
    if "desk" in raw:
        return DeskInbound(**values)
    if origin := raw.get("origin"):
        at = origin["at"] and datetime.fromisoformat(origin["at"])
        values["origin"] = Origin(name=origin["name"], at=at, account=origin["account"])
    return Inbound(**values)

"""What came in place of text: a place, a link, a mini-program's card, a contact, as one line for the agents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from handlers.messages import phone_numbers
from handlers.messages.texts import NONE, say

NAME, TEXT, ADDRESS = 80, 120, 300  # characters shown of a title, of a text, of an address on the net
MAPS: Mapping[str, str] = {  # two kinds of coordinates: those of Chinese maps, and those of the rest of the world
    "gcj": "https://uri.amap.com/marker?position={east:.6f},{north:.6f}",
    "wgs": "https://www.openstreetmap.org/?mlat={north:.6f}&mlon={east:.6f}",
}
Data = Mapping[str, Any]


def words(data: Data) -> str:
    """Return what came, in the desk's language and on one line; "" when it contains nothing readable.

    `data` holds one of place (title, address, north, east in degrees, map: gcj or wgs), link (title, text, url),
    card (title, path) and contact (name, phone). What it says is shown as text, and nothing of it is opened.
    """
    found = next((kind for kind in KINDS if isinstance(data.get(kind), Mapping)), "")
    return KINDS[found](data[found]) if found else ""


def _place(place: Data) -> str:
    shown = _joined(_plain(place.get("title"), NAME), _plain(place.get("address"), TEXT))
    north, east = _degrees(place.get("north"), 90), _degrees(place.get("east"), 180)
    if north is None or east is None:
        return _shown("place", shown)
    link = MAPS.get(str(place.get("map")), MAPS["wgs"]).format(north=north, east=east)
    return _shown("place", _joined(shown, link))


def _link(link: Data) -> str:
    title, text = _plain(link.get("title"), NAME), _plain(link.get("text"), TEXT)
    shown = _joined(title, text if text != title else "", _plain(link.get("url"), ADDRESS))
    return _shown("link", shown)


def _card(card: Data) -> str:
    shown = _joined(_plain(card.get("title"), NAME), _plain(card.get("path"), TEXT))
    return _shown("card", shown)


def _contact(contact: Data) -> str:
    phone = _plain(contact.get("phone"), NAME)
    shown = (
        phone if phone_numbers.told(phone) else phone_numbers.masked(phone)
    )  # what cards and relays would not know for a phone
    return _shown("contact", _joined(_plain(contact.get("name"), NAME), shown))


def _shown(kind: str, what: str) -> str:
    return say("zh", f"desk.sent_{kind}", texts=NONE, what=what) if what else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _plain(value: object, longest: int) -> str:
    """Return a text without line breaks, control characters and direction marks, cut to its limit."""
    raw = value if isinstance(value, str) else ""
    text = " ".join("".join(char if char.isprintable() else " " for char in raw).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _degrees(value: object, most: float) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if -most <= number <= most else None


KINDS: Mapping[str, Callable[[Data], str]] = {"place": _place, "link": _link, "card": _card, "contact": _contact}

"""What the files of a ticket's photos say of how they were made, as warnings for an agent; signs, no verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo

from handlers.tickets import medical_papers
from media.signs import Sign
from storage.evidence import Evidence
from storage.orders import Order

MADE = {"generated": "photo_generated", "edited": "photo_edited", "credentials": "photo_credentials"}
SLACK = timedelta(hours=1)  # that a camera's clock may be wrong
DELIVERY_SLACK = timedelta(hours=24)  # deliveries are often written down at the end of the day
UNSET = timedelta(days=730)  # a camera whose clock is off by more was never set


def stored(signs: Sequence[Sign], zone: tzinfo) -> list[dict[str, str]]:
    """Return signs as they are kept; a camera tells the time of its place, which is taken for the business's."""
    return [
        {"kind": one.kind, "tool": _aware(one.tool, zone).isoformat() if one.kind == "taken" else one.tool}
        for one in signs
    ]


def _aware(naive: str, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(naive).replace(tzinfo=zone)


def warnings(pieces: Sequence[Evidence], order: Order | None) -> Iterator[str]:
    """Yield "code:value" for each sign, with the photo's number on the contact sheet."""
    photos = [piece for piece in pieces if medical_papers.on_sheet(piece)]
    for number, piece in enumerate(photos, 1):
        for sign in piece.signs:
            if sign["kind"] in MADE:
                yield f"{MADE[sign['kind']]}:" + " ".join(filter(None, (str(number), sign["tool"])))
            elif sign["kind"] == "taken" and order:
                yield from _early(number, datetime.fromisoformat(sign["tool"]), order)


def _early(number: int, at: datetime, order: Order) -> Iterator[str]:
    for code, when, slack in (
        ("photo_before_order", order.placed_at, SLACK),
        ("photo_before_delivery", order.delivered_at, DELIVERY_SLACK),
    ):
        if when and slack < when - at < UNSET:
            yield f"{code}:{number} {at:%m-%d %H:%M}"
            return

"""What agents do about a photo that they doubt: compare it, and ask politely for one more."""

from __future__ import annotations

from handlers.desk.request import ActionRequest, Answer, told
from handlers.tickets import clocks, desk_outbox, lifecycle, notices
from handlers.tickets.photos import compared_photos
from storage import ticket_lines
from storage.tickets import Ticket

REUSED = "reused_photo"
DOUBTS = (REUSED, "reused_file", "photo_generated", "photo_edited", "photo_before_order", "photo_before_delivery")


def reused(ticket: Ticket) -> bool:
    """Return whether a ticket of another order shows the same picture."""
    return any(warning.startswith(f"{REUSED}:") for warning in ticket.warnings)


def doubted(ticket: Ticket) -> bool:
    """Return whether there is anything about its photos for which one more would help."""
    return any(warning.partition(":")[0] in DOUBTS for warning in ticket.warnings)


def show_new(request: ActionRequest) -> None:
    """Show the new owner which photos are the same as another ticket's, unless they were shown before."""
    if reused(request.ticket):
        compared_photos.show_new(request.tx, request.ticket, request.context)


def compare(request: ActionRequest) -> Answer:
    """Show this ticket's photos beside those of other tickets that show the same."""
    found = compared_photos.of_others(request.tx, request.ticket)
    if not found:
        return told("compared_none", alert=True, no=request.no)
    compared_photos.show(request.tx, request.ticket, found, request.context)
    return told("compared_shown", no=request.no)


def one_more(request: ActionRequest) -> Answer:
    """Ask the customer for a photo from another side or a short video, without a reason that would offend."""
    tx, no, context = request.tx, request.no, request.context
    item = next((line.item for line in ticket_lines.of_ticket(tx, no)), "")
    if request.ticket.state in ("assigned", "queued"):
        lifecycle.move(tx, no, "waiting_customer")
        policy = notices.policy_of(tx, request.ticket, context)
        clocks.start(tx, no, "idle_close", policy, context)
    lifecycle.log(tx, no, "asked", request.by, context)
    notices.tell(tx, request.ticket, "notice.one_more_photo", context, item=item)
    desk_outbox.refresh(tx, no, context)
    return told("one_more_asked", no=no)

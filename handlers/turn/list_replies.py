"""The replies to a leader once an act on the list was carried out, and the list's card, which stays one message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from handlers.cases import filing
from handlers.claims.list_draft import ListDraft
from handlers.claims.outcomes import Listing
from handlers.dialogue.lists import texts
from handlers.dialogue.lists.labels import Telling
from handlers.messages.models import Reply
from handlers.turn.list_clerk import Clerk
from storage import evidence, tickets
from storage import ticket_lines as storage_lines

EDITING = frozenset({"telegram"})  # channels whose messages can be changed


def replies(clerk: Clerk, told: Telling, act: Listing, notice: datetime | None) -> list[Reply]:
    """Return what the leader hears of an act on the list; `notice`: the latest promised result of what was filed."""
    if act.tell == "filed":
        return texts.filed(told, act.file, notice)
    return REPLIES.get(act.tell, _photos)(clerk, told, act)


def _dropped(_: Clerk, told: Telling, act: Listing) -> list[Reply]:
    lines = [line for key in act.keys if (line := told.draft.line(key))]
    return [Reply(text=told.say("dropped" if lines else "dropped_none", numbers=told.numbers(lines)))]


def _tray(clerk: Clerk, told: Telling, act: Listing) -> list[Reply]:
    tray = told.draft.tray()
    if not tray:
        return _photos(clerk, told, act)
    piece = evidence.get(clerk.tx, tray[0].id)
    return [texts.tray(told, piece.media_key if piece else "")]


def _nudge(_: Clerk, told: Telling, __: Listing) -> list[Reply]:
    card = texts.card(told)
    return [replace(card, text=f"{told.say('nudge')}\n{card.text}")]


def _card(clerk: Clerk, told: Telling, act: Listing) -> list[Reply]:
    more = bool(act.keys) and _is_above(clerk, told.draft)
    return [replace(texts.card(told, again=act.count, more=more), echo=act.echo)]


def _is_above(clerk: Clerk, draft: ListDraft) -> bool:
    """Return whether the card of these lines is above in the chat and is drawn anew there."""
    return draft.carded == draft.batch and clerk.conversation.channel in EDITING


def _photos(_: Clerk, told: Telling, act: Listing) -> list[Reply]:
    return [texts.photos(told, echo=act.echo)]


REPLIES: Mapping[str, Callable[[Clerk, Telling, Listing], list[Reply]]] = {
    "list": lambda _, told, __: texts.whole(told),
    "answers": lambda _, told, act: texts.answered(told, act.keys, act.file),
    "same": lambda clerk, told, act: texts.same(told, act.count, above=_is_above(clerk, told.draft)),
    "dropped": _dropped,
    "tray": _tray,
    "moved": lambda _, told, __: [texts.moved(told)],
    "status": lambda clerk, _, act: [_status(clerk, act.about[0], act.about[1:])],
    "nudge": _nudge,
    "card": _card,
}
"""The replies of an act by what it tells; any other tells of photos."""


def one_card(clerk: Clerk, told: Telling, act: Listing, heard: list[Reply]) -> tuple[list[Reply], ListDraft]:
    """Let the list's card stay one message where the channel edits: told once, then drawn anew with every change."""
    draft = told.draft
    batch = draft.batch if act.tell == "card" else draft.carded
    name = f"list:{draft.id[:8]}:{batch}"
    if act.tell == "card" and draft.carded != batch:
        return [replace(reply, card=name) for reply in heard], replace(draft, carded=batch)
    if not batch or clerk.conversation.channel not in EDITING or act.tell in ("nudge", "list", "status", "tray"):
        return heard, draft
    lines = tuple(line for line in draft.lines if line.batch == batch)
    mine = replace(draft, lines=lines, batch=batch)
    drawn = texts.card(replace(told, draft=mine, act=Listing(tell="card")))
    return [*heard, replace(drawn, card=name, refresh=True, echo=act.echo)], draft


def _status(clerk: Clerk, who: str, numbers: Sequence[str]) -> Reply:
    """Return the state of somebody's tickets as a reply."""
    rows = []
    if "" in numbers:
        rows.append(clerk.voice.say("list.asked_listed", number=who))
    for no in filter(None, numbers):
        voice, due = clerk.voice, filing.told(clerk.tx, no)
        until = due.notice_at or due.human_at
        state = voice.say(f"notice.state_{due.state}") + (
            voice.say("leader.by", when=voice.moment(until)) if until else ""
        )
        rows.append(voice.say("list.asked_known", number=who, no=no, state=state))
    return Reply(text="\n".join(rows) or clerk.voice.say("list.asked_unknown", number=who))


def otherwise(clerk: Clerk, draft: ListDraft, act: Listing) -> dict[int, tuple[str, str]]:
    """Return the lines whose buyer filed another figure or wish, with what was filed and what the leader tells."""
    found = {}
    for key, _ in act.notes:
        line = draft.line(key)
        if line is None or line.state != "already" or tickets.parties(clerk.tx, line.ticket_no)[0].role == "leader":
            continue
        wanted = (line.problem.line_no, line.problem.problem)
        rows = storage_lines.of_ticket(clerk.tx, line.ticket_no)
        row = next((one for one in rows if (one.order_line_no, one.problem) == wanted), None)
        if row is None:
            continue
        figure = bool(line.problem.quantity) and (line.problem.quantity, line.problem.unit) != (row.quantity, row.unit)
        wish = bool(line.wish) and line.wish != row.wish
        say = clerk.voice.remedy
        filed = [f"{row.quantity}{row.unit}" if figure else "", say(row.wish) if wish and row.wish else ""]
        told = [f"{line.problem.quantity}{line.problem.unit}" if figure else "", say(line.wish) if wish else ""]
        found[key] = (" ".join(filter(None, filed)), " ".join(filter(None, told)))
    return {key: both for key, both in found.items() if all(both)}

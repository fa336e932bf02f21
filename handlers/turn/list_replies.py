"""What a leader hears of a list once it was carried out, and the list's card, which stays one message."""

from __future__ import annotations

from collections.abc import Sequence
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
    draft = told.draft
    if act.tell == "list":
        return texts.whole(told)
    if act.tell == "filed":
        return texts.filed(told, act.file, notice)
    if act.tell == "answers":
        return texts.answered(told, act.keys, act.file)
    if act.tell == "same":
        return texts.same(told, act.count, above=_stands(clerk, draft))
    if act.tell == "dropped":
        lines = [line for key in act.keys if (line := draft.line(key))]
        key = "dropped" if lines else "dropped_none"
        return [Reply(text=told.say(key, numbers=told.numbers(lines)))]
    if act.tell == "tray" and draft.tray():
        piece = evidence.get(clerk.tx, draft.tray()[0].id)
        return [texts.tray(told, piece.media_key if piece else "")]
    if act.tell == "moved":
        return [texts.moved(told)]
    if act.tell == "status":
        return [_status(clerk, act.about[0], act.about[1:])]
    if act.tell == "nudge":
        card = texts.card(told)
        return [replace(card, text=f"{told.say('nudge')}\n{card.text}")]
    if act.tell == "card":
        more = bool(act.keys) and _stands(clerk, draft)
        return [replace(texts.card(told, again=act.count, more=more), echo=act.echo)]
    return [texts.photos(told, echo=act.echo)]


def _stands(clerk: Clerk, draft: ListDraft) -> bool:
    """Return whether the card of these lines stands above and is drawn anew there."""
    return draft.carded == draft.batch and clerk.conversation.channel in EDITING


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
    """Return how somebody's tickets stand."""
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

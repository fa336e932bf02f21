"""How the photos around a list are told: how many are paired, which are owed, and the tray one by one."""

from __future__ import annotations

from datetime import datetime

from handlers.dialogue.lists.labels import Telling, in_rows
from handlers.dialogue.lists.questions import MOST
from handlers.dialogue.lists.texts import main_buttons
from handlers.messages.models import Button, Reply


def photos(told: Telling, *, echo: bool) -> Reply:
    """Tell how the photos stand."""
    draft = told.draft
    left, paired = len(draft.tray()), sum(photo.line > 0 for photo in draft.photos)
    if not draft.lines:
        return Reply(text=told.say("tray_alone", left=left), echo=echo)
    rows = [told.say("tray", paired=paired, left=left) if left else told.say("tray_done", paired=paired)]
    lacking = told.lacking()
    filed = [line for line in lacking if line.state == "filed"]
    others = [line for line in lacking if line.state in ("ready", "ask")]
    if filed:
        rows.append(told.say("owing", numbers=told.numbers(filed), first=told.number(filed[0])))
    if others:
        rows.append(told.say("lacking", numbers=told.numbers(others)))
    buttons = [button for button in main_buttons(told) if left or not button.tap.startswith("list:tray")]
    return Reply(text="\n".join(rows), buttons=in_rows(buttons), echo=echo)


def tray(told: Telling, key: str) -> Reply:
    """Show the first photo that lies in the tray (by its key in the media store) and ask whose it is."""
    draft = told.draft
    waiting = draft.tray()
    first = waiting[0]
    at = told.voice.moment(datetime.fromisoformat(first.at)) if first.at else ""
    lacking = [line for line in told.lacking() if line.pickup and line.state != "raised"]
    others = [line for line in draft.lines if line.pickup and line not in lacking and line.state != "withdrawn"]
    named: dict[str, Button] = {}
    for line in (*lacking, *others):
        tap = f"pair:{first.id}:{line.key}@{draft.id[:8]}"
        named.setdefault(line.order_no or str(line.key), Button(label=told.number(line), tap=tap))
    none = Button(label=told.say("unwanted"), tap=f"pair:{first.id}:no@{draft.id[:8]}")
    buttons = [*list(named.values())[: MOST - 1], none]
    media = ((first.kind, key),) if key else ()
    return Reply(text=told.say("tray_ask", left=len(waiting), at=at), buttons=in_rows(buttons), media=media)

"""How a list is told: the card, the whole list, what was filed, what became of answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from handlers.claims.list_draft import OPEN, ListLine
from handlers.dialogue.lists.labels import DONE, Telling, broken, in_rows, paged, quoted
from handlers.dialogue.lists.questions import MOST, question_buttons, questions
from handlers.messages.models import Button, Reply

FEW = 8  # lines that the card shows one by one
SHOWN = 5  # lines that are no claims, as far as the card quotes them


def card(told: Telling, *, again: int = 0, more: bool = False) -> Reply:
    """Return what was read: how many lines are ready, asked about, passed on, filed before, withdrawn, ignored.

    `more`: a card stands above already, and only what came since is told line by line.
    """
    draft = told.draft
    # the card counts what came since the last submit
    mine = [line for line in draft.lines if line.batch == draft.batch or line.state == "ready"]
    some = {state: [line for line in mine if line.state == state] for state in DONE}
    asked = [line for line in mine if line.asks and line.state == "ask"]
    rows = [told.say("head_more" if more else "head", count=len(mine))] if mine else [told.say("nothing")]
    shown = [line for line in mine if line.key in told.act.keys] if more else mine
    if len(shown) <= FEW:
        rows += [told.row(line) for line in shown]
    if raised := [line for line in some["raised"] if line in shown or not more]:
        human = told.voice.moment(told.human or told.voice.now)
        rows.append(told.say("raised", human=human, numbers=told.join(told.pairs(raised))))
    if some["ready"]:
        orders = len({line.order_no for line in some["ready"]})
        rows.append(told.say("ready", count=len(some["ready"]), orders=orders))
    if asked:
        rows.append(told.say("ask", count=len(asked), numbers=told.numbers(asked)))
    noted = {key for key, _ in told.act.notes}
    if known := [line for line in some["already"] if line.key not in noted]:
        rows.append(told.say("already", numbers=told.join(told.pairs(known))))
    if some["withdrawn"]:
        rows.append(told.say("withdrawn", numbers=told.numbers(some["withdrawn"])))
    rows += put_right(told)
    rows += _ignored(told, told.act.ignored if more else len(draft.ignored))
    if waiting := len(told.draft.sequence):
        rows.append(told.say("awaited", count=waiting))
    if again:
        rows.append(told.say("again", count=again))
    if any(not line.wish for line in some["ready"]):
        rows.append(told.say("by_rule"))
    if told.draft.questions() and not some["ready"]:
        rows += questions(told)
    buttons = [*back_buttons(told, told.act.back), *main_buttons(told)]
    return Reply(text="\n".join(rows), buttons=in_rows(buttons[:MOST]))


def put_right(told: Telling) -> list[str]:
    """Return which lines were put right, which tickets hear of it, and which filed lines are to be taken back."""
    draft, act = told.draft, told.act
    rows = []
    if changed := [line for key in act.changed if (line := draft.line(key))]:
        what = [told.say("choose", number=told.number(line), what=told.what(line)) for line in changed]
        rows.append(told.say("changed", lines=told.join(what)))
    noted = [line for key, _ in act.notes if (line := draft.line(key))]
    for key, late in (("noted", False), ("noted_late", True)):
        if mine := [line for line in noted if (line.ticket_no in told.late) is late]:
            rows.append(told.say(key, numbers=told.join(told.pairs(mine))))
    for place, (filed, now) in told.other.items():
        if differing := draft.line(place):
            rows.append(told.say("differs", number=told.owner(differing), filed=filed, told=now))
    if back := [line for key in act.back if (line := draft.line(key))]:
        rows.append(told.say("withdraw_ask", numbers=told.numbers(back)))
    return rows


def back_buttons(told: Telling, keys: Iterable[int]) -> list[Button]:
    """Ask with a button before what is filed is taken back."""
    lines = [line for key in keys if (line := told.draft.line(key)) and line.ticket_no]
    return [Button(label=told.say("withdraw", no=line.ticket_no), tap=f"withdraw:{line.ticket_no}") for line in lines]


def _ignored(told: Telling, last: int) -> list[str]:
    mine = [text for batch, text in told.draft.ignored[-last:] if batch == told.draft.batch] if last else []
    if not mine:
        return []
    shown = [f"“{quoted(text)}”" for text in mine[:SHOWN]] + [told.say("more")] * (len(mine) > SHOWN)
    return [told.say("ignored", count=len(mine), lines=told.join(shown))]


def main_buttons(told: Telling) -> list[Button]:
    """The buttons under a list: see it, file it, answer its questions, pair its photos."""
    draft = told.draft
    found = [Button(label=told.say("show"), tap=f"list:show@{draft.id[:8]}")]
    ready = draft.some("ready")
    if ready:
        found.append(
            Button(label=told.say("submit", count=len(ready)), tap=f"list:submit:{draft.revision}@{draft.id[:8]}")
        )
    if draft.tray() and draft.lines:
        found.append(Button(label=told.say("to_tray"), tap=f"list:tray@{draft.id[:8]}"))
    return found


def whole(told: Telling) -> list[Reply]:
    """Tell every line with its state, in as many messages as it takes; the questions and buttons come last."""
    draft = told.draft
    newest = max((line.batch for line in draft.lines), default=0)  # what was filed before is told by 进度
    mine = [line for line in draft.lines if line.batch == newest or line.state in OPEN or line.asks]
    rows = [told.row(line) for line in mine]
    said = [text for batch, text in draft.ignored if batch >= newest]
    rows += dict.fromkeys(told.say("row_ignored", text=quoted(text)) for text in said)
    rows += questions(told)
    return paged([*rows, told.say("end")], in_rows([*main_buttons(told), *question_buttons(told)]))


def filed(told: Telling, keys: Sequence[int], notice: datetime | None) -> list[Reply]:
    """Return which pickup number became which ticket, what is still asked, and which photos are owed."""
    lines = [line for key in keys if (line := told.draft.line(key)) and line.state == "filed"]
    comma = told.voice.say("talk.comma")
    if lines:
        orders = len({line.ticket_no for line in lines})
        rows = [told.say("filed", orders=orders, count=len(lines)), *broken(told.pairs(lines), comma)]
    else:
        known = told.pairs(line for line in told.draft.lines if line.state in ("filed", "already"))
        rows = [told.say("filed_before"), *broken(known, comma)] if known else [told.say("none_to_file")]
    if notice and lines:
        rows.append(told.say("notice", notice=told.voice.moment(notice)))
    rows += [*owing(told), *questions(told)]
    buttons = [one for one in main_buttons(told) if not one.tap.startswith("list:show")] + question_buttons(told)
    return paged(rows, in_rows(buttons[:MOST]))


def owing(told: Telling, among: Sequence[ListLine] | None = None) -> list[str]:
    """Name the filed lines (of these) that still lack a photo."""
    lines = [line for line in told.lacking() if line.state == "filed" and (among is None or line in among)]
    if not lines:
        return []
    return [told.say("owing", numbers=told.numbers(lines), first=told.number(lines[0]))]


def same(told: Telling, count: int, *, above: bool) -> list[Reply]:
    """Say that the same lines were pasted again and nothing was doubled; show what waits, unless that is above."""
    text = told.say("same", count=count)
    if not above and told.draft.some("ready", "ask"):
        return [Reply(text=text), card(told)]
    rows = [text, *questions(told)]
    buttons = [*main_buttons(told), *question_buttons(told)]
    return paged(rows, in_rows(buttons[:MOST]))


def answered(told: Telling, keys: Sequence[int], file: Sequence[int]) -> list[Reply]:
    """Return what became of the lines that were answered."""
    lines = [line for key in keys if (line := told.draft.line(key))]
    ready = [line for line in lines if line.state == "ready" and line.key not in told.act.changed]
    new = [line for line in lines if line.state == "filed" and line.key in file]
    kept = [line for line in lines if line.state == "filed" and line.key not in file]
    rows = put_right(told)
    if new:
        rows.append(told.say("now_filed", pairs=told.join(told.pairs(new))))
    if ready:
        what = [told.say("choose", number=told.number(line), what=told.what(line)) for line in ready]
        rows.append(told.say("now_ready", lines=told.join(what)))
    gone = [line for line in lines if line.state == "withdrawn"]
    if gone:
        rows.append(told.say("withdrawn", numbers=told.numbers(gone)))
    known = [line for line in lines if line.state == "already"]
    if known:
        rows.append(told.say("already", numbers=told.join(told.pairs(known))))
    if raised := [line for line in lines if line.state == "raised"]:
        rows.append(told.say("now_raised", pairs=told.join(told.pairs(raised))))
    if kept:
        rows.append(told.say("withdraw_ask", numbers=told.numbers(kept)))
    rows += owing(told, new)
    rows += questions(told)
    back = back_buttons(told, [*told.act.back, *(line.key for line in kept)])
    unique = list({button.tap: button for button in (*back, *main_buttons(told), *question_buttons(told))}.values())
    return paged(rows or [told.say("nothing")], in_rows(unique[:MOST]))


def photos(told: Telling, *, echo: bool) -> Reply:
    """Return how the photos stand."""
    draft = told.draft
    left, paired = len(draft.tray()), sum(photo.line > 0 for photo in draft.photos)
    if not draft.lines:
        return Reply(text=told.say("tray_alone", left=left), echo=echo)
    if not draft.photos and draft.following:
        lines = [line for key in draft.following if (line := draft.line(key))]
        return Reply(text=told.say("photos_next", owners=told.join(map(told.owner, lines))), echo=echo)
    rows = [told.say("tray", paired=paired, left=left) if left else told.say("tray_done", paired=paired)]
    rows += [held] if (held := told.held()) else []
    lacking = told.lacking()
    filed = [line for line in lacking if line.state == "filed"]
    others = [line for line in lacking if line.state in ("ready", "ask")]
    if filed:
        rows.append(told.say("owing", numbers=told.numbers(filed), first=told.number(filed[0])))
    if others:
        rows.append(told.say("lacking", numbers=told.numbers(others)))
    buttons = [button for button in main_buttons(told) if left or not button.tap.startswith("list:tray")]
    return Reply(text="\n".join(rows), buttons=in_rows(buttons), echo=echo)


def moved(told: Telling) -> Reply:
    """Tell which photos went from whom to whom, or why none did."""
    draft, act = told.draft, told.act
    source, to = (draft.line(key) for key in act.keys)
    names = {"to": told.owner(to) if to else act.about[0], "source": told.owner(source) if source else act.about[0]}
    text = told.say(f"moved_{act.why}" if act.why else "moved", count=len(act.moved), held=told.held(), **names)
    several = len({photo.line for photo in draft.photos if photo.line > 0}) > 1
    rows = [text, told.held()] if several and not act.why else [text]
    return Reply(text="\n".join(filter(None, rows)).strip(), buttons=in_rows(main_buttons(told)))


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

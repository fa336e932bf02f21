"""Carrying out what a list came to: serious lines are raised, ready ones filed by order, photos linked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime

from handlers.cases import conflicting_claims, filing, remarks
from handlers.claims import list_draft
from handlers.claims.claim import Claim, Photo, Talk
from handlers.claims.list_draft import ListDraft, ListLine
from handlers.claims.outcomes import Listing
from handlers.dialogue.lists import lines as list_lines
from handlers.dialogue.lists.labels import Telling
from handlers.messages import mailboxes
from handlers.messages.codes import strongest
from handlers.messages.models import Reply
from handlers.policy import calendar
from handlers.tickets import lifecycle
from handlers.turn import list_replies
from handlers.turn.list_clerk import Clerk
from storage import evidence


def carry(clerk: Clerk, act: Listing) -> tuple[Talk, list[Reply]]:
    """Carry out one act on the list of a talk; return the talk after it and the replies."""
    draft = list_draft.of(clerk.talk)
    if draft is None:
        return clerk.talk, []
    draft, urgent = _raised(clerk, draft, act)
    draft, notice = _filed(clerk, draft, act)
    _bring(clerk, draft, act)
    numbers = {number for line in draft.lines for number in (line.order_no, *line.among) if number}
    known = {number: order for number in sorted(numbers) if (order := clerk.order(number))}
    late = _late(clerk, draft, act)
    told = Telling(
        draft=draft,
        voice=clerk.voice,
        orders=known,
        human=_human(clerk, draft),
        act=act,
        late=late,
        other=list_replies.otherwise(clerk, draft, act),
    )
    replies = list_replies.replies(clerk, told, act, notice)
    last = next((reply.buttons for reply in reversed(replies) if reply.buttons), ())
    replies, draft = list_replies.one_card(clerk, told, act, replies)
    if last:
        shown = tuple((button.label, button.tap) for row in last for button in row)
        draft = replace(draft, choices=shown)
    _remind(clerk, draft, act)
    # words without a number that follow are about the one who fell ill, not about whatever was filed last
    ticket_no = urgent or ("" if act.file else clerk.talk.ticket_no)
    return replace(list_draft.keep(clerk.talk, draft), ticket_no=ticket_no), replies


def _remind(clerk: Clerk, draft: ListDraft, act: Listing) -> None:
    """Wake the list once if nobody submits it."""
    name, clock = f"list:{clerk.conversation.id}", clerk.context.policy.clocks.get("idle_nudge")
    if not draft.some("ready") or clock is None:
        mailboxes.let_sleep(clerk.tx, name)
    elif act.tell != "nudge":
        payload = {"conversation": clerk.conversation.id, "claim": "", "what": "list"}
        due = calendar.due(clerk.context.now, clock, clerk.context.policy)
        mailboxes.wake(clerk.tx, name, payload, due=due, now=clerk.context.now)


def _claim(clerk: Clerk, lines: list[ListLine], draft: ListDraft, *, claim_id: str = "") -> Claim:
    """Return the lines of one order as the claim that a ticket is made of."""
    order = clerk.order(lines[0].order_no) if lines[0].order_no else None
    policy, at = clerk.context.policy, min(line.at or clerk.context.now.isoformat() for line in lines)
    photos = tuple(
        Photo(id=photo.id, kind=photo.kind, state="stored") for line in lines for photo in draft.of_line(line.key)
    )
    problems = []
    for line in lines:
        kind = policy.problems.get(line.problem.problem)
        wish = line.wish or (kind.remedies[0] if kind and kind.remedies else "")
        problems.append(replace(line.problem, wish=wish, at=line.at))
    late = any(order and list_lines.late(line, order, policy) for line in lines)
    return Claim(
        id=claim_id or clerk.context.new_id(),
        order_no=order.order_no if order else "",
        problems=tuple(problems),
        photos=photos,
        wishes=tuple(dict.fromkeys((line.at, line.wish) for line in lines if line.wish)),
        said=tuple(dict.fromkeys((line.at, f"{line.by}：{line.text}" if line.by else line.text) for line in lines)),
        signals=tuple(dict.fromkeys(signal for line in lines for signal in line.signals)),
        special=tuple(dict.fromkeys(group for line in lines for group in line.special)),
        severity=strongest(*(line.severity for line in lines)),
        aided=tuple(dict.fromkeys(what for line in lines for what in line.aided)),
        ticket_no=lines[0].ticket_no,
        late_reason="-" if late else "",
        opened_at=at,
        touched_at=clerk.context.now.isoformat(),
    )


def _raised(clerk: Clerk, draft: ListDraft, act: Listing) -> tuple[ListDraft, str]:
    """Raise every serious line to a person at once; also return the ticket of one about safety."""
    urgent = ""
    for line in sorted(draft.some("serious"), key=lambda one: one.severity != "safety"):
        claim = replace(_claim(clerk, [line], draft), why=line.severity)
        number = filing.raise_ticket(clerk.tx, clerk.filing_of(claim), why=line.severity, context=clerk.context)
        draft = draft.with_line(replace(line, state="raised", ticket_no=number, claim_id=claim.id))
        urgent = urgent or (number if line.severity == "safety" else "")
    for key in act.fill:
        known = draft.line(key)
        if known and known.ticket_no:
            claim = replace(_claim(clerk, [known], draft, claim_id=known.claim_id), why=known.severity)
            filing.fill(clerk.tx, known.ticket_no, clerk.filing_of(claim), clerk.context)
    return draft, urgent


def _filed(clerk: Clerk, draft: ListDraft, act: Listing) -> tuple[ListDraft, datetime | None]:
    """File the ready lines, one ticket for each order; also return the latest promised result."""
    groups: dict[str, list[ListLine]] = defaultdict(list)
    for key in act.file:
        line = draft.line(key)
        if line and line.state == "ready":
            groups[line.order_no].append(line)
    notices = []
    for number, lines in groups.items():
        if clerk.order(number) is None:
            continue
        filed = filing.file(clerk.tx, clerk.filing_of(_claim(clerk, lines, draft)), clerk.context)
        notices += [filed.notice_at] if filed.notice_at else []
        for line in lines:
            draft = draft.with_line(replace(line, state="filed", ticket_no=filed.no))
    return draft, max(notices, default=None)


def _bring(clerk: Clerk, draft: ListDraft, act: Listing) -> None:
    """Add photos and words to the tickets that their lines have already."""
    for no, more in _additions(clerk, draft, act).items():
        remarks.remark(
            clerk.tx,
            no,
            conversation_id=clerk.conversation.id,
            at=clerk.inbound.at,
            text="\n".join(dict.fromkeys(more.words)),
            evidence=list(dict.fromkeys(more.photos)),
            context=clerk.context,
        )


@dataclass(slots=True)
class _Addition:
    words: list[str] = field(default_factory=list)
    photos: list[int] = field(default_factory=list)


def _additions(clerk: Clerk, draft: ListDraft, act: Listing) -> dict[str, _Addition]:
    """Return what is new for each ticket that was filed before."""
    added: dict[str, _Addition] = defaultdict(_Addition)
    for key in act.keys if act.tell == "card" else ():
        told = draft.line(key)
        if told and told.state == "already" and told.problem.problem:
            added[told.ticket_no].words.append(told.text)
            added[told.ticket_no].photos += [photo.id for photo in draft.of_line(key)]
    for number, key in act.brought:
        line = draft.line(key)
        if line and line.ticket_no:
            added[line.ticket_no].photos.append(number)
    late = _late(clerk, draft, act)
    for key, said in act.notes:
        told = draft.line(key)
        if told and told.ticket_no and told.ticket_no not in late:
            added[told.ticket_no].words.append(said)
            conflicting_claims.say(clerk.tx, lifecycle.must(clerk.tx, told.ticket_no), "leader", said)
    added.update((no, _Addition()) for no in _taken(clerk, draft, act))
    for addition in added.values() if act.moved else ():
        addition.words = [clerk.inbound.text]
    return added


def _taken(clerk: Clerk, draft: ListDraft, act: Listing) -> list[str]:
    """Take moved photos from the tickets that had them, whose agents hear why; return these tickets."""
    gone = [piece for number in act.moved if (piece := evidence.get(clerk.tx, number)) and piece.ticket_no]
    line = draft.line(act.keys[1]) if act.moved else None
    to = line.ticket_no if line else ""
    if not to:
        evidence.unlink(clerk.tx, [piece.id for piece in gone])
    return list(dict.fromkeys(piece.ticket_no for piece in gone if piece.ticket_no and piece.ticket_no != to))


def _late(clerk: Clerk, draft: ListDraft, act: Listing) -> frozenset[str]:
    """Return the tickets that are decided already: a correction comes too late for them."""
    numbers = {line.ticket_no for key, _ in act.notes if (line := draft.line(key)) and line.ticket_no}
    return frozenset(no for no in numbers if lifecycle.must(clerk.tx, no).state not in lifecycle.DECIDABLE)


def _human(clerk: Clerk, draft: ListDraft) -> datetime | None:
    """Return by when the raised lines of the card are taken over, the latest of them."""
    mine = {line.ticket_no for line in draft.some("raised") if line.batch == draft.batch}
    moments = [moment for no in sorted(mine) if (moment := filing.told(clerk.tx, no).human_at)]
    return max(moments, default=None)

"""A draft as it is filed: with its order, and its problems as lines with shares and sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from handlers.cases.recording import Filing, FilingLine
from handlers.claims import lookup
from handlers.claims.claim import Claim, Problem
from handlers.claims.shares import share_of
from handlers.claims.story import telling
from handlers.claims.summary import dues, item_name, line_of
from handlers.claims.voice import Voice
from storage.conversations import Conversation
from storage.database import Tx
from storage.orders import Order


def filing_of(
    tx: Tx,
    claim: Claim,
    *,
    conversation: Conversation,
    order: Order | None,
    customer_id: int | None,
    voice: Voice,
    site: str = "",
    quiet: bool = False,
    claimed: Mapping[int, Fraction] | None = None,
) -> Filing:
    """Return a draft with its order, its lines and who files it, in the language of `voice`.

    `claimed` is what `lookup.claimed` returns for it, where that is known.
    """
    tags = [tag for problem in claim.problems if (line := line_of(order, problem.line_no)) for tag in line.tags]
    claim = replace(claim, special=tuple(dict.fromkeys((*voice.policy.groups(tags, claim.special), *claim.special))))
    if claimed is None:
        claimed = lookup.claimed(tx, order, but=claim.ticket_no) if order else {}
    return Filing(
        claim=claim,
        conversation_id=conversation.id,
        channel=conversation.channel,
        account=conversation.account,
        order=order,
        customer_id=customer_id,
        leader_id=conversation.leader_id,
        site=site,
        language=voice.language,
        lines=lines_of(claim, order, claimed, voice),
        quiet=quiet,
    )


def lines_of(
    claim: Claim, order: Order | None, claimed: Mapping[int, Fraction], voice: Voice
) -> tuple[FilingLine, ...]:
    """Return one line for each problem with a type, in a raised claim also for an item alone.

    A late claim that names no number takes the whole line.
    """
    if claim.why and not claim.problems and order and len(order.lines) == 1:
        # a person decides on what is not named yet: there is but one item that it can be
        claim = replace(claim, problems=(Problem(line_no=order.lines[0].line_no),))
    if claim.late_reason:
        whole = tuple(item if item.quantity else replace(item, quantity="all") for item in claim.problems)
        claim = replace(claim, problems=whole)
    lines = []
    for problem, (wish, amount) in zip(claim.problems, dues(claim, order, claimed, voice.policy), strict=True):
        line = line_of(order, problem.line_no)
        if not problem.problem and not (claim.why and line):
            continue
        coupon = voice.policy.coupons.get(voice.policy.money.late_coupon)
        if claim.late_reason == "coupon" and coupon:
            amount = coupon.value
        elif not wish:
            amount = None
        lines.append(
            FilingLine(
                problem=problem if problem.at else replace(problem, at=telling(claim.said)),
                item=item_name(line) if line else "",
                order_line_no=problem.line_no,
                share=share_of(problem, line) if line else None,
                wish=wish,
                amount=amount,
                detail=voice.say("talk.received", item=problem.received) if problem.received else "",
            )
        )
    return tuple(lines)

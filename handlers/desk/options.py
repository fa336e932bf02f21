"""What an agent may choose on a line: the wish with its sum, other remedies with suggested sums, what was misread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from handlers.claims.shares import parts, plain
from handlers.claims.summary import item_name, line_of
from handlers.costs import caps
from handlers.messages.codes import SEVERITIES
from handlers.messages.models import Button
from handlers.messages.money import money, refund
from handlers.policy.policy import Policy, pick
from handlers.tickets import decisions, desk_outbox
from handlers.tickets.decisions import MONEY, Ruling
from storage.database import Tx
from storage.orders import Order, OrderLine
from storage.ticket_lines import Line
from storage.tickets import Ticket

HALF = Fraction(1, 2)
HALF_OF = "half"  # the quantity of a button, as a draft has it
MOST, WIDE = 3, 15  # buttons of a row, and characters that fit into it on a phone, where all are equally wide
COUNTED = 4  # so many counts have a button each
MOST_LABEL, MOST_TAP = 60, 64  # characters of a label, bytes of a tap


def coupon_meant(policy: Policy, value: int, words: str = "", *, late: bool = False) -> str:
    """Return the code of the policy's coupon that is meant by its value in 分 (0: any) and its name; "" if several are.

    `late`: a late claim, whose customer was offered the coupon for that.
    """
    fits = {code: one for code, one in policy.coupons.items() if value in (0, one.value)}
    if late and policy.money.late_coupon in fits:
        return policy.money.late_coupon
    named = [code for code, one in fits.items() if any(label and label in words for label in one.label.values())]
    labels = {tuple(fits[code].label.values()) for code in named}
    found = named if named and len(labels) == 1 else list(fits)
    return found[0] if len(found) == 1 else ""


def coupon_label(policy: Policy, kind: str, value: int) -> str:
    """Return a coupon by its name and value, as the desk reads it."""
    known = policy.coupons.get(kind)
    sum_ = money(value, desk_outbox.language())
    if known is None:
        return desk_outbox.say("coupon", sum=sum_)
    return desk_outbox.say("coupon_named", label=pick(known.label, desk_outbox.language()), sum=sum_)


def worth(tx: Tx, ticket: Ticket, line: Line) -> int | None:
    """Return what the claimed quantity comes to in 分; None while the quantity is unknown."""
    if line.wish in MONEY and line.wish_amount:
        return line.wish_amount
    return refund(decisions.paid(tx, ticket, line), Fraction(line.share)) if line.share else None


def wished(tx: Tx, ticket: Ticket, line: Line, policy: Policy) -> Ruling | None:
    """Return the customer's wish as a ruling; None without a wish, or when its sum or its coupon is unknown."""
    if line.wish in MONEY:
        # how much a part is, only a stated sum tells
        sum_ = line.wish_amount if line.wish == "partial_refund" else worth(tx, ticket, line)
        return Ruling(remedy=line.wish, amount=sum_) if sum_ else None
    if line.wish == "compensation":
        kind = coupon_meant(policy, line.wish_amount or 0, late="late_claim" in ticket.warnings)
        value = line.wish_amount or (policy.coupons[kind].value if kind else 0)
        return Ruling(remedy=line.wish, coupon=value, coupon_kind=kind) if value else None
    return Ruling(remedy=line.wish) if line.wish else None


def by_one_tap(ticket: Ticket, lines: Iterable[Line]) -> bool:
    """Return whether a tap may grant the wishes: a person who was hurt is not sent a coupon without a look."""
    return ticket.severity != "safety" or not any(line.wish == "compensation" for line in lines)


def kind_of_refund(tx: Tx, ticket: Ticket, line: Line, amount: int) -> str:
    """Return the kind of a refund by whether it covers what is claimed."""
    whole = worth(tx, ticket, line) or decisions.paid(tx, ticket, line)
    return "refund" if amount >= whole else "partial_refund"


def allowed(policy: Policy, line: Line) -> tuple[str, ...]:
    """Return the remedies that may be given on a line: the problem type's own and those open to every agent."""
    kind = policy.problems.get(line.problem)
    own = kind.remedies if kind else ()
    return tuple(dict.fromkeys([*own, *policy.remedies.agent, *([line.wish] if line.wish else [])]))


def remedies(tx: Tx, ticket: Ticket, line: Line, policy: Policy, mark: str) -> list[list[Button]]:
    """Return one button for each remedy, refunds with sums that are within what is left; `mark` names the line."""
    room = caps.room(tx, ticket, policy)
    left = room.most(line.order_line_no)
    codes = allowed(policy, line)
    sums = []
    if {"refund", "partial_refund"} & set(codes):
        whole = worth(tx, ticket, line) or decisions.paid(tx, ticket, line)
        every = [left] if whole == room.of(line.order_line_no) else []  # all of it, with the freight where there is one
        sums = [one for one in dict.fromkeys([*every, whole, refund(whole, HALF)]) if 0 < one <= left]
    rows = [[_button(ticket, mark, "refund", one)] for one in sums]
    for code in codes:
        if code == "compensation" and ticket.severity == "safety":
            continue
        if code == "compensation":
            rows += [[one] for one in coupons(ticket, policy, mark)]
        elif code not in MONEY:
            rows.append([_button(ticket, mark, code, 0)])
    return [[button for row in rows[at : at + 2] for button in row] for at in range(0, len(rows), 2)]


def coupons(ticket: Ticket, policy: Policy, mark: str) -> list[Button]:
    """Return one button for each coupon of the policy."""
    made = [
        Button(label=coupon_label(policy, kind, one.value), tap=f"change:{ticket.no}:{mark}:compensation:{kind}")
        for kind, one in policy.coupons.items()
    ]
    return [one for one in made if len(one.tap.encode()) <= MOST_TAP]


def _button(ticket: Ticket, mark: str, code: str, sum_: int) -> Button:
    label = desk_outbox.remedy(code) + (f" {money(sum_, desk_outbox.language())}" if sum_ else "")
    return Button(label=label, tap=f"change:{ticket.no}:{mark}:{code}" + (f":{sum_}" if sum_ else ""))


def lines(no: str, action: str, found: Mapping[str, Line]) -> list[list[Button]]:
    """Return one button for each line by its mark, to say which is meant."""
    return [
        [Button(label=f"{mark.lstrip('o')}. {one.item}", tap=f"{action}:{no}:{mark}")] for mark, one in found.items()
    ]


def rule_label(policy: Policy, code: str) -> str:
    """Return what a rule of the policy says."""
    return pick(policy.rules[code], desk_outbox.language())


def rules(ticket: Ticket, mark: str, policy: Policy) -> list[list[Button]]:
    """Return one button for each rule that a refusal may rest on, with what it says; that of late claims first."""
    no, first = ticket.no, policy.money.late_rule if "late_claim" in ticket.warnings else ""
    return [
        [Button(label=f"{code} {rule_label(policy, code)}"[:MOST_LABEL], tap=f"refuse:{no}:{mark}:{code}")]
        for code in sorted(policy.rules, key=lambda code: code != first)
        if len(f"refuse:{no}:{mark}:{code}".encode()) <= MOST_TAP
    ]


def corrections(ticket: Ticket, line: Line, order: Order | None, policy: Policy, mark: str) -> list[list[Button]]:
    """Return what a line may be instead: every other problem type, item of its order, and count of its item."""
    tap = f"correct:{ticket.no}:{mark}"
    types = [
        Button(label=policy.label(code, desk_outbox.language()), tap=f"{tap}:p:{code}")
        for code in policy.problems
        if code != line.problem or line.also
    ]
    others = [one for one in (order.lines if order else ()) if one.line_no != line.order_line_no]
    items = [Button(label=item_name(one), tap=f"{tap}:i:{one.line_no}") for one in others]
    return [*packed(types), *packed(items), *packed(_counts(line, line_of(order, line.order_line_no), tap), COUNTED)]


def _counts(line: Line, bought: OrderLine | None, tap: str) -> list[Button]:
    """Return the first counts of an item, all of it, and half of a single one without counted parts."""
    if bought is None:
        return []
    whole = Fraction(str(bought.quantity))
    counts = list(dict.fromkeys([*map(Fraction, range(1, min(COUNTED, int(whole)) + 1)), whole]))[-COUNTED:]
    made = [
        Button(label=f"{plain(count)}{bought.unit}", tap=f"{tap}:q:{count}")
        for count in counts
        if line.share != str(count / whole)
    ]
    half = whole == 1 and not parts(bought) and line.share != str(HALF)
    return [*([desk_outbox.button("half", f"{tap}:q:{HALF_OF}")] if half else []), *made]


def severities(ticket: Ticket, *, supervisor: bool) -> list[list[Button]]:
    """Return how serious a ticket may be set: worse by everybody, milder by a supervisor."""
    now = SEVERITIES.index(ticket.severity)
    row = [
        desk_outbox.button(f"to_{code}", f"correct:{ticket.no}::s:{code}")
        for place, code in enumerate(SEVERITIES)
        if place > now or (place < now and supervisor)
    ]
    return [row] if row else []


def packed(buttons: Iterable[Button], most: int = MOST) -> list[list[Button]]:
    """Return buttons in rows that fit on a phone."""
    rows: list[list[Button]] = []
    for button in buttons:
        row = [*rows[-1], button] if rows else []
        if not row or len(row) > most or len(row) * max(len(one.label) for one in row) > WIDE:
            rows.append([])
        rows[-1].append(button)
    return rows

"""The frozen talks played through the real turn, and what became of each beside what it expects."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from playing import ZONE, Direct, World, preset
from sqlalchemy import select

from handlers.claims import claim as claims
from handlers.claims.claim import Claim, Problem, Talk
from handlers.claims.shares import share_of
from handlers.dialogue.drafting import HUSHED
from storage import tables as t
from storage.orders import Order, OrderLine

FOLDER = Path(__file__).parents[1] / "data" / "talks"
SETS = (FOLDER, FOLDER / "second")  # the second was frozen later; nothing was mended by it yet
VOICES = ("hurried", "dialect", "english")
START = datetime(2026, 6, 12, 19, 10, tzinfo=ZONE)
PICKED_UP = datetime(2026, 6, 12, 17, 30, tzinfo=ZONE)
BETWEEN = timedelta(seconds=5)  # from one message of the customer to the next
BY_POLICY = ("major", "angry")  # a person comes by the policy's severity rules, and to the angry, demanded or not
ANSWERS = 14  # answers that a customer gives before giving up


@dataclass(slots=True, kw_only=True)
class Played:
    """A talk after its last message: both sides' words, and what differs from what it expects."""

    id: str
    script: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    wrong: bool = False  # a ticket holds what it must not hold
    repeated: int = 0  # times that the bot said the same twice in a row

    @property
    def right(self) -> bool:
        """Return whether every expected fact is on a ticket, and nothing else."""
        return not self.faults


def load(voice: str, folder: Path = FOLDER) -> list[dict[str, Any]]:
    """Return the talks of one voice."""
    lines = (folder / f"{voice}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def orders(talk: Mapping[str, Any]) -> tuple[Order, ...]:
    """Return the orders of a talk as they are stored."""
    return tuple(
        Order(
            order_no=one["order_no"],
            activity_no=one["order_no"].partition("-")[0],
            participate_no=one["pickup_no"],
            buyer_name=one["buyer"],
            buyer_phone=one["phone"],
            delivered_at=PICKED_UP,
            lines=tuple(_line(line) for line in one["lines"]),
        )
        for one in talk["order"]
    )


def _line(raw: Mapping[str, Any]) -> OrderLine:
    return OrderLine(
        line_no=raw["line"],
        item=raw["item"],
        spec=raw["spec"],
        unit=raw["unit"],
        quantity=float(raw["quantity"]),
        paid=raw["price_fen"] * raw["quantity"],
        unit_price=raw["price_fen"],
    )


class Customer:
    """One customer who sends what there is to say, then answers what is asked."""

    def __init__(self, talk: Mapping[str, Any], channel: str = "telegram") -> None:
        self.talk, self.played, self.sent = talk, Played(id=talk["id"]), 0
        self.world = World("sqlite://", START, channel=channel)
        self.world.begin(preset(), orders(talk))
        self.door, self.tried = Direct(self.world), Counter[str]()

    def play(self) -> Played:
        """Have the whole talk."""
        for message in self.talk["messages"]:
            self._send(message)
        for _ in range(ANSWERS):
            answer = self._answer()
            if answer is None:
                break
            self._send(answer)
        self._judge()
        self.world.close()
        return self.played

    # talking

    def _send(self, message: str | Mapping[str, int]) -> None:
        before = len(self.world.phones["c"])
        if isinstance(message, str) and message.startswith("tap:"):
            self.door.tap("c", message.removeprefix("tap:"))
        elif isinstance(message, str):
            self.door.text("c", message)
        else:
            refs = [("photo", f"good:{self.sent + number}") for number in range(message["photos"])]
            self.sent += len(refs)
            self.door.files("c", refs, album=f"album{self.sent}" if len(refs) > 1 else "")
        self.played.script.append(f"C {message}")
        self.world.until(self.world.now + BETWEEN)
        for seen in self.world.phones["c"][before:]:
            labels = " ".join(f"[{label}]" for label, _ in seen.buttons)
            self.played.script.append(f"  B {seen.text} {labels}".rstrip())
        heard = [seen.text for seen in self.world.phones["c"]]
        self.played.repeated += len(heard) > 1 and len(heard) > before and heard[-1] == heard[-2]

    def _known(self) -> Talk:
        with self.world.write() as tx:
            row = tx.execute(select(t.conversations)).one()
        return claims.from_json(row.talk)

    def _answer(self) -> str | Mapping[str, int] | None:
        """Return what the customer says to the open question; None when nothing more is asked."""
        known = self._known()
        seen = self.world.phones["c"]
        if seen and any(tap == "resume" for _, tap in seen[-1].buttons):
            return "tap:resume"
        open_ = [one for one in known.claims if not one.dropped and one.asked and _is_open(one)]
        claim = next((one for one in open_ if one.id == known.current), open_[0] if open_ else None)
        if claim is None or claim.asked is None:
            return None
        return self._to(claim.asked.slot, claim)

    def _to(self, slot: str, claim: Claim) -> str | Mapping[str, int]:
        answers = self.talk["answers"]
        if slot == "order":
            slot = "tail" if claim.number or claim.pickup or self.tried["order"] > self.tried["tail"] else "order"
        self.tried[slot] += 1
        if slot == "photos" and answers["photos"] and self.tried[slot] == 1:
            return {"photos": answers["photos"]}
        if slot == "photos":
            return f"tap:photos:none@{claim.id[:8]}" if self.tried[slot] > 1 else str(answers["else"])
        return str(answers.get(slot, answers["else"]))

    # judging

    def _judge(self) -> None:
        expected, played = self.talk["expect"], self.played
        with self.world.write() as tx:
            tickets = tx.execute(select(t.tickets)).all()
            lines = tx.execute(select(t.ticket_lines)).all()
            photos = tx.execute(select(t.evidence).where(t.evidence.c.kind == "photo")).all()
        filed = [ticket for ticket in tickets if ticket.filed_at is not None or lines_of(lines, ticket.no)]
        raised = [ticket.why for ticket in tickets if ticket.raised]
        if expected["person"] and not raised:
            played.faults.append("no person was brought in")
        raised = [why for why in raised if why not in BY_POLICY]
        if not expected["person"] and raised:
            played.faults.append(f"a person was brought in: {', '.join(raised)}")
        if not expected["ticket"] and tickets:
            played.faults.append("a ticket where none is wanted")
            played.wrong = bool(filed)
        wanted = [Wanted(raw, self.talk) for raw in expected["lines"]]
        numbers = {ticket.no: ticket.order_no for ticket in tickets}
        found = [(numbers[line.ticket_no], line) for line in lines]
        for one in wanted:
            self._compare(one, found, {photo.id: photo.ticket_no for photo in photos})
        for order_no, line in found:
            if not any(one.is_about(order_no, line) for one in wanted):
                played.faults.append(f"claimed without reason: {order_no} {line.order_line_no} {line.problem}")
                played.wrong = played.wrong or order_no is not None  # words without an order await a person
        late = [ticket.no for ticket in tickets if ticket.filed_at is None and ticket.why not in BY_POLICY]
        if late and not expected["person"]:
            played.faults.append("the claim was never filed")

    def _compare(self, one: Wanted, found: Sequence[tuple[str, Any]], photos: Mapping[int, str | None]) -> None:
        own = [line for order_no, line in found if one.is_about(order_no, line)]
        if not own:
            self.played.faults.append(f"missing: {one.name}")
            return
        faults = one.faults(own)
        many = sum(no == own[0].ticket_no for no in photos.values())
        if many < one.raw["photos_min"]:
            faults.append(f"{one.name}: {many} photos")
        self.played.faults += faults
        known = any(line.share or line.quantity for line in own)
        self.played.wrong = self.played.wrong or (known and any("quantity" in fault for fault in faults))


def _is_open(claim: Claim) -> bool:
    """Return whether the draft's question waits for an answer: of one that a person has, only which order it is."""
    return claim.why not in HUSHED or (claim.asked is not None and claim.asked.slot == "order" and not claim.order_no)


def lines_of(lines: Sequence[Any], no: str) -> list[Any]:
    """Return the lines of a ticket."""
    return [line for line in lines if line.ticket_no == no]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line that a talk expects."""

    raw: Mapping[str, Any]
    talk: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the line by its goods."""
        return f"{self.raw['order_no'][-4:]} {self.line.item}"

    @property
    def line(self) -> OrderLine:
        """Return the order line that is meant."""
        order = next(one for one in orders(self.talk) if one.order_no == self.raw["order_no"])
        return next(line for line in order.lines if line.line_no == self.raw["line"])

    def is_about(self, order_no: str, line: Any) -> bool:
        """Return whether a stored line is this one: of the same goods, or of the whole order."""
        if order_no != self.raw["order_no"]:
            return False
        return line.order_line_no == self.raw["line"] or line.order_line_no is None

    def faults(self, own: Sequence[Any]) -> list[str]:
        """Return what differs in the lines that are about these goods."""
        faults = []
        codes = {code for line in own for code in (line.problem, *line.also.split())}
        if not codes & set(self.raw["problem"]):
            faults.append(f"{self.name}: problem {', '.join(sorted(codes))}")
        shares = [self._share(line) for line in own]
        if self._wanted_share() not in shares and self._wanted_share() != sum(share or 0 for share in shares):
            faults.append(f"{self.name}: quantity {', '.join(f'{line.quantity}{line.unit}' for line in own)}")
        wishes = {line.wish or None for line in own}
        if not wishes & set(self.raw["wish"]):
            faults.append(f"{self.name}: wish {', '.join(map(str, wishes))}")
        return faults

    def _share(self, line: Any) -> Fraction | None:
        if line.share:
            return Fraction(line.share)
        if line.order_line_no is None:
            return Fraction(1)
        share = share_of(Problem(quantity=line.quantity, unit=line.unit), self.line)
        return share if share is not None or line.quantity else None

    def _wanted_share(self) -> Fraction | None:
        quantity, unit = self.raw["quantity"], self.raw["unit"]
        number = quantity if isinstance(quantity, str) else str(Fraction(str(quantity)))
        share = share_of(Problem(quantity=number, unit=unit), self.line)
        if share is not None or isinstance(quantity, str):
            return share
        return Fraction(str(quantity)) / Fraction(str(self.line.quantity))


def play(voice: str, folder: Path = FOLDER, channel: str = "telegram") -> list[Played]:
    """Play all talks of one voice."""
    return [Customer(talk, channel).play() for talk in load(voice, folder)]


def table(results: Sequence[Played], *, script: bool = False) -> str:
    """Return which talks are right and which are not and why, with the words of those that are not."""
    rows = []
    for one in results:
        rows.append(f"{one.id} {'right' if one.right else 'WRONG' if one.wrong else 'not right'}: "
                    f"{'; '.join(one.faults)}".rstrip(": "))  # fmt: skip
        if script and not one.right:
            rows += [f"    {line}" for line in one.script]
    right, wrong = sum(one.right for one in results), sum(one.wrong for one in results)
    repeated = sum(one.repeated for one in results)
    rows.append(f"{right} of {len(results)} right, {wrong} wrong tickets, {repeated} sentences said twice in a row")
    return "\n".join(rows)

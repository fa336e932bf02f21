"""Talks drawn at random over orders whose facts are known: who says what in which pieces, order and manner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from plain_speech import Secrets, faults
from playing import DATA, ZONE, Direct, World, orders_of, preset
from sqlalchemy import select

from handlers.claims import claim as claims
from storage import tables as t
from storage.orders import Order, OrderLine

START = datetime(2026, 6, 12, 19, 10, tzinfo=ZONE)
PROBLEMS = {
    "quality_spoiled": ("坏了", "烂了", "发霉了"),
    "damaged_package": ("破了", "碎了", "压坏了"),
    "shortage_missing": ("少了", "少发了"),
    "quality_other": ("不新鲜", "不好吃"),
}
PHOTOLESS = {"shortage_missing"}
WISHES = {
    "refund": ("退款", "我要退款", "想退钱", "申请退款"),
    "resend": ("补发", "帮我补发", "要补发"),
}
NUMERALS = {1: "一", 2: "两", 3: "三", 4: "四", 5: "五", 6: "六", 7: "七", 8: "八", 9: "九", 10: "十"}
PARTS = {"鸡蛋": (30, "个"), "酸奶": (6, "杯")}
SMALL_TALK = ("进度", "规则")


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the customer means in the end."""

    order: Order
    line: OrderLine
    problem: str
    count: int
    unit: str
    whole: int
    wish: str
    photos: int

    @property
    def amount(self) -> int | None:
        """Return the refund in 分, half a 分 up."""
        if self.wish != "refund":
            return None
        exact = Fraction(self.line.paid) * self.count / self.whole
        return int(exact + Fraction(1, 2))


@dataclass(slots=True)
class Piece:
    """One thing to be said: a text, photos, or something done to the talk; `gives` are the slots it fills."""

    text: str = ""
    photos: int = 0
    gives: tuple[str, ...] = ()
    do: str = ""
    joins: bool = True  # may be said in one message with what comes next


class Failed(AssertionError):
    """A talk that did not end in its facts."""


def draw(random: Random, orders: list[Order]) -> Truth:
    """Draw what went wrong."""
    order = random.choice(orders)
    line = random.choice(order.lines)
    parts, unit = PARTS.get(line.item, (1, line.unit))
    whole = parts * int(line.quantity)
    count = random.randint(1, min(whole, 10))
    problem = random.choice(list(PROBLEMS))
    photos = random.randint(1, 3) if problem not in PHOTOLESS else random.choice((0, 0, 1))
    return Truth(
        order=order, line=line, problem=problem, count=count, unit=unit, whole=whole,
        wish=random.choice(list(WISHES)), photos=photos,
    )  # fmt: skip


def number(random: Random, count: int, unit: str) -> str:
    """Write a count in digits or Chinese numerals."""
    return random.choice((str(count), NUMERALS[count])) + unit


@dataclass(slots=True)
class Customer:
    """One customer with one matter: says the facts in pieces, and checks what is asked."""

    seed: int
    world: World
    truth: Truth
    random: Random
    bound: bool
    account: str = ""
    given: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    sent: list[tuple[str, str]] = field(default_factory=list)  # (key, text) of texts, for second deliveries
    log: list[str] = field(default_factory=list)
    heard: int = 0
    files: int = 0
    secrets: Secrets | None = None
    door: Any = None

    # what is to be said

    def facts(self) -> list[list[Piece]]:
        """Return the four facts, each as one piece or several that keep their order."""
        return [self.order(), self.problem(), self.wish(), self.proof()]

    def order(self) -> list[Piece]:
        order, random = self.truth.order, self.random
        name = random.choice((order.order_no, order.order_no.lower(), f"{order.participate_no}号单"))
        if self.bound:
            return [Piece(name, gives=("order",))]
        tail = f"尾号{order.buyer_phone[-4:]}"
        if random.random() < 0.5:
            return [Piece(f"{name} {tail}", gives=("order",))]
        pieces = [Piece(name), Piece(tail)]
        random.shuffle(pieces)
        pieces[-1].gives = ("order",)
        return pieces

    def problem(self) -> list[Piece]:
        truth, random = self.truth, self.random
        words, count = random.choice(PROBLEMS[truth.problem]), number(random, truth.count, truth.unit)
        item = truth.line.item.split()[0]
        shape = random.randint(0, 3)
        if shape == 0:
            sign = "，有" if truth.problem == "quality_other" else ""
            return [Piece(f"{item}{words}{sign}{count}", gives=("item", "problem", "quantity"))]
        if shape == 1:
            return [Piece(f"{item}{words}", gives=("item", "problem")), Piece(count, gives=("quantity",))]
        if shape == 2:
            return [Piece(f"有{count}{item}{words}", gives=("item", "problem", "quantity"))]
        return [Piece(item, gives=("item",)), Piece(f"有{count}{words}", gives=("problem", "quantity"))]

    def wish(self) -> list[Piece]:
        return [Piece(self.random.choice(WISHES[self.truth.wish]), gives=("wish",))]

    def proof(self) -> list[Piece]:
        pieces, left = [], self.truth.photos
        while left:
            some = self.random.randint(1, left)
            pieces.append(Piece(photos=some, gives=("photos",)))
            left -= some
        return pieces

    def plan(self) -> list[Piece]:
        """Lay the pieces out: shuffled, some joined, some said wrongly first, some interrupted."""
        random = self.random
        queues = [list(pieces) for pieces in self.facts() if pieces]
        pieces: list[Piece] = []
        while queues:
            queue = random.choice(queues)
            pieces.append(queue.pop(0))
            queues = [one for one in queues if one]
        pieces = self._slips(pieces)
        pieces = list(self._joined(pieces))
        for extra in ("again", "sticker", "talk", "old submit", "restart", "cancel"):
            if random.random() < 0.25:
                pieces.insert(random.randint(1, len(pieces)), Piece(do=extra, joins=False))
        return pieces

    def _slips(self, pieces: list[Piece]) -> list[Piece]:
        """Say a fact wrongly and put it right, once all of it was said."""
        random, truth = self.random, self.truth
        if truth.whole > 1 and random.random() < 0.3:
            other = random.choice([n for n in range(1, min(truth.whole, 10) + 1) if n != truth.count])
            self.truth, right = replace(truth, count=other), Piece("", joins=False)
            right.text = random.choice(("不对，是{}", "说错了，是{}", "改成{}")).format(
                number(random, other, truth.unit)
            )
            at = max(place for place, piece in enumerate(pieces) if "quantity" in piece.gives)
            # once the order is known: before it nobody can tell what a count is of
            at = max(at, max(place for place, piece in enumerate(pieces) if "order" in piece.gives))
            pieces.insert(random.randint(at + 1, len(pieces)), right)
        if random.random() < 0.3:
            wish = "resend" if self.truth.wish == "refund" else "refund"
            self.truth = replace(self.truth, wish=wish)
            said = random.choice(WISHES[wish])
            right = Piece(
                random.choice(("还是{}吧", "改成{}", "不对，{}")).format(said.lstrip("我帮想要申请") or said),
                joins=False,
            )
            at = max(place for place, piece in enumerate(pieces) if "wish" in piece.gives)
            pieces.insert(random.randint(at + 1, len(pieces)), right)
        return pieces

    def _joined(self, pieces: list[Piece]) -> Iterator[Piece]:
        held: Piece | None = None
        for piece in pieces:
            if held and held.text and piece.text and held.joins and piece.joins and self.random.random() < 0.3:
                sign = self.random.choice(("，", " ", "。", "\n"))
                held = Piece(held.text + sign + piece.text, gives=(*held.gives, *piece.gives))
                continue
            if held:
                yield held
            held = piece
        if held:
            yield held

    # saying it

    def talk(self) -> None:
        """Say everything, confirm, and check what was stored. Raises Failed."""
        self.account = f"c{self.seed}"
        self.door = Direct(self.world)
        if self.bound:
            self.world.bind(self.account, self.truth.order.buyer_phone, self.truth.order.buyer_name)
        for piece in self.plan():
            if piece.do:
                self._disturb(piece.do)
            else:
                self._say(piece)
            self._look()
        self._wait(20)
        self._look()
        self._confirm()
        self._check()

    def _say(self, piece: Piece) -> None:
        self.given |= set(piece.gives)
        self.log.append(f"C {piece.text or f'[{piece.photos} photos]'}")
        if piece.text:
            self.said.append(piece.text)
            self.sent.append((self.door.text(self.account, piece.text), piece.text))
        else:
            refs = []
            for _ in range(piece.photos):
                self.files += 1
                kind = self.random.choice(("good", "good", "good", "slow"))
                refs.append(("photo", f"{kind}:{self.seed}.{self.files}"))
            self.door.files(self.account, refs)
        self._wait(self.random.choice((0.4, 1.0, 3.0, 6.0, 20.0)))

    def _disturb(self, what: str) -> None:
        self.log.append(f"- {what}")
        if what == "again" and self.sent:
            key, text = self.random.choice(self.sent)
            self.door.text(self.account, text, key=key)
        elif what == "sticker":
            self.door.sticker(self.account)
        elif what == "talk":
            words = self.random.choice(SMALL_TALK)
            self.said.append(words)
            self.door.text(self.account, words)
        elif what == "old submit":
            taps = [
                tap for one in self.world.phones[self.account] for _, tap in one.buttons if tap.startswith("submit")
            ]
            claim = self._draft()
            old = [tap for tap in taps if not claim or f":{claim.revision}@" not in tap]
            if old:
                self.door.tap(self.account, self.random.choice(old))
        elif what == "restart":
            self.world.restart()
        elif what == "cancel" and self._draft():
            self.door.text(self.account, "取消")
            self._wait(self.random.choice((1.0, 5.0)))
            self.door.text(self.account, "继续")
        self._wait(self.random.choice((0.5, 4.0)))

    def _wait(self, seconds: float) -> None:
        self.world.until(self.world.now + timedelta(seconds=seconds))

    def _look(self) -> None:
        """Check what was asked: nothing that was given; and how it was said."""
        new = self.world.phones[self.account][self.heard :]
        self.heard += len(new)
        for message in new:
            self.log.append(f"B {message.text} {[label for label, _ in message.buttons]}")
            if wrong := faults(message.text):
                raise self._failed(f"{wrong}")
            if self.secrets:
                phones = [self.truth.order.buyer_phone]
                if told := self.secrets.told(message.text, phones=phones, said="\n".join(self.said)):
                    raise self._failed(f"tells {told}")
        claim = self._draft()
        if new and claim and claim.asked and claim.asked.slot in self.given and claim.asked.slot != "confirm":
            raise self._failed(f"asks for {claim.asked.slot} again")
        if self._tickets():
            raise self._failed("a ticket before the customer confirmed")

    def _draft(self) -> claims.Claim | None:
        talk = claims.from_json(self._row().talk)
        return next((one for one in talk.claims if one.id == talk.current and not one.dropped), None)

    def _row(self) -> Any:
        with self.world.write() as tx:
            return tx.execute(select(t.conversations).where(t.conversations.c.account == self.account)).one()

    def _tickets(self) -> list[Any]:
        number = self._row().id
        with self.world.write() as tx:
            return list(tx.execute(select(t.tickets).where(t.tickets.c.conversation_id == number)))

    def _confirm(self) -> None:
        buttons = [b for one in self.world.phones[self.account] for b in one.buttons if b[1].startswith("submit")]
        if not buttons:
            raise self._failed("nothing to confirm")
        ways: list[Callable[[], str]] = [
            lambda: self.door.tap(self.account, buttons[-1][1]),
            lambda: self.door.text(self.account, "提交"),
            lambda: self.door.text(self.account, "1"),
            lambda: self.door.text(self.account, "对的"),
        ]
        self.random.choice(ways)()
        self._wait(12)
        # nothing said a second time makes a second ticket
        self.door.tap(self.account, buttons[0][1])
        self._wait(3)

    def _check(self) -> None:
        truth, tickets = self.truth, self._tickets()
        for message in self.world.phones[self.account][self.heard :]:
            self.log.append(f"B {message.text}")
        if len(tickets) != 1:
            raise self._failed(f"{len(tickets)} tickets")
        ticket = tickets[0]
        with self.world.write() as tx:
            lines = list(tx.execute(select(t.ticket_lines).where(t.ticket_lines.c.ticket_no == ticket.no)))
            photos = list(tx.execute(select(t.evidence).where(t.evidence.c.ticket_no == ticket.no)))
        found = [
            (
                line.order_line_no,
                line.problem,
                line.share,
                line.wish,
                line.wish_amount if line.wish == "refund" else None,
            )
            for line in lines
        ]
        share = str(Fraction(truth.count, truth.whole))
        wanted = [(truth.line.line_no, truth.problem, share, truth.wish, truth.amount)]
        if found != wanted:
            raise self._failed(f"filed {found}, wanted {wanted}")
        if ticket.order_no != truth.order.order_no or not ticket.filed_at or ticket.raised:
            raise self._failed(f"{ticket.order_no} filed {ticket.filed_at} raised {ticket.raised} {ticket.why}")
        if len(photos) != truth.photos or any(one.state != "stored" for one in photos):
            raise self._failed(f"{len(photos)} photos, wanted {truth.photos}")
        if any(not claim.dropped for claim in claims.from_json(self._row().talk).claims):
            raise self._failed("a draft is left over")

    def _failed(self, why: str) -> Failed:
        talk = "\n".join(self.log)
        truth = self.truth
        return Failed(
            f"seed {self.seed}: {why}\n{truth.order.order_no} {truth.line.item} {truth.problem} "
            f"{truth.count}/{truth.whole}{truth.unit} {truth.wish}\n{talk}"
        )


def plain_orders() -> list[Order]:
    """Return the orders of the sample file without anything that calls a person by itself."""
    found = orders_of(DATA / "g0612.csv")
    special = {"infant", "elderly", "senior", "live"}
    day = START.date()
    return [
        order
        for order in found
        if not any(special & set(line.tags) for line in order.lines)
        and order.delivered_at
        and order.delivered_at.astimezone(ZONE).date() == day
        and len({o.order_no for o in found if o.buyer_phone == order.buyer_phone}) == 1
    ]


def play(seeds: range, url: str = "sqlite://", together: int = 20) -> list[str]:
    """Play one talk for each seed, some of them in one house; give what failed."""
    orders, failures = plain_orders(), []
    secrets = Secrets(orders_of(DATA / "g0612.csv"))
    for first in seeds[::together]:
        world = World(url if url == "sqlite://" else f"{url}{first}.db", START, seed=first)
        world.begin(preset(), orders_of(DATA / "g0612.csv"))
        for seed in range(first, min(first + together, seeds.stop)):
            random = Random(seed)
            customer = Customer(seed, world, draw(random, orders), random, bound=random.random() < 0.5, secrets=secrets)
            forget_tickets(world)
            try:
                customer.talk()
            except Failed as failed:
                failures.append(str(failed))
        world.close()
    return failures


def forget_tickets(world: World) -> None:
    """Take earlier tickets away, so that a second claim on the same order line is a claim of its own."""
    with world.write() as tx:
        for table in (t.evidence, t.clocks, t.events, t.complainants, t.ticket_lines, t.tickets, t.outbox, t.mailboxes):
            tx.execute(table.delete())

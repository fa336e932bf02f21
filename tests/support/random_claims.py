"""Claims on orders that nobody has seen before: invented goods, units, specs and prices, in a file of their own."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

from plain_speech import faults
from playing import Direct, World, orders_of, preset
from random_talks import NUMERALS, START, Failed
from sqlalchemy import select

from handlers.claims import claim as claims
from storage import tables as t
from storage.orders import Order, OrderLine

# syllables of brands, places, flavours and shapes that no word table knows as goods
FIRST = (
    "云岭",
    "青禾",
    "霜塔",
    "暮川",
    "雁栖",
    "栗坞",
    "鹿鸣",
    "溪谷",
    "沐原",
    "朝露",
    "白屿",
    "岚山",
    "柚见",
    "星野",
    "北麓",
)
SECOND = ("脆脆", "软心", "手撕", "慢烘", "石磨", "初雪", "双拼", "原味", "冷泡", "炭烤")
THIRD = ("薄片", "圈圈", "团子", "方砖", "小点", "卷卷", "冻冻", "酥条", "球球", "墩墩")
ENGLISH = (("Marlow", "Tundra", "Quillon", "Bexley", "Orrin"), ("Crisps", "Bites", "Nibbles", "Twists", "Puffs"))
UNITS = ("盒", "包", "袋", "罐", "瓶", "份", "件", "桶")
SPECS = ("250g", "1.2kg", "80g", "900g", "3L", "500ml", "大号", "12枚", "20片", "8只")
WORDS = {
    "quality_spoiled": ("坏了", "烂了", "发霉了", "变质了", "臭了"),
    "damaged_package": ("破了", "摔破了", "压坏了", "漏了", "碎了"),
    "shortage_missing": ("少了", "少发了", "漏发了", "缺了"),
    "quality_other": ("不新鲜，有", "不好吃，有", "口感很差，有"),
    "not_as_described": ("和描述不符，有", "与图片不符，有", "和宣传的不一样，有"),
    "expired": ("过期了，有",),
    "wrong_item": ("发错货了，发成了别的，有",),
    "foreign_object": ("里有根头发", "里面有头发"),
    "illness": ("吃了拉肚子", "吃完上吐下泻"),
    "not_received": ("整单都没收到", "整单货没有收到"),
    "late": ("送货太晚了", "配送晚了三个小时"),
    "service_attitude": ("客服态度很差", "你们客服态度恶劣"),
    "other": (),
}
OF_ITEMS = (
    "quality_spoiled",
    "damaged_package",
    "shortage_missing",
    "quality_other",
    "not_as_described",
    "expired",
    "wrong_item",
)
WISHES = {
    "refund": "退款",
    "resend": "补发",
    "compensation": "优惠券补偿",
    "apology": "道歉",
    "explanation": "说明情况",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One claim as it is meant."""

    order: Order
    line: OrderLine
    problem: str
    words: str
    count: int
    wish: str

    @property
    def amount(self) -> int | None:
        """Return the refund in 分."""
        if self.wish != "refund":
            return None
        if self.problem == "not_received":
            return sum(line.paid for line in self.order.lines)
        return int(Fraction(self.line.paid) * self.count / int(self.line.quantity) + Fraction(1, 2))


def write_orders(file: Path, random: Random, many: int) -> tuple[Order, ...]:
    """Write an order file and read it as the importer does."""
    columns = (
        "order_no,activity_no,participate_no,site_no,buyer_name,buyer_phone,delivered_at,"
        "line_no,item,spec,quantity,unit,unit_price,paid"
    )
    with file.open("w", encoding="utf-8", newline="") as target:
        sheet = csv.writer(target)
        sheet.writerow(columns.split(","))
        for place in range(many):
            shape = random.choice(("KT260612-{:04d}", "20260612-{:04d}"))
            head = (
                shape.format(4000 + place),
                "G0612",
                str(400 + place),
                "Z77",
                f"买家{place:04d}",
                f"18{random.randrange(10**9):09d}",
            )
            names = _names(random, random.randint(1, 4))
            for number, name in enumerate(names, 1):
                count, price = random.randint(1, 9), random.randint(150, 9999)
                money = f"{price / 100:.2f}", f"{price * count / 100:.2f}"
                goods = (name, random.choice(SPECS), count, random.choice(UNITS))
                sheet.writerow((*head, "2026-06-12T17:30:00", number, *goods, *money))
    return orders_of(file)


def _names(random: Random, many: int) -> list[str]:
    """Invent goods of one order that share no word."""
    firsts, seconds, thirds = random.sample(FIRST, many), random.sample(SECOND, many), random.sample(THIRD, many)
    brands, kinds = random.sample(ENGLISH[0], many), random.sample(ENGLISH[1], many)
    names = []
    for place in range(many):
        shape = random.randint(0, 3)
        two, three = firsts[place] + thirds[place], firsts[place] + seconds[place] + thirds[place]
        names.append((two, three, f"{brands[place]} {kinds[place]}", f"{two} {kinds[place]}")[shape])
    return names


def draw(random: Random, order: Order, problem: str) -> Matter:
    """Draw a claim of this problem type on an order."""
    line = random.choice(order.lines)
    allowed = [wish for wish in preset().problems[problem].remedies if wish in WISHES]
    return Matter(
        order=order, line=line, problem=problem, words=random.choice(WORDS[problem] or ("",)),
        count=random.randint(1, int(line.quantity)), wish=random.choice(allowed),
    )  # fmt: skip


def utter(random: Random, matter: Matter) -> str:
    """Say the claim in one message, the order number before or behind."""
    count = random.choice((str(matter.count), NUMERALS[matter.count])) + matter.line.unit
    if matter.problem in OF_ITEMS:
        words = f"{matter.line.item}{matter.words}{count}"
    elif matter.problem in ("foreign_object", "illness"):
        words = f"{matter.line.item}{matter.words}"
    else:
        words = matter.words or f"{matter.line.item}有点别的事"
    parts = [matter.order.order_no, words]
    if random.random() < 0.5:
        parts.reverse()
    return random.choice((" ", "，", "\n")).join(parts)


def claim(world: World, account: str, random: Random, matter: Matter) -> None:
    """Bring one claim forward, answer what is asked, and check what was stored. Raises Failed."""
    talk = _Talk(world, account, matter)
    world.bind(account, matter.order.buyer_phone, matter.order.buyer_name)
    talk.says(utter(random, matter))
    for _ in range(6):
        if talk.row("tickets") and (matter.problem == "illness" or talk.row("tickets")[0].filed_at):
            break
        talk.answers(talk.asked())
    talk.check()


class _Talk:
    def __init__(self, world: World, account: str, matter: Matter) -> None:
        self.world, self.account, self.matter = world, account, matter
        self.door, self.log, self.heard, self.asks = Direct(world), list[str](), 0, list[str]()

    def says(self, text: str) -> None:
        self.log.append(f"C {text}")
        self.door.text(self.account, text)
        self.world.until(self.world.now + timedelta(seconds=3))
        self._hear()

    def _hear(self) -> None:
        new = self.world.phones[self.account][self.heard :]
        self.heard += len(new)
        for message in new:
            self.log.append(f"B {message.text} {[label for label, _ in message.buttons]}")
            if wrong := faults(message.text):
                raise self.failed(str(wrong))

    def asked(self) -> claims.Asked | None:
        talk = claims.from_json(self.row("conversations")[0].talk)
        current = talk.claim(talk.current)
        return current.asked if current else None

    def answers(self, asked: claims.Asked | None) -> None:
        matter, slot = self.matter, asked.slot if asked else ""
        self.asks.append(slot)
        if slot == "photos":
            self.log.append("C [photo]")
            self.door.files(self.account, [("photo", f"good:{self.account}")])
            self.world.until(self.world.now + timedelta(seconds=3))
            self._hear()
            return
        words = {
            "wish": WISHES[matter.wish], "confirm": "提交", "item": matter.line.item, "received": "另一种小点心",
            "problem": preset().label(matter.problem, "zh"), "quantity": f"{matter.count}{matter.line.unit}",
            "detail": "多收了两块钱包装费",
        }.get(slot)  # fmt: skip
        if words is None:
            raise self.failed(f"asks for {slot or 'nothing'}")
        self.says(words)

    def row(self, table: str) -> list[Any]:
        with self.world.write() as tx:
            talk = tx.execute(select(t.conversations).where(t.conversations.c.account == self.account)).one()
            if table == "conversations":
                return [talk]
            return list(tx.execute(select(t.tickets).where(t.tickets.c.conversation_id == talk.id)))

    def check(self) -> None:
        matter, tickets = self.matter, self.row("tickets")
        if len(tickets) != 1 or tickets[0].order_no != matter.order.order_no:
            raise self.failed(f"tickets on {[one.order_no for one in tickets]}")
        with self.world.write() as tx:
            lines = list(tx.execute(select(t.ticket_lines).where(t.ticket_lines.c.ticket_no == tickets[0].no)))
        found = [(one.order_line_no, one.problem, one.share, one.wish, one.wish_amount) for one in lines]
        share = str(Fraction(matter.count, int(matter.line.quantity)))
        wish, amount = (matter.wish, matter.amount) if matter.problem != "illness" else ("", None)
        if matter.problem in OF_ITEMS:
            wanted: list[tuple[int | None, str, str, str, int | None]]
            wanted = [(matter.line.line_no, matter.problem, share, wish, amount)]
        elif matter.problem in ("foreign_object", "illness", "other"):
            wanted = [
                (
                    matter.line.line_no,
                    matter.problem,
                    found[0][2] if found else "",
                    wish,
                    found[0][4] if found else None,
                )
            ]
        else:
            whole = matter.problem == "not_received" and len(matter.order.lines) == 1
            wanted = [(1 if whole else None, matter.problem, "1" if whole else "", wish, amount)]
        if found != wanted:
            raise self.failed(f"filed {found}, wanted {wanted}")
        repeated = [slot for slot in self.asks if self.asks.count(slot) > 1]
        if repeated:
            raise self.failed(f"asked twice: {repeated}")

    def failed(self, why: str) -> Failed:
        matter = self.matter
        goods = " | ".join(f"{line.item} {line.spec} x{line.quantity:g}{line.unit}" for line in matter.order.lines)
        return Failed("\n".join([f"{self.account}: {why}", f"{matter.order.order_no}: {goods}", *self.log]))


def play(folder: Path, seed: int, many: int) -> list[str]:
    """Bring `many` claims forward on one random order file; give what failed."""
    random = Random(seed)
    orders = write_orders(folder / f"orders{seed}.csv", random, many)
    world = World("sqlite://", START, seed=seed)
    world.begin(preset(), orders)
    problems = [list(WORDS)[place % len(WORDS)] for place in range(many)]
    failures = []
    for place, (order, problem) in enumerate(zip(orders, problems, strict=True)):
        try:
            claim(world, f"s{seed}n{place}", random, draw(random, order, problem))
        except Failed as failed:
            failures.append(str(failed))
    world.close()
    return failures

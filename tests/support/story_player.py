"""Plays a story line by line, with a restart between all lines, and checks what must hold."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import story_accounting
import story_shop
from plain_speech import Secrets, faults
from playing import DATA, ZONE, Direct, Seen, World, orders_of, policy_with
from playing_desk import STAFF, Group
from sqlalchemy import select
from story_lines import Step, Story

from handlers.claims import claim as claims
from storage import conversations, people
from storage import events as log
from storage import tables as t

CJK = re.compile(r"[㐀-鿿]")
MOMENT = timedelta(milliseconds=1)
AFTERWARDS = timedelta(seconds=30)
MEDIA = re.compile(r"\[(photo|video|voice|document|sticker|place)([^\]]*)\]")
SHEET = re.compile(r"\[sheet (\S+)\] ?(.*)", re.DOTALL)
CAPTION = re.compile(r"\s*\[says (.+)\]$")
KINDS = {"photo", "video", "voice", "document"}


class Broken(AssertionError):
    """Something that a story says does not hold."""


class Play:
    """One story under way."""

    def __init__(self, story: Story, folder: Path, url: str = "") -> None:
        self.story, self.folder = story, folder
        self.begun = datetime.fromisoformat(story.head["now"][0]).replace(tzinfo=ZONE)
        self.orders = orders_of(DATA / story.head.get("orders", ["g0612.csv"])[0])
        self.world = World(url or f"sqlite:///{folder}/story.db", self.begun)
        self.world.channel = story.head.get("channel", ["telegram"])[0]
        self.desk = self.world.desk = Group(self.world)
        self.door = Direct(self.world)
        self.secrets = Secrets(self.orders)
        self.said: dict[str, str] = {}
        self.own: dict[str, set[str]] = {}
        self.keys: dict[str, tuple[str, str]] = {}
        self.files = 0
        self.numbers: list[str] = []
        self.heard: dict[str, int] = {}
        self.answer = ""
        self.relayed: set[str] = set()  # what the staff wrote word for word
        self.world.begin(policy_with(folder, _toml(story.head.get("policy", []))), self.orders)
        self.desk.join()
        if "order_system" in story.head:
            self.world.shop = story_shop.Shop(self.world)
            self.world.shop.way = story.head["order_system"][0]
        self._people()

    def _people(self) -> None:
        for who in self.story.head.get("bound", []):
            name, _, number = who.partition(" ")
            phones = [o.buyer_phone for o in self.orders if o.buyer_name == name and number in ("", o.order_no)]
            self.world.bind(name, phones[0], name)
            self.own[name] = {phones[0]}
        for who in self.story.head.get("leader", []):
            name, *sites = who.split()
            with self.world.write() as tx:
                leader = people.add_leader(tx, name, sites, None, self.world.now)
                talk = conversations.open_(tx, self.world.channel, name, name=name, now=self.world.now)
                people.lead(tx, talk.id, leader.id, self.world.now)
            self.own[name] = {order.buyer_phone for order in self.orders if order.site_no in sites}
        for who in self.story.head.get("belongs", []):
            # not bound yet, but the phone is theirs: what they are told after the proof is no leak
            name, _, number = who.partition(" ")
            self.own[name] = {o.buyer_phone for o in self.orders if o.buyer_name == name and number in ("", o.order_no)}

    def run(self) -> None:
        """Play the whole story. Raises Broken with the place and what was said instead."""
        with closing(self.world):
            self._play()
            assert self.world.audited() == []
            self._keeps_quiet()

    def _play(self) -> None:
        steps = self.story.steps
        for place, step in enumerate(steps):
            self.world.until(self.begun + step.at)
            self.world.restart()
            self.heard = {who: len(seen) for who, seen in self.world.phones.items()}
            posted = {id(one) for one in self.desk.posted}
            who = self._do(step)
            self._count()
            last = place + 1 == len(steps)
            end = step.at + AFTERWARDS if last else steps[place + 1].at - MOMENT
            self.world.until(max(self.begun + end, self.world.now))
            self._count()
            self._listen()
            for number, want in step.wants:
                if not self._holds(want, who, step, posted):
                    told = "\n".join(f"    {one.text} {[label for label, _ in one.buttons]}" for one in self._new(who))
                    line = f"{self.story.name}:{number}: > {want}\n  after: {step.deed}"
                    raise Broken(f"{line}\n  {who} heard:\n{told}\n  staff was told: {self.answer}")

    def _keeps_quiet(self) -> None:
        """Raise Broken if the group could read a buyer's phone, or rows that were given up or metrics hold one."""
        phones = {
            order.buyer_phone for order in self.orders if len(order.buyer_phone) > 6 and "*" not in order.buyer_phone
        }
        read = {"the group": [one.text for one in self.desk.posted], "rows": self.world.left_behind()}
        for where, texts in read.items():
            if found := next((text for text in texts if any(phone in text for phone in phones)), ""):
                raise Broken(f"{self.story.name}: {where} may read a whole phone number: {found}")

    # deeds

    def _do(self, step: Step) -> str:
        deed = step.deed
        if deed in ("nothing happens", "time passes"):
            return ""
        if found := re.fullmatch(
            r"(A1|A2|S) (taps|replies to (?:question|card|relay)|replies|types)(?: on (\d+))?:? (.+)", deed
        ):
            return self._staff(*found.groups())
        if found := re.fullmatch(f"order system ({'|'.join(story_shop.WAYS)})", deed):
            assert self.world.shop
            self.world.shop.way = found[1]
            return ""
        if deed == "accounting exports":
            self.answer = story_accounting.exports(self.world, self.folder)
            return ""
        if deed.startswith("accounting imports: "):
            row = self._named(deed.removeprefix("accounting imports: "))
            self.answer = story_accounting.imports(self.world, self.folder, row)
            return ""
        if found := re.fullmatch(r"(\S+) taps (old )?(.+)", deed):
            who, old, label = found.groups()
            self.keys[who] = ("tap", self.door.tap(who, self._button(who, label, old=bool(old))))
            return who
        if found := re.fullmatch(r"(\S+) (?:repeats|is delivered again)", deed):
            _, key = self.keys[found[1]]
            self.door.text(found[1], "the same key counts, whatever is in it", key=key)
            return found[1]
        who, _, text = deed.partition(": ")
        self._says(who, text)
        return who

    def _says(self, who: str, text: str) -> None:
        text = text.replace("⏎", "\n")
        text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
        if found := re.fullmatch(r"(.+) \(x(\d+)\)", text):
            text = found[1] * int(found[2])
        self.said[who] = self.said.get(who, "") + "\n" + text
        if found := SHEET.fullmatch(text):
            self._sends_sheet(who, *found.groups())
            return
        media = [(kind, words.split()) for kind, words in MEDIA.findall(text)]
        words = MEDIA.sub("", text).strip()
        if not media:
            self.keys[who] = ("text", self.door.text(who, words))
            return
        kind, about = media[0]
        if kind == "sticker":
            self.door.sticker(who)
        elif kind == "place":
            self.door.other(who)
        else:
            many = next((int(word[1:]) for word in about if re.fullmatch(r"x\d+", word)), 1)
            seconds = next((int(word[:-1]) for word in about if re.fullmatch(r"\d+s", word)), None)
            album = about[about.index("album") + 1] if "album" in about else ""
            how = next((w for w in about if not re.fullmatch(r"x\d+|\d+s|album", w) and w != album), "good")
            refs = []
            for _ in range(many):
                self.files += 1
                refs.append((kind, f"{how}:{self.files}"))
            self.keys[who] = ("media", self.door.files(who, refs, text=words, album=album, seconds=seconds))

    def _sends_sheet(self, who: str, name: str, content: str) -> None:
        """Send a file: its rows line by line with | between cells, or how it is bad; words with it in [says ...]."""
        words = CAPTION.search(content)
        ref = f"{name}:{CAPTION.sub('', content)}"
        said = words[1] if words else ""
        self.keys[who] = ("media", self.door.files(who, [("document", ref)], text=said, name=name))

    def _button(self, who: str, label: str, *, old: bool) -> str:
        seen = self.world.phones[who]
        for message in seen if old else reversed(seen):
            for text, tap in message.buttons:
                if label in text:
                    return tap
        raise Broken(f"{self.story.name}: {who} has no button {label!r}")

    def _staff(self, who: str, verb: str, ticket: str | None, words: str) -> str:
        no = self.numbers[int(ticket) - 1] if ticket else ""
        words = self._named(words)
        if verb == "taps":
            told = self.desk.taps(who, words, no)
        elif verb == "types":
            told = self.desk.types(who, words)
        else:
            told = self.desk.replies(who, words, no, verb.removeprefix("replies").removeprefix(" to ").strip())
            self.relayed.add(words)
        self.answer = told.text
        return who

    # what came of it

    def _count(self) -> None:
        with self.world.write() as tx:
            found = tx.execute(select(t.tickets.c.no).order_by(t.tickets.c.created_at, t.tickets.c.no)).scalars()
            self.numbers += [no for no in found if no not in self.numbers]

    def _named(self, words: str) -> str:
        return re.sub(r"\{(\d+)\}", lambda found: self.numbers[int(found[1]) - 1], words)

    def _new(self, who: str) -> list[Seen]:
        return self.world.phones[who][self.heard.get(who, 0) :]

    def _listen(self) -> None:
        """Check every new sentence for its form and for what it gives away."""
        for who in list(self.world.phones):
            for message in self._new(who):
                relayed = message.text.startswith(tuple(f"{name}：" for _, name, _ in STAFF.values()))
                wrong = [] if relayed or message.text in self.relayed else faults(message.text)
                shown = " ".join([message.text, *(label for label, _ in message.buttons)])
                wrong += self.secrets.told(shown, phones=self.own.get(who, ()), said=self.said.get(who, ""))
                if wrong:
                    raise Broken(f"{self.story.name}: {who} was told\n    {message.text}\n  {wrong}")

    def _holds(self, want: str, who: str, step: Step, posted: set[int]) -> bool:
        want = self._named(want)
        if found := re.fullmatch(r"(\S+) (hears|does not hear) (.+)", want):
            text = "\n".join(one.text for one in self._new(found[1]))
            return (found[3] in text) == (found[2] == "hears")
        new = self._new(who)
        text = "\n".join(one.text for one in new)
        labels = [label for one in new for label, _ in one.buttons]
        simple: dict[str, Any] = {
            "silent": lambda _: not new,
            "says": lambda words: any(part.strip() in text for part in words.split(" | ")),
            "does not say": lambda words: words not in text + " ".join(labels),
            "replies": lambda words: _compare(len(new), words),
            "within": lambda words: (
                bool(new) and new[0].at - self.begun - step.at <= timedelta(seconds=float(words[:-1]))
            ),
            "button": lambda words: any(words in label for label in labels),
            "no button": lambda words: not any(words in label for label in labels),
            "buttons": lambda words: bool(new) and _compare(len(new[-1].buttons), words),
            "speaks English": lambda _: not CJK.search(self._without_items(text)),
            "tickets": lambda words: _compare(len(self.numbers), words),
            "drafts": lambda words: _compare(sum(not d.dropped for d in self._drafts(self._customer(who))), words),
            "board says": lambda words: words in self._posted("board"),
            "board does not say": lambda words: words not in self._posted("board"),
            "desk says": lambda words: words in self._fresh(posted),
            "desk does not say": lambda words: words not in self._fresh(posted),
            "is told": lambda words: words in self.answer,
            "order system took": lambda words: self.world.shop and _compare(len(self.world.shop.took), words),
            "bound": lambda _: self._bound(who),
            "not bound": lambda _: not self._bound(who),
        }
        for verb in sorted(simple, key=len, reverse=True):
            if want == verb or want.startswith(f"{verb} "):
                return bool(simple[verb](want[len(verb) :].strip()))
        return self._of_ticket(want)

    def _of_ticket(self, want: str) -> bool:
        found = re.fullmatch(r"(ticket|card|event|no event|events|clock) (\d+):? (.+)", want)
        if not found:
            raise Broken(f"{self.story.name}: what does this mean: > {want}")
        kind, place, words = found.groups()
        if int(place) > len(self.numbers):
            return False
        no = self.numbers[int(place) - 1]
        if kind == "card":
            card = next((one.text for one in self.desk.posted if one.kind == "card" and one.ticket_no == no), "")
            if words == "is not there":
                return not card
            if words.startswith("does not say "):
                return words.removeprefix("does not say ") not in card
            return words.removeprefix("says ") in card
        if kind == "clock":
            return self._clock(no, words)
        with self.world.write() as tx:
            happened = [event.kind for event in log.of_ticket(tx, no)]
        if kind == "events":
            name, _, many = words.partition(" ")
            return _compare(happened.count(name), many)
        if kind != "ticket":
            return (words in happened) == (kind == "event")
        facts = self._facts(no)
        wrong = {
            pair: facts.get(pair.partition("=")[0], "?")
            for pair in words.split()
            if str(facts.get(pair.partition("=")[0], "?")) != pair.partition("=")[2]
        }
        if wrong:
            raise Broken(f"{self.story.name}: ticket {place} is {facts}\n  wanted {wrong}\n  after: > {want}")
        return True

    def _clock(self, no: str, words: str) -> bool:
        name, what, value = words.split(" ", 2)
        with self.world.write() as tx:
            row = tx.execute(select(t.clocks).where(t.clocks.c.ticket_no == no, t.clocks.c.name == name)).first()
        if row is None:
            return what == "is" and value == "absent"
        found = {"due": row.due_at, "stopped": row.stopped_at, "started": row.started_at}[what]
        if found is None:
            return value == "never"
        if re.fullmatch(r"\d+:\d\d", value):
            minutes, seconds = value.split(":")
            return abs(found - self.begun - timedelta(minutes=int(minutes), seconds=int(seconds))) < timedelta(
                seconds=2
            )
        return bool(found.astimezone(ZONE).strftime("%m-%d %H:%M") == value)

    def _facts(self, no: str) -> dict[str, Any]:
        with self.world.write() as tx:
            ticket = tx.execute(select(t.tickets).where(t.tickets.c.no == no)).one()
            lines = tx.execute(
                select(t.ticket_lines).where(t.ticket_lines.c.ticket_no == no).order_by(t.ticket_lines.c.line)
            ).all()
            pieces = tx.execute(select(t.evidence).where(t.evidence.c.ticket_no == no)).all()
        facts = {
            "state": ticket.state, "severity": ticket.severity, "raised": "yes" if ticket.raised else "no",
            "filed": "yes" if ticket.filed_at else "no", "why": ticket.why, "order": ticket.order_no or "-",
            "owner": ticket.owner_name or "-", "lines": len(lines), "language": ticket.language,
            "photos": sum(one.kind == "photo" for one in pieces), "voices": sum(one.kind == "voice" for one in pieces),
            "sum": sum(line.wish_amount or 0 for line in lines), "special": ",".join(ticket.special) or "-",
            "warnings": ",".join(ticket.warnings) or "-", "words": len(ticket.said),
            "signals": ",".join(ticket.signals) or "-",
        }  # fmt: skip
        for line in lines:
            own = {
                "item": line.item.replace(" ", "_"), "problem": line.problem, "quantity": line.quantity,
                "unit": line.unit, "wish": line.wish,
                "amount": line.wish_amount, "granted": line.amount, "coupon": line.coupon, "remedy": line.remedy or "-",
                "line": line.state, "share": line.share, "order_line": line.order_line_no,
                "due": line.refund_due_at.astimezone(ZONE).strftime("%m-%d") if line.refund_due_at else "-",
            }  # fmt: skip
            own["quantity"] = str(Fraction(own["quantity"])) if own["quantity"] else ""
            facts |= {f"{line.line}.{name}": value for name, value in own.items()}
            if len(lines) == 1:
                facts |= own
        return facts

    def _customer(self, who: str) -> str:
        return who if who and who not in STAFF else next(iter(self.said))

    def _talk(self, who: str) -> Any:
        with self.world.write() as tx:
            return tx.execute(
                select(t.conversations).where(
                    t.conversations.c.channel == self.world.channel, t.conversations.c.account == who
                )
            ).one()

    def _drafts(self, who: str) -> tuple[claims.Claim, ...]:
        return claims.from_json(self._talk(who).talk).claims

    def _bound(self, who: str) -> bool:
        return self._talk(who).customer_id is not None

    def _posted(self, kind: str) -> str:
        return "\n".join(one.text for one in self.desk.posted if one.kind == kind)

    def _fresh(self, posted: set[int]) -> str:
        return "\n".join(
            " ".join([one.text, *(f"@{name}" for name in one.mentions)])
            for one in self.desk.posted
            if id(one) not in posted and one.kind != "board"
        )

    def _without_items(self, text: str) -> str:
        for order in self.orders:
            for line in order.lines:
                for word in (line.item, line.spec):
                    text = text.replace(word, "") if word else text
        return text


def _compare(number: int, words: str) -> bool:
    sign, _, value = words.rpartition(" ")
    wanted = int(value)
    return {"": number == wanted, "<=": number <= wanted, ">=": number >= wanted}[sign]


def _toml(lines: list[str]) -> str:
    """Turn "money.auto_approve_cap = 5" into the tables of a policy file."""
    tables: dict[str, list[str]] = {}
    for line in lines:
        key, _, value = line.partition("=")
        table, _, name = key.strip().rpartition(".")
        tables.setdefault(table, []).append(f"{name} = {value.strip()}")
    return "\n".join(f"[{table}]\n" + "\n".join(rows) for table, rows in tables.items())

"""Fetching evidence: read from its channel, examined in the worker process, stored, and reported to the talk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from bot.channels.base import Channel, Desk, Gone, TooBig, Unreachable
from bot.runtime.courier import strike
from bot.runtime.fair_share import Shares, Wait
from handlers.cases import fetched_evidence
from handlers.cases.pictures import label_codes, same_pictures
from handlers.cases.pictures.same_pictures import Looked
from handlers.context import TurnContext
from handlers.messages.models import Inbound, from_raw
from handlers.nlu.lists import sheet_header, sheet_rows
from handlers.policy import calendar
from handlers.tickets.photos import photo_signs
from handlers.turn import intake, parking
from media.guard import Closed, Examiner, NotStarted
from media.prints.values import Prints
from media.store import Keeper
from media.values import MAX_BYTES, MAX_TABLE, Refused
from storage import evidence, outbox
from storage.database import Tx
from storage.evidence import Evidence
from storage.outbox import Bundle, Outcome

TRIES = 300  # fetches of one piece, five minutes apart at last, before it counts as gone: about a day
LOOKED_AT = ("photo", "document")  # what goes to the worker
BESIDE = ("lines", "prints", "codes")  # of what was found: kept elsewhere, or passed on
SUFFIXES = {"voice": ".audio", "video": ".video", "document": ".bin"}


@dataclass(slots=True, kw_only=True)
class Fetcher:
    """Carries the outbox rows of kind fetch."""

    doors: Callable[[Evidence], Channel | Desk | None]
    read: Callable[[Callable[[Tx], Any]], Awaitable[Any]]
    do: Callable[[Callable[[Tx], Any]], Awaitable[Any]]
    context: Callable[[], TurnContext]
    clock: Callable[[], datetime]
    store: Keeper
    examiner: Examiner
    shares: Shares = field(default_factory=Shares)

    async def carry(self, bundle: Bundle) -> None:
        """Fetch one piece; record the result and pass it on in one transaction. Raises Unreachable to try again.

        One whose sender has enough in flight, or had enough within the hour, is put off.
        """
        number = int(bundle.mails[0].payload["evidence"])
        piece: Evidence | None = await self.read(lambda tx: evidence.get(tx, number))
        if piece is None:
            await self.do(lambda tx: self._book(tx, bundle, number, {"state": "gone"}))
            return
        wait = self.shares.enter(_account(piece), number)
        if wait is not None:
            await self.do(lambda tx: self._put_off(tx, bundle, piece, wait))
            return
        size = [0]
        try:
            found = await self._found(piece, bundle, size)
        finally:
            self.shares.leave(_account(piece), size[0])
        looked = await self._looked(piece, found)
        await self.do(lambda tx: self._book(tx, bundle, number, found, looked))

    async def _looked(self, piece: Evidence, found: Mapping[str, Any]) -> Looked:
        """Look up which photos show the same picture as a customer's, beside the writer."""
        taken = found.get("prints")
        if piece.side != "customer" or not isinstance(taken, Prints):
            return Looked()
        looked: Looked = await self.read(lambda tx: same_pictures.look_up(tx, piece, taken))
        return looked

    def _most(self, piece: Evidence) -> int:
        """Return how many bytes are fetched: from customers what the policy takes, from the staff all a door brings."""
        return self.context().policy.media.most(piece.kind) if piece.side == "customer" else MAX_BYTES

    def _put_off(self, tx: Tx, bundle: Bundle, piece: Evidence, wait: Wait) -> None:
        """Let a fetch come again later, which counts as no failure; tell a customer who sent too much, once an hour."""
        now = self.clock()
        again = now + timedelta(seconds=wait.seconds)
        outbox.settle(tx, Outcome(mailbox=bundle.mailbox, lease=bundle.lease, again=again, waits=True), now=now)
        if wait.tell and piece.side == "customer":
            fetched_evidence.tell_many(tx, piece.conversation_id, self.context())

    async def _found(self, piece: Evidence, bundle: Bundle, size: list[int]) -> Mapping[str, Any]:
        """Fetch a piece and look at it; its `size` in bytes is told as soon as it is there."""
        sheet = "sheet" in bundle.mails[0].payload
        labels = not sheet and await self.read(lambda tx: label_codes.wanted(tx, piece))
        look, limit = (self._read, MAX_TABLE) if sheet else (self._examine, self._most(piece))
        door = self.doors(piece)
        if door is None:
            raise Unreachable("its channel is not open", 30)
        try:
            data = await door.fetch(piece.ref, limit)
        except Gone:
            return {"state": "gone"}
        except TooBig:
            return {"state": "refused", "verdict": "too_big"}
        except (Unreachable, TimeoutError, OSError):
            if bundle.attempts + 1 >= TRIES:
                return {"state": "gone"}
            raise
        size[0] = len(data)
        try:
            if not sheet and piece.kind not in LOOKED_AT:
                return await asyncio.to_thread(look, piece.kind, data, False)
            async with self.shares.turn(_account(piece)):
                return await asyncio.to_thread(look, piece.kind, data, labels)
        except (Closed, NotStarted) as error:  # says nothing about the picture
            raise Unreachable(str(error), 5) from error

    def _examine(self, kind: str, data: bytes, labels: bool) -> Mapping[str, Any]:
        if not data:
            return {"state": "refused", "verdict": "empty"}
        if kind not in LOOKED_AT:
            return self._whole(data, SUFFIXES.get(kind, ".bin"))
        seen = self.examiner.examine(data, codes=labels)
        if isinstance(seen, Refused) and kind == "document" and seen.code == "not_a_picture":
            return self._whole(data, SUFFIXES["document"])
        if isinstance(seen, Refused):
            return {"state": "refused", "verdict": seen.code}
        return {
            "state": "stored",
            "kind": "photo",  # whatever its label said
            "verdict": seen.verdict,
            "media_key": self.store.put(seen.working, ".jpg"),
            "thumb_key": self.store.put(seen.thumbnail, ".jpg"),
            "sha256": seen.sha256,
            "width": seen.width,
            "height": seen.height,
            "signs": photo_signs.stored(seen.signs, calendar.zone(self.context().policy)),
            "prints": seen.prints,
            "codes": seen.codes,
        }

    def _whole(self, data: bytes, suffix: str) -> Mapping[str, Any]:
        """Keep a file that is no photo as it is."""
        return {"state": "stored", "media_key": self.store.put(data, suffix), "sha256": sha256(data).hexdigest()}

    def _read(self, _: str, data: bytes, _labels: bool) -> Mapping[str, Any]:
        """Read a leader's list; its rows are handed to the talk as `lines`, beside what is stored."""
        table = self.examiner.table(data, sheet_header.KNOWN)
        if isinstance(table, Refused):
            return {"state": "refused", "verdict": table.code, "lines": {"why": table.code, "kind": table.kind}}
        made = sheet_rows.take(table.rows)
        told = {
            "lines": made.lines,
            "names": made.names,
            "first": len(made.lines) if made.left else len(table.rows) if table.more else None,
            "silent": made.silent,
            "others": table.others,
            "pictures": table.pictures,
        }
        return {"state": "stored", "media_key": self.store.put(data, SUFFIXES["document"]), "lines": told}

    def _book(
        self, tx: Tx, bundle: Bundle, number: int, found: Mapping[str, Any], looked: Looked | None = None
    ) -> None:
        context = self.context()
        piece = evidence.get(tx, number)
        if piece and piece.state == "pending":
            judged = "verdict" if piece.verdict == evidence.REPLACED else "lines"
            row = {name: value for name, value in found.items() if name not in (*BESIDE, judged)}
            evidence.update_fetched(tx, number, at=context.now, **row)
            if looked and piece.side == "customer" and "prints" in found:
                same_pictures.record(tx, piece, found["prints"], looked)
            if piece.side == "customer":
                codes = found.get("codes", ())
                returned = _returned(piece, found, label_codes.order_no(tx, piece, codes) if codes else "", context)
                sheet = bundle.mails[0].payload.get("sheet")
                if sheet:
                    whole = _with_lines(returned, found, sheet)
                    parking.guarded(tx, from_raw(sheet), lambda: intake.turn(tx, whole, context), context)
                else:
                    intake.turn(tx, returned, context)
            fetched_evidence.examined(tx, number, context)
        strike(tx, bundle, now=context.now)


def _account(piece: Evidence) -> tuple[str, int]:
    return piece.side, piece.conversation_id


def _returned(piece: Evidence, found: Mapping[str, Any], order_no: str, context: TurnContext) -> Inbound:
    data = {
        "conversation": piece.conversation_id,
        "evidence": piece.id,
        "ticket": piece.ticket_no or "",
        "kind": found.get("kind", piece.kind),
        "album": piece.album,
        "state": found["state"],
        "verdict": found.get("verdict", ""),
    }
    if order_no:
        data["order"] = order_no
    return Inbound(
        key=f"fetched:{piece.id}", channel=piece.channel, account="", at=context.now, kind="fetched", data=data
    )


def _with_lines(returned: Inbound, found: Mapping[str, Any], sheet: Mapping[str, Any]) -> Inbound:
    """Let a list that was read enter as its sender's message, its lines after the words sent with it."""
    sent = from_raw(sheet)
    assert isinstance(sent, Inbound)
    told = dict(found.get("lines") or {"why": found.get("verdict") or found["state"]})
    made = sheet_rows.cut(sheet_rows.Lines(lines=[*sent.text.splitlines(), *told.pop("lines", ())]))
    told["first"] = len(made.lines) if made.left else told.get("first")
    data = {**returned.data, "sheet": told}
    return replace(sent, key=returned.key, account="", kind="fetched", text=made.text, data=data)

"""Who works in the group: administrators are supervisors, members are agents, all others are strangers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from telegram import ChatMember, ChatMemberUpdated
from telegram.error import BadRequest

from bot.desks.telegram.group import Group, Wait
from bot.desks.telegram.inbound import BOSSES, NAME, Reader, is_present
from storage import people
from storage.people import Member

LOG = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Staff:
    """The administrators as asked once and updated by changes; members as seen."""

    group: Group
    reader: Reader
    clock: Callable[[], datetime]
    leads: bool = False  # whether the bot is an administrator itself, and so hears of changes
    _members: set[str] = field(default_factory=set)

    async def load(self) -> None:
        """Ask for the administrators and record them, and those who no longer are. Raises Wait."""
        try:
            found = await self.group.call(self.group.bot.get_chat_administrators)
        except BadRequest as error:
            self.group.once("chat", "TELEGRAM_DESK_CHAT_ID names no group that the desk's bot is in (%s)", error)
            raise Wait(30.0, error.message) from None
        self.leads = any(member.user.id == self.reader.bot_id for member in found)
        self.reader.bosses = {str(member.user.id) for member in found if not member.user.is_bot}
        stamp = self.clock().isoformat()
        for member in found:
            if not member.user.is_bot:
                self._members.add(str(member.user.id))
                await self.group.house.act(self.reader.person(member.user, "joined", f"a:{member.user.id}:{stamp}"))
        await self._demote(stamp)

    async def look_again(self) -> None:
        """Ask who leads now: another process may have heard of a change. Raises Wait."""
        found = await self.group.call(self.group.bot.get_chat_administrators)
        self.reader.bosses = {str(member.user.id) for member in found if not member.user.is_bot}

    async def _demote(self, stamp: str) -> None:
        """Record as agents those who ceased to be administrators while the service did not run."""
        known: list[Member] = await self.group.house.read(lambda tx: people.staff_of(tx, NAME))
        for one in known:
            if one.role != "supervisor" or one.user_id in self.reader.bosses or not one.user_id.isdecimal():
                continue
            member = await self._ask(int(one.user_id))
            if member:
                kind = "joined" if is_present(member) else "left"
                await self.group.house.act(self.reader.person(member.user, kind, f"d:{one.user_id}:{stamp}"))

    async def _ask(self, user_id: int) -> ChatMember | None:
        try:
            return await self.group.call(lambda chat: self.group.bot.get_chat_member(chat, user_id))
        except (BadRequest, Wait) as error:
            LOG.info("member %d could not be asked for: %s", user_id, error)
            return None

    async def knows(self, user: str) -> bool:
        """Return whether someone is in the group; asked for once, then remembered."""
        if user in self._members:
            return True
        member = await self._ask(int(user))
        if member is not None and not is_present(member):
            return False
        self._members.add(user)  # whoever cannot be asked for tapped what only members see
        return True

    def seen(self, user: str, kind: str) -> bool:
        """Note who is here and who left; tell whether this one is new."""
        if kind == "left":
            self._members.discard(user)
            self.reader.bosses.discard(user)
            return False
        new = user not in self._members
        self._members.add(user)
        return new

    def own(self, change: ChatMemberUpdated) -> None:
        """Notice what the bot itself may do now."""
        member = change.new_chat_member
        self.leads = member.status in BOSSES
        if not is_present(member):
            LOG.error("the desk's bot was removed from its group; add it again")

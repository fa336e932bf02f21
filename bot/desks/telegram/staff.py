"""Who works in the group: administrators are supervisors, members are agents, all others are strangers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from telegram import ChatMember, ChatMemberUpdated
from telegram.error import BadRequest

from bot.desks.telegram.group import Group, Wait, says
from bot.desks.telegram.inbound import BOSSES, NAME, Reader, is_present
from storage import people
from storage.people import Member

LOG = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds that the platform gets to say whether someone is in the group
KNOWN_FOR = 600.0  # seconds for which a membership is believed while the bot hears of no changes
# the platform's words for someone who is not in the group; any other refusal says nothing about the person
MAKE_ADMIN = "make the desk's bot an administrator"
ABSENT = ("user not found", "member not found", "participant_id_invalid", "user_not_participant", "invalid user_id")


@dataclass(slots=True, kw_only=True)
class Staff:
    """The administrators as asked once and updated by changes; members as seen."""

    group: Group
    reader: Reader
    clock: Callable[[], datetime]
    leads: bool = False  # whether the bot is an administrator itself, and so hears of changes
    _members: dict[str, float] = field(default_factory=dict)  # user -> when the platform last said so
    _met: set[str] = field(default_factory=set)  # members recorded because they acted

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
                self._members[str(member.user.id)] = self.group.pace.now()
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
            if isinstance(member, ChatMember):
                kind = "joined" if is_present(member) else "left"
                await self.group.house.act(self.reader.person(member.user, kind, f"d:{one.user_id}:{stamp}"))

    async def _ask(self, user_id: int) -> ChatMember | bool | None:
        """Ask for a member; False for someone who is none, None when the platform does not tell."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.group.call(lambda chat: self.group.bot.get_chat_member(chat, user_id))
        except BadRequest as error:
            if says(error, *ABSENT):
                return False
            self.group.once("members", "the platform does not tell who is in the group (%s); %s", error, MAKE_ADMIN)
        except (Wait, TimeoutError) as error:
            LOG.warning("member %d could not be asked for: %r", user_id, error)
        return None

    async def knows(self, user: str) -> bool | None:
        """Return whether someone is in the group; None when that cannot be found out now: then nothing may be done.

        It is asked for once, then believed: until a change is told, or for a while where none would be.
        """
        asked = self._members.get(user)
        if asked is not None and (self.leads or self.group.pace.now() - asked < KNOWN_FOR):
            return True
        member = await self._ask(int(user))
        if member is None:
            return None
        if isinstance(member, bool) or not is_present(member):
            self._members.pop(user, None)
            return False
        self._members[user] = self.group.pace.now()
        return True

    def seen(self, user: str, kind: str) -> bool:
        """Record who came, acts or left; return whether this person is new."""
        if kind == "left":
            self._members.pop(user, None)
            self._met.discard(user)
            self.reader.bosses.discard(user)
            return False
        if kind == "joined":
            self._members[user] = self.group.pace.now()
        new = user not in self._met
        self._met.add(user)
        return new

    def own(self, change: ChatMemberUpdated) -> None:
        """Notice what the bot itself may do now."""
        member = change.new_chat_member
        self.leads = member.status in BOSSES
        if not is_present(member):
            LOG.error("the desk's bot was removed from its group; add it again")

"""Groups as people run them: who joins, leads and leaves, and the upgrade to a supergroup."""

from __future__ import annotations

from dataclasses import dataclass

from . import render
from .chats import ADMIN_RIGHTS as RIGHTS
from .chats import GroupChat, Member
from .values import Account, Json
from .world import World


@dataclass(slots=True, kw_only=True, eq=False)
class Group(GroupChat):
    """Who acts by default is the creator."""

    world: World

    @property
    def creator(self) -> Account:
        return next(each.account for each in self.members.values() if each.status == "creator")

    def add(self, who: Account, *, by: Account | None = None, quiet: bool = False) -> None:
        """Join; `quiet` for those who were there before the test began."""
        with self.world.bell.lock:
            old = render.member(self.member(who))
            self.members[who.id] = Member(account=who)
            if not quiet:
                self.world.member_changed(self, by or who, old, self.members[who.id])
                self.world.service(self, by or who, {"new_chat_members": [render.account(who)]})

    def promote(
        self, who: Account, title: str = "", *, anonymous: bool = False, quiet: bool = False, **rights: bool
    ) -> None:
        """Make an administrator with all the usual rights; name those that differ (`can_pin_messages=False`)."""
        if odd := set(rights) - set(RIGHTS):
            raise ValueError(f"no such rights: {', '.join(sorted(odd))}")
        new = Member(account=who, status="administrator", rights={**RIGHTS, **rights}, title=title, anonymous=anonymous)
        self._change(who, new, quiet=quiet)

    def demote(self, who: Account) -> None:
        self._change(who, Member(account=who))

    def hide(self, who: Account, anonymous: bool = True) -> None:
        """Let an administrator or the creator write anonymously."""
        self.members[who.id].anonymous = anonymous

    def remove(self, who: Account, *, kicked: bool = False) -> None:
        """Leave by themselves, or be thrown out."""
        with self.world.bell.lock:
            by = self.creator if kicked else who
            self._change(who, Member(account=who, status="kicked" if kicked else "left"), by=by)
            self.world.service(self, by, {"left_chat_member": render.account(who)})

    def upgrade(self) -> int:
        """Become a supergroup under a new id, which is returned; messages so far keep the old one."""
        with self.world.bell.lock:
            new_id = -1_001_000_000_000 - self.world.serial()
            creator = self.creator
            self.world.service(self, creator, {"migrate_to_chat_id": new_id})
            self.former_id, self.id, self.kind, self.last_message_id = self.id, new_id, "supergroup", 0
            self.world.groups[new_id] = self
            self.world.service(self, creator, {"migrate_from_chat_id": self.former_id})
            return new_id

    def make_forum(self, forum: bool = True) -> None:
        """Switch topics on or off, as an administrator does in the settings."""
        if self.kind == "group":
            self.upgrade()
        self.forum = forum

    def _change(self, who: Account, new: Member, *, by: Account | None = None, quiet: bool = False) -> None:
        with self.world.bell.lock:
            old: Json = render.member(self.member(who))
            self.members[who.id] = new
            if not quiet:
                self.world.member_changed(self, by or self.creator, old, new)

"""A small local server that speaks Telegram's Bot API, for tests."""

from .api import BotApi
from .bots import Bot
from .calls import Call, Violation
from .chats import Message, Tap
from .faults import Fault
from .groups import Group
from .origins import from_channel, from_group, from_hidden, from_user
from .pace import Breach, Pace
from .people import Person
from .values import Button, File

__all__ = [
    "Bot",
    "BotApi",
    "Breach",
    "Button",
    "Call",
    "Fault",
    "File",
    "Group",
    "Message",
    "Pace",
    "Person",
    "Tap",
    "Violation",
    "from_channel",
    "from_group",
    "from_hidden",
    "from_user",
]

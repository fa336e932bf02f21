"""Failures that may end a command, each as one sentence that says what to do."""

from __future__ import annotations

from bot.operations.installation import Exchanged
from bot.runtime.web import PortTaken
from handlers.policy.loader import PolicyError
from storage.database import DRIVER_ERRORS, Busy, DatabaseGone
from storage.migration import Broken, Newer
from storage.operations.audit import Foreign
from storage.operations.move import NotEmpty, NotPresent, Unlike
from storage.operations.schema import Unfit

MOVING = (NotEmpty, NotPresent, Unlike)
STATE = (Busy, DatabaseGone, Broken, Newer, Exchanged, Foreign, Unfit)
EXPECTED = (PortTaken, PolicyError, *STATE, *MOVING, *DRIVER_ERRORS, OSError, ValueError)


def sentence(failure: BaseException) -> str:
    """Return a failure as one sentence."""
    if isinstance(failure, DRIVER_ERRORS):
        why = " ".join(str(getattr(failure, "orig", None) or failure).split())
        return f"the database refused ({why}); check DATABASE_URL, the disk and the file's rights."
    if isinstance(failure, OSError) and failure.filename:
        return f"{failure.filename}: {failure.strerror}."
    if isinstance(failure, UnicodeError):
        return "what was given is not UTF-8; save it as UTF-8 and try again."
    return str(failure) or (type(failure).__doc__ or "").strip()

"""aiogram's models are built when they are used, and each of them can be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
LOOK = """
from bot.channels.telegram import session
from aiogram.types import PassportData, Update

assert not PassportData.__pydantic_complete__ and not Update.__pydantic_complete__
person = {"id": 1, "is_bot": False, "first_name": "Li"}
message = {"message_id": 5, "date": 1, "chat": {"id": 1, "type": "private"}, "from": person, "text": "2"}
first = {**message, "reply_to_message": message, "entities": [{"type": "bold", "offset": 0, "length": 1}]}
update = Update.model_validate({"update_id": 7, "message": first})
assert update.message.reply_to_message.from_user.first_name == "Li"
assert session.ASKED.__api_method__ == "post"  # a class of ours on one of aiogram's
assert Update.__pydantic_complete__ and not PassportData.__pydantic_complete__
"""
ALL = """
from bot.channels.telegram import channel
from aiogram import methods, types
from pydantic import BaseModel

models = [each for some in (types, methods) for each in vars(some).values()
          if isinstance(each, type) and issubclass(each, BaseModel)]
assert len(models) > 400
assert not [each.__name__ for each in models if each.model_rebuild() is False or not each.__pydantic_complete__]
"""


def run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_update_builds_what_it_needs_and_no_more():
    run(LOOK)


@pytest.mark.long
def test_every_model_can_be_built():
    run(ALL)

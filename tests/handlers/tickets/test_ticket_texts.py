from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

import handlers
from handlers.desk import actions
from handlers.messages import texts
from handlers.tickets import clocks, lifecycle

HANDLERS = Path(handlers.__file__).parent
AREAS = ("desk", "notice")


def entries(language: str, area: str) -> dict[str, str]:
    return tomllib.loads((texts.LOCALES / language / f"{area}.toml").read_text(encoding="utf-8"))


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_say_the_same_things(area):
    zh, en = entries("zh", area), entries("en", area)
    assert zh.keys() == en.keys()
    for key, template in zh.items():
        # a language may leave a value out, never ask for one that the other does not get
        assert fields(en[key]) == fields(template), key


@pytest.mark.parametrize("area", AREAS)
def test_every_key_that_code_names_is_there(area):
    code = "\n".join(file.read_text(encoding="utf-8") for file in HANDLERS.rglob("*.py"))
    named = set(re.findall(rf'"{area}\.([a-z_0-9]+)"', code))
    assert named <= entries("zh", area).keys()


def test_every_text_that_the_desk_says_is_there():
    code = "\n".join(file.read_text(encoding="utf-8") for file in HANDLERS.rglob("*.py"))
    shapes = (r'desk_outbox\.say\(\s*"([a-z_]+)"', r'\btold\(\s*"([a-z_]+)"', r'\bask\(request, "[a-z]+", "([a-z_]+)"')
    named = {key for shape in shapes for key in re.findall(shape, code)}
    assert len(named) > 80
    assert named <= entries("zh", "desk").keys()


def test_every_state_severity_and_action_has_its_words():
    desk, notice = entries("zh", "desk"), entries("zh", "notice")
    assert {f"state_{state}" for state in lifecycle.NEXT} <= desk.keys() & notice.keys()
    assert {f"line_{state}" for state in lifecycle.LINE_NEXT} <= desk.keys()
    assert {f"act_{name}" for name in actions.ACTIONS} <= desk.keys()
    assert {f"name_{name}" for name in clocks.HUMAN} | {f"clock_{name}" for name in clocks.HUMAN} <= desk.keys()


def test_labels_of_the_contract():
    labels = {
        "act_next": ("接下一单", "Take next"),
        "act_pick": ("接手", "Pick up"),
        "act_approve": ("同意", "Approve"),
        "act_change": ("改判", "Change"),
        "act_refuse": ("拒绝", "Refuse"),
        "act_ask": ("问客户", "Ask"),
        "act_hand": ("转交", "Hand over"),
        "act_boss": ("主管", "Supervisor"),
        "act_close": ("结束", "Close"),
    }
    for key, (zh, en) in labels.items():
        assert (entries("zh", "desk")[key], entries("en", "desk")[key]) == (zh, en)


def test_desk_answers_fit_a_callback_box():
    for language in ("zh", "en"):
        for key, template in entries(language, "desk").items():
            if not key.startswith(("ask_", "stats")):
                assert len(template) <= 170, key

"""The shipped policies in a folder of the test's own, where files can be laid beside them."""

from __future__ import annotations

import shutil
from pathlib import Path

from handlers.policy.loader import PRESETS, Finding, check, load
from handlers.policy.policy import Policy


def shipped(folder: Path) -> Path:
    """Copy the presets with the words and weights that they build on."""
    for file in PRESETS.glob("*.*"):
        shutil.copy(file, folder)
    return folder


def group_buy(folder: Path, overrides: str = "") -> Policy:
    """Load the group-buy preset with a shop's own file over it."""
    return load(str(shop(folder, overrides)), shipped(folder))


def shop(folder: Path, overrides: str) -> Path:
    """Write a shop's own file over the group-buy preset."""
    file = folder / "shop.toml"
    file.write_text(f'extends = "community-group-buy"\n{overrides}', encoding="utf-8")
    return file


def findings(folder: Path, overrides: str) -> list[Finding]:
    """Check a shop's own file; its line 2 is the first of `overrides`."""
    return check(str(shop(folder, overrides)), shipped(folder))

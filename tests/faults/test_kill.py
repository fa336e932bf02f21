"""kill -9 in the middle of many talks: nothing acknowledged is lost, nothing is doubled, replies keep their order."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import many_talks
import pytest
from doubles.service import Service
from many_talks import POLICY


def run(folder: Path, *, talks: int, kills: int, seed: int) -> None:
    chance = Random(seed)
    (folder / "policy.toml").write_text(POLICY)
    many_talks.write_orders(folder / "orders.csv", talks)
    service = Service(folder, {"POLICY": str(folder / "policy.toml"), "LOG_LEVEL": "warning"})
    imported = service.run("orders", "import", "orders.csv")
    assert imported.returncode == 0, imported.stderr
    people, url = many_talks.talks(talks, seed), f"sqlite:///{folder}/var/claimdesk.db"
    many_talks.make_samples(url)
    trouble = many_talks.Kills([service], chance, kills)
    with service:
        asyncio.run(many_talks.talk_all(url, [service], people, chance, trouble))
        assert trouble.done == kills, "the talks were over before the last kill: give it more of them"
        many_talks.check(url, people)
        assert service.run("audit", "verify").returncode == 0
        assert service.stop() == 0


def test_nothing_is_lost_by_kill_9(tmp_path: Path) -> None:
    run(tmp_path, talks=120, kills=2, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_nothing_is_lost_in_a_thousand_talks(tmp_path: Path, seed: int) -> None:
    run(tmp_path, talks=1000, kills=8, seed=seed)

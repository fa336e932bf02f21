"""Every story holds, with a restart between all its lines."""

from __future__ import annotations

from pathlib import Path

import postgres
import pytest
import story_lines
from story_player import Play

FOLDER = Path(__file__).parent / "stories"
STORIES = sorted(FOLDER.glob("*.txt"))
AWAITED: dict[str, str] = {}
"""Stories that cannot hold yet, with the reason."""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return postgres.server().emptied() if request.param == "postgres" else f"sqlite:///{tmp_path}/story.db"


@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
def test_story(file: Path, url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if reason := AWAITED.get(file.stem):
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
    Play(story_lines.read(file), tmp_path, url).run()

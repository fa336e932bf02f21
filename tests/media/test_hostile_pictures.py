"""Files that are meant to harm: each is refused or taken, within its limits, and said in one clear sentence."""

from __future__ import annotations

import tracemalloc

import pytest
import shots
from hostile_pictures import TAKEN, corpus

from handlers.claims.claim import Photo
from handlers.dialogue.callbacks import why
from handlers.messages import texts
from media.guard import Examiner
from media.metadata import MOST_BYTES, MOST_IN_ALL, MOST_PARTS, parts_of
from media.signs import MOST, signs_of
from media.values import Examined


@pytest.fixture(scope="module")
def examiner():
    with Examiner() as shared:
        yield shared


@pytest.mark.parametrize("name", corpus())
def test_it_ends_as_it_should_and_the_worker_lives_on(examiner, name):
    data, ends = corpus()[name]
    outcome = examiner.examine(data)
    if isinstance(outcome, Examined):
        assert ends in (TAKEN, outcome.verdict)
    else:
        assert outcome.code == ends
    assert isinstance(examiner.examine(shots.jpeg(shots.scene(200, 150))), Examined)


@pytest.mark.parametrize("name", corpus())
def test_its_metadata_is_read_within_bounds(name):
    data, _ = corpus()[name]
    kind = "png" if data.startswith(b"\x89PNG") else "webp" if data.startswith(b"RIFF") else "jpeg"
    tracemalloc.start()
    parts = list(parts_of(data, kind))
    signs = signs_of(data, kind)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(parts) <= MOST_PARTS and all(len(part.data) <= MOST_BYTES for part in parts)
    assert sum(len(part.data) for part in parts) <= MOST_IN_ALL
    assert len(signs) <= MOST
    assert most < 48_000_000


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("ends", sorted({ends for _, ends in corpus().values()} - {TAKEN, "dark"}))
def test_each_refusal_has_its_sentence(ends, language):
    key = why(Photo(id=1, kind="photo", state="refused", verdict=ends))
    said = texts.say(language, f"talk.{key}", texts=texts.NONE, limit=20)
    assert len(said) < 120 and "{" not in said

"""Bar codes, if there is a reader for them."""

from __future__ import annotations

import pytest
import shots
from PIL import Image

from media import labels
from media.pictures import examine


@pytest.fixture
def fresh_reader():
    labels._reader.cache_clear()
    yield
    labels._reader.cache_clear()


def labelled(code: object) -> bytes:
    """A photo with a code's picture on it."""
    image = shots.scene(1600, 1200).copy()
    image.paste(code, (300, 300))
    return shots.jpeg(image)


def test_without_a_reader_there_are_no_codes(fresh_reader, monkeypatch):
    monkeypatch.setattr(labels, "find_spec", lambda name: None)
    assert labels.read_codes(shots.scene()) == ()


@pytest.mark.parametrize("form", ["QRCode", "Code128"])
def test_a_label_is_read(form):
    zxingcpp = pytest.importorskip("zxingcpp", reason="the extra `labels` is not installed")
    drawn = zxingcpp.create_barcode("LOT-0611-07", getattr(zxingcpp.BarcodeFormat, form)).to_image(scale=5)
    assert examine(labelled(Image.fromarray(drawn))).codes == ("LOT-0611-07",)


def test_a_photo_without_a_label_has_no_code():
    assert examine(shots.jpeg(shots.scene(1600, 1200))).codes == ()

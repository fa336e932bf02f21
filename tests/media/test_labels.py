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


def labelled(form: str, *, size: tuple[int, int] = (1600, 1200), share: float = 0.3, turn: float = 0) -> bytes:
    """A photo with a code on it, `share` of its width wide and turned by degrees."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="the extra `labels` is not installed")
    drawn = zxingcpp.create_barcode("LOT-0611-07", getattr(zxingcpp.BarcodeFormat, form)).to_image(scale=5)
    code = Image.fromarray(drawn).convert("LA")
    wide = round(size[0] * share)
    code = code.resize((wide, wide if form == "QRCode" else wide // 3)).rotate(
        turn, Image.Resampling.BICUBIC, expand=True
    )
    image = shots.scene(*size).copy()
    image.paste(code.convert("L"), (100, 50), code.getchannel("A"))
    return shots.jpeg(image)


def test_without_a_reader_there_are_no_codes(fresh_reader, monkeypatch):
    monkeypatch.setattr(labels, "find_spec", lambda name: None)
    assert labels.read_codes(shots.scene()) == ()


@pytest.mark.parametrize("form", ["QRCode", "Code128"])
@pytest.mark.parametrize("size", [(800, 600), (1280, 960), (4032, 3024)])
@pytest.mark.parametrize("turn", [0, 6, 90])
def test_a_label_is_read_at_every_size_lying_and_standing(form, size, turn):
    assert examine(labelled(form, size=size, share=0.5, turn=turn), codes=True).codes == ("LOT-0611-07",)


def test_codes_are_read_on_request_only():
    assert examine(labelled("QRCode")).codes == ()


def test_a_photo_without_a_label_has_no_code():
    assert examine(shots.jpeg(shots.scene(1600, 1200)), codes=True).codes == ()

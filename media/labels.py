"""Bar codes on a photo (QR and Code 128), if the optional zxing-cpp is installed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from PIL import Image

SQUARE_SIDE = 1000  # a QR code is looked for on half the size of a picture whose long side is longer
SQUEEZE = 8  # bars are the same all along: so many rows are averaged into one, which costs an eighth
MAX_CODES = 8
MAX_LENGTH = 200  # characters of one code


def read_codes(image: Image.Image) -> tuple[str, ...]:
    """Return the codes of a picture, the squares first, each once; () without the `labels` extra.

    Bars are found lying or standing, tilted by about ten degrees at most.
    """
    reader = _reader()
    if reader is None:
        return ()
    grey = image.convert("L")
    squares = grey.reduce(2) if max(grey.size) > SQUARE_SIDE else grey
    lying = grey.reduce((1, SQUEEZE))
    standing = grey.reduce((SQUEEZE, 1)).transpose(Image.Transpose.ROTATE_90)
    qr, bars = reader.BarcodeFormat.QRCode, reader.BarcodeFormat.Code128
    found = [
        code
        for picture, form in ((squares, qr), (lying, bars), (standing, bars))
        for code in reader.read_barcodes(picture, formats=form, try_rotate=False, try_downscale=False, try_invert=False)
    ]
    texts = [code.text[:MAX_LENGTH] for code in found if code.valid and code.text.strip()]
    return tuple(dict.fromkeys(texts))[:MAX_CODES]


@cache
def _reader() -> Any:
    return import_module("zxingcpp") if find_spec("zxingcpp") else None

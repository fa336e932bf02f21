"""Bar codes on a photo (QR and Code 128), if the optional zxing-cpp is installed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from PIL import Image

MAX_CODES = 8
MAX_LENGTH = 200  # characters of one code


def read_codes(image: Image.Image) -> tuple[str, ...]:
    """Read the codes of a picture, in reading order, each once; () without the `labels` extra."""
    reader = _reader()
    if reader is None:
        return ()
    formats = [reader.BarcodeFormat.QRCode, reader.BarcodeFormat.Code128]
    found = reader.read_barcodes(image, formats=formats, try_invert=False)
    texts = [code.text[:MAX_LENGTH] for code in found if code.valid and code.text.strip()]
    return tuple(dict.fromkeys(texts))[:MAX_CODES]


@cache
def _reader() -> Any:
    return import_module("zxingcpp") if find_spec("zxingcpp") else None

"""CPU for each photo: what taking it in costs beside a bare full decode of the same bytes with Pillow."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from io import BytesIO

from PIL import Image

from media.pictures import examine
from media.samples import PHOTOS

SIZES = ((800, 600, 25), (1280, 960, 25), (4032, 3024, 7))  # pixels, and rounds
SHOTS = (("strawberries_rotten", 85), ("peach_mouldy", 75), ("yoghurt_leaking", 70))  # much detail to little


def photo(name: str, size: tuple[int, int], quality: int) -> bytes:
    """Return a sample photo as a chat or a phone's camera would send it."""
    buffer = BytesIO()
    with Image.open(PHOTOS / f"{name}.jpg") as sample:
        sample.resize(size, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def decode(data: bytes) -> None:
    """Decode a photo whole and do nothing with it."""
    with Image.open(BytesIO(data)) as image:
        image.load()


def spent(work: Callable[[], object]) -> float:
    """Return the CPU ms of one call."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def rounds(data: bytes, count: int) -> Iterator[tuple[float, float, float]]:
    """Yield the CPU ms of a bare decode, of taking the photo in, and of that with its bar codes, side by side."""
    for _ in range(count):
        yield spent(lambda: decode(data)), spent(lambda: examine(data)), spent(lambda: examine(data, codes=True))


def measure() -> None:
    """Print the medians; the ratios are of calls that ran one after the other."""
    print("photos: pixels, kB, ms CPU of a bare decode, of ours, ratio; ratio with bar codes")
    for width, height, count in SIZES:
        for name, quality in SHOTS:
            data = photo(name, (width, height), quality)
            decode(data), examine(data, codes=True)  # not cold
            found = list(rounds(data, count))
            bare, ours = (statistics.median(each[at] for each in found) for at in (0, 1))
            plain, coded = (statistics.median(each[at] / each[0] for each in found) for at in (1, 2))
            size = f"{width} x {height}, {len(data) / 1000:.0f} kB"
            print(f"photos, {size:<22} {bare:6.1f} {ours:6.1f} {plain:5.2f}; {coded:5.2f}")


if __name__ == "__main__":
    measure()

"""Sample photos for the sandbox: what customers show, and two that show too little."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from random import Random

from PIL import Image

PHOTOS = Path(__file__).parent / "photos"  # our own drawings, 1200 x 900
PRINTED = ("yoghurt_leaking", "formula_dented", "cod_for_salmon")  # a mirror would turn their print
NAMES = ("strawberries_rotten", "eggs_cracked", *PRINTED, "peach_mouldy", "too_dark", "too_blurry")


def draw(name: str, seed: int) -> bytes:
    """Return a sample as JPEG of 1200 x 900, taken anew for each seed, so that no two are the same file.

    They show the same goods, so that a few of them are known as the same picture, as second shots by hand are.

    Equal arguments give equal bytes. Raises KeyError for an unknown name.
    """
    if name not in NAMES:
        raise KeyError(name)
    random = Random(f"{name}/{seed}")
    with Image.open(PHOTOS / f"{name}.jpg") as photo:
        shot = _held(random, photo, mirrored=name not in PRINTED and random.random() < 0.5)
    buffer = BytesIO()
    shot.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _held(random: Random, scene: Image.Image, *, mirrored: bool) -> Image.Image:
    """Return the scene as a hand holds the camera: nearer, turned a little and off the middle."""
    turned = scene.rotate(random.uniform(-5, 5), Image.Resampling.BICUBIC)
    share = random.uniform(0.68, 0.85)
    wide, high = scene.width * share, scene.height * share
    left = (scene.width - wide) * random.uniform(0.2, 0.8)
    top = (scene.height - high) * random.uniform(0.2, 0.8)
    near = turned.resize(scene.size, Image.Resampling.BICUBIC, (left, top, left + wide, top + high))
    return near.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else near

"""Sample photos for the sandbox, drawn by our own code: what customers show, and two that show too little."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from random import Random

from PIL import Image, ImageFilter

from media.brushes import SIZE, noise, paint, rounded, soft, texture
from media.eggs import eggs
from media.fish import cod
from media.fruit import peach, strawberries
from media.packs import formula, yoghurt

Scene = Callable[[Random], Image.Image]


def _too_dark(random: Random) -> Image.Image:
    scene = strawberries(random).point([round(value * 0.13) for value in range(256)] * 3)
    texture(scene, noise(random, SIZE, 1.5), 0.5)
    return scene


def _too_blurry(random: Random) -> Image.Image:
    return eggs(random).filter(ImageFilter.GaussianBlur(11))


SCENES: dict[str, Scene] = {
    "strawberries_rotten": strawberries,
    "eggs_cracked": eggs,
    "yoghurt_leaking": yoghurt,
    "formula_dented": formula,
    "peach_mouldy": peach,
    "cod_for_salmon": cod,
    "too_dark": _too_dark,
    "too_blurry": _too_blurry,
}
NAMES = tuple(SCENES)
LABELLED = ("yoghurt_leaking", "formula_dented", "cod_for_salmon")  # a mirror would turn their print


def _held(random: Random, scene: Image.Image, *, mirrored: bool) -> Image.Image:
    """The scene as a hand holds the camera: a little nearer, turned and off the middle."""
    turned = scene.rotate(random.uniform(-4, 4), Image.Resampling.BICUBIC)
    share = random.uniform(0.8, 0.88)
    wide, high = round(SIZE[0] * share), round(SIZE[1] * share)
    left = round((SIZE[0] - wide) * random.uniform(0.42, 0.58))
    top = round((SIZE[1] - high) * random.uniform(0.42, 0.58))
    near = turned.resize(SIZE, Image.Resampling.BICUBIC, (left, top, left + wide, top + high))
    return near.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else near


def draw(name: str, seed: int) -> bytes:
    """Draw a sample as JPEG of 1200 x 900; equal arguments give equal bytes. Raises KeyError for an unknown name."""
    random = Random(f"{name}/{seed}")
    image = _held(random, SCENES[name](random), mirrored=name not in LABELLED and random.random() < 0.5)
    lens = rounded(SIZE, (80, 80, SIZE[0] - 80, SIZE[1] - 80), 0)
    paint(image, soft(lens, 120).point([255 - value for value in range(256)]), (0, 0, 0), 0.35)
    if name != "too_blurry":
        texture(image, noise(random, SIZE, 1.6), 0.1)  # a sensor's grain
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()

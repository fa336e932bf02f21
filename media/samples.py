"""Sample photos for the sandbox, drawn by our own code: what customers show, and two that show too little."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from random import Random

from PIL import Image, ImageFilter

from media.brushes import noise, paint, rounded, soft, texture
from media.fruit import SIZE, eggs, peach, strawberries
from media.packs import cod, formula, yoghurt

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


def _held(random: Random, scene: Image.Image) -> Image.Image:
    """The scene as a hand holds the camera: a little nearer, turned and off the middle."""
    width, height = SIZE
    shift = (random.uniform(-26, 26), random.uniform(-20, 20))
    turned = scene.rotate(random.uniform(-3.5, 3.5), Image.Resampling.BICUBIC, translate=shift)
    near = random.uniform(0.055, 0.09)
    box = (round(width * near), round(height * near), round(width * (1 - near)), round(height * (1 - near)))
    return turned.resize(SIZE, Image.Resampling.BICUBIC, box)


def draw(name: str, seed: int) -> bytes:
    """Draw a sample as JPEG of 1200 x 900; equal arguments give equal bytes. Raises KeyError for an unknown name."""
    random = Random(f"{name}/{seed}")
    image = _held(random, SCENES[name](random))
    lens = rounded(SIZE, (80, 80, SIZE[0] - 80, SIZE[1] - 80), 0)
    paint(image, soft(lens, 120).point([255 - value for value in range(256)]), (0, 0, 0), 0.35)
    if name != "too_blurry":
        texture(image, noise(random, SIZE, 1.6), 0.1)  # a sensor's grain
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()

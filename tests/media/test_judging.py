"""Too dark, too blurry, or good."""

from __future__ import annotations

import pytest
import shots
from PIL import Image, ImageFilter

from media.judging import judge

SHOT = shots.scene(480, 360).resize((240, 180)).resize((480, 360))


@pytest.mark.parametrize(
    ("light", "radius", "verdict"),
    [(1.0, 0, "good"), (1.0, 6, "blurry"), (0.15, 0, "dark"), (0.15, 6, "dark"), (0.4, 0, "good"), (0.4, 6, "blurry")],
)
def test_verdicts(light, radius, verdict):
    shot = SHOT.filter(ImageFilter.GaussianBlur(radius)).point(lambda level: level * light)
    assert judge(shot).verdict == verdict


def test_figures_fall_with_light_and_blur():
    plain, dim, soft = (
        judge(shot) for shot in (SHOT, SHOT.point(lambda level: level / 2), SHOT.filter(ImageFilter.BLUR))
    )
    assert dim.brightness == pytest.approx(plain.brightness / 2, rel=0.05)
    assert soft.sharpness < plain.sharpness / 4


def test_an_edge_of_the_frame_is_no_sharpness():
    assert judge(Image.new("RGB", (480, 360), "white")).sharpness == 0
    assert judge(Image.new("RGB", (2, 2), "white")).verdict == "blurry"


@pytest.mark.parametrize("level", [0, 20, 128, 200, 255])
@pytest.mark.parametrize(("radius", "verdict"), [(0, "good"), (6, "blurry")])
def test_a_flat_ground_is_neither_blur_nor_darkness(level, radius, verdict):
    ground = Image.new("RGB", (480, 360), (level, level, level))
    ground.paste(SHOT.resize((200, 150)), (140, 105))
    assert judge(ground.filter(ImageFilter.GaussianBlur(radius))).verdict == verdict


def test_small_goods_on_a_wide_ground_count_as_what_they_are():
    ground = Image.new("RGB", (480, 360), (200, 200, 200))
    ground.paste(SHOT.resize((45, 35)), (140, 105))
    assert judge(ground).verdict == "good"
    assert judge(ground.filter(ImageFilter.GaussianBlur(3))).verdict == "blurry"


def test_a_small_lamp_in_the_night_is_no_light():
    night = Image.new("RGB", (480, 360), (12, 12, 12))
    night.paste((250, 250, 250), (10, 10, 80, 80))
    assert judge(night).verdict == "dark"

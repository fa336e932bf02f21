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

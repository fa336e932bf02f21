"""Photos by their content: what is taken in, how it comes out, what is refused."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest
import shots
from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat
from print_distance import prints_apart

from media import formats
from media.pictures import examine
from media.values import LONG_PIXELS, NARROW_SIDE, Examined, PhotoRefusal, Refused

DATA = Path(__file__).parents[1] / "data" / "faults"


def apart(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures in levels, at a size where the noise of JPEG is gone but every turn shows."""
    pair = [image.convert("RGB").resize((24, 24), Image.Resampling.BOX) for image in (one, other)]
    return max(ImageStat.Stat(ImageChops.difference(*pair)).mean)


def test_a_good_photo_is_taken_in_whole():
    data = shots.jpeg(shots.scene(1600, 1200))
    photo = examine(data)
    assert isinstance(photo, Examined)
    assert (photo.width, photo.height, photo.format, photo.verdict) == (1600, 1200, "jpeg", "good")
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    assert photo.working_sha256 == hashlib.sha256(photo.working).hexdigest()
    assert photo.prints.kept and len(photo.prints.asked) == 49
    assert shots.opened(photo.working).size == (1600, 1200)
    assert shots.opened(photo.thumbnail).size == (400, 300)
    assert photo.codes == () and photo.taken_at is None
    assert examine(data) == photo


@pytest.mark.parametrize(
    ("size", "working"),
    [
        ((4032, 3024), 2016),
        ((2600, 700), 2600),
        ((2560, 1440), 1280),
        ((2048, 1536), 2048),
        ((300, 200), 300),
        ((1, 1), 1),
    ],
)
def test_the_working_copy_is_small_but_never_enlarged(size, working):
    photo = examine(
        shots.jpeg(Image.effect_noise((size[0] // 3 + 1, size[1] // 3 + 1), 90).resize(size).convert("RGB"))
    )
    assert max(shots.opened(photo.working).size) == working
    thumbnail = max(shots.opened(photo.thumbnail).size)
    assert 400 <= thumbnail <= 480 or thumbnail == max(size)
    assert (photo.width, photo.height) == size


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright_and_without_traces(orientation, form):
    exif = shots.camera_exif(orientation)
    stored = shots.scene(96, 64)
    data = shots.saved(stored, form, exif=exif, comment=b"<html>call home</html>")
    photo = examine(data)
    upright = ImageOps.exif_transpose(shots.opened(data))
    working = shots.opened(photo.working)
    assert working.size == upright.size == (photo.width, photo.height)
    assert apart(working, upright) < 6
    assert photo.taken_at == "2026-06-12 19:10:00"
    for copy in (photo.working, photo.thumbnail):
        assert not shots.opened(copy).getexif()
        assert b"Exif" not in copy and b"Phonemaker" not in copy and b"html" not in copy


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\0\x09"]
)
def test_a_broken_exif_block_counts_as_none(exif):
    photo = examine(shots.jpeg(shots.scene(), exif=exif))
    assert (photo.verdict, photo.taken_at) == ("good", None)


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "yesterday", "    :  :     :  :  ", "2026:02:31 10:00:00"])
def test_an_impossible_time_is_no_time(taken):
    exif = Image.Exif()
    exif[0x0132] = taken
    assert examine(shots.jpeg(shots.scene(), exif=exif)).taken_at is None


def test_an_appended_zip_and_a_comment_are_dropped():
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("evil.txt", "run me")
    photo = examine(shots.jpeg(shots.scene(), comment=b"<script>") + archive.getvalue())
    assert photo.verdict == "good"
    assert b"evil" not in photo.working and b"script" not in photo.working


def test_a_multi_picture_jpeg_is_its_first_picture():
    first, second = shots.scene(), shots.scene(seed=2)
    data = shots.saved(first, "MPO", save_all=True, append_images=[second])
    assert shots.opened(data).format == "MPO"
    photo = examine(data)
    assert (photo.format, photo.verdict) == ("jpeg", "good")
    assert apart(shots.opened(photo.working), first) < 6


@cache
def odd_pictures() -> dict[str, bytes]:
    scene = shots.scene()
    clear = scene.convert("RGBA")
    clear.putalpha(Image.new("L", scene.size, 0))
    frames = [shots.scene(seed=2)]
    return {
        "grey jpeg": shots.jpeg(scene.convert("L")),
        "cmyk jpeg": shots.jpeg(scene.convert("CMYK")),
        "progressive jpeg": shots.jpeg(scene, progressive=True),
        "palette png": shots.saved(scene.convert("P"), "PNG"),
        "palette png with a clear colour": shots.saved(scene.convert("P"), "PNG", transparency=255),
        "one-bit png": shots.saved(scene.convert("1"), "PNG"),
        "16-bit png": shots.saved(
            scene.convert("L").convert("I").point(lambda grey: grey * 257).convert("I;16"), "PNG"
        ),
        "grey png with alpha": shots.saved(scene.convert("LA"), "PNG"),
        "png with alpha": shots.saved(scene.convert("RGBA"), "PNG"),
        "animated png": shots.saved(scene, "PNG", save_all=True, append_images=frames),
        "animated webp": shots.saved(scene, "WEBP", save_all=True, append_images=frames),
    }


@pytest.mark.parametrize("name", odd_pictures())
def test_odd_pictures_come_out_as_plain_jpeg_that_looks_alike(name):
    photo = examine(odd_pictures()[name])
    assert isinstance(photo, Examined) and photo.verdict == "good"
    working = shots.opened(photo.working)
    assert (working.format, working.mode, working.size) == ("JPEG", "RGB", (640, 480))
    assert apart(working.convert("L"), shots.scene().convert("L")) < 8


def test_what_is_clear_becomes_white():
    clear = Image.new("RGBA", (300, 200), (10, 10, 10, 0))
    working = shots.opened(examine(shots.saved(clear, "PNG")).working)
    assert working.getextrema() == ((255, 255),) * 3


PLAIN = shots.saved(shots.scene(), "PNG")
HALF = shots.jpeg(shots.scene())[:60_000]
REFUSED = {
    "nothing": (b"", "empty"),
    "a text": (b"not a picture at all", "not_a_picture"),
    "a text that begins like a jpeg": (b"\xff\xd8\xff and then words", "truncated"),
    "half a jpeg": (HALF, "truncated"),
    "half a jpeg with an end": (HALF + b"\xff\xd9", "truncated"),
    "half a grey jpeg with an end": (shots.jpeg(shots.scene().convert("L"))[:30_000] + b"\xff\xd9", "truncated"),
    "half a png": (shots.saved(shots.scene(), "PNG")[:200_000], "truncated"),
    "half a webp": (shots.saved(shots.scene(), "WEBP")[:9_000], "truncated"),
    "the first bytes of a webp": (shots.saved(shots.scene(), "WEBP")[:14], "truncated"),
    "30 MB": (shots.jpeg(shots.scene()) + bytes(30_000_000), "too_big"),
    "a webp bomb": (shots.tiny_webp(16_383, 3_000), "too_many_pixels"),
    "a png of 108 MP": (shots.png_header_only(12_000, 9_000), "too_many_pixels"),
    "2,000 scans": (shots.many_scans(2_000), "unreadable"),
    "a png without pixels": (shots.png_header_only(640, 480), "unreadable"),
    "half a progressive jpeg": (shots.jpeg(shots.scene(), progressive=True)[:40_000], "truncated"),
    "half a jpeg on grey": (shots.jpeg(shots.on_grey(shots.scene()))[:60_000], "truncated"),
    "half a jpeg on grey with an end": (shots.jpeg(shots.on_grey(shots.scene()))[:60_000] + b"\xff\xd9", "truncated"),
    "a cut pdf": (b"%PDF-1.7\n1 0 obj", "unreadable"),
    "a png of no size": (shots.png_header_only(0, 480), "unreadable"),
    "a jpeg with a broken table": (
        shots.jpeg(shots.scene()).replace(b"\xff\xdb\x00", b"\xff\xdb\xff", 1),
        "truncated",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_and_why(name):
    data, code = REFUSED[name]
    refused = examine(data)
    assert isinstance(refused, Refused)
    assert refused.code == code


@pytest.mark.parametrize("name", ["p07_no_eoi.jpg", "p12_collage_on_grey.jpg"])
def test_faults_seen_in_the_field_are_good_photos(name):
    assert examine(DATA.joinpath(name).read_bytes()).verdict == "good"


@pytest.mark.parametrize("missing", [1, 2, 6])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_a_jpeg_that_lacks_its_last_bytes_is_taken(missing, options):
    data = shots.jpeg(shots.scene(), **options)
    photo = examine(data[:-missing])
    assert photo.verdict == "good"
    assert apart(shots.opened(photo.working), shots.opened(data)) < 2


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("end", [b"", b"\xff\xd9"])
def test_a_jpeg_that_lacks_a_part_is_refused(share, end):
    data = shots.jpeg(shots.scene())
    assert examine(data[: int(len(data) * share)] + end).code == "truncated"


@pytest.mark.parametrize("level", [0, 127, 128, 129, 255])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"optimize": True}])
def test_a_photo_on_a_flat_ground_is_whole_and_good(level, options):
    for size in ((640, 480), (120, 90)):
        photo = examine(shots.jpeg(shots.on_grey(shots.scene(*size), level), **options))
        assert isinstance(photo, Examined) and photo.verdict == "good"


def test_a_photo_of_108_megapixels_is_taken():
    photo = examine(shots.large(12_000, 9_000))
    assert (photo.width, photo.height, photo.verdict) == (12_000, 9_000, "good")
    assert shots.opened(photo.working).size == (1500, 1125)


def test_a_tall_screenshot_stays_legible():
    shot = shots.screenshot(700, 15_500)
    photo = examine(shots.saved(shot, "PNG"))
    working = shots.opened(photo.working)
    assert (photo.verdict, working.size) == ("good", (700, 15_500))
    line = (0, 6000, 120, 6020)
    assert ImageStat.Stat(ImageChops.difference(working.convert("L").crop(line), shot.crop(line))).mean[0] < 5


@pytest.mark.parametrize("size", [(600, 4800), (4800, 600)])
def test_a_long_picture_is_judged_by_what_it_shows_not_by_its_narrow_thumbnail(size):
    scene = shots.scene(*size)
    assert examine(shots.jpeg(scene)).verdict == "good"
    assert examine(shots.jpeg(scene.filter(ImageFilter.GaussianBlur(9)))).verdict == "blurry"


@pytest.mark.parametrize("size", [(1080, 24_000), (20_000, 1200), (16_000, 600)])
def test_long_pictures_are_limited_by_area(size):
    working = shots.opened(examine(shots.jpeg(shots.screenshot(*size))).working)
    assert working.width * working.height <= LONG_PIXELS * 1.01
    assert min(working.size) >= min(NARROW_SIDE, *size) * 0.9


def test_long_texts_in_a_png_are_passed_over():
    text = b"x" * 3_000_000
    for kind, body in (
        (b"tEXt", b"Comment\0" + text),
        (b"zTXt", b"Comment\0\0" + zlib.compress(text * 30)),
        (b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(text * 30)),
        (b"iCCP", b"profile\0\0" + zlib.compress(text)),
    ):
        photo = examine(shots.png_with_text(kind, body))
        assert isinstance(photo, Examined) and photo == replace(examine(PLAIN), sha256=photo.sha256)


@pytest.mark.parametrize("quality", [40, 90])
def test_heic_is_read_where_the_extra_is_installed(quality):
    heif = pytest.importorskip("pillow_heif", reason="the extra `heic` is not installed")
    buffer = BytesIO()
    heif.from_pillow(shots.scene()).save(buffer, quality=quality, exif=shots.camera_exif())
    data = buffer.getvalue()
    photo = examine(data)
    assert (photo.format, photo.verdict, photo.taken_at) == ("heic", "good", "2026-06-12 19:10:00")
    assert apart(shots.opened(photo.working), shots.scene()) < 6
    assert b"Exif" not in photo.working
    assert examine(data[: len(data) // 2]).code == "truncated"


def test_heic_is_refused_clearly_where_it_is_not(monkeypatch):
    monkeypatch.setattr(formats, "reads_heic", lambda: False)
    assert examine(b"\0\0\0\x18ftypheic" + bytes(16)).code == "heic"


def test_every_refusal_is_met():
    assert {code for _, code in REFUSED.values()} == set(get_args(PhotoRefusal)) - {"time_out", "heic"}


def test_a_really_grey_photo_is_no_broken_one():
    image = shots.scene().copy()
    image.paste((128, 128, 127), (0, 400, 640, 480))
    assert isinstance(examine(shots.saved(image, "PNG")), Examined)
    assert isinstance(examine(shots.jpeg(image.crop((0, 0, 640, 440)))), Examined)


def test_dark_and_blurry_photos_are_told():
    scene = shots.scene()
    assert examine(shots.jpeg(scene.point(lambda light: light * 0.12))).verdict == "dark"
    assert examine(shots.jpeg(scene.resize((20, 15)).resize((640, 480)))).verdict == "blurry"
    assert examine(shots.jpeg(scene)).verdict == "good"


@pytest.mark.parametrize(("quality", "share", "light"), [(40, 1.0, 1.0), (90, 0.5, 1.0), (90, 1.0, 1.2)])
def test_a_recompressed_photo_keeps_its_fingerprint(quality, share, light):
    scene = shots.scene(1000, 800)
    other = scene.resize((round(1000 * share), round(800 * share))).point(lambda level: level * light)
    first, again = examine(shots.jpeg(scene)), examine(shots.jpeg(other, quality=quality))
    assert prints_apart(again.prints, first.prints) is not None
    assert prints_apart(examine(shots.jpeg(shots.scene(1000, 800, seed=2))).prints, first.prints) is None


def test_the_measure_of_these_tests_tells_turns_apart():
    scene = shots.scene()
    turned = [scene.transpose(turn) for turn in Image.Transpose] + [shots.scene(seed=2)]
    assert min(apart(scene, other) for other in turned) > 9

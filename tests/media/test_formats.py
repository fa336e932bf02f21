"""What headers tell before decoding."""

from __future__ import annotations

import pytest
import shots

from media.formats import MAX_SCANS, kind_of, outline_of, refusal_by_look, refusal_by_outline
from media.values import MAX_BYTES


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(640, 480), (33, 700)])
def test_headers_tell_kind_and_pixels(form, size):
    data = shots.saved(shots.scene(*size), form)
    outline = outline_of(data, kind_of(data))
    assert kind_of(data) == form.lower()
    assert (outline.width, outline.height, outline.whole) == (*size, True)


@pytest.mark.parametrize("options", [{"lossless": True}, {"exif": shots.camera_exif()}])
def test_every_webp_header_tells_its_pixels(options):
    outline = outline_of(shots.saved(shots.scene(), "WEBP", **options), "webp")
    assert (outline.width, outline.height) == (640, 480)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_cut_file_is_not_whole_and_any_cut_is_survived(form):
    data = shots.saved(shots.scene(120, 90), form)
    assert not outline_of(data[: len(data) // 2], form.lower()).whole
    for length in range(0, len(data), 97):
        outline_of(data[:length], form.lower())


def test_scans_are_counted_but_not_those_of_an_appended_video():
    data = shots.many_scans(100)
    outline = outline_of(data + b"\xff\xda" * 200, "jpeg")
    assert 100 < outline.scans < 120
    assert refusal_by_outline("jpeg", outline).code == "unreadable"
    plain = outline_of(shots.jpeg(shots.scene()) + b"\xff\xda" * 200, "jpeg")
    assert plain.scans == 1 <= MAX_SCANS
    assert refusal_by_outline("jpeg", plain) is None


@pytest.mark.parametrize(
    ("data", "code", "kind"),
    [
        (b"", "empty", ""),
        (b"hello, this is no picture", "not_a_picture", ""),
        (b"GIF89a" + bytes(20), "not_a_picture", "gif"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "not_a_picture", "heic"),
        (b"\0\0\0\x18ftypmp42" + bytes(20), "not_a_picture", "video"),
        (b"%PDF-1.7" + bytes(20), "not_a_picture", "pdf"),
        (b"PK\x03\x04" + bytes(20), "not_a_picture", "zip"),
        (b"\xff\xd8\xff" + bytes(MAX_BYTES), "too_big", ""),
    ],
)
def test_what_is_refused_at_first_sight(data, code, kind):
    refused = refusal_by_look(data)
    assert (refused.code, refused.kind, refused.size) == (code, kind, len(data))


@pytest.mark.parametrize(
    ("width", "height", "limit"),
    [(12_000, 9_000, 50_000_000), (16_385, 10, 16_384), (10, 20_000, 16_384)],
)
def test_too_many_pixels_come_with_numbers(width, height, limit):
    refused = refusal_by_outline("png", outline_of(shots.png_header_only(width, height), "png"))
    assert (refused.code, refused.width, refused.height, refused.limit) == ("too_many_pixels", width, height, limit)


def test_webp_may_have_half_the_pixels():
    outline = outline_of(shots.tiny_webp(16_383, 3_000), "webp")
    assert refusal_by_outline("webp", outline).limit == 25_000_000
    assert refusal_by_outline("png", outline) is None

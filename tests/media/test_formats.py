"""What headers tell before decoding."""

from __future__ import annotations

import pytest
import shots

from media import formats
from media.formats import MAX_SCANS, is_costly, kind_of, refusal_by_look, refusal_by_outline
from media.outlines import Outline, outline_of
from media.values import MAX_BYTES, MAX_PIXELS, MAX_SIDE

PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\nxref\n0 1\ntrailer << /Root 1 0 R >>\nstartxref\n30\n%%EOF\n"


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
        (b"\0\0\0\x18ftypmp42" + bytes(20), "not_a_picture", "video"),
        (PDF, "not_a_picture", "pdf"),
        (PDF[:-20], "unreadable", "pdf"),
        (b"%PDF-1.7" + bytes(2000), "unreadable", "pdf"),
        (b"PK\x03\x04" + bytes(20), "not_a_picture", "zip"),
        (b"\xff\xd8\xff" + bytes(MAX_BYTES), "too_big", ""),
    ],
)
def test_what_is_refused_at_first_sight(data, code, kind):
    refused = refusal_by_look(data)
    assert (refused.code, refused.kind, refused.size) == (code, kind, len(data))


@pytest.mark.parametrize(
    ("width", "height", "limit"),
    [(12_000, 9_000, 50_000_000), (MAX_SIDE + 1, 10, MAX_SIDE), (10, 70_000, MAX_SIDE)],
)
def test_too_many_pixels_come_with_numbers(width, height, limit):
    refused = refusal_by_outline("png", outline_of(shots.png_header_only(width, height), "png"))
    assert (refused.code, refused.width, refused.height, refused.limit) == ("too_many_pixels", width, height, limit)


def test_webp_may_have_half_the_pixels():
    outline = outline_of(shots.tiny_webp(16_383, 3_000), "webp")
    assert refusal_by_outline("webp", outline).limit == 25_000_000
    assert refusal_by_outline("png", outline) is None


def test_a_jpeg_may_have_two_hundred_megapixels_but_not_in_many_scans():
    def refused(width, height, scans):
        return refusal_by_outline("jpeg", Outline(width=width, height=height, scans=scans, whole=True))

    assert refused(16_320, 12_240, 1) is None
    assert refused(16_320, 12_400, 1).limit == MAX_PIXELS["jpeg"]
    assert refused(12_000, 9_000, 10) is None
    for width, height, scans in ((16_320, 12_240, 2), (12_000, 9_000, 40)):
        assert refused(width, height, scans).code == "too_many_pixels"


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_end_mark_may_be_complete(progressive):
    data = shots.jpeg(shots.scene(), progressive=progressive)
    assert outline_of(data, "jpeg").end == len(data) - 2
    cut = outline_of(data[:-2], "jpeg")
    assert (cut.whole, cut.complete, cut.end) == (False, True, len(data) - 2)
    assert outline_of(data[:-2][: len(data) // 3], "jpeg").complete is not progressive


def test_heic_is_refused_by_a_code_of_its_own_where_it_is_not_read(monkeypatch):
    monkeypatch.setattr(formats, "reads_heic", lambda: False)
    refused = refusal_by_look(b"\0\0\0\x18ftypheic" + bytes(20))
    assert (refused.code, refused.kind) == ("heic", "heic")


def test_the_largest_extent_of_a_heic_counts():
    boxes = b"".join(b"ispe\0\0\0\0" + width.to_bytes(4) + bytes(2) + b"\x0b\xd0" for width in (512, 4032, 320))
    data = (24).to_bytes(4) + b"ftypheic" + bytes(12) + (len(boxes) + 8).to_bytes(4) + b"meta" + boxes
    outline = outline_of(data, "heic")
    assert (outline.width, outline.height, outline.whole) == (4032, 3024, True)
    assert not outline_of(data + (100).to_bytes(4) + b"mdat" + bytes(50), "heic").whole
    assert outline_of(data + (0).to_bytes(4) + b"mdat" + bytes(50), "heic").whole


def test_what_is_costly_has_a_worker_of_its_own():
    assert not is_costly(shots.jpeg(shots.scene()))
    assert not is_costly(shots.large(4032, 3024))
    assert is_costly(shots.png_header_only(4032, 3600))
    assert is_costly(shots.many_scans(60, shots.scene(1200, 900)))

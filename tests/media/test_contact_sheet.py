"""The contact sheet: every number of photos, any caption, any font or none."""

from __future__ import annotations

import pytest
import shots
from PIL import Image, ImageChops, ImageDraw, ImageFont

from media import fonts
from media.sheet import BADGE_FILL, LAYOUTS, MAX_SIDE, MAX_SIZE, make_sheet
from media.values import SHEET_PHOTOS, SheetPhoto

WIDE, HIGH = shots.jpeg(shots.scene(480, 360)), shots.jpeg(shots.scene(360, 480))
BADGE = (0xC2, 0x48, 0x1F)


def badges(sheet: bytes) -> int:
    """Count the number badges by their colour: patches of it that are a badge wide."""
    image = shots.opened(sheet).reduce(6)
    near = ImageChops.difference(image, Image.new("RGB", image.size, BADGE)).convert("L")
    found: list[tuple[int, int]] = []
    for at, apart in enumerate(near.tobytes()):
        y, x = divmod(at, image.width)
        if apart < 20 and all(abs(x - a) > 8 or abs(y - b) > 8 for a, b in found):
            found.append((x, y))
    return len(found)


def plain(count: int) -> list[SheetPhoto]:
    grey = shots.jpeg(shots.scene(480, 360).convert("L"))
    return [SheetPhoto(image=grey, caption=f"photo {n}") for n in range(count)]


@pytest.fixture
def other_fonts():
    """Let one test choose what fonts there are."""
    fonts.font.cache_clear()
    yield
    fonts.font.cache_clear()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 9, 12])
def test_every_number_of_photos_has_its_place(count):
    data = make_sheet(plain(count), "T260612-0017 · 草莓")
    image = shots.opened(data)
    assert image.format == "JPEG" and max(image.size) <= MAX_SIDE and len(data) <= MAX_SIZE
    assert badges(data) == count


def test_high_and_wide_photos_share_a_sheet_and_shrink_to_its_limit():
    for photos in ([HIGH] * 3, [WIDE, HIGH], [HIGH] * 12, [shots.jpeg(shots.scene(40, 1200))] * 4):
        assert max(shots.opened(make_sheet([SheetPhoto(image=photo) for photo in photos], "")).size) <= MAX_SIDE


def test_a_row_is_as_high_as_its_highest_photo():
    wide, high = (shots.opened(make_sheet([SheetPhoto(image=shot)] * 3, "")) for shot in (WIDE, HIGH))
    assert wide.height < high.height


def test_more_photos_than_fit_are_counted():
    assert badges(make_sheet(plain(SHEET_PHOTOS + 5), "T260612-0017")) == SHEET_PHOTOS
    written: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImageDraw.ImageDraw, "text", lambda self, at, text, **_: written.append(text))
        make_sheet([*plain(SHEET_PHOTOS + 5)], "T260612-0017")
        make_sheet([SheetPhoto(image=WIDE, number=7, caption=" two\nlines ")], "one")
    assert any("(+5)" in text for text in written)
    assert written[-2:] == ["7", "two lines"]


def test_no_photo_at_all_is_an_error():
    with pytest.raises(ValueError, match="at least one"):
        make_sheet([], "T260612-0017")


@pytest.mark.parametrize("image", [b"", b"no picture", WIDE[:4000]])
def test_a_photo_that_cannot_be_opened_leaves_an_empty_place(image):
    assert badges(make_sheet([*plain(1), SheetPhoto(image=image, caption="lost")], "T260612-0017")) == 2


def test_noise_in_twelve_places_stays_below_a_megabyte():
    loud = shots.jpeg(shots.scene(1200, 900), quality=95)
    assert len(make_sheet([SheetPhoto(image=loud)] * 12, "loud")) <= MAX_SIZE


ODD = ["", " ", "𠮷✗🍓", "a\nb\tc\0d", "\ud800", "长" * 500, "w" * 500, "\u202eabc", "é" * 3]


@pytest.mark.parametrize("files", [None, [], ["broken"]])
def test_no_text_and_other_fonts_makes_a_sheet_fail(files, other_fonts, tmp_path, monkeypatch):
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    if files is not None:
        monkeypatch.setattr(fonts, "chinese_font_files", lambda: [broken for _ in files])
    for text in ODD:
        assert shots.opened(make_sheet([SheetPhoto(image=WIDE, caption=text)], text)).format == "JPEG"


def test_the_bitmap_font_of_the_last_resort_will_do(other_fonts, monkeypatch):
    monkeypatch.setattr(fonts, "chinese_font_files", list)
    monkeypatch.setattr(ImageFont, "load_default", lambda size: ImageFont.load_default_imagefont())
    for text in ODD:
        assert make_sheet([SheetPhoto(image=WIDE, caption=text)], text)


def test_texts_are_cut_to_their_width():
    face = fonts.font(24)
    cut = fonts.fitted("草莓坏了" * 40, face, 300)
    assert cut.endswith("…") and face.getlength(cut) <= 300 < face.getlength(cut + "草莓")
    assert fonts.fitted("short", face, 300) == "short"
    assert fonts.fitted("anything", face, 0) == "…"


def test_a_packaged_font_is_found(tmp_path, monkeypatch):
    package = tmp_path / fonts.PACKAGE
    package.mkdir()
    for name in ("__init__.py", "NotoSerifSC-Regular.otf", "NotoSansSC-Regular.otf"):
        package.joinpath(name).touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(fonts, "FOLDERS", ())
    assert [file.name for file in fonts.chinese_font_files()] == ["NotoSansSC-Regular.otf", "NotoSerifSC-Regular.otf"]


def test_layouts_cover_all_counts_in_order():
    assert [most for most, _, _ in LAYOUTS][-1] == SHEET_PHOTOS
    assert "#{:02x}{:02x}{:02x}".format(*BADGE) == BADGE_FILL

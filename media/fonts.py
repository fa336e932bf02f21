"""Finding a font that can write Chinese, and living without one."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

PACKAGE = "pylopdf_fonts_zh_cn"  # from PyPI, for systems without a font of their own
FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts")
CHINESE = (
    "truetype/wqy/wqy-microhei.ttc",
    "wqy-microhei/wqy-microhei.ttc",
    "truetype/wqy/wqy-zenhei.ttc",
    "opentype/noto/NotoSansCJK-Regular.ttc",
    "google-noto-cjk/NotoSansCJK-Regular.ttc",
    "noto-cjk/NotoSansCJK-Regular.ttc",
    "truetype/droid/DroidSansFallbackFull.ttf",
    "PingFang.ttc",
)
SUFFIXES = (".ttf", ".otf", ".ttc")


def chinese_font_files() -> list[Path]:
    """List the font files with Chinese glyphs on this machine, the preferred one first."""
    places = [Path(folder, name) for folder in FOLDERS for name in CHINESE]
    return [place for place in places if place.is_file()] + _packaged()


def _packaged() -> list[Path]:
    spec = find_spec(PACKAGE)
    roots = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    files = [file for root in roots for file in root.rglob("*") if file.suffix.lower() in SUFFIXES]
    return sorted(files, key=lambda file: ("Regular" not in file.name, "Sans" not in file.name, file.name))


@cache
def font(size: int) -> Font:
    """Load a font of `size` pixels: Chinese if there is one, else the one that Pillow carries."""
    for file in chinese_font_files():
        try:
            return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)
        except (OSError, ImportError):
            continue  # a broken file, or Pillow without FreeType
    return ImageFont.load_default(size)


def writable(text: str, face: Font) -> str:
    """Turn a text into one line that this font can take; what only a real font can write becomes "?"."""
    line = "".join(character for character in " ".join(text.split()) if character.isprintable())
    return line if isinstance(face, ImageFont.FreeTypeFont) else line.encode("latin-1", "replace").decode("latin-1")


def fitted(text: str, face: Font, width: float) -> str:
    """Cut a text with an ellipsis so that it is at most `width` pixels wide."""
    line = writable(text, face)[:400]
    if face.getlength(line) <= width:
        return line
    dots = "…" if isinstance(face, ImageFont.FreeTypeFont) else "..."
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if face.getlength(line[:middle] + dots) <= width else (low, middle - 1)
    return line[:low].rstrip() + dots

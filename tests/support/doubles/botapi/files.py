"""Files by id and path; ids belong to one bot, as Telegram's do."""

from __future__ import annotations

import hashlib
import struct
import zlib

from .bots import Bot
from .errors import bad
from .values import File

DOWNLOAD_LIMIT = 20 * 1024 * 1024
ENDINGS = {"photo": "jpg", "voice": "oga", "video": "mp4", "sticker": "webp", "audio": "mp3"}


class Files:
    """Hands out one id per (bot, file) and finds files again."""

    def __init__(self) -> None:
        self._serial = 0
        self._by_id: dict[str, tuple[int, File]] = {}
        self._thumbs: dict[int, File] = {}

    def id_for(self, bot: Bot, file: File) -> str:
        if not file.serial:
            self._serial += 1
            file.serial = self._serial
        digest = hashlib.blake2b(f"{bot.id}:{file.kind}:{file.serial}".encode(), digest_size=24).hexdigest()
        file_id = f"Ag{file.kind[:2].upper()}{digest}"
        self._by_id[file_id] = (bot.id, file)
        return file_id

    def unique_id(self, file: File) -> str:
        return f"AQAD{file.serial:08x}"

    def find(self, bot: Bot, file_id: str) -> File:
        """Return the file behind an id of this bot; another bot's id is refused."""
        owner, file = self._by_id.get(file_id, (0, None))
        if file is None or owner != bot.id:
            raise bad("wrong file identifier/HTTP URL specified")
        return file

    def thumb(self, photo: File) -> File:
        """Return the small size of a photo: a real picture of one pixel, so that picking it shows."""
        if photo.serial not in self._thumbs:
            self._thumbs[photo.serial] = File(kind="photo", data=one_pixel(), width=90, height=67)
        return self._thumbs[photo.serial]

    def path(self, bot: Bot, file_id: str) -> str:
        """Return the path getFile answers; refuses what is too big or gone."""
        file = self.find(bot, file_id)
        if file.body == "gone":
            raise bad("wrong file_id or the file is temporarily unavailable")
        if file.size > DOWNLOAD_LIMIT:
            raise bad("file is too big")
        ending = ENDINGS.get(file.kind) or file.name.rpartition(".")[2] or "bin"
        return f"{file.kind}s/file_{file_id[-12:]}_{file.generation}.{ending}"

    def at_path(self, bot: Bot, path: str) -> File | None:
        for file_id, (owner, file) in self._by_id.items():
            known = owner == bot.id and file.body != "gone" and file.size <= DOWNLOAD_LIMIT
            if known and self.path(bot, file_id) == path:
                return file
        return None


def one_pixel() -> bytes:
    """Return a PNG of one grey pixel."""

    def chunk(tag: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")
    )


def pixels(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG, JPEG, GIF or WebP by its header, or None."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return struct.unpack("<HH", data[6:10])
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return 512, 512
    return jpeg_pixels(data) if data[:2] == b"\xff\xd8" else None


def jpeg_pixels(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def measured(file: File) -> File:
    """Return the same file with its picture size filled in (1280 x 960 where the bytes do not tell)."""
    file.width, file.height = pixels(file.data) or (1280, 960)
    return file

"""Files that bots send: uploaded, attached or named by an id of theirs."""

from __future__ import annotations

from .calls import Call
from .errors import bad, wrong
from .files import measured, pixels
from .markup import read_text, units
from .values import File, Json, Upload
from .world import World

CAPTION_LIMIT = 1024
PHOTO_BYTES = 10 * 1024 * 1024
UPLOAD_BYTES = 50 * 1024 * 1024
COMMON = {"type", "media", "caption", "parse_mode", "caption_entities"}
VIDEO = {
    "thumbnail",
    "cover",
    "start_timestamp",
    "show_caption_above_media",
    "width",
    "height",
    "duration",
    "supports_streaming",
    "has_spoiler",
}
INPUT_MEDIA = {
    "photo": COMMON | {"show_caption_above_media", "has_spoiler"},
    "video": COMMON | VIDEO,
    "document": COMMON | {"thumbnail", "disable_content_type_detection"},
    "audio": COMMON | {"thumbnail", "duration", "performer", "title"},
}
ALBUM = range(2, 11)


def file_of(world: World, call: Call, kind: str, given: object) -> File:
    """Return the file a call means; refuses foreign ids, other kinds, and sizes the platform refuses."""
    if isinstance(given, str) and given.startswith("attach://"):
        given = call.files.get(given[9:])
    if isinstance(given, Upload):
        return uploaded(kind, given)
    if not isinstance(given, str) or not given:
        raise wrong(f"there is no {kind} in the request")
    if given.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    file = world.files.find(call.bot, given)
    if file.kind != kind:
        raise wrong(f"can't use file of type {file.kind.title()} as {kind.title()}")
    return file


def uploaded(kind: str, upload: Upload) -> File:
    size = len(upload.data)
    if size == 0:
        raise wrong("file must be non-empty")
    if size > UPLOAD_BYTES:
        raise wrong("Request Entity Too Large")
    file = File(kind=kind, data=upload.data, name=upload.name, mime=upload.mime)
    if kind != "photo":
        return file
    if size > PHOTO_BYTES:
        raise wrong(f"file of size {size} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes")
    shape = pixels(upload.data)
    if shape is None:
        raise wrong("IMAGE_PROCESS_FAILED")
    if sum(shape) > 10_000 or max(shape) > 20 * min(shape):
        raise wrong("PHOTO_INVALID_DIMENSIONS")
    return measured(file)


def caption_of(source: Json) -> tuple[str, list[Json]]:
    """Return caption and entities; at most 1024 units after parsing."""
    text, entities = read_text(source.get("caption") or "", source.get("parse_mode"), source.get("caption_entities"))
    if units(text) > CAPTION_LIMIT:
        raise wrong("message caption is too long")
    return text, entities


def input_media(world: World, call: Call, given: object) -> tuple[File, str, list[Json]]:
    """Return one InputMedia: file, caption, entities."""
    if not isinstance(given, dict):
        raise wrong("can't parse InputMedia: expected an Object")
    kind = given.get("type")
    if kind not in INPUT_MEDIA:
        raise wrong(f'can\'t parse InputMedia: type "{kind}" is unsupported')
    if odd := set(given) - INPUT_MEDIA[kind]:
        raise wrong(f"can't parse InputMedia: undocumented fields {', '.join(sorted(odd))}")
    text, entities = caption_of(given)
    return file_of(world, call, kind, given.get("media")), text, entities


def album(world: World, call: Call) -> list[tuple[File, str, list[Json]]]:
    """Return 2-10 media that may be sent together."""
    given = call.params["media"]
    if not isinstance(given, list):
        raise wrong("expected an Array of InputMedia")
    if len(given) > max(ALBUM):
        raise wrong("too many messages to send as an album")
    if len(given) < min(ALBUM):
        raise wrong("there are no messages to send" if not given else "album must include 2-10 items")
    items = [input_media(world, call, each) for each in given]
    kinds = {file.kind for file, _, _ in items}
    for alone in ("document", "audio"):
        if alone in kinds and len(kinds) > 1:
            raise wrong(f"{alone} can't be mixed with other media types")
    return items

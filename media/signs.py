"""Signs that a picture was made or edited, as its file says; never a proof, and a file without them proves nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from itertools import islice

from media.metadata import COMMENT, SOFTWARE, Part, exif_texts, parts_of

GENERATED, EDITED, CREDENTIALS, TAKEN = "generated", "edited", "credentials", "taken"
MOST = 6  # signs of one picture

# how a tool calls itself in the fields that name one -> how it is shown
GENERATORS: Mapping[str, str] = {
    "midjourney": "Midjourney",
    "stable.?diffusion": "Stable Diffusion",
    "automatic1111": "Stable Diffusion",
    "comfyui": "ComfyUI",
    "novelai": "NovelAI",
    "invokeai": "InvokeAI",
    "dall.?e": "DALL-E",
    "openai": "OpenAI",
    "chatgpt": "ChatGPT",
    "gpt.?image": "ChatGPT",
    "(?:adobe.?)?firefly": "Adobe Firefly",
    "made with google ai": "Google AI",
    "gemini": "Gemini",
    "imagen.?\\d": "Imagen",
    "ideogram": "Ideogram",
    "leonardo.?ai": "Leonardo",
    "flux\\.?1": "FLUX",
    "seedream": "Seedream",
    "doubao|豆包": "豆包",
    "jimeng|dreamina|即梦": "即梦",
    "kling|可灵": "可灵",
    "tongyi|wanxiang|通义": "通义",
    "wenxin|yige|文心": "文心",
    "hunyuan|混元": "混元",
}
EDITORS: Mapping[str, str] = {
    "photoshop": "Photoshop",
    "lightroom": "Lightroom",
    "snapseed": "Snapseed",
    "gimp": "GIMP",
    "picsart": "PicsArt",
    "meitu|美图": "美图",
    "xingtu|醒图|hypic": "醒图",
    "天天p图": "天天P图",
    "faceu|轻颜": "轻颜",
    "b612": "B612",
    "vsco": "VSCO",
    "canva": "Canva",
    "pixlr": "Pixlr",
    "affinity photo": "Affinity Photo",
    "稿定": "稿定",
    "procreate": "Procreate",
}


def _any(names: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"({name})" for name in names))


_GENERATORS, _EDITORS = _any(GENERATORS), _any(EDITORS)
_MADE_BY_MODEL = re.compile(
    rb"(?<![a-z])(composite(?:with)?|compositeSynthetic)?trainedAlgorithmicMedia", re.IGNORECASE
)
_AIGC = re.compile(rb"\bAIGC\b\W{0,16}Label\W{1,16}([123])|TC260\W{1,4}AIGC\b")  # the label of GB 45438-2025
_SETTINGS = re.compile(rb"Steps: \d{1,4}, (?:Sampler|Schedule|CFG)")  # what web interfaces of diffusion models write
_CREATOR = re.compile(rb"(?:CreatorTool|softwareAgent|Credit)\W{1,4}([^<>\"']{2,80})", re.IGNORECASE)
_CLAIM = re.compile(rb"claim_generator(?:_info)?[\x60-\x78]?[^\x20-\x7e]{0,8}([\x20-\x7e]{2,120})")
_NAMED = re.compile(rb"(?:name|softwareAgent)[\x60-\x7b]{0,2}[^\x20-\x7e]{0,2}([\x20-\x7e]{2,60})")
_PROMPTS = {"prompt", "workflow", "parameters", "invokeai_metadata", "sd-metadata", "dream"}


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: GENERATED, EDITED or CREDENTIALS, with the tool if it is a known one; TAKEN with the camera's time."""

    kind: str
    tool: str = ""


def signs_of(data: bytes, kind: str, taken_at: str | None = None) -> tuple[Sign, ...]:
    """Return the signs of a picture of this kind; never raises on broken bytes."""
    found = dict.fromkeys(sign for part in parts_of(data, kind) for sign in _of_part(part))
    tools = {sign.kind for sign in found if sign.tool}
    told = [sign for sign in found if sign.tool or sign.kind not in tools]  # the tool says more than the mark alone
    if any(sign.kind == GENERATED for sign in told):
        told = [sign for sign in told if sign.kind != CREDENTIALS]
    taken = [Sign(TAKEN, taken_at)] if taken_at else []
    return (*islice(told, MOST), *taken)


def _of_part(part: Part) -> Iterator[Sign]:
    if part.kind == "exif":
        texts = exif_texts(part.data)
        yield from _tools(b"\n".join(texts.values()), edited=texts.get(SOFTWARE, b""))
        yield from _marks(texts.get(COMMENT, b"").replace(b"\0", b"") + b"\n" + b"\n".join(texts.values()))
    elif part.kind == "xmp":
        text = unescape(part.data.decode("utf-8", "replace")).encode()
        named = b"\n".join(_CREATOR.findall(text))
        yield from _tools(named, edited=named)
        yield from _marks(text)
    elif part.kind == "credentials":
        named = b"\n".join([*_CLAIM.findall(part.data), *_NAMED.findall(part.data)])
        yield Sign(CREDENTIALS)
        yield from _tools(named, edited=named)
        yield from _marks(part.data)
    elif part.kind == "text":
        if part.name.lower() in _PROMPTS:
            yield Sign(GENERATED, "ComfyUI" if part.name == "workflow" else "")
        yield from _tools(part.data, edited=part.data if part.name.lower() == "software" else b"")
        yield from _marks(part.data)


def _tools(text: bytes, *, edited: bytes) -> Iterator[Sign]:
    for pattern, names, kind, where in (
        (_GENERATORS, GENERATORS, GENERATED, text),
        (_EDITORS, EDITORS, EDITED, edited),
    ):
        shown = tuple(names.values())
        for match in pattern.finditer(where.decode("utf-8", "replace").lower()):
            yield Sign(kind, shown[(match.lastindex or 1) - 1])


def _marks(text: bytes) -> Iterator[Sign]:
    for match in _MADE_BY_MODEL.finditer(text):
        yield Sign(EDITED if match[1] else GENERATED)
    if _AIGC.search(text) or _SETTINGS.search(text):
        yield Sign(GENERATED)

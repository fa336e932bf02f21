"""HTML parse mode as Telegram reads it, and the entities clients add by themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import wrong
from .values import Json

# Tag -> entity type, after the list under "HTML style" of the Bot API.
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-time": "date_time",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#(\d+)|(lt|gt|amp|quot));?")
TAG = re.compile(r"<(/?)([a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?)*)\s*(/?)>")
ATTRIBUTE = re.compile(r"([a-zA-Z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
AUTOMATIC = {
    "bot_command": re.compile(r"(?<![\w/])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/])"),
    "mention": re.compile(r"(?<!\w)@[a-zA-Z0-9_]{4,32}(?!\w)"),
    "url": re.compile(r"https?://[^\s<>]+|(?<![\w.@/])(?:[a-zA-Z0-9-]+\.)+(?:com|cn|net|org|me|ru)\b(?:/[^\s<>]*)?"),
    "hashtag": re.compile(r"(?<![\w#])#[^\W\d]\w*"),
}


@dataclass(slots=True, kw_only=True)
class Open:
    name: str
    start: int
    entity: Json | None


def units(text: str) -> int:
    """Return the length in UTF-16 code units, as Telegram counts offsets and limits."""
    return len(text.encode("utf-16-le")) // 2


def automatic(text: str) -> list[Json]:
    """Commands, mentions and addresses found in plain text."""
    found = [
        {"type": kind, "offset": units(text[: match.start()]), "length": units(match.group())}
        for kind, pattern in AUTOMATIC.items()
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda entity: int(str(entity["offset"])))


def read_text(text: str, mode: str | None, entities: list[Json] | None) -> tuple[str, list[Json]]:
    """Return text and entities of an outgoing message; refuses a parse mode that is unknown here or not well-formed."""
    if not mode:
        return text.strip(), list(entities or automatic(text.strip()))
    if mode.lower() != "html":
        # Nobody in this house writes Markdown, so the double does not read it.
        raise wrong("unsupported parse_mode")
    plain, marked = parse_html(text)
    trimmed = plain.strip()
    shift = units(plain) - units(plain.lstrip())
    for entity in marked:
        entity["offset"] = max(0, entity["offset"] - shift)
    return trimmed, sorted([*marked, *_beside(automatic(trimmed), marked)], key=lambda entity: entity["offset"])


def _beside(found: list[Json], marked: list[Json]) -> list[Json]:
    """What clients add by themselves also to marked text: not within code, nor over a link."""
    shut = [each for each in marked if each["type"] in ("code", "pre", "text_link", "text_mention")]
    return [
        each
        for each in found
        if all(
            each["offset"] + each["length"] <= one["offset"] or one["offset"] + one["length"] <= each["offset"]
            for one in shut
        )
    ]


def parse_html(text: str) -> tuple[str, list[Json]]:
    out: list[str] = []
    entities: list[Json] = []
    stack: list[Open] = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "&" and (reference := REFERENCE.match(text, at)):
            out.append(spell(reference))
            at = reference.end()
        elif char == "<":
            at = read_tag(text, at, out, stack, entities)
        else:
            out.append(char)
            at += 1
    if stack:
        raise unparsed(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')
    return "".join(out), sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def read_tag(text: str, at: int, out: list[str], stack: list[Open], entities: list[Json]) -> int:
    """Open or close one tag; returns the place after it."""
    byte = len(text[:at].encode())
    match = TAG.match(text, at)
    name = match.group(2).lower() if match else ""
    if match is None or (not match.group(1) and name not in TAGS) or match.group(4):
        raise unparsed(f'Unsupported start tag "{name or text[at + 1 : at + 8]}" at byte offset {byte}')
    length = units("".join(out))
    if not match.group(1):
        stack.append(Open(name=name, start=length, entity=entity_of(name, match.group(3), byte)))
        return match.end()
    if not stack:
        raise unparsed(f"Unexpected end tag at byte offset {byte}")
    opened = stack.pop()
    if name and name != opened.name:
        raise unparsed(f'Unmatched end tag at byte offset {byte}, expected "</{opened.name}>", found "</{name}>"')
    if opened.entity is not None and length > opened.start:
        entities.append({**opened.entity, "offset": opened.start, "length": length - opened.start})
    return match.end()


def entity_of(name: str, raw: str, byte: int) -> Json | None:
    given = {key.lower(): a or b or c for key, a, b, c in ATTRIBUTE.findall(raw)}
    entity: Json = {"type": TAGS[name]}
    if name == "span" and given.get("class") != "tg-spoiler":
        raise unparsed(f'Tag "span" must have class "tg-spoiler" at byte offset {byte}')
    if name == "a":
        if not (href := REFERENCE.sub(spell, given.get("href", ""))):
            return None
        person = re.fullmatch(r"tg://user\?id=(\d+)", href)
        return {"type": "text_mention", "user_id": int(person[1])} if person else {**entity, "url": href}
    if name == "tg-emoji":
        entity["custom_emoji_id"] = given.get("emoji-id", "")
    if name == "blockquote" and "expandable" in given:
        entity["type"] = "expandable_blockquote"
    return entity


def spell(reference: re.Match[str]) -> str:
    if reference.group(3):
        return NAMED[reference.group(3)]
    code = int(reference.group(1), 16) if reference.group(1) else int(reference.group(2))
    return chr(code) if 0 < code < 0x110000 else reference.group()


def unparsed(why: str) -> Exception:
    return wrong(f"can't parse entities: {why}")

"""What the platform's refusals mean: by error code and description, for the customers' bot and the agents' alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

ANY = 0  # a row of the table that holds for every code


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What is to be done.

    `does`: same (nothing), anew (what was to be edited is gone), topic (leave the topic), document (as a file instead
    of a picture, voice or video), words (leave the file out), plain (without markup), shorter, wait (somebody has to
    cure it), later (by itself), token, absent (nobody is there to hear), refuse (for good), unknown.
    `why` in a word for people; `seconds` to wait, 0 as the caller thinks fit.
    """

    does: str
    why: str
    seconds: float = 0.0


UNKNOWN = Meaning(does="unknown", why="not known")
FLOOD = re.compile(r"(?:retry after|flood_wait_|slowmode_wait_|wait of)\s*(\d{1,6})", re.IGNORECASE)
MOST = 3600.0  # seconds of a wait that a description names

# The first row that fits holds: (code, pattern in the description, meaning). The description's case differs by method.
TABLE: tuple[tuple[int, str, Meaning], ...] = (
    (429, r"", Meaning(does="later", why="flood")),
    (ANY, r"flood_wait|slowmode_wait|too many requests|retry after", Meaning(does="later", why="flood")),
    (401, r"", Meaning(does="token", why="token")),
    (404, r"^not found$", Meaning(does="token", why="token")),
    # the edit
    (ANY, r"not modified", Meaning(does="same", why="same")),
    (
        ANY,
        r"message to edit not found|message_id_invalid|message can't be edited|no text in the message"
        r"|no caption in the message|message to delete not found|message can't be deleted",
        Meaning(does="anew", why="gone"),
    ),
    # the topic
    (
        ANY,
        r"thread not found|topic_deleted|topic_id_invalid|topic_closed|topic was (?:closed|deleted)|topic is closed",
        Meaning(does="topic", why="topic"),
    ),
    # who hears it
    (
        ANY,
        r"bot was blocked|user_is_blocked|user is deactivated|input_user_deactivated|peer_id_invalid"
        r"|user not found|bot can't initiate conversation|bots can't send messages to bots|user_deactivated",
        Meaning(does="absent", why="blocked"),
    ),
    (
        ANY,
        r"chat not found|group chat was deactivated|chat was deleted|channel_invalid",
        Meaning(does="absent", why="no such chat"),
    ),
    (ANY, r"upgraded to a supergroup|migrated|chat_migrated", Meaning(does="wait", why="moved")),
    # files
    (
        ANY,
        r"not enough rights to send (?:photo|video|voice|audio|music|document|file|media|animation|sticker)"
        r"|chat_send_(?:photos|videos|voices|audios|docs|media|gifs|roundvideos|stickers)_forbidden"
        r"|media messages (?:are|is) not allowed",
        Meaning(does="words", why="media rights"),
    ),
    (
        ANY,
        r"photo_invalid_dimensions|image_process_failed|photo_ext_invalid|photo_save_file_invalid|photo_invalid"
        r"|too big for a photo|voice_messages_forbidden|video_content_type_invalid|video_file_invalid"
        r"|wrong type of (?:the )?(?:file|web page content)|media_invalid|can't use file of type|webpage_media_empty"
        r"|media_empty|imageprocess",
        Meaning(does="document", why="picture"),
    ),
    (
        ANY,
        r"file must be non-empty|file is too big|request entity too large|wrong file identifier|wrong remote file"
        r"|file_parts?_invalid|file_reference|document_invalid",
        Meaning(does="words", why="file"),
    ),
    (413, r"", Meaning(does="words", why="file")),
    # rights and restrictions: somebody has to cure them
    (
        ANY,
        r"not enough rights|have no rights|chat_restricted|chat_write_forbidden|chat_admin_required"
        r"|need administrator rights|user_restricted|chat_forbidden|chat_send_plain_forbidden|peer_flood"
        r"|bot is not a (?:member|participant)|bot was kicked|not a member of the|user_banned_in_channel"
        r"|member list is inaccessible|write access",
        Meaning(does="wait", why="rights"),
    ),
    # form
    (ANY, r"too long|message_too_long|caption_too_long|reply markup is too long", Meaning(does="shorter", why="long")),
    (
        ANY,
        r"can't parse|entit(?:y|ies)|button_|inline keyboard|reply_markup|keyboard|wrong http url|url_invalid",
        Meaning(does="plain", why="markup"),
    ),
    (ANY, r"replied not found|reply_message_id_invalid", Meaning(does="plain", why="reply")),
    (ANY, r"message text is empty|text must be non-empty|message is empty", Meaning(does="refuse", why="empty")),
    (403, r"", Meaning(does="wait", why="rights")),
    (409, r"", Meaning(does="later", why="conflict", seconds=5.0)),
)
ROWS = tuple((code, re.compile(pattern, re.IGNORECASE), meant) for code, pattern, meant in TABLE)


def meaning(code: int, description: str) -> Meaning:
    """Return what a refusal means; `description` with or without the platform's `Bad Request: ` before it."""
    plain = re.sub(r"^(?:bad request|forbidden|conflict|too many requests):\s*", "", description.strip(), flags=re.I)
    if code >= 500:
        return Meaning(does="later", why="server")
    for known, pattern, meant in ROWS:
        if known in (ANY, code) and pattern.search(plain if known != 429 else ""):
            return replace(meant, seconds=_named(description) or meant.seconds)
    return UNKNOWN


def _named(description: str) -> float:
    """Return the seconds that a description asks to wait, 0 for none."""
    found = FLOOD.search(description)
    return min(MOST, float(found[1])) if found else 0.0

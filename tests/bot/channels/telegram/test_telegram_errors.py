from __future__ import annotations

import pytest

from bot.channels.telegram.errors import meaning

CASES = {
    "wait": [
        (400, "Bad Request: CHAT_RESTRICTED"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: need administrator rights in the channel chat"),
        (400, "Bad Request: have no rights to send a message"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        (400, "Bad Request: CHAT_ADMIN_REQUIRED"),
        (400, "Bad Request: USER_RESTRICTED"),
        (400, "Bad Request: PEER_FLOOD"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (403, "Forbidden: bot is not a member of the supergroup chat"),
        (400, "Bad Request: group chat was upgraded to a supergroup chat"),
    ],
    "topic": [
        (400, "Bad Request: TOPIC_CLOSED"),
        (400, "Topic_deleted"),
        (400, "Bad Request: message thread not found"),
        (400, "Bad Request: TOPIC_ID_INVALID"),
    ],
    "document": [
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (400, "Bad Request: IMAGE_PROCESS_FAILED"),
        (400, "Bad Request: PHOTO_SAVE_FILE_INVALID"),
        (400, "Bad Request: VOICE_MESSAGES_FORBIDDEN"),
        (400, "Bad Request: file of size 11534336 bytes is too big for a photo; the maximum size is 10485760 bytes"),
    ],
    "words": [
        (400, "Bad Request: not enough rights to send photos to the chat"),
        (400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN"),
        (413, "Request Entity Too Large"),
        (400, "Bad Request: file must be non-empty"),
    ],
    "later": [
        (429, "Too Many Requests: retry after 7"),
        (400, "Bad Request: FLOOD_WAIT_12"),
        (420, "SLOWMODE_WAIT_30"),
        (502, "Bad Gateway"),
        (500, "Internal Server Error"),
        (409, "Conflict: terminated by other getUpdates request"),
    ],
    "plain": [
        (400, "Bad Request: can't parse entities: Unsupported start tag"),
        (400, "Bad Request: BUTTON_DATA_INVALID"),
        (400, "Bad Request: message to be replied not found"),
    ],
    "shorter": [(400, "Bad Request: message is too long"), (400, "Bad Request: MEDIA_CAPTION_TOO_LONG")],
    "absent": [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: USER_IS_BLOCKED"),
    ],
    "same": [(400, "Bad Request: message is not modified: specified new message content is exactly the same")],
    "anew": [(400, "Bad Request: message to edit not found"), (400, "Bad Request: message can't be edited")],
    "token": [(401, "Unauthorized"), (404, "Not Found")],
    "unknown": [(400, "Bad Request: SOMETHING_NEW")],
}


@pytest.mark.parametrize(("does", "code", "said"), [(does, *case) for does, cases in CASES.items() for case in cases])
def test_refusals_are_known_by_what_they_mean(does, code, said):
    assert meaning(code, said).does == does


@pytest.mark.parametrize(
    ("code", "said", "seconds"),
    [(429, "Too Many Requests: retry after 7", 7), (400, "FLOOD_WAIT_90", 90), (400, "FLOOD_WAIT_999999", 3600)],
)
def test_a_wait_that_is_named_is_kept(code, said, seconds):
    assert meaning(code, said).seconds == seconds

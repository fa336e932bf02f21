"""The documented parameters of every method the double knows, and how they are read from a call."""

from __future__ import annotations

import json
from typing import Any

from .errors import wrong
from .values import Json, Upload

WHERE = "business_connection_id message_thread_id direct_messages_topic_id"
HOW = (
    "disable_notification protect_content allow_paid_broadcast message_effect_id suggested_post_parameters"
    " reply_parameters reply_markup"
)
SENT = f"chat_id* {WHERE} {HOW} ephemeral_message_parameters"
CAPTION = "caption parse_mode caption_entities"
SHOWN = "show_caption_above_media has_spoiler"
EDITED = "business_connection_id chat_id message_id inline_message_id"
COPIED = (
    "chat_id* from_chat_id* message_id* message_thread_id direct_messages_topic_id video_start_timestamp"
    " disable_notification protect_content message_effect_id suggested_post_parameters"
)
PROMOTED = (
    "is_anonymous can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members"
    " can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories"
    " can_delete_stories can_post_messages can_edit_messages can_pin_messages can_manage_topics"
    " can_manage_direct_messages can_manage_tags can_send_welcome_messages"
)

# Method -> parameter names, a star behind the required ones (Bot API 10.3).
DOCUMENTED = {
    "getMe": "",
    "logOut": "",
    "close": "",
    "getWebhookInfo": "",
    "getUpdates": "offset limit timeout allowed_updates",
    "setWebhook": "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
    "deleteWebhook": "drop_pending_updates",
    "sendMessage": f"{SENT} text* parse_mode entities link_preview_options",
    "sendPhoto": f"{SENT} photo* {CAPTION} {SHOWN}",
    "sendDocument": f"{SENT} document* thumbnail {CAPTION} disable_content_type_detection",
    "sendVideo": f"{SENT} video* duration width height thumbnail cover start_timestamp {CAPTION} {SHOWN}"
    " supports_streaming",
    "sendVoice": f"{SENT} voice* {CAPTION} duration",
    "sendAudio": f"{SENT} audio* {CAPTION} duration performer title thumbnail",
    "sendSticker": f"{SENT} sticker* emoji",
    "sendLocation": f"{SENT} latitude* longitude* horizontal_accuracy live_period heading proximity_alert_radius",
    "sendContact": f"{SENT} phone_number* first_name* last_name vcard",
    "sendMediaGroup": f"chat_id* media* {WHERE} disable_notification protect_content allow_paid_broadcast"
    " message_effect_id reply_parameters",
    "sendChatAction": "chat_id* action* business_connection_id message_thread_id",
    "forwardMessage": COPIED,
    "copyMessage": f"{COPIED} {CAPTION} show_caption_above_media allow_paid_broadcast reply_parameters reply_markup",
    "editMessageText": f"text {EDITED} parse_mode entities link_preview_options reply_markup rich_message",
    "editMessageCaption": f"{EDITED} {CAPTION} show_caption_above_media reply_markup",
    "editMessageMedia": f"media* {EDITED} reply_markup",
    "editMessageReplyMarkup": f"{EDITED} reply_markup",
    "deleteMessage": "chat_id* message_id*",
    "deleteMessages": "chat_id* message_ids*",
    "pinChatMessage": "chat_id* message_id* business_connection_id disable_notification",
    "unpinChatMessage": "chat_id* business_connection_id message_id",
    "unpinAllChatMessages": "chat_id*",
    "answerCallbackQuery": "callback_query_id* text show_alert url cache_time",
    "getFile": "file_id*",
    "getChat": "chat_id*",
    "getChatMemberCount": "chat_id*",
    "leaveChat": "chat_id*",
    "getChatAdministrators": "chat_id* return_bots",
    "getChatMember": "chat_id* user_id*",
    "promoteChatMember": f"chat_id* user_id* {PROMOTED}",
    "banChatMember": "chat_id* user_id* until_date revoke_messages",
    "createForumTopic": "chat_id* name* icon_color icon_custom_emoji_id",
    "editForumTopic": "chat_id* message_thread_id* name icon_custom_emoji_id",
    "closeForumTopic": "chat_id* message_thread_id*",
    "reopenForumTopic": "chat_id* message_thread_id*",
    "deleteForumTopic": "chat_id* message_thread_id*",
    "unpinAllForumTopicMessages": "chat_id* message_thread_id*",
    "setMyCommands": "commands* scope language_code",
    "getMyCommands": "scope language_code",
    "deleteMyCommands": "scope language_code",
    "setMyName": "name language_code",
    "getMyName": "language_code",
    "setMyDescription": "description language_code",
    "getMyDescription": "language_code",
    "setMyShortDescription": "short_description language_code",
    "getMyShortDescription": "language_code",
    "setChatMenuButton": "chat_id menu_button",
    "getChatMenuButton": "chat_id",
    "setMyDefaultAdministratorRights": "rights for_channels",
    "setMessageReaction": "chat_id* message_id* reaction is_big",
}
NAMES = {
    method: {name.rstrip("*"): name.endswith("*") for name in listed.split()} for method, listed in DOCUMENTED.items()
}
SPELLING = {method.lower(): method for method in DOCUMENTED}

NUMBERS = frozenset(
    {
        "offset",
        "limit",
        "timeout",
        "max_connections",
        "message_id",
        "message_thread_id",
        "user_id",
        "duration",
        "width",
        "height",
        "icon_color",
        "cache_time",
        "until_date",
        "live_period",
    }
)
FRACTIONS = frozenset({"latitude", "longitude", "horizontal_accuracy"})
SWITCHES = frozenset(
    {
        "disable_notification",
        "protect_content",
        "show_alert",
        "drop_pending_updates",
        "return_bots",
        "is_anonymous",
        "has_spoiler",
        "show_caption_above_media",
        "is_big",
        "revoke_messages",
        "for_channels",
        "supports_streaming",
    }
)
# Name of a JSON parameter -> what the platform calls it when it cannot read it.
STRUCTURES = {
    "reply_markup": "reply keyboard markup JSON object",
    "reply_parameters": "reply parameters JSON object",
    "media": "media JSON object",
    "entities": "message entities JSON object",
    "caption_entities": "message entities JSON object",
    "allowed_updates": "allowed_updates JSON object",
    "commands": "commands JSON object",
    "scope": "BotCommandScope JSON object",
    "menu_button": "menu button JSON object",
    "link_preview_options": "link preview options JSON object",
    "message_ids": "message_ids JSON object",
    "reaction": "reaction types JSON object",
    "rights": "ChatAdministratorRights JSON object",
}
MISSING = {"chat_id": "chat_id is empty", "text": "message text is empty", "file_id": "file_id not specified"}


def decode(raw: dict[str, Any], files: dict[str, Upload]) -> Json:
    """Return the parameters with their types; 400 where a value cannot be read."""
    params: Json = {name: read(name, value) for name, value in raw.items()}
    params.update({name: upload for name, upload in files.items() if name not in params})
    return params


def read(name: str, value: Any) -> Any:
    if name in ("chat_id", "from_chat_id"):
        return int(value) if str(value).lstrip("-").isdigit() else value
    if name in NUMBERS or name in FRACTIONS:
        try:
            return float(value) if name in FRACTIONS else int(value)
        except (TypeError, ValueError) as error:
            raise wrong(f"invalid {name} specified") from error
    if name in SWITCHES and isinstance(value, str):
        return value.lower() in ("true", "yes", "1")
    if name in STRUCTURES and isinstance(value, str):
        try:
            return json.loads(value) if value else None
        except ValueError as error:
            raise wrong(f"can't parse {STRUCTURES[name]}") from error
    return value


def unknown(method: str, params: Json, files: dict[str, Upload]) -> list[str]:
    """Return the names that the documentation does not list; the platform ignores them, so only a test can notice."""
    attached = {text[9:] for text in strings(params) if text.startswith("attach://")}
    return sorted(set(params) - set(NAMES[method]) - (set(files) & attached))


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


def require(method: str, params: Json) -> None:
    for name, required in NAMES[method].items():
        if required and params.get(name) in (None, ""):
            raise wrong(MISSING.get(name, f'parameter "{name}" is required'))

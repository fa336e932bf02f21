"""Are the buttons of an outgoing message well-formed?"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .errors import wrong
from .values import Json

ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
        "disabled",
    }
)
INLINE_FIELDS = ACTIONS | {"text", "icon_custom_emoji_id", "style"}
REPLY_FIELDS = frozenset(
    {
        "text",
        "icon_custom_emoji_id",
        "style",
        "request_users",
        "request_chat",
        "request_managed_bot",
        "request_contact",
        "request_location",
        "request_poll",
        "web_app",
    }
)
# The field that names a kind of keyboard -> every field that kind may have.
KINDS = {
    "inline_keyboard": {"inline_keyboard", "force_reply"},
    "keyboard": {
        "keyboard",
        "is_persistent",
        "resize_keyboard",
        "one_time_keyboard",
        "input_field_placeholder",
        "selective",
        "force_reply",
    },
    "remove_keyboard": {"remove_keyboard", "selective"},
    "force_reply": {"force_reply", "input_field_placeholder", "selective"},
}
MOST_BUTTONS = 100
CALLBACK_BYTES = 64


def check(markup: Any, *, inline_only: bool = False) -> Json | None:
    """Return the markup as it will be kept, None for an empty one; refuses what Telegram refuses."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise wrong("object expected as reply markup")
    kind = next((kind for kind in KINDS if kind in markup), None)
    if kind is None or (inline_only and kind != "inline_keyboard"):
        raise wrong("inline keyboard expected" if kind else "object expected as reply markup")
    if odd := set(markup) - KINDS[kind]:
        raise wrong(f"reply markup has undocumented fields: {', '.join(sorted(odd))}")
    if len(str(markup.get("input_field_placeholder", ""))) > 64:
        raise wrong("input field placeholder is too long")
    rows = markup.get(kind) if kind.endswith("keyboard") and kind != "remove_keyboard" else []
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise wrong(f'field "{kind}" must be an Array of Arrays')
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise wrong("reply markup is too long")
    for button in buttons:
        (check_inline if kind == "inline_keyboard" else check_reply)(button)
    return markup if buttons or kind != "inline_keyboard" else None


def check_reply(button: Any) -> None:
    text = button if isinstance(button, str) else button.get("text") if isinstance(button, dict) else None
    if not text:
        raise wrong("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if isinstance(button, dict) and (odd := set(button) - REPLY_FIELDS):
        raise wrong(f"keyboard button has undocumented fields: {', '.join(sorted(odd))}")


def check_inline(button: Any) -> None:
    if not isinstance(button, dict):
        raise wrong("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise wrong('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not text.strip():
        raise wrong("inline keyboard button text must be non-empty")
    if odd := set(button) - INLINE_FIELDS:
        raise wrong(f"inline keyboard button has undocumented fields: {', '.join(sorted(odd))}")
    actions = [name for name in ACTIONS if name in button and button[name] not in (None, "")]
    if not actions:
        raise wrong("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise wrong("exactly one of the optional fields of an inline keyboard button must be used")
    if "callback_data" in actions and len(str(button["callback_data"]).encode()) > CALLBACK_BYTES:
        raise wrong("BUTTON_DATA_INVALID")
    if "url" in actions:
        check_url(button["url"])


def check_url(url: str) -> None:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https", "tg", "ton") or (parts.scheme[:4] == "http" and "." not in parts.netloc):
        raise wrong(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")

"""Methods about the bot itself: who it is, its commands and texts, its webhook, and files by id."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from . import render
from .bots import Webhook
from .calls import Call
from .errors import wrong
from .values import Json
from .world import World

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# Parameter -> most characters.
TEXTS = {"name": 64, "description": 512, "short_description": 120}
UPDATE_KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
    }
)


def get_me(world: World, call: Call) -> Json:
    return {
        **render.account(call.bot),
        "can_join_groups": True,
        "can_read_all_group_messages": not call.bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def allow(call: Call) -> None:
    """Remember `allowed_updates` where the call names it; an empty list is the default again."""
    kinds = call.params.get("allowed_updates")
    if kinds is None:
        return
    if not isinstance(kinds, list):
        raise wrong("can't parse allowed_updates JSON object")
    # Kinds the platform does not know are ignored by it; kinds younger than this list too.
    call.bot.inbox.allowed = [kind for kind in kinds if kind in UPDATE_KINDS]


def set_webhook(world: World, call: Call) -> bool:
    """An empty url takes the webhook away; http is accepted for loopback only, as a local server does."""
    url, secret = str(call.params.get("url") or ""), str(call.params.get("secret_token") or "")
    if not url:
        return delete_webhook(world, call)
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise wrong("bad webhook: An HTTPS URL must be provided for webhook")
    if len(secret) > 256:
        raise wrong("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise wrong("secret token contains unallowed characters")
    connections = call.params.get("max_connections") or 40
    if not 1 <= connections <= 100:
        raise wrong("max_connections must be 1-100")
    allow(call)
    drop(call)
    call.bot.webhook = Webhook(url=url, secret=secret, max_connections=connections)
    return True


def delete_webhook(world: World, call: Call) -> bool:
    drop(call)
    call.bot.webhook = None
    return True


def drop(call: Call) -> None:
    if call.params.get("drop_pending_updates"):
        call.bot.inbox.pending.clear()


def webhook_info(world: World, call: Call) -> Json:
    hook, inbox = call.bot.webhook, call.bot.inbox
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(inbox.pending),
    }
    if inbox.allowed:
        info["allowed_updates"] = inbox.allowed
    if hook:
        info["max_connections"] = hook.max_connections
        if hook.last_error_at:
            info.update(last_error_date=hook.last_error_at, last_error_message=hook.last_error)
    return info


def scope_of(call: Call) -> tuple[str, str]:
    scope = call.params.get("scope") or {"type": "default"}
    name = ":".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope)
    return name, call.params.get("language_code") or ""


def set_commands(world: World, call: Call) -> bool:
    commands = call.params["commands"]
    if not isinstance(commands, list) or len(commands) > 100:
        raise wrong("expected an Array of BotCommand")
    for each in commands:
        if not COMMAND.fullmatch(str(each.get("command", "")).removeprefix("/")):
            raise wrong("BOT_COMMAND_INVALID")
        if not 1 <= len(str(each.get("description", ""))) <= 256:
            raise wrong("BOT_COMMAND_DESCRIPTION_INVALID")
    call.bot.commands[scope_of(call)] = commands
    return True


def get_commands(world: World, call: Call) -> list[Json]:
    return call.bot.commands.get(scope_of(call), [])


def delete_commands(world: World, call: Call) -> bool:
    call.bot.commands.pop(scope_of(call), None)
    return True


def set_text(field: str) -> Callable[[World, Call], bool]:
    def change(world: World, call: Call) -> bool:
        text = call.params.get(field) or ""
        if len(text) > TEXTS[field]:
            raise wrong(f"{field} is too long")
        call.bot.profile[field, call.params.get("language_code") or ""] = text
        return True

    return change


def get_text(field: str) -> Callable[[World, Call], Json]:
    def answer(world: World, call: Call) -> Json:
        key = (field, call.params.get("language_code") or "")
        return {field: call.bot.profile.get(key, call.bot.name if field == "name" else "")}

    return answer


def get_file(world: World, call: Call) -> Json:
    file = world.files.find(call.bot, call.params["file_id"])
    path = world.files.path(call.bot, call.params["file_id"])
    return {
        "file_id": call.params["file_id"],
        "file_unique_id": world.files.unique_id(file),
        "file_size": file.size,
        "file_path": path,
    }


def agree(world: World, call: Call) -> bool:
    return True


def menu_button(world: World, call: Call) -> Json:
    return {"type": "commands"}


PROFILE: dict[str, Callable[[World, Call], Any]] = {
    "getMe": get_me,
    "logOut": agree,
    "close": agree,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
    "setMyCommands": set_commands,
    "getMyCommands": get_commands,
    "deleteMyCommands": delete_commands,
    "setMyName": set_text("name"),
    "getMyName": get_text("name"),
    "setMyDescription": set_text("description"),
    "getMyDescription": get_text("description"),
    "setMyShortDescription": set_text("short_description"),
    "getMyShortDescription": get_text("short_description"),
    "setMyDefaultAdministratorRights": agree,
    "setChatMenuButton": agree,
    "getChatMenuButton": menu_button,
    "getFile": get_file,
}

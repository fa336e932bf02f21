"""Customers and leaders on Telegram, through aiogram."""

from bot.channels.telegram.lazy_models import defer

defer()

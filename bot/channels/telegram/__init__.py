"""Customers and leaders on Telegram, through aiogram."""

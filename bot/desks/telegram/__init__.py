"""The agents' group on Telegram, through python-telegram-bot."""

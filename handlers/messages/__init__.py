"""Messages in and out and how they are written: outbox rows, texts and locales, codes, money, numbers."""

"""What crosses the doors and how it is written: messages, outbox rows, texts and locales, codes, money, numbers."""

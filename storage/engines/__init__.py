"""The two databases, each with the same functions; `storage.database` chooses between them."""

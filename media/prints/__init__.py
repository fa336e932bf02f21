"""A picture known again: the prints that are kept of it, and how those of another are compared with them."""

"""One transaction: look up, decide, apply, post."""

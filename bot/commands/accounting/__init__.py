"""Commands for accounting: what has to be paid, and what was."""

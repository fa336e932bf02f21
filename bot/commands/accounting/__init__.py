"""Commands for accounting: what has to be paid, what was, and what suppliers and carriers answer for."""

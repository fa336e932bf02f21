"""Figures: whole processes and whole turns, beside the bare cost of the same in one run."""

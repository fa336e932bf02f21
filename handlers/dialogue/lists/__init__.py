"""The talk about a leader's list: lines taken, questions, corrections, photos, and its one card."""
